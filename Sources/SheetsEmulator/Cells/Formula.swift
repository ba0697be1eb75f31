/// A formula evaluator just large enough for cells that show a computed number or an error.
///
/// It knows numbers, `+ - * /` and parentheses. `NA()` gives `#N/A`, a division by zero `#DIV/0!`, an
/// unknown function `#NAME?`, and everything else `#ERROR!`, as the real thing shows them.
struct Formula {
    private enum Failure: Error {
        case shows(String)
    }

    private var rest: Substring

    /// The value of a formula that begins with `=`.
    static func evaluate(_ text: String) -> CellValue {
        var formula = Formula(rest: text.dropFirst())
        do {
            let value = try formula.sum()
            formula.skipSpace()
            guard formula.rest.isEmpty, value.isFinite else { return .text("#ERROR!") }
            return .number(literal: NumberLiteral.literal(value), format: .automatic)
        } catch Failure.shows(let error) {
            return .text(error)
        } catch {
            return .text("#ERROR!")
        }
    }

    private mutating func skipSpace() {
        rest = rest.drop { $0 == " " }
    }

    private mutating func takes(_ character: Character) -> Bool {
        skipSpace()
        guard rest.first == character else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func sum() throws -> Double {
        var value = try product()
        while true {
            if takes("+") {
                value += try product()
            } else if takes("-") {
                value -= try product()
            } else {
                return value
            }
        }
    }

    private mutating func product() throws -> Double {
        var value = try factor()
        while true {
            if takes("*") {
                value *= try factor()
            } else if takes("/") {
                let divisor = try factor()
                guard divisor != 0 else { throw Failure.shows("#DIV/0!") }
                value /= divisor
            } else {
                return value
            }
        }
    }

    private mutating func factor() throws -> Double {
        if takes("-") { return -(try factor()) }
        if takes("(") {
            let value = try sum()
            guard takes(")") else { throw Failure.shows("#ERROR!") }
            return value
        }
        skipSpace()
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        rest = rest.dropFirst(digits.count)
        if let value = Double(digits) { return value }
        let name = rest.prefix { $0.isLetter }
        throw Failure.shows(name.uppercased() == "NA" ? "#N/A" : name.isEmpty ? "#ERROR!" : "#NAME?")
    }
}

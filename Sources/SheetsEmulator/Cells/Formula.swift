/// A formula evaluator just large enough for cells that show a computed value or an error.
///
/// It knows numbers, text, `+ - * / &`, comparisons, parentheses, error words such as `#REF!`, and a few functions. It
/// knows no other cells: a reference is `#NAME?`, like any unknown name, and what does not parse is `#ERROR!`.
struct Formula {
    private enum Failure: Error {
        case shows(String)
    }

    private enum Operand: Equatable {
        case number(Double)
        case text(String)
        case boolean(Bool)

        var cell: CellValue {
            switch self {
            case .number(let value): .number(literal: NumberLiteral.literal(value), format: .automatic)
            case .text(let text): .text(text)
            case .boolean(let value): .boolean(value)
            }
        }
    }

    private static let errors = ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!"]

    private var rest: Substring

    /// The value of a formula that begins with `=`.
    static func evaluate(_ text: String) -> CellValue {
        var formula = Formula(rest: text.dropFirst())
        do {
            let value = try formula.comparison()
            formula.skipSpace()
            guard formula.rest.isEmpty else { return .text("#ERROR!") }
            if case .number(let number) = value, !number.isFinite { return .text("#NUM!") }
            return value.cell
        } catch Failure.shows(let error) {
            return .text(error)
        } catch {
            return .text("#ERROR!")
        }
    }

    // MARK: Grammar

    private mutating func skipSpace() {
        rest = rest.drop { $0 == " " }
    }

    private mutating func takes(_ word: String) -> Bool {
        skipSpace()
        guard rest.hasPrefix(word) else { return false }
        rest = rest.dropFirst(word.count)
        return true
    }

    private mutating func comparison() throws -> Operand {
        let left = try joined()
        for sign in ["<>", "<=", ">=", "<", ">", "="] where takes(sign) {
            let right = try joined()
            switch sign {
            case "=": return .boolean(left == right)
            case "<>": return .boolean(left != right)
            default:
                let (first, second) = (try Self.number(left), try Self.number(right))
                switch sign {
                case "<": return .boolean(first < second)
                case "<=": return .boolean(first <= second)
                case ">": return .boolean(first > second)
                default: return .boolean(first >= second)
                }
            }
        }
        return left
    }

    private mutating func joined() throws -> Operand {
        var value = try sum()
        while takes("&") { value = .text(value.cell.displayText + (try sum()).cell.displayText) }
        return value
    }

    private mutating func sum() throws -> Operand {
        var value = try product()
        while true {
            if takes("+") {
                value = .number(try Self.number(value) + Self.number(try product()))
            } else if takes("-") {
                value = .number(try Self.number(value) - Self.number(try product()))
            } else {
                return value
            }
        }
    }

    private mutating func product() throws -> Operand {
        var value = try factor()
        while true {
            if takes("*") {
                value = .number(try Self.number(value) * Self.number(try factor()))
            } else if takes("/") {
                let divisor = try Self.number(try factor())
                guard divisor != 0 else { throw Failure.shows("#DIV/0!") }
                value = .number(try Self.number(value) / divisor)
            } else {
                return value
            }
        }
    }

    private mutating func factor() throws -> Operand {
        if takes("-") { return .number(-(try Self.number(try factor()))) }
        if takes("(") {
            let value = try comparison()
            guard takes(")") else { throw Failure.shows("#ERROR!") }
            return value
        }
        if takes("\"") { return .text(try quoted()) }
        for error in Self.errors where takes(error) { throw Failure.shows(error) }
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        rest = rest.dropFirst(digits.count)
        if let value = Double(digits) { return .number(value) }
        let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }.uppercased()
        rest = rest.dropFirst(name.count)
        guard !name.isEmpty else { throw Failure.shows("#ERROR!") }
        if !takes("(") {
            guard name == "TRUE" || name == "FALSE" else { throw Failure.shows("#NAME?") }
            return .boolean(name == "TRUE")
        }
        return try function(name)
    }

    private mutating func quoted() throws -> String {
        var text = ""
        while let character = rest.popFirst() {
            guard character == "\"" else {
                text.append(character)
                continue
            }
            guard rest.first == "\"" else { return text }
            text.append(rest.removeFirst())
        }
        throw Failure.shows("#ERROR!")
    }

    private static func number(_ operand: Operand) throws -> Double {
        switch operand {
        case .number(let value): return value
        case .boolean(let value): return value ? 1 : 0
        case .text(let text):
            guard case .number(let literal, _) = UserEntered.cell(text), let value = Double(literal) else {
                throw Failure.shows("#VALUE!")
            }
            return value
        }
    }

    // MARK: Functions

    /// An argument's value, or the error that it shows: `IFERROR` wants to know.
    private typealias Argument = Result<Operand, any Error>

    private mutating func arguments() throws -> [Argument] {
        var arguments: [Argument] = []
        if takes(")") { return arguments }
        repeat {
            let start = rest
            do {
                arguments.append(.success(try comparison()))
            } catch {
                rest = Self.afterArgument(start)
                arguments.append(.failure(error))
            }
        } while takes(",")
        guard takes(")") else { throw Failure.shows("#ERROR!") }
        return arguments
    }

    /// What follows an argument that could not be evaluated.
    private static func afterArgument(_ text: Substring) -> Substring {
        var depth = 0
        var isQuoted = false
        for index in text.indices {
            switch text[index] {
            case "\"": isQuoted.toggle()
            case "(" where !isQuoted: depth += 1
            case ")" where !isQuoted && depth == 0, "," where !isQuoted && depth == 0: return text[index...]
            case ")" where !isQuoted: depth -= 1
            default: break
            }
        }
        return ""
    }

    private mutating func function(_ name: String) throws -> Operand {
        let arguments = try arguments()
        func value(_ index: Int) throws -> Operand {
            guard index < arguments.count else { throw Failure.shows("#N/A") }
            return try arguments[index].get()
        }
        switch name {
        case "NA": throw Failure.shows("#N/A")
        case "IFERROR":
            if case .success(let found)? = arguments.first { return found }
            return arguments.count > 1 ? try value(1) : .text("")
        case "IF":
            let condition = try value(0)
            if try condition != .boolean(false) && Self.number(condition) != 0 { return try value(1) }
            return arguments.count > 2 ? try value(2) : .boolean(false)
        case "SUM": return .number(try arguments.reduce(0) { $0 + (try Self.number($1.get())) })
        case "ROUND":
            var scale = 1.0
            for _ in 0..<(arguments.count > 1 ? Int(try Self.number(value(1))) : 0) { scale *= 10 }
            return .number((try Self.number(value(0)) * scale).rounded() / scale)
        case "SQRT":
            let number = try Self.number(value(0))
            guard number >= 0 else { throw Failure.shows("#NUM!") }
            return .number(number.squareRoot())
        case "CONCATENATE": return .text(try arguments.map { try $0.get().cell.displayText }.joined())
        case "LEN": return .number(Double(try value(0).cell.displayText.count))
        case "TRUE", "FALSE": return .boolean(name == "TRUE")
        default: throw Failure.shows("#NAME?")
        }
    }
}

/// The parameters of a request: each name once, every one of them known.
package struct QueryString: Sendable {
    private var values: [String: String] = [:]

    /// No parameters.
    package init() {}

    /// Reads the part of an address behind the `?`.
    ///
    /// - Parameters:
    ///   - text: percent-encoded, as sent; `nil` if there is none.
    ///   - known: the names that mean something here. Any other is refused: a slip must not return everything.
    /// - Throws: `APIProblem` with 400.
    package init(_ text: String?, known: [String]) throws {
        guard let text, !text.isEmpty else { return }
        for pair in text.split(separator: "&", omittingEmptySubsequences: true) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0], plusIsSpace: true),
                let value = Self.decoded(parts.count == 2 ? parts[1] : "", plusIsSpace: true)
            else {
                throw APIProblem.badRequest(
                    "A query parameter is not percent-encoded UTF-8.", code: "bad-encoding")
            }
            guard known.contains(name) else {
                throw APIProblem.badRequest(
                    "There is a query parameter that means nothing here.", code: "unknown-parameter",
                    hint: known.isEmpty
                        ? "This address takes none." : "This address takes: \(known.joined(separator: ", ")).")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw APIProblem.badRequest("The query parameter `\(name)` is given twice.", code: "bad-parameter")
            }
        }
    }

    /// The names that were given.
    package var names: [String] { values.keys.sorted() }

    /// The text of a parameter; `nil` if it was not given.
    package subscript(name: String) -> String? { values[name] }

    /// A whole number.
    ///
    /// - Throws: `APIProblem` with 400 if it is none, or out of range.
    package func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = values[name] else { return nil }
        guard !text.isEmpty, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let number = Int(text), range.contains(number)
        else {
            throw APIProblem.badRequest(
                "`\(name)` must be a whole number from \(range.lowerBound) to \(range.upperBound).",
                code: "bad-parameter")
        }
        return number
    }

    /// `true` or `false`.
    ///
    /// - Throws: `APIProblem` with 400 if it is neither.
    package func flag(_ name: String) throws -> Bool {
        switch values[name] {
        case nil, "false"?: return false
        case "true"?: return true
        default:
            throw APIProblem.badRequest("`\(name)` must be true or false.", code: "bad-parameter")
        }
    }

    /// Text without its percent-encoding; `nil` if it is not right, or no UTF-8.
    static func decoded(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

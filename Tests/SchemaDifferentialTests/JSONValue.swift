/// JSON that a test writes: members keep their order, numbers their text.
enum JSONValue: Sendable, Equatable {
    case string(String)
    /// A number as it is written.
    case number(String)
    case flag(Bool)
    case list([JSONValue])
    case object([JSONMember])

    static func texts(_ texts: [String]) -> JSONValue {
        .list(texts.map(JSONValue.string))
    }

    /// The document on one line.
    var text: String {
        switch self {
        case .string(let text): Self.quoted(text)
        case .number(let literal): literal
        case .flag(let flag): flag ? "true" : "false"
        case .list(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.name) + ":" + $0.value.text }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral text: String) { self = .string(text) }
    init(integerLiteral number: Int) { self = .number("\(number)") }
    init(booleanLiteral flag: Bool) { self = .flag(flag) }
}

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    init(arrayLiteral items: JSONValue...) { self = .list(items) }
    init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(members.map { JSONMember($0.0, $0.1) })
    }
}

/// One member of an object.
struct JSONMember: Sendable, Equatable {
    var name: String
    var value: JSONValue

    init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

extension [JSONMember] {
    subscript(name: String) -> JSONValue? {
        first { $0.name == name }?.value
    }
}

/// The members that messages of the Sheets API have, and their types, as Google's discovery document gives them.
///
/// Requests and `fields` masks are held against it, so that a name the API does not have is refused and not ignored.
/// It is written as text, one message after the other. A member is `name:type`; a type is a message, an enumeration or
/// one of `s` (string), `i` (integer), `n` (number), `b` (boolean) and `*` (anything), with `[` before it for a list.
/// `*` also stands for the parts that the emulator knows nothing of, such as charts.
struct APISchema: Sendable {
    /// The type of one member.
    struct FieldType: Sendable, Equatable {
        let name: String
        /// How many lists are around it.
        let lists: Int
    }

    static let sheets = APISchema(messages: resources + "\n" + requests, enumerations: enumerations)

    private let messages: [String: [String: FieldType]]
    private let values: [String: Set<String>]

    private init(messages: String, enumerations: String) {
        self.messages = Self.entries(messages).mapValues { members in
            Dictionary(
                uniqueKeysWithValues: members.map { member in
                    let parts = member.split(separator: ":", maxSplits: 1)
                    let name = parts[1].drop { $0 == "[" }
                    return (String(parts[0]), FieldType(name: String(name), lists: parts[1].count - name.count))
                })
        }
        values = Self.entries(enumerations).mapValues { Set($0.map(String.init)) }
    }

    /// Each unindented line begins an entry, which indented lines continue.
    private static func entries(_ text: String) -> [String: [Substring]] {
        var entries: [String: [Substring]] = [:]
        var current = ""
        for line in text.split(separator: "\n") {
            var words = line.split(separator: " ")[...]
            if line.first != " ", let name = words.popFirst() { current = String(name) }
            entries[current, default: []].append(contentsOf: words)
        }
        return entries
    }

    // MARK: Masks

    /// The first path of a mask that a message does not have; nil if it has them all.
    func unknownPath(in mask: FieldMask, of message: String) -> String? {
        guard let members = messages[message] else { return nil }
        for (name, below) in mask.named {
            guard name != "*" else { continue }
            guard let type = members[name] else { return name }
            if let unknown = unknownPath(in: below, of: type.name) { return "\(name).\(unknown)" }
        }
        return nil
    }

    // MARK: Bodies

    /// Refuses a body with a member that its message does not have, or a value of another type.
    func check(_ value: JSONValue, as message: String, at path: String = "") throws(APIError) {
        guard let members = messages[message] else { return }
        guard let given = value.members else {
            throw .invalidValue(at: path, type: "type.googleapis.com/\(message)", value)
        }
        for member in given {
            guard let type = members[member.name] else { throw .unknownName(member.name, at: path) }
            let place = (path.isEmpty ? "" : path + ".") + Self.snakeCase(member.name)
            try check(member.value, type, lists: type.lists, at: place)
        }
    }

    private func check(_ value: JSONValue, _ type: FieldType, lists: Int, at path: String) throws(APIError) {
        guard lists == 0 else {
            guard let elements = value.elements else { throw .invalidValue(at: path, type: "list", value) }
            for (index, element) in elements.enumerated() {
                try check(element, type, lists: lists - 1, at: "\(path)[\(index)]")
            }
            return
        }
        // A null in a list of values is a cell that is left as it is.
        if value == .null { return }
        switch type.name {
        case "*": return
        case "s": if value.text == nil { throw .invalidValue(at: path, type: "TYPE_STRING", value) }
        case "b": if value.boolean == nil { throw .invalidValue(at: path, type: "TYPE_BOOL", value) }
        case "i": if value.integer == nil { throw .invalidValue(at: path, type: "TYPE_INT32", value) }
        case "n":
            guard case .number = value else { throw .invalidValue(at: path, type: "TYPE_DOUBLE", value) }
        default:
            guard let allowed = values[type.name] else { return try check(value, as: type.name, at: path) }
            guard let text = value.text, allowed.contains(text) else {
                throw .invalidValue(at: path, type: "type.googleapis.com/google.apps.sheets.v4.\(type.name)", value)
            }
        }
    }

    private static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }
}

extension APIError {
    /// A body with a member that the message does not have.
    static func unknownName(_ name: String, at path: String) -> APIError {
        let place = path.isEmpty ? "" : " at '\(path)'"
        let description = "Invalid JSON payload received. Unknown name \"\(name)\"\(place): Cannot find field."
        return APIError(400, "INVALID_ARGUMENT", description, details: [badRequest(field: path, description)])
    }

    static func invalidValue(at path: String, type: String, _ value: JSONValue) -> APIError {
        let shown = String(decoding: JSONWriter.bytes(value, pretty: false).dropLast(), as: UTF8.self)
        let description = "Invalid value at '\(path)' (\(type)), \(shown)"
        return APIError(400, "INVALID_ARGUMENT", description, details: [badRequest(field: path, description)])
    }

    static func badRequest(field: String, _ description: String) -> JSONValue {
        .object([
            "@type": .string("type.googleapis.com/google.rpc.BadRequest"),
            "fieldViolations": .array([
                .object([
                    "field": field.isEmpty ? nil : .string(field), "description": .string(description),
                ])
            ]),
        ])
    }
}

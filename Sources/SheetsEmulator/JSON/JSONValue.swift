/// A JSON value with its members in order and its numbers as written, for requests and the small answers.
///
/// Values of cells never pass through it on their way out; see `ValuesStream`.
enum JSONValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    /// The literal, such as `43831` or `1.5e3`.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

    /// An object from pairs; a nil value leaves the member out.
    static func object(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(members.compactMap { name, value in value.map { JSONMember(name: name, value: $0) } })
    }

    /// Without the members that are null: in Google's JSON they are members that were not given.
    ///
    /// A null in a list stays, since it holds a place.
    var withoutNullMembers: JSONValue {
        switch self {
        case .object(let members):
            .object(
                members.filter { $0.value != .null }
                    .map { JSONMember(name: $0.name, value: $0.value.withoutNullMembers) })
        case .array(let elements): .array(elements.map(\.withoutNullMembers))
        default: self
        }
    }

    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    var members: [JSONMember]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var boolean: Bool? {
        guard case .boolean(let value) = self else { return nil }
        return value
    }

    /// A whole number, also when it was sent as a string, as Google's JSON allows for 64-bit fields.
    var integer: Int? {
        switch self {
        case .number(let literal): Int(literal) ?? Double(literal).flatMap { Int(exactly: $0) }
        case .string(let text): Int(text)
        default: nil
        }
    }
}

/// One member of a JSON object.
struct JSONMember: Sendable, Equatable {
    let name: String
    let value: JSONValue
}

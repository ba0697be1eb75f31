/// A value of a label, as its canonical form holds it.
package enum LabelValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    /// A number, as the literal of the canonical form.
    case number(String)
    case string(String)
    case list([LabelValue])
    case object([String: LabelValue])

    /// How a person reads the value: `12`, `TRUE`, `時短, 節約`.
    package var displayText: String {
        switch self {
        case .null: ""
        case .boolean(let flag): flag ? "TRUE" : "FALSE"
        case .number(let literal): literal
        case .string(let text): text
        case .list(let items): items.map(\.displayText).joined(separator: ", ")
        case .object(let members):
            members.sorted { JSONText.precedes($0.key, $1.key) }
                .map { "\($0.key): \($0.value.displayText)" }.joined(separator: ", ")
        }
    }

    /// Appends the value's canonical JSON.
    package func appendJSON(to json: inout [UInt8]) {
        node.appendJSON(to: &json)
    }

    private var node: SchemaNode {
        let value: SchemaNode.Value
        switch self {
        case .null: value = .null
        case .boolean(let flag): value = .boolean(flag)
        case .number(let literal): value = .number(literal)
        case .string(let text): value = .string(text)
        case .list(let items): value = .list(items.map(\.node))
        case .object(let members):
            value = .mapping(members.map { SchemaMember(name: $0.key, line: 0, value: $0.value.node) })
        }
        return SchemaNode(value: value, line: 0)
    }

    init(_ node: SchemaNode) {
        switch node.value {
        case .null: self = .null
        case .boolean(let flag): self = .boolean(flag)
        case .number(let literal): self = .number(literal)
        case .string(let text): self = .string(text)
        case .list(let items): self = .list(items.map(LabelValue.init))
        case .mapping(let members):
            let pairs = members.map { ($0.name, LabelValue($0.value)) }
            self = .object(Dictionary(pairs, uniquingKeysWith: { _, last in last }))
        }
    }
}

/// The canonical form of a label, `sheaf-canonical-1`.
package struct CanonicalLabel {
    /// The name and number of the format.
    package static let formatName = "sheaf-canonical-1"

    /// The members of a canonical label, in their order; nil if the bytes are not a JSON object with distinct names.
    package static func parse(_ bytes: [UInt8]) -> [(name: String, value: LabelValue)]? {
        guard let root = try? JSONReader.read(bytes), case .mapping(let members) = root.value else { return nil }
        guard Set(members.map { Array($0.name.utf8) }).count == members.count else { return nil }
        return members.map { ($0.name, LabelValue($0.value)) }
    }
}

/// Looking into documents that are known to be in order.
extension SchemaNode {
    /// The members of a schema's document.
    static func members(ofDocument schema: LabelSchema) -> [String: SchemaNode] {
        (try? JSONReader.read(schema.document))?.members ?? [:]
    }

    /// The members of a mapping by name; none of anything else.
    var members: [String: SchemaNode] {
        guard case .mapping(let members) = value else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The entries of a list; of anything else, that.
    var items: [SchemaNode] {
        if case .list(let items) = value { items } else { [self] }
    }

    subscript(name: String) -> SchemaNode? {
        members[name]
    }

    /// The texts of a list, or the one text; of an entry with a `value`, that.
    var words: [String] {
        items.compactMap { $0.text ?? $0["value"]?.text }
    }

    /// Canonical JSON.
    var json: [UInt8] {
        var json: [UInt8] = []
        appendJSON(to: &json)
        return json
    }

    /// How two values of a document are told apart to a person; `nil` if they are the same.
    static func difference(_ old: SchemaNode?, _ new: SchemaNode?) -> (before: String?, after: String?)? {
        if old?.json == new?.json { return nil }
        return (old?.excerpt, new?.excerpt)
    }

    /// The text of a scalar, or the JSON of anything else, cut short.
    var excerpt: String {
        text.map(CellText.kept) ?? Self.excerpt(json)
    }

    static func excerpt(_ json: [UInt8]) -> String {
        CellText.kept(String(decoding: json, as: UTF8.self))
    }
}

/// A field beside the part of the document that says it.
struct DocumentField {
    let field: LabelField
    let members: [String: SchemaNode]
    let constraints: [String: SchemaNode]
    let sheaf: [String: SchemaNode]
    /// `missingValues` of the document, which hold where the field has none.
    let commonMissingValues: SchemaNode?

    var name: String { field.name }

    static func all(_ schema: LabelSchema, _ root: [String: SchemaNode]) -> [DocumentField] {
        let nodes = root["fields"]?.items ?? []
        return schema.fields.map { field in
            let members = nodes.first { $0["name"]?.text == field.name }?.members ?? [:]
            return DocumentField(
                field: field, members: members, constraints: members["constraints"]?.members ?? [:],
                sheaf: members["sheaf"]?.members ?? [:], commonMissingValues: root["missingValues"])
        }
    }

    /// Texts that mean "no value".
    var missingValues: [String] {
        (members["missingValues"] ?? commonMissingValues)?.words ?? []
    }
}

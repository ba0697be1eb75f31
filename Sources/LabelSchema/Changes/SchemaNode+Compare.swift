/// Looking into documents that are known to be in order.
extension SchemaNode {
    /// The members of a schema's document.
    static func rootMembers(ofDocument schema: LabelSchema) -> [String: SchemaNode] {
        (try? JSONReader.read(schema.document))?.namedNodes ?? [:]
    }

    /// The members of a mapping by name; none of anything else.
    var namedNodes: [String: SchemaNode] {
        guard case .mapping(let members) = value else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The entries of a list; of anything else, that.
    var listedNodes: [SchemaNode] {
        if case .list(let items) = value { items } else { [self] }
    }

    subscript(name: String) -> SchemaNode? {
        memberList?.first { $0.name == name }?.value
    }

    /// The texts of a list, or the one text; of an entry with a `value`, that; of any other, its JSON.
    var words: [String] {
        listedNodes.map { $0.text ?? $0["value"]?.text ?? String(decoding: $0.json, as: UTF8.self) }
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
        let nodes = root["fields"]?.listedNodes ?? []
        return schema.fields.map { field in
            let members = nodes.first { $0["name"]?.text == field.name }?.namedNodes ?? [:]
            return DocumentField(
                field: field, members: members, constraints: members["constraints"]?.namedNodes ?? [:],
                sheaf: members["sheaf"]?.namedNodes ?? [:], commonMissingValues: root["missingValues"])
        }
    }

    /// Whether a value that breaks a constraint is told of and taken all the same.
    func onlyWarns(of constraint: String) -> Bool {
        let severity = sheaf["severity"]
        return (severity?.text ?? severity?[constraint]?.text) == Severity.warning.rawValue
    }

    /// What a constraint may cost that is new or narrower.
    func cost(ofBreaking constraint: String) -> SchemaEffect {
        onlyWarns(of: constraint) ? .harmless : .mayCost
    }

    /// Texts that mean "no value".
    var missingValues: [String] {
        (members["missingValues"] ?? commonMissingValues)?.words ?? []
    }
}

/// The contract of one dataset: which columns there are, what their values are, and which of them identify a row.
///
/// It is a Table Schema document with what labels need beside it, under `sheaf`.
package struct LabelSchema: Sendable {
    package let name: String
    package let title: String
    package let description: String?
    /// Fields in the order of the document.
    package let fields: [LabelField]
    /// Names of the fields that identify a row, in key order.
    package let primaryKey: [String]
    package let fieldsMatch: FieldsMatch
    /// The field constraints `unique` first, then `uniqueKeys`.
    package let uniqueKeys: [UniqueKey]
    package let foreignKeys: [ForeignKey]
    /// Canonical JSON of the parsed document (members sorted, no spaces), with the list files that it refers to.
    ///
    /// The schema hash is taken over these bytes.
    package let document: [UInt8]

    /// The fields compiled for reading cells, in the order of `fields`.
    let readers: [FieldReader]
    /// The foreign keys to lists, compiled.
    let listReferences: [ListReference]
    /// Rules across the columns of a row, in the order of the document.
    package let rules: [RowRule]

    /// The fields that are exported, in schema order: key, context, label, and others that are marked `canonical`.
    package var canonicalFields: [LabelField] {
        fields.filter(\.isCanonical)
    }

    /// Reads a schema in YAML or JSON.
    ///
    /// A file whose name ends in `.json` is read as strict JSON, any other as YAML.
    ///
    /// - Parameters:
    ///   - text: The document.
    ///   - file: Its name, for messages; also the schema's name where the document gives none.
    ///   - lists: The list files that it may refer to.
    /// - Returns: The schema, ready for use.
    /// - Throws: Every mistake of the document at once.
    package static func parse(
        _ text: String, file: String, lists: ListFiles = .none
    ) throws(LabelSchemaMistakes) -> LabelSchema {
        let root =
            file.hasSuffix(".json")
            ? try SchemaNode.parseJSON(Array(text.utf8), file: file)
            : try SchemaNode.parseYAML(text, file: file)
        return try SchemaReader.read(root, file: file, lists: lists)
    }

    /// Reads a schema file as it stands on the disk.
    ///
    /// - Parameters:
    ///   - bytes: The file's content, UTF-8.
    ///   - file: Its name, for messages; also the schema's name where the document gives none.
    ///   - lists: The list files that it may refer to.
    /// - Returns: The schema, ready for use.
    /// - Throws: Every mistake of the document at once.
    package static func parse(
        bytes: [UInt8], file: String, lists: ListFiles = .none
    ) throws(LabelSchemaMistakes) -> LabelSchema {
        if let text = String(validating: bytes, as: UTF8.self) { return try parse(text, file: file, lists: lists) }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        lines.removeAll { String(validating: $0, as: UTF8.self) != nil }
        let line = lines.first.map { bytes[..<$0.startIndex].count { $0 == UInt8(ascii: "\n") } + 1 } ?? 0
        let mistake = LabelSchemaMistake(
            file: file, line: line, problem: "the text is not UTF-8", hint: "save the file as UTF-8")
        throw LabelSchemaMistakes(mistakes: [mistake])
    }

    /// Reads a schema back from the `document` that was stored with a version.
    package static func parse(document: [UInt8]) throws(LabelSchemaMistakes) -> LabelSchema {
        let file = "stored schema"
        return try SchemaReader.read(try SchemaNode.parseJSON(document, file: file), file: file, lists: .none)
    }
}

/// Reads a schema document: a Table Schema with what labels need beside it, under `sheaf`.
///
/// It never stops at a mistake. What cannot be read is left out and the reading goes on, so that whoever wrote the
/// document sees everything that is wrong with it at once.
struct SchemaReader {
    let file: String
    let listFiles: ListFiles
    var mistakes: SchemaMistakeCollector
    /// The lists that are known by now, by name.
    var lists: [String: SchemaList] = [:]
    /// Those of them that came from files, in the order in which they were first needed.
    var listsRead: [SchemaList] = []
    /// Names of lists that could not be read, which has been said.
    var unreadableLists: Set<String> = []

    /// - Parameters:
    ///   - root: The document.
    ///   - file: Its name, for messages; also the schema's name where the document gives none.
    ///   - lists: The list files that it may refer to.
    /// - Returns: The schema, ready for use.
    /// - Throws: Every mistake of the document at once.
    static func read(
        _ root: SchemaNode, file: String, lists: ListFiles
    ) throws(LabelSchemaMistakes) -> LabelSchema {
        var reader = SchemaReader(file: file, listFiles: lists, mistakes: SchemaMistakeCollector(file: file))
        let schema = reader.schema(root)
        let mistakes = reader.mistakes.sorted
        guard mistakes.isEmpty, let schema else { throw LabelSchemaMistakes(mistakes: mistakes) }
        return schema
    }

    private static let known = [
        "$schema", "profile", "name", "title", "description", "homepage", "version", "created", "keywords",
        "contributors", "licenses", "sources", "examples", "fields", "fieldsMatch", "missingValues", "primaryKey",
        "uniqueKeys", "foreignKeys", "sheaf",
    ]

    /// What may stand under `sheaf` of the document.
    private static let knownInSheaf = ["normalize", "lists", "rules"]

    private mutating func schema(_ root: SchemaNode) -> LabelSchema? {
        guard
            let members = mistakes.members(of: root, in: "the document", known: Self.known, isOpen: true)
        else { return nil }
        let sheaf = members["sheaf"].flatMap {
            mistakes.members(of: $0, in: "`sheaf` of the document", known: Self.knownInSheaf)
        }
        readInlineLists(sheaf)
        let fieldsMatch = fieldsMatch(members)
        let name = mistakes.text(members, "name")?.text ?? nameOfFile
        let title = mistakes.text(members, "title")?.text ?? name
        let description = mistakes.text(members, "description")?.text
        let key = primaryKey(members)
        let drafts = fields(members, defaults: defaults(members, sheaf), key: key)
        check(key, drafts, members)
        let uniqueKeys = uniqueKeys(members, drafts, primaryKey: key.map(\.text))
        let foreignKeys = foreignKeys(members, drafts)
        let rules = rules(sheaf, drafts)
        guard mistakes.mistakes.isEmpty else { return nil }
        let listReferences = listReferences(foreignKeys, drafts)
        guard mistakes.mistakes.isEmpty else { return nil }
        var document: [UInt8] = []
        root.embedding(listsRead).appendJSON(to: &document)
        return LabelSchema(
            name: name, title: title, description: description, fields: drafts.compactMap(\.reader?.field),
            primaryKey: key.map(\.text), fieldsMatch: fieldsMatch, uniqueKeys: uniqueKeys,
            foreignKeys: foreignKeys.map(\.key), document: document, readers: drafts.compactMap(\.reader),
            listReferences: listReferences, rules: rules)
    }

    /// The file's name without folder and ending.
    private var nameOfFile: String {
        let last = file.split(separator: "/").last ?? file[...]
        return String(last.split(separator: ".").first ?? last)
    }

    /// How the columns of a sheet have to agree with the fields.
    private mutating func fieldsMatch(_ members: SchemaMembers) -> FieldsMatch {
        guard let node = members["fieldsMatch"] else { return .subset }
        // The standard's text asks for a string, its profile for a list of one.
        if case .list(let items) = node.value, items.count == 1, let text = items[0].text {
            return mistakes.word(SchemaText(text: text, line: node.line), "`fieldsMatch`", FieldsMatch.self) ?? .subset
        }
        return mistakes.word(members, "fieldsMatch", FieldsMatch.self) ?? .subset
    }

    /// What holds for every field that says nothing else.
    private mutating func defaults(_ members: SchemaMembers, _ sheaf: SchemaMembers?) -> FieldDefaults {
        var defaults = FieldDefaults()
        defaults.missingValues = missingValues(members) ?? MissingValues()
        if let sheaf { defaults.normalize = normalization(sheaf) ?? [] }
        return defaults
    }

    // MARK: Primary key

    private mutating func primaryKey(_ members: SchemaMembers) -> [SchemaText] {
        let hint = "name what identifies a row, such as `primaryKey: [recipe_id]`"
        guard let node = members["primaryKey"] else {
            mistakes.add(members.line, "`primaryKey` is missing", hint)
            return []
        }
        if case .string = node.value {
            return mistakes.text(node, "`primaryKey`").map { [$0] } ?? []
        }
        guard let names = mistakes.texts(node, "`primaryKey`") else { return [] }
        if names.isEmpty { mistakes.add(node.line, "`primaryKey` names no field", hint) }
        return names
    }

    // MARK: Fields

    private mutating func fields(
        _ members: SchemaMembers, defaults: FieldDefaults, key: [SchemaText]
    ) -> [FieldDraft] {
        guard let node = members["fields"] else {
            mistakes.add(members.line, "`fields` is missing", "list the columns of the sheet under `fields`")
            return []
        }
        guard case .list(let items) = node.value, !items.isEmpty else {
            let problem = "`fields` must be a list of fields, but is \(node.found)"
            mistakes.add(node.line, problem, "begin each field with `- name: …`")
            return []
        }
        let names = key.map(\.text)
        return items.enumerated().compactMap { index, item in
            field(item, place: index + 1, defaults: defaults, key: names)
        }
    }

    // MARK: What concerns several fields

    private mutating func check(_ key: [SchemaText], _ fields: [FieldDraft], _ members: SchemaMembers) {
        var seen: Set<String> = []
        for name in key {
            let shown = CellText.shown(name.text)
            if !seen.insert(name.text).inserted {
                mistakes.add(name.line, "`primaryKey` names `\(shown)` twice", "keep one of them")
            } else if !fields.contains(where: { $0.name.text == name.text }) {
                let hint = SchemaMistakeCollector.meant(name.text, among: fields.map(\.name.text))
                mistakes.add(name.line, "`primaryKey` names `\(shown)`, which is no field", hint)
            }
        }
        checkNames(fields)
        checkTitles(fields)
        checkFormerNames(fields)
        guard !fields.isEmpty else { return }
        let line = members["fields"]?.line ?? members.line
        if !fields.contains(where: { $0.role == .label || $0.role == nil }) {
            mistakes.add(line, "no field has the role `label`", "write `sheaf: { role: label }` where people decide")
        }
        for second in fields.filter({ $0.role == .annotator }).dropFirst() {
            let problem = "field `\(second.shownName)` is a second one with the role `annotator`"
            mistakes.add(second.name.line, problem, "keep one; `note` is the role of anything else beside a label")
        }
    }

    /// Names become the columns of SQL views, where `ID` and `id` are the same.
    private mutating func checkNames(_ fields: [FieldDraft]) {
        var lines: [String: Int] = [:]
        for field in fields {
            let folded = field.name.text.lowercased()
            if let line = lines[folded] {
                let problem = "field `\(field.shownName)` has the name of the field in line \(line)"
                mistakes.add(field.name.line, problem, "give it a name of its own")
            } else {
                lines[folded] = field.name.line
            }
        }
    }

    /// A header text must mean one field.
    private mutating func checkTitles(_ fields: [FieldDraft]) {
        var owners: [[UInt8]: FieldDraft] = [:]
        for field in fields {
            var own: Set<[UInt8]> = []
            for title in field.headerTexts {
                let text = LabelSchema.headerKey(title.text)
                guard own.insert(text).inserted else { continue }
                guard let owner = owners[text] else {
                    owners[text] = field
                    continue
                }
                // Of fields with the same name that has been said already.
                guard owner.name.text.lowercased() != field.name.text.lowercased() else { continue }
                let problem =
                    "the header “\(CellText.shown(title.text))” of field `\(field.shownName)` "
                    + "also means field `\(owner.shownName)`"
                mistakes.add(title.line, problem, "give each field a title of its own")
            }
        }
    }
}

/// What holds for every field that says nothing else.
struct FieldDefaults {
    var missingValues = MissingValues()
    var normalize: [Normalization] = []
}

/// One field of the document, as far as it could be read.
struct FieldDraft {
    var name: SchemaText
    /// Title, name and titles by language.
    var headerTexts: [SchemaText]
    var role: FieldRole?
    /// What it was called before.
    var formerNames: [SchemaText] = []
    /// The field ready for use; nil if there is a mistake in it.
    var reader: FieldReader?

    var shownName: String { CellText.shown(name.text) }
}

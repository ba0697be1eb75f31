extension SchemaReader {
    private static let knownInField = [
        "name", "title", "description", "example", "examples", "type", "format", "constraints", "missingValues",
        "trueValues",
        "falseValues", "decimalChar", "groupChar", "bareNumber", "itemType", "delimiter", "categories",
        "categoriesOrdered", "rdfType", "sheaf",
    ]

    private static let unusedInField = [
        "floatNumber": "leave it out: a number is a binary64 always",
        "arrayItem": "write `constraints: { jsonSchema: { items: … } }`",
        "required": "write `constraints: { required: true }`", "unique": "write `constraints: { unique: true }`",
    ]

    private static let knownInSheaf = [
        "role", "title", "normalize", "aliases", "readings", "items", "messages", "canonical", "was", "severity",
    ]

    /// Reads one field.
    ///
    /// - Parameters:
    ///   - node: The field's mapping.
    ///   - place: Its place among the fields, counted from 1.
    ///   - defaults: What holds if the field says nothing else.
    ///   - key: The names of the key fields.
    /// - Returns: The field as far as it could be read, or nil if not even its name could.
    mutating func field(
        _ node: SchemaNode, place: Int, defaults: FieldDefaults, key: [String]
    ) -> FieldDraft? {
        let before = mistakes.mistakes.count
        guard let name = fieldName(node, place: place) else { return nil }
        let what = "field `\(CellText.shown(name.text))`"
        guard
            let members = mistakes.members(
                of: node, in: what, known: Self.knownInField, unused: Self.unusedInField, isOpen: true)
        else { return nil }
        var sheaf = SchemaMembers(place: "`sheaf` of \(what)", line: members.line)
        var isRoleKnown = true
        if let node = members["sheaf"] {
            let found = mistakes.members(of: node, in: sheaf.place, known: Self.knownInSheaf)
            isRoleKnown = found != nil
            sheaf = found ?? sheaf
        }

        var parts = FieldParts(name: name)
        parts.title = mistakes.text(members, "title")
        parts.titles = sheaf["title"].map { mistakes.languages($0, "`title` of \(sheaf.place)") } ?? [:]
        parts.description = mistakes.text(members, "description")?.text
        parts.role = isRoleKnown ? role(name, sheaf, key: key) : nil
        parts.isCanonical = isCanonical(sheaf, role: parts.role)
        parts.normalize = normalization(sheaf) ?? defaults.normalize
        let missing = missingValues(members) ?? defaults.missingValues
        parts.missingValues = missing.texts
        parts.missingLabels = missing.labels
        parts.messages = messages(sheaf, role: parts.role)
        parts.formerNames = formerNames(sheaf, of: name)
        parts.type = type(members)
        let examples = examples(members, parts.type)
        parts.example = examples.first
        readValues(members, sheaf, &parts)

        if parts.role == .key, let type = parts.type, type.isStructured {
            let problem = "\(what) is of type `\(type.rawValue)` and cannot be part of the primary key"
            mistakes.add(name.line, problem, "give it another role")
        }
        let reader = mistakes.mistakes.count == before ? parts.type.map { parts.reader(type: $0) } : nil
        if let reader { for example in examples { check(example, of: reader, what) } }
        return FieldDraft(
            name: name, headerTexts: parts.headerTexts, role: parts.role, formerNames: parts.formerNames,
            reader: reader)
    }

    /// The name, also where nothing else of the field makes sense, so that messages can say it.
    private mutating func fieldName(_ node: SchemaNode, place: Int) -> SchemaText? {
        let what = "field \(place)"
        guard case .mapping(let members) = node.value else {
            mistakes.add(node.line, "\(what) must be a mapping, but is \(node.found)", "begin it with `- name: …`")
            return nil
        }
        guard let name = members.first(where: { $0.name == "name" }) else {
            mistakes.add(node.line, "\(what) has no `name`", "begin it with `- name: …`")
            return nil
        }
        guard let text = mistakes.text(name.value, "`name` of \(what)") else { return nil }
        if !Self.isFieldName(text.text) {
            let problem = "the name “\(CellText.shown(text.text))” of \(what) cannot be the name of a column in SQL"
            let hint = "use at most 60 of a–z, 0–9 and `_`, not a digit first; what annotators see is the `title`"
            mistakes.add(text.line, problem, hint)
        }
        return text
    }

    /// Whether a text may be the name of a field: that of a column in SQL.
    static func isFieldName(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= 60, !NumberText.isDigit(first) else { return false }
        return bytes.allSatisfy { byte in
            byte == UInt8(ascii: "_") || NumberText.isDigit(byte) || (byte | 0x20) &- 0x61 < 26
        }
    }

    // MARK: Role

    private mutating func role(_ name: SchemaText, _ sheaf: SchemaMembers, key: [String]) -> FieldRole? {
        let isKey = key.contains(name.text)
        guard sheaf["role"] != nil else { return isKey ? .key : .context }
        guard let role = mistakes.word(sheaf, "role", FieldRole.self) else { return nil }
        if isKey != (role == .key) {
            let shown = CellText.shown(name.text)
            let line = sheaf["role"]?.line ?? name.line
            if isKey {
                let problem = "field `\(shown)` is part of the primary key and cannot have the role `\(role.rawValue)`"
                mistakes.add(line, problem, "write `role: key`, or take it out of `primaryKey`")
            } else {
                let problem = "field `\(shown)` has the role `key` and is not part of the primary key"
                mistakes.add(line, problem, "name it in `primaryKey`, or give it another role")
            }
        }
        return role
    }

    private mutating func isCanonical(_ sheaf: SchemaMembers, role: FieldRole?) -> Bool {
        let isAlways = role != .annotator && role != .note
        guard let flag = mistakes.flag(sheaf, "canonical") else { return isAlways }
        if isAlways, !flag {
            let problem = "`canonical: false` of \(sheaf.place): key, context and label fields are always exported"
            mistakes.add(sheaf["canonical"]?.line ?? sheaf.line, problem, "leave it out, or use the role `note`")
        }
        return isAlways || flag
    }

    // MARK: Texts

    /// The steps of a `normalize` list; nil if there is none.
    mutating func normalization(_ members: SchemaMembers) -> [Normalization]? {
        guard let texts = mistakes.texts(members, "normalize") else { return nil }
        var steps: [Normalization] = []
        for text in texts {
            let what = "`normalize` of \(members.place)"
            guard let step = mistakes.word(text, what, Normalization.self) else { continue }
            if steps.contains(step) { mistakes.add(text.line, "`\(step.rawValue)` stands twice in \(what)") }
            steps.append(step)
        }
        if let last = texts.last, steps.contains(.lowercase), steps.contains(.uppercase) {
            let problem = "`normalize` of \(members.place) has both `lowercase` and `uppercase`"
            mistakes.add(last.line, problem, "keep one of them")
        }
        return steps
    }

    /// Message templates: by error code, or by what exactly was wrong.
    private mutating func messages(_ sheaf: SchemaMembers, role: FieldRole?) -> [String: [String: String]] {
        guard let node = sheaf["messages"] else { return [:] }
        let known = CellError.messageKeys(isKey: role == .key)
        guard let members = mistakes.members(of: node, in: "`messages` of \(sheaf.place)", known: known) else {
            return [:]
        }
        var messages: [String: [String: String]] = [:]
        for code in known {
            guard let node = members[code] else { continue }
            let texts = mistakes.languages(node, "message `\(code)` of \(sheaf.place)")
            for text in texts.values { checkPlaces(of: text, "message `\(code)` of \(sheaf.place)") }
            messages[code] = texts.mapValues(\.text)
        }
        return messages
    }

    private mutating func checkPlaces(of template: SchemaText, _ what: String) {
        for name in MessageTemplate.places(of: template.text) where !CellError.templatePlaces.contains(name) {
            let hint = SchemaMistakeCollector.meant(name, among: CellError.templatePlaces)
            mistakes.add(template.line, "\(what) has a place `{\(CellText.shown(name))}`, which is not known", hint)
        }
    }
}

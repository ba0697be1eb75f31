/// A foreign key of the document, with the lines of its parts.
struct ForeignKeyDraft {
    let key: ForeignKey
    let line: Int
}

/// Unique keys and foreign keys.
extension SchemaReader {
    /// The unique keys: the fields with the constraint `unique`, then `uniqueKeys`.
    mutating func uniqueKeys(
        _ members: SchemaMembers, _ fields: [FieldDraft], primaryKey: [String]
    ) -> [UniqueKey] {
        var keys: [UniqueKey] = []
        for field in fields {
            guard let reader = field.reader, reader.field.constraints.unique, primaryKey != [field.name.text] else {
                continue
            }
            guard isExported(field.name, fields, "`unique` of field `\(field.shownName)`") else { continue }
            keys.append(UniqueKey(fields: [field.name.text], isFieldConstraint: true))
        }
        guard let node = members["uniqueKeys"] else { return keys }
        guard case .list(let items) = node.value else {
            mistakes.add(
                node.line, "`uniqueKeys` must be a list, but is \(node.found)", "write `uniqueKeys: [[one, other]]`")
            return keys
        }
        for item in items {
            let what = "an entry of `uniqueKeys`"
            guard let names = keyFields(item, what, fields) else { continue }
            // A primary key is unique already, and so is a unique field.
            if names == primaryKey || keys.contains(where: { $0.fields == names }) { continue }
            keys.append(UniqueKey(fields: names, isFieldConstraint: false))
        }
        return keys
    }

    /// The foreign keys of the document.
    mutating func foreignKeys(_ members: SchemaMembers, _ fields: [FieldDraft]) -> [ForeignKeyDraft] {
        guard let node = members["foreignKeys"] else { return [] }
        guard case .list(let items) = node.value else {
            let hint =
                "write `foreignKeys: [{ fields: [name], reference: { resource: lists/names.csv, fields: [value] } }]`"
            mistakes.add(node.line, "`foreignKeys` must be a list, but is \(node.found)", hint)
            return []
        }
        return items.compactMap { foreignKey($0, fields) }
    }

    private mutating func foreignKey(_ node: SchemaNode, _ fields: [FieldDraft]) -> ForeignKeyDraft? {
        let what = "an entry of `foreignKeys`"
        guard let members = mistakes.members(of: node, in: what, known: ["fields", "reference"]) else { return nil }
        guard let own = members["fields"], let target = members["reference"] else {
            let missing = members["fields"] == nil ? "fields" : "reference"
            mistakes.add(node.line, "\(what) has no `\(missing)`", "it needs `fields` and `reference`")
            return nil
        }
        let names = keyFields(own, "`fields` of \(what)", fields)
        let place = "`reference` of \(what)"
        guard let reference = mistakes.members(of: target, in: place, known: ["resource", "fields"]) else { return nil }
        guard let referenced = reference["fields"].flatMap({ texts($0, "`fields` of \(place)") }) else {
            if reference["fields"] == nil {
                mistakes.add(target.line, "\(place) has no `fields`", "name the fields that hold the values")
            }
            return nil
        }
        guard let names else { return nil }
        guard names.count == referenced.count else {
            let problem = "\(what) has \(names.count) of its own fields and \(referenced.count) of its reference"
            mistakes.add(node.line, problem, "each field refers to one other")
            return nil
        }
        // In the standard a missing or empty resource means the table itself.
        let resource = reference["resource"]?.text ?? ""
        let key = ForeignKey(
            fields: names, reference: destination(resource), referencedFields: referenced.map(\.text))
        return check(key, referenced, SchemaText(text: resource, line: target.line), fields)
            ? ForeignKeyDraft(key: key, line: node.line) : nil
    }

    private func destination(_ resource: String) -> ForeignKey.Reference {
        if resource.isEmpty { return .itself }
        let isList = lists[resource] != nil || resource.hasSuffix(".csv") || resource.hasSuffix(".txt")
        return isList ? .list(resource) : .dataset(resource)
    }

    /// Whether what a foreign key refers to is there, as far as the document can tell.
    private mutating func check(
        _ key: ForeignKey, _ referenced: [SchemaText], _ resource: SchemaText, _ fields: [FieldDraft]
    ) -> Bool {
        switch key.reference {
        case .dataset: return true
        case .itself:
            var isSound = true
            for (own, other) in zip(key.fields, referenced) {
                guard isKnown(other, fields, "`reference`"), isExported(other, fields, "`reference`") else {
                    isSound = false
                    continue
                }
                let types = [own, other.text].map { name in
                    fields.first { $0.name.text == name }?.reader?.field.type
                }
                guard let first = types[0], let second = types[1], first != second else { continue }
                mistakes.add(
                    other.line,
                    "`\(own)` is of the type `\(first.rawValue)` and refers to `\(other.text)` of the type "
                        + "`\(second.rawValue)`", "no value could be equal: give both one type")
                isSound = false
            }
            return isSound
        case .list(let name):
            guard let list = list(resource, for: "a foreign key") else { return false }
            var isSound = true
            for column in referenced where list.column(column.text) == nil {
                let hint = SchemaMistakeCollector.meant(column.text, among: list.header)
                let shown = CellText.shown(column.text)
                mistakes.add(column.line, "the list `\(CellText.shown(name))` has no column `\(shown)`", hint)
                isSound = false
            }
            return isSound
        }
    }

    // MARK: Names of fields

    /// One name, or a list of names; each a field that is exported, and none twice.
    private mutating func keyFields(_ node: SchemaNode, _ what: String, _ fields: [FieldDraft]) -> [String]? {
        guard let names = texts(node, what) else { return nil }
        var isSound = !names.isEmpty
        if names.isEmpty { mistakes.add(node.line, "\(what) names no field") }
        var seen: Set<String> = []
        for name in names {
            if !seen.insert(name.text).inserted {
                mistakes.add(name.line, "\(what) names `\(CellText.shown(name.text))` twice", "keep one of them")
                isSound = false
            } else if !isKnown(name, fields, what) || !isExported(name, fields, what) {
                isSound = false
            }
        }
        // In the order of the document, so that two ways to write one key are one key.
        return isSound ? names.map(\.text) : nil
    }

    private mutating func texts(_ node: SchemaNode, _ what: String) -> [SchemaText]? {
        if case .string = node.value { return mistakes.text(node, what).map { [$0] } }
        return mistakes.texts(node, what)
    }

    private mutating func isKnown(_ name: SchemaText, _ fields: [FieldDraft], _ what: String) -> Bool {
        if fields.contains(where: { $0.name.text == name.text }) { return true }
        let hint = SchemaMistakeCollector.meant(name.text, among: fields.map(\.name.text))
        mistakes.add(name.line, "\(what) names `\(CellText.shown(name.text))`, which is no field", hint)
        return false
    }

    /// A label is compared with others as it is stored, so what is not stored cannot be compared.
    private mutating func isExported(_ name: SchemaText, _ fields: [FieldDraft], _ what: String) -> Bool {
        guard let field = fields.first(where: { $0.name.text == name.text })?.reader?.field, !field.isCanonical else {
            return true
        }
        let problem =
            "\(what): field `\(CellText.shown(name.text))` has the role `\(field.role.rawValue)` and is not stored"
        mistakes.add(name.line, problem, "write `canonical: true` under its `sheaf`, or give it another role")
        return false
    }
}

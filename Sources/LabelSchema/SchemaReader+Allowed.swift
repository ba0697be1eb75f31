/// Allowed values.
extension SchemaReader {
    mutating func readAllowed(_ constraints: SchemaMembers, _ members: SchemaMembers, _ parts: inout FieldParts) {
        let categories = readCategories(members, &parts)
        guard let type = parts.type else { return }
        let field = "field `\(CellText.shown(parts.name.text))`"
        if type == .list {
            if let node = parts.itemEnum, let items = mistakes.nodes(node, "`enum` of `items`") {
                let values = allowedValues(items, "an item of `enum` of \(field)", parts)
                if items.isEmpty { mistakes.add(node.line, "`enum` of \(field) allows no value") }
                parts.items.allowed = values
            }
            parts.constraints.allowed = allowedLists(constraints, parts)
            return
        }
        if let node = constraints["enum"], let items = mistakes.nodes(node, "`enum` of \(constraints.place)") {
            let what = "a value of `enum` in \(constraints.place)"
            if items.isEmpty { mistakes.add(node.line, "`enum` of \(field) allows no value") }
            let allowed = allowedValues(items, what, parts)
            parts.constraints.allowed = allowed
            guard let categories else { return }
            for (value, item) in zip(allowed, items) where allowed.count == items.count {
                guard !categories.contains(where: { $0.utf8.elementsEqual(value.utf8) }) else { continue }
                let problem = "\(what), “\(CellText.shown(value))”, is none of `categories` of \(field)"
                mistakes.add(item.line, problem, SchemaMistakeCollector.meant(value, among: categories))
            }
        } else {
            parts.constraints.allowed = categories
        }
    }

    /// Reads values that a field, or an item of a list, may have, as canonical texts.
    private mutating func allowedValues(_ items: [SchemaNode], _ what: String, _ parts: FieldParts) -> [String] {
        guard let type = parts.valueType else { return [] }
        let plain = parts.type.map { parts.reader(type: $0) }
        let normalizer = TextNormalizer(parts.normalize)
        var allowed: [String] = []
        for item in items {
            guard let value = canonicalText(item, parts, what) else { continue }
            let text = item.text ?? value
            let shown = "“\(CellText.shown(text))”"
            if allowed.contains(where: { $0.utf8.elementsEqual(value.utf8) }) {
                mistakes.add(item.line, "\(what), \(shown), stands there twice", "keep one of them")
                continue
            }
            allowed.append(value)
            if type.isText { checkIsNormal(SchemaText(text: value, line: item.line), what, normalizer) }
            if parts.missingValues.contains(text) {
                mistakes.add(item.line, "\(what), \(shown), is one of `missingValues`", "keep it in one of them")
            }
            if parts.type == .list, parts.items.delimiters.contains(where: text.contains) {
                mistakes.add(item.line, "\(what), \(shown), has a delimiter in it", "nobody could enter it")
            }
            if let plain, let failure = plain.failure(ofStored: value) {
                let problem = "\(what), \(shown), does not satisfy the other constraints"
                mistakes.add(item.line, problem, plain.field.explained(failure, cell: text))
            }
        }
        return allowed
    }

    // MARK: Whole lists

    /// Reads `enum` of a list: whole lists that are allowed, each as a list, or as a cell with delimiters.
    ///
    /// A lone value is a mistake: by the standard it means the list of just that value, and whoever writes it nearly
    /// always means the items.
    private mutating func allowedLists(_ constraints: SchemaMembers, _ parts: FieldParts) -> [String]? {
        guard let node = constraints["enum"], let lists = mistakes.nodes(node, "`enum` of \(constraints.place)") else {
            return nil
        }
        let reader = parts.reader(type: .list)
        let what = "a value of `enum` in \(constraints.place)"
        var allowed: [String] = []
        for list in lists {
            let text: String
            if let items = list.itemList {
                text = items.compactMap(\.text).joined(separator: parts.items.delimiters[0])
            } else if let typed = mistakes.text(list, what)?.text {
                text = typed
            } else {
                continue
            }
            guard list.itemList != nil || parts.items.delimiters.contains(where: text.contains) else {
                let hint = "what items are allowed stands in `sheaf: { items: { enum: […] } }`; a list is `[[a, b]]`"
                mistakes.add(list.line, "\(what), “\(CellText.shown(text))”, is no list", hint)
                continue
            }
            guard let (json, failures) = reader.readAllowedList(text) else {
                mistakes.add(list.line, "\(what) has no items", "leave it out: a blank cell is no value")
                continue
            }
            let value = String(decoding: json, as: UTF8.self)
            if let failure = failures.first {
                let problem = "\(what), “\(CellText.shown(text))”, is no value of the field"
                mistakes.add(list.line, problem, reader.field.explained(failure, cell: text))
            } else if allowed.contains(value) {
                mistakes.add(list.line, "\(what), “\(CellText.shown(text))”, stands there twice", "keep one of them")
            } else {
                allowed.append(value)
            }
        }
        return allowed
    }

    // MARK: Categories

    /// Reads `categories` and `categoriesOrdered`: the values, in canonical text; nil if there are none.
    private mutating func readCategories(_ members: SchemaMembers, _ parts: inout FieldParts) -> [String]? {
        parts.categoriesOrdered = mistakes.flag(members, "categoriesOrdered")
        guard let node = members["categories"] else {
            if let ordered = members["categoriesOrdered"] {
                let problem = "`categoriesOrdered` of \(members.place) does nothing without `categories`"
                mistakes.add(ordered.line, problem, "leave it out")
            }
            return nil
        }
        let place = "`categories` of \(members.place)"
        guard let type = parts.type, let items = mistakes.nodes(node, place) else { return nil }
        guard type == .string || type == .integer else {
            let problem = "\(place) is for `type: string` and `type: integer` only"
            mistakes.add(node.line, problem, "write `constraints: { enum: […] }`")
            return nil
        }
        if items.isEmpty { mistakes.add(node.line, "\(place) allows no value") }
        var values: [SchemaNode] = []
        var labels: [SchemaText?] = []
        for item in items {
            guard item.memberList != nil else {
                values.append(item)
                labels.append(nil)
                continue
            }
            let entry = mistakes.members(of: item, in: "an entry of \(place)", known: ["value", "label"])
            guard let entry else { continue }
            guard let value = entry["value"] else {
                mistakes.add(item.line, "an entry of \(place) has no `value`")
                continue
            }
            let label = entry["label"].flatMap { mistakes.text($0, "`label` of an entry of \(place)") }
            if let label, labels.contains(where: { $0?.text == label.text }) {
                let problem = "the label “\(CellText.shown(label.text))” stands twice in \(place)"
                mistakes.add(label.line, problem, "give each category a label of its own")
            }
            values.append(value)
            labels.append(label)
        }
        let allowed = allowedValues(values, "a value of \(place)", parts)
        if allowed.count == labels.count {
            parts.categories = zip(allowed, labels).map { FieldCategory(value: $0, label: $1?.text) }
        }
        return allowed
    }
}

extension FieldReader {
    /// The first thing that is wrong with a value (of a list, an item) that is given as normalised text.
    ///
    /// What is only warned of is not wrong.
    func failure(ofText text: String) -> CellFailure? {
        failures(of: text, form).first { !$0.isWarning }
    }

    /// The first thing that is wrong with a value that is given as the canonical form has it, warnings too.
    ///
    /// A character that nobody types is no matter of constraints: who allows such a value has meant it.
    func failure(ofStored text: String) -> CellFailure? {
        failures(of: text, field.type == .list ? form : ValueForm(storedIn: field))
            .first { $0.code != CellFailure.controlCharacter.code }
    }

    private func failures(of text: String, _ form: ValueForm) -> [CellFailure] {
        var arena = ByteArena(capacity: 256)
        var failures: [CellFailure] = []
        var text = text
        text.withUTF8 { bytes in
            if field.type == .list {
                _ = appendItem(bytes, form, to: &arena, failures: &failures)
            } else if field.type != .boolean {
                // Which words mean true is checked by whoever reads the words.
                _ = appendValue(bytes, form, to: &arena, failures: &failures)
            }
        }
        return failures
    }

    /// The canonical JSON of a cell with several values, and what is wrong with it; nil if it has no items.
    func readAllowedList(_ text: String) -> (json: [UInt8], failures: [CellFailure])? {
        var arena = ByteArena(capacity: 256)
        var scratch = TextScratch()
        var failures: [CellFailure] = []
        var text = text
        let outcome = text.withUTF8 { readList($0, into: &arena, scratch: &scratch, failures: &failures) }
        return outcome == .blank ? nil : (arena.array(), failures)
    }
}

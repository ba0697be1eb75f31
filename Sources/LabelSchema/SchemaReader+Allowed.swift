/// Allowed values and aliases.
extension SchemaReader {
    mutating func readAllowed(_ constraints: SchemaMembers, _ parts: inout FieldParts) {
        let what: String
        let texts: [SchemaText]?
        if parts.type == .list {
            if let node = constraints["enum"] {
                let hint = "what items are allowed stands in `sheaf: { items: { enum: […] } }`"
                mistakes.add(node.line, "`enum` in \(constraints.place) does nothing for `type: list`", hint)
            }
            what = "an item of `enum` of field `\(CellText.shown(parts.name.text))`"
            texts = parts.itemEnum.flatMap { mistakes.texts($0, "`enum` of `items`") }
        } else {
            what = "a value of `enum` in \(constraints.place)"
            texts = mistakes.texts(constraints, "enum")
        }
        guard let texts, let type = parts.valueType else { return }
        if texts.isEmpty {
            let line = parts.itemEnum?.line ?? constraints["enum"]?.line ?? constraints.line
            mistakes.add(line, "`enum` of field `\(CellText.shown(parts.name.text))` allows no value")
        }
        let plain = parts.type.map { parts.reader(type: $0) }
        let normalizer = TextNormalizer(parts.normalize)
        var allowed: [String] = []
        for text in texts {
            guard let value = canonicalText(text, type, what) else { continue }
            let shown = "“\(CellText.shown(text.text))”"
            if allowed.contains(where: { $0.utf8.elementsEqual(value.utf8) }) {
                mistakes.add(text.line, "\(what), \(shown), stands there twice", "keep one of them")
                continue
            }
            allowed.append(value)
            if type == .string || type == .any { checkIsNormal(text, what, normalizer) }
            if parts.missingValues.contains(text.text) {
                mistakes.add(text.line, "\(what), \(shown), is one of `missingValues`", "keep it in one of them")
            }
            if parts.type == .list, parts.items.delimiters.contains(where: text.text.contains) {
                mistakes.add(text.line, "\(what), \(shown), has a delimiter in it", "nobody could enter it")
            }
            if let plain, let failure = plain.failure(ofText: value) {
                let problem = "\(what), \(shown), does not satisfy the other constraints"
                mistakes.add(text.line, problem, plain.field.explained(failure, cell: text.text))
            }
        }
        parts.allowed = allowed
    }

    // MARK: Aliases

    /// Reads `value: [spelling, …]`.
    mutating func readAliases(_ sheaf: SchemaMembers, _ parts: inout FieldParts) {
        guard let node = sheaf["aliases"] else { return }
        guard case .mapping(let members) = node.value else {
            let problem = "`aliases` of \(sheaf.place) must be a mapping, but is \(node.found)"
            mistakes.add(node.line, problem, "write `value: [another spelling, …]`")
            return
        }
        let reader = parts.type.map { parts.reader(type: $0) }
        let targets = members.map(\.name)
        var seen: Set<[UInt8]> = []
        // A stored document has its members sorted. Aliases are taken in that order too, so that both read the same.
        for member in members.sorted(by: { JSONText.precedes($0.name, $1.name) }) {
            guard seen.insert(Array(member.name.utf8)).inserted else {
                let name = "`\(CellText.shown(member.name))`"
                mistakes.add(member.line, "\(name) stands twice in `aliases` of \(sheaf.place)", "keep one of them")
                continue
            }
            let what = "aliases of “\(CellText.shown(member.name))”"
            let value = SchemaText(text: member.name, line: member.line)
            if let reader { checkTarget(value, of: reader, parts) }
            for spelling in mistakes.texts(member.value, what) ?? [] {
                check(spelling, of: value, targets: targets, parts)
                parts.aliases.append(FieldAlias(spelling: spelling.text, value: value.text))
            }
        }
    }

    /// An alias has to stand for a value that could have been typed.
    private mutating func checkTarget(_ value: SchemaText, of reader: FieldReader, _ parts: FieldParts) {
        let shown = "“\(CellText.shown(value.text))”"
        let name = "`\(CellText.shown(parts.name.text))`"
        if parts.valueType == .boolean {
            let words = parts.trueValues + parts.falseValues
            guard !words.contains(value.text) else { return }
            let hint = SchemaMistakeCollector.meant(value.text, among: words)
            mistakes.add(value.line, "there are aliases of \(shown), which is no value of field \(name)", hint)
            return
        }
        if parts.valueType == .string || parts.valueType == .any, parts.allowed == nil {
            checkIsNormal(value, "the value that aliases stand for", TextNormalizer(parts.normalize))
        }
        guard let failure = reader.failure(ofText: value.text) else { return }
        let problem = "there are aliases of \(shown), which is no value of field \(name)"
        mistakes.add(value.line, problem, reader.field.explained(failure, cell: value.text))
    }

    private mutating func check(
        _ spelling: SchemaText, of value: SchemaText, targets: [String], _ parts: FieldParts
    ) {
        let shown = "the alias “\(CellText.shown(spelling.text))”"
        let isSame = { (other: String) in other.utf8.elementsEqual(spelling.text.utf8) }
        checkIsNormal(spelling, "the alias", TextNormalizer(parts.normalize))
        if let other = parts.aliases.first(where: { isSame($0.spelling) }) {
            let problem = "\(shown) stands for “\(CellText.shown(other.value))” already"
            mistakes.add(spelling.line, problem, "keep one of them")
        } else if parts.allowed?.contains(where: isSame) == true || targets.contains(where: isSame) {
            mistakes.add(spelling.line, "\(shown) is a value itself", "leave it out, or take it out of the values")
        } else if parts.missingValues.contains(where: isSame) {
            mistakes.add(spelling.line, "\(shown) is one of `missingValues`", "keep it in one of them")
        }
    }
}

extension FieldReader {
    /// The first thing that is wrong with a value (of a list, an item) that is given as normalised text.
    func failure(ofText text: String) -> CellFailure? {
        var arena = ByteArena(capacity: 256)
        var failures: [CellFailure] = []
        var text = text
        text.withUTF8 { bytes in
            if field.type == .list {
                appendItem(bytes, to: &arena, failures: &failures)
            } else if field.type == .boolean {
                // Which words mean true is checked by whoever reads the words.
                return
            } else {
                _ = appendValue(bytes, to: &arena, failures: &failures)
            }
        }
        return failures.first
    }
}

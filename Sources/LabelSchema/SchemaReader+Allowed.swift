/// Allowed values.
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

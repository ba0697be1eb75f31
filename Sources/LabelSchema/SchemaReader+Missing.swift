/// The texts that mean "no value", and why there is none where the schema says so.
struct MissingValues {
    var texts: [String] = []
    var labels: [String: String] = [:]
}

extension SchemaReader {
    /// Reads `missingValues`: a list of texts, or of mappings with `value` and `label`; nil if there is none.
    mutating func missingValues(_ members: SchemaMembers) -> MissingValues? {
        guard let node = members["missingValues"] else { return nil }
        let what = "`missingValues` of \(members.place)"
        var missing = MissingValues()
        guard case .list(let items) = node.value, items.contains(where: { $0.text == nil }) else {
            for text in mistakes.texts(node, what, allowsEmptyText: true) ?? [] {
                add(text, label: nil, to: &missing, what)
            }
            return missing
        }
        for item in items {
            guard let entry = mistakes.members(of: item, in: "an entry of \(what)", known: ["value", "label"]) else {
                continue
            }
            let label = entry["label"].flatMap { mistakes.text($0, "`label` of an entry of \(what)") }
            if let value = entry["value"]?.text {
                add(SchemaText(text: value, line: item.line), label: label, to: &missing, what)
            } else {
                mistakes.add(item.line, "an entry of \(what) has no `value`")
            }
        }
        return missing
    }

    private mutating func add(
        _ text: SchemaText, label: SchemaText?, to missing: inout MissingValues, _ what: String
    ) {
        if missing.texts.contains(where: { $0.utf8.elementsEqual(text.text.utf8) }) {
            let problem = "“\(CellText.shown(text.text))” stands twice in \(what)"
            return mistakes.add(text.line, problem, "keep one of them")
        }
        missing.texts.append(text.text)
        guard let label else { return }
        if missing.labels.values.contains(label.text) {
            let problem = "the label “\(CellText.shown(label.text))” stands twice in \(what)"
            mistakes.add(label.line, problem, "give each missing value a label of its own")
        }
        missing.labels[text.text] = label.text
    }
}

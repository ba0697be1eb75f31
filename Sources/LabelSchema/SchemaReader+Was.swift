/// What a field was called before: `was` of its `sheaf`.
extension SchemaReader {
    /// Reads one former name or a list of them, the latest first.
    mutating func formerNames(_ sheaf: SchemaMembers, of name: SchemaText) -> [SchemaText] {
        guard let node = sheaf["was"] else { return [] }
        let what = "`was` of \(sheaf.place)"
        let texts: [SchemaText]
        if case .list = node.value {
            texts = mistakes.texts(node, what) ?? []
        } else {
            texts = mistakes.text(node, what).map { [$0] } ?? []
        }
        var names: [SchemaText] = []
        for text in texts {
            let shown = CellText.shown(text.text)
            if !Self.isFieldName(text.text) {
                let hint = "write the `name` that the field had; titles may change as they like"
                mistakes.add(text.line, "\(what) cannot be “\(shown)”: no field can have had that name", hint)
            } else if names.contains(where: { $0.text == text.text }) {
                mistakes.add(text.line, "`\(shown)` stands twice in \(what)", "keep one of them")
            } else if text.text == name.text {
                mistakes.add(text.line, "\(what) is the field's own name", "leave it out, or name the former one")
            } else {
                names.append(text)
            }
        }
        return names
    }

    /// A former name must lead to one field: none has it now, and no two had it.
    mutating func checkFormerNames(_ fields: [FieldDraft]) {
        var owners: [String: FieldDraft] = [:]
        for field in fields {
            for former in field.formerNames {
                let shown = CellText.shown(former.text)
                if let present = fields.first(where: { $0.name.text == former.text }) {
                    let problem =
                        "`was` of field `\(field.shownName)` names `\(shown)`, which is the field in line "
                        + "\(present.name.line)"
                    mistakes.add(former.line, problem, "a field that is still there was not renamed")
                } else if let owner = owners[former.text] {
                    let problem =
                        "`was` of field `\(field.shownName)` names `\(shown)`, as does that of field `\(owner.shownName)`"
                    mistakes.add(former.line, problem, "the values can go on in one of them only")
                } else {
                    owners[former.text] = field
                }
            }
        }
    }
}

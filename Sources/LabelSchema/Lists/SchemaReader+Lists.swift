extension SchemaReader {
    /// Reads the lists that stand in the document itself, under `sheaf.lists`.
    mutating func readInlineLists(_ sheaf: SchemaMembers?) {
        guard let sheaf, let node = sheaf["lists"] else { return }
        guard case .mapping(let members) = node.value else {
            let problem = "`lists` of \(sheaf.place) must be a mapping, but is \(node.found)"
            return mistakes.add(node.line, problem, "write `name: [[value], [one], [two]]`")
        }
        for member in members {
            let shown = CellText.shown(member.name)
            guard let list = SchemaList.inline(member.value, name: member.name) else {
                mistakes.add(
                    member.line, "the list `\(shown)` must be a list of rows, each a list of as many texts",
                    "begin with the header: `\(shown): [[value], [one], [two]]`")
                continue
            }
            if lists.updateValue(list, forKey: member.name) != nil {
                mistakes.add(member.line, "the list `\(shown)` stands twice in \(sheaf.place)", "keep one of them")
            }
        }
    }

    /// The list of a name: one that stands in the document, else the file of that name.
    ///
    /// - Parameters:
    ///   - name: The name, as the schema has it.
    ///   - what: What refers to it, for messages.
    /// - Returns: The list, or nil, with a mistake, if there is none that can be read.
    mutating func list(_ name: SchemaText, for what: String) -> SchemaList? {
        if let known = lists[name.text] { return known }
        if unreadableLists.contains(name.text) { return nil }
        let shown = CellText.shown(name.text)
        guard let bytes = listFiles.read(name.text) else {
            unreadableLists.insert(name.text)
            mistakes.add(
                name.line, "\(what) names the list `\(shown)`, which cannot be read",
                "give its place as seen from the schema file, such as `lists/ingredients.csv`")
            return nil
        }
        do {
            let list = try SchemaList.read(bytes, name: name.text, file: name.text)
            lists[name.text] = list
            listsRead.append(list)
            return list
        } catch {
            unreadableLists.insert(name.text)
            mistakes.add(
                LabelSchemaMistake(
                    file: name.text, line: error.line, problem: error.message, hint: "\(what) needs this list"))
            return nil
        }
    }
}

/// Row rules: `rules` of the document's `sheaf`.
extension SchemaReader {
    private static let knownInRule = ["rule", "name", "severity", "field", "message"]

    /// Reads the rules; each is a sentence, or a mapping with the sentence under `rule`.
    ///
    /// - Parameters:
    ///   - sheaf: The document's `sheaf`, if there is one.
    ///   - drafts: The fields as far as they could be read.
    /// - Returns: The rules in which no mistake was found.
    mutating func rules(_ sheaf: SchemaMembers?, _ drafts: [FieldDraft]) -> [RowRule] {
        guard let sheaf, let node = sheaf["rules"] else { return [] }
        guard case .list(let items) = node.value else {
            let problem = "`rules` of \(sheaf.place) must be a list, but is \(node.found)"
            mistakes.add(
                node.line, problem, "begin each rule with `- `, such as `- if open is false then note is empty`")
            return []
        }
        let fields = drafts.map { draft in
            RuleField(
                name: draft.name.text, headerTexts: draft.headerTexts.map(\.text), reader: draft.reader)
        }
        var names: [String: Int] = [:]
        return items.enumerated().compactMap { index, item in
            rule(item, place: index + 1, fields, &names)
        }
    }

    private mutating func rule(
        _ node: SchemaNode, place: Int, _ fields: [RuleField], _ names: inout [String: Int]
    ) -> RowRule? {
        let what = "rule \(place)"
        if case .string(let text) = node.value {
            return compile(
                SchemaText(text: text, line: node.line), what, SchemaMembers(place: what, line: node.line), fields)
        }
        guard case .mapping = node.value else {
            let hint = "write it in words, such as `if is_food is false then category is empty`"
            mistakes.add(node.line, "\(what) must be text or a mapping, but is \(node.found)", hint)
            return nil
        }
        guard let members = mistakes.members(of: node, in: what, known: Self.knownInRule) else { return nil }
        if let name = mistakes.text(members, "name") {
            if let line = names[name.text] {
                let problem = "\(what) has the name of the rule in line \(line), “\(CellText.shown(name.text))”"
                mistakes.add(name.line, problem, "give it a name of its own")
            }
            names[name.text] = name.line
        }
        guard members["rule"] != nil else {
            mistakes.add(node.line, "\(what) has no `rule`", "write the rule in words under `rule`")
            return nil
        }
        guard let text = mistakes.text(members, "rule") else { return nil }
        return compile(text, what, members, fields)
    }

    private mutating func compile(
        _ text: SchemaText, _ what: String, _ members: SchemaMembers, _ fields: [RuleField]
    ) -> RowRule? {
        let severity = mistakes.word(members, "severity", Severity.self) ?? .error
        let messages = members["message"].map { mistakes.languages($0, "`message` of \(what)") } ?? [:]
        let before = mistakes.mistakes.count
        let tree: RuleTree
        do {
            tree = try RuleParser.parse(text.text)
        } catch {
            add(error, text, what)
            return nil
        }
        var compiler = RuleCompiler(fields)
        let root = compiler.add(tree)
        for mistake in compiler.mistakes { add(mistake, text, what) }
        guard let anchor = anchor(members, what, fields) ?? compiler.named.last else { return nil }
        let named = compiler.named.map { fields[$0].name }
        for message in messages.values { checkPlaces(of: message, "`message` of \(what)", named: named) }
        guard root != nil, mistakes.mistakes.count == before else { return nil }
        let readers = fields.compactMap(\.reader)
        guard readers.count == fields.count else { return nil }
        return RowRule(
            text: text.text, name: members["name"]?.text, severity: severity, anchor: anchor, tree: tree,
            compiler: compiler, messages: messages.mapValues(\.text), fields: readers.map(\.field))
    }

    private mutating func add(_ mistake: RuleMistake, _ text: SchemaText, _ what: String) {
        let problem = "\(what), character \(mistake.position): \(mistake.problem)"
        mistakes.add(text.line, problem, mistake.hint)
    }

    /// The field in whose column the message stands, where the rule says one.
    private mutating func anchor(_ members: SchemaMembers, _ what: String, _ fields: [RuleField]) -> Int? {
        guard let name = mistakes.text(members, "field") else { return nil }
        if let place = fields.firstIndex(where: { $0.name == name.text }) { return place }
        let hint = SchemaMistakeCollector.meant(name.text, among: fields.map(\.name))
        mistakes.add(name.line, "`field` of \(what) names `\(CellText.shown(name.text))`, which is no field", hint)
        return nil
    }

    private mutating func checkPlaces(of template: SchemaText, _ what: String, named: [String]) {
        let known = RowRule.templatePlaces + named
        for name in MessageTemplate.places(of: template.text) where !known.contains(name) {
            let hint = SchemaMistakeCollector.meant(name, among: known)
            mistakes.add(template.line, "\(what) has a place `{\(CellText.shown(name))}`, which is not known", hint)
        }
    }
}

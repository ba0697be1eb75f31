/// The known members of one mapping of a schema document, by name.
struct SchemaMembers {
    /// What the mapping is, for messages: ``field `category` ``.
    let place: String
    let line: Int
    private(set) var nodes: [String: SchemaNode] = [:]

    /// A mapping without members, for one that is not there.
    init(place: String, line: Int) {
        self.place = place
        self.line = line
    }

    subscript(name: String) -> SchemaNode? {
        nodes[name]
    }

    /// Takes a member in; false if there is one of that name already.
    mutating func insert(_ member: SchemaMember) -> Bool {
        guard nodes[member.name] == nil else { return false }
        nodes[member.name] = member.value
        return true
    }
}

/// A text of a schema document and the line it stands on.
struct SchemaText {
    var text: String
    var line: Int
}

/// The mistakes found so far, and the reading of plain values that finds the plain ones.
struct SchemaMistakeCollector {
    let file: String
    private(set) var mistakes: [LabelSchemaMistake] = []

    init(file: String) {
        self.file = file
    }

    /// Every mistake in the order of lines; of one line, in the order in which they were found.
    var sorted: [LabelSchemaMistake] {
        mistakes.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
    }

    mutating func add(_ line: Int, _ problem: String, _ hint: String? = nil) {
        mistakes.append(LabelSchemaMistake(file: file, line: line, problem: problem, hint: hint))
    }

    /// Adds a mistake of another file that the document refers to.
    mutating func add(_ mistake: LabelSchemaMistake) {
        mistakes.append(mistake)
    }

    // MARK: Mappings

    /// The members of a mapping; every name that is unknown or stands there twice is a mistake.
    ///
    /// - Parameters:
    ///   - node: What should be a mapping.
    ///   - place: What it is, for messages.
    ///   - known: The names that may stand here.
    ///   - unused: Names that Table Schema knows and Sheaf does not, each with what to do instead.
    ///   - isOpen: Any other name may stand here and has no effect, as Table Schema allows; one that looks like a known
    ///     name mistyped still is a mistake.
    /// - Returns: The known members, or nil if the node is no mapping.
    mutating func members(
        of node: SchemaNode, in place: String, known: [String], unused: [String: String] = [:],
        isOpen: Bool = false
    ) -> SchemaMembers? {
        guard case .mapping(let all) = node.value else {
            add(node.line, "\(place) must be a mapping, but is \(node.found)")
            return nil
        }
        var members = SchemaMembers(place: place, line: node.line)
        for member in all {
            guard known.contains(member.name) else {
                let isMistyped = unused[member.name] != nil || NearestText.find(member.name, among: known) != nil
                if isOpen, !isMistyped { continue }
                addUnknown(member, in: place, known: known, unused: unused)
                continue
            }
            if !members.insert(member) {
                add(member.line, "`\(member.name)` stands twice in \(place)", "keep one of them")
            }
        }
        return members
    }

    private mutating func addUnknown(
        _ member: SchemaMember, in place: String, known: [String], unused: [String: String]
    ) {
        let name = "`\(CellText.shown(member.name))`"
        if let hint = unused[member.name] {
            add(member.line, "\(name) of Table Schema has no effect here, in \(place)", hint)
        } else {
            let problem = "\(name) is not known in \(place)"
            add(member.line, problem, Self.meant(member.name, among: known))
        }
    }

    /// ``did you mean `x`?``, or else all there is to choose from.
    static func meant(_ typed: String, among known: [String]) -> String {
        if let nearest = NearestText.find(typed, among: known) { return "did you mean `\(nearest)`?" }
        return "known are " + known.map { "`\($0)`" }.joined(separator: ", ")
    }

    // MARK: Plain values

    /// A text that is not empty.
    mutating func text(_ members: SchemaMembers, _ name: String) -> SchemaText? {
        guard let node = members[name] else { return nil }
        return text(node, "`\(name)` of \(members.place)")
    }

    mutating func text(_ node: SchemaNode, _ what: String) -> SchemaText? {
        guard let text = node.text, !text.isEmpty else {
            add(node.line, "\(what) must be text, but is \(node.text == nil ? node.found : "empty")")
            return nil
        }
        return SchemaText(text: text, line: node.line)
    }

    mutating func flag(_ members: SchemaMembers, _ name: String) -> Bool? {
        guard let node = members[name] else { return nil }
        guard case .boolean(let flag) = node.value else {
            let problem = "`\(name)` of \(members.place) must be true or false, but is \(node.found)"
            add(node.line, problem, "write `\(name): true` or `\(name): false`")
            return nil
        }
        return flag
    }

    /// A whole number from 0.
    mutating func count(_ members: SchemaMembers, _ name: String) -> Int? {
        guard let node = members[name] else { return nil }
        // Older documents have constraints as text, too.
        guard let literal = node.text, let count = Int(literal), count >= 0 else {
            let problem = "`\(name)` of \(members.place) must be a whole number from 0, but is \(node.found)"
            add(node.line, problem)
            return nil
        }
        return count
    }

    /// The entries of a list, whatever they are.
    mutating func nodes(_ node: SchemaNode, _ what: String) -> [SchemaNode]? {
        if case .list(let items) = node.value { return items }
        let hint = node.text.map { "write `[\(CellText.shown($0))]`" }
        add(node.line, "\(what) must be a list, but is \(node.found)", hint)
        return nil
    }

    /// A list of texts.
    ///
    /// Numbers and booleans count as the text their author wrote.
    ///
    /// - Parameters:
    ///   - members: The mapping that may have the list.
    ///   - name: The list's name there.
    ///   - allowsEmptyText: Whether `""` may be one of them.
    /// - Returns: The texts, or nil if there is no list.
    mutating func texts(_ members: SchemaMembers, _ name: String, allowsEmptyText: Bool = false) -> [SchemaText]? {
        guard let node = members[name] else { return nil }
        return texts(node, "`\(name)` of \(members.place)", allowsEmptyText: allowsEmptyText)
    }

    mutating func texts(_ node: SchemaNode, _ what: String, allowsEmptyText: Bool = false) -> [SchemaText]? {
        guard let items = nodes(node, what) else { return nil }
        var texts: [SchemaText] = []
        for item in items {
            if let text = item.text, !text.isEmpty || allowsEmptyText {
                texts.append(SchemaText(text: text, line: item.line))
            } else {
                add(item.line, "an entry of \(what) must be text, but is \(item.text == nil ? item.found : "empty")")
            }
        }
        return texts
    }

    /// A value of a fixed set of words.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ members: SchemaMembers, _ name: String, _ type: Word.Type
    ) -> Word? where Word.RawValue == String {
        guard let text = text(members, name) else { return nil }
        return word(text, "`\(name)` of \(members.place)", type)
    }

    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ text: SchemaText, _ what: String, _ type: Word.Type
    ) -> Word? where Word.RawValue == String {
        if let word = Word(rawValue: text.text) { return word }
        let known = Word.allCases.map(\.rawValue)
        add(text.line, "\(what) cannot be “\(CellText.shown(text.text))”", Self.meant(text.text, among: known))
        return nil
    }

    /// Texts by language.
    mutating func languages(_ node: SchemaNode, _ what: String) -> [String: SchemaText] {
        let known = MessageLanguage.allCases.map(\.rawValue)
        guard let members = members(of: node, in: what, known: known) else { return [:] }
        var texts: [String: SchemaText] = [:]
        for language in known { texts[language] = text(members, language) }
        return texts
    }
}

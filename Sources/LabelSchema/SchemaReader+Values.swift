import Tabular

extension SchemaReader {
    // MARK: Type and format

    mutating func type(_ members: SchemaMembers) -> FieldType? {
        guard members["type"] != nil else {
            // The default of the standard's version 1. That of version 2, `any`, reads the same values, but knows no
            // constraints of text.
            return .string
        }
        return mistakes.word(members, "type", FieldType.self)
    }

    /// Reads everything that depends on the type.
    mutating func readValues(
        _ members: SchemaMembers, _ sheaf: SchemaMembers, _ parts: inout FieldParts
    ) {
        if let type = parts.type {
            readFormat(members, type, &parts)
            readNumbers(members, type, &parts)
            readList(members, sheaf, type, &parts)
            readBooleans(members, type, &parts)
        }
        var constraints = SchemaMembers(place: "`constraints` of \(members.place)", line: members.line)
        if let node = members["constraints"] {
            constraints =
                mistakes.members(of: node, in: constraints.place, known: Self.constraintNames) ?? constraints
        }
        readConstraints(constraints, &parts)
        readAllowed(constraints, members, &parts)
        readAliases(sheaf, &parts)
        readSeverity(sheaf, constraints, &parts)
    }

    private mutating func readFormat(_ members: SchemaMembers, _ type: FieldType, _ parts: inout FieldParts) {
        guard let text = mistakes.text(members, "format") else { return }
        let what = "`format` of \(members.place)"
        // The standard's version 0 wrote patterns as `fmt:%Y`.
        let source = text.text.hasPrefix("fmt:") ? String(text.text.dropFirst(4)) : text.text
        let named = FieldFormat.named(type)
        let shown = "\(what) cannot be “\(CellText.shown(text.text))”"
        if let format = named.first(where: { $0.name == source }) {
            parts.format = format
        } else if [.date, .time, .datetime].contains(type), source.contains("%") {
            do {
                _ = try CalendarPattern(source, type: type)
                parts.format = .pattern(source)
            } catch {
                mistakes.add(text.line, "\(shown): \(error.message)", error.hint)
            }
        } else if named.count > 1 {
            mistakes.add(text.line, shown, SchemaMistakeCollector.meant(source, among: named.map(\.name)))
        } else {
            let hint = "leave it out: values of type `\(type.rawValue)` have one form"
            mistakes.add(text.line, shown, hint)
        }
    }

    // MARK: Numbers

    private mutating func readNumbers(_ members: SchemaMembers, _ type: FieldType, _ parts: inout FieldParts) {
        let types = [
            "decimalChar": [FieldType.number], "groupChar": [.number, .integer], "bareNumber": [.number, .integer],
        ]
        for (name, types) in types.sorted(by: { $0.key < $1.key }) where !types.contains(type) {
            guard let node = members[name] else { continue }
            let names = types.map { "`type: \($0.rawValue)`" }.joined(separator: " and ")
            mistakes.add(node.line, "`\(name)` of \(members.place) is for \(names) only", "leave it out")
        }
        guard type == .number || type == .integer else { return }
        let normalizer = TextNormalizer(parts.normalize.filter { $0 != .trim })
        if type == .number, let text = separator(members, "decimalChar", normalizer) {
            parts.numberFormat.decimalChar = text
        }
        parts.numberFormat.groupChar = separator(members, "groupChar", normalizer)
        parts.numberFormat.isBare = mistakes.flag(members, "bareNumber") ?? true
        if parts.numberFormat.groupChar == parts.numberFormat.decimalChar, type == .number {
            let problem = "`groupChar` of \(members.place) is the decimal sign too"
            mistakes.add(members["groupChar"]?.line ?? members.line, problem, "give `decimalChar` another one")
        }
    }

    private mutating func separator(
        _ members: SchemaMembers, _ name: String, _ normalizer: TextNormalizer
    ) -> String? {
        guard let text = mistakes.text(members, name) else { return nil }
        let what = "`\(name)` of \(members.place)"
        checkIsNormal(text, what, normalizer)
        let isOfNumbers = text.text.utf8.contains {
            NumberText.isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+")
        }
        if isOfNumbers || ["e", "E"].contains(text.text) {
            mistakes.add(text.line, "\(what) cannot be “\(CellText.shown(text.text))”, which numbers are made of")
        }
        return text.text
    }

    // MARK: Lists

    private mutating func readList(
        _ members: SchemaMembers, _ sheaf: SchemaMembers, _ type: FieldType, _ parts: inout FieldParts
    ) {
        guard type == .list else {
            for name in ["itemType", "delimiter"] {
                guard let node = members[name] else { continue }
                mistakes.add(node.line, "`\(name)` of \(members.place) is for `type: list` only", "leave it out")
            }
            if let node = sheaf["items"] {
                mistakes.add(node.line, "`items` of \(sheaf.place) is for `type: list` only", "use `constraints`")
            }
            return
        }
        if let text = mistakes.text(members, "itemType"),
            let item = mistakes.word(text, "`itemType` of \(members.place)", FieldType.self)
        {
            if [.string, .integer, .number, .boolean, .date, .time, .datetime].contains(item) {
                parts.items.type = item
            } else {
                let problem = "`itemType` of \(members.place) cannot be `\(item.rawValue)`"
                mistakes.add(text.line, problem, "use string, integer, number, boolean, date, time or datetime")
            }
        }
        var delimiters = [mistakes.text(members, "delimiter") ?? SchemaText(text: ",", line: members.line)]
        let place = "`items` of \(sheaf.place)"
        if let node = sheaf["items"],
            let items = mistakes.members(of: node, in: place, known: ["enum", "delimiters"])
        {
            delimiters += mistakes.texts(items, "delimiters") ?? []
            parts.itemEnum = items["enum"]
        }
        // What trims the ends of an item would trim a delimiter that is a space, but not inside a cell.
        let normalizer = TextNormalizer(parts.normalize.filter { $0 != .trim })
        var distinct: [String] = []
        for delimiter in delimiters where !distinct.contains(delimiter.text) {
            checkIsNormal(delimiter, "the delimiter", normalizer)
            distinct.append(delimiter.text)
        }
        parts.items.delimiters = distinct
    }

    // MARK: Booleans

    private mutating func readBooleans(
        _ members: SchemaMembers, _ type: FieldType, _ parts: inout FieldParts
    ) {
        guard type == .boolean || (type == .list && parts.items.type == .boolean) else {
            for name in ["trueValues", "falseValues"] {
                guard let node = members[name] else { continue }
                mistakes.add(node.line, "`\(name)` of \(members.place) is for `type: boolean` only", "leave it out")
            }
            return
        }
        let normalizer = TextNormalizer(parts.normalize)
        let trueWords = booleanWords(members, "trueValues", normalizer)
        let falseWords = booleanWords(members, "falseValues", normalizer)
        parts.trueValues = trueWords?.map(\.text) ?? parts.trueValues
        parts.falseValues = falseWords?.map(\.text) ?? parts.falseValues
        for word in (falseWords ?? trueWords) ?? []
        where parts.trueValues.contains(word.text) && parts.falseValues.contains(word.text) {
            let problem = "“\(CellText.shown(word.text))” means both true and false in \(members.place)"
            mistakes.add(word.line, problem, "keep it in one of `trueValues` and `falseValues`")
        }
    }

    private mutating func booleanWords(
        _ members: SchemaMembers, _ name: String, _ normalizer: TextNormalizer
    ) -> [SchemaText]? {
        guard let words = mistakes.texts(members, name) else { return nil }
        if words.isEmpty { mistakes.add(members[name]?.line ?? 0, "`\(name)` of \(members.place) has no value") }
        for word in words { checkIsNormal(word, "a value of `\(name)` of \(members.place)", normalizer) }
        return words
    }

    // MARK: Checks that all texts share

    /// What people type is compared after normalisation, so a text that is not normal itself is never found.
    mutating func checkIsNormal(_ text: SchemaText, _ what: String, _ normalizer: TextNormalizer) {
        let normal = normalizer.normalized(text.text)
        guard !normal.utf8.elementsEqual(text.text.utf8) else { return }
        let problem = "\(what), “\(CellText.shown(text.text))”, is never found, since `normalize` changes it"
        mistakes.add(text.line, problem, normal.isEmpty ? "leave it out" : "write “\(CellText.shown(normal))”")
    }

    /// `example`, and `examples` of the standard's version 2.1: texts, or for a type whose values are JSON, what the
    /// texts would be.
    mutating func examples(_ members: SchemaMembers, _ type: FieldType?) -> [SchemaText] {
        var nodes = members["example"].map { [$0] } ?? []
        if let list = members["examples"] { nodes += mistakes.nodes(list, "`examples` of \(members.place)") ?? [] }
        return nodes.compactMap { node in
            let isJSON = type.map { [.object, .array, .geojson, .geopoint].contains($0) } ?? false
            guard isJSON, node.itemList != nil || node.memberList != nil else {
                return mistakes.text(node, "`example` of \(members.place)")
            }
            return SchemaText(text: String(decoding: JSONValueText.bytes(node), as: UTF8.self), line: node.line)
        }
    }

    /// An example has to be what it is an example of.
    mutating func check(_ example: SchemaText, of reader: FieldReader, _ what: String) {
        var arena = ByteArena(capacity: 256)
        var scratch = TextScratch()
        var failures: [CellFailure] = []
        var text = example.text
        let outcome = text.withUTF8 { bytes in
            reader.read(.text, bytes, into: &arena, scratch: &scratch, failures: &failures)
        }
        guard outcome != .value else { return }
        let problem = "the example “\(CellText.shown(example.text))” is no value of \(what)"
        mistakes.add(example.line, problem, failures.first.map { reader.field.explained($0, cell: example.text) })
    }
}

extension LabelField {
    /// A failure in words for who writes a schema.
    func explained(_ failure: CellFailure, cell: String) -> String {
        var plain = failure
        plain.detail["title"] = name
        return CellError(
            code: plain.code, field: name, column: nil, rowNumber: 0, cell: cell, detail: plain.detail
        ).message(.en)
    }
}

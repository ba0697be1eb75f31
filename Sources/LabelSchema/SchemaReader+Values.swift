import Tabular

extension SchemaReader {
    // MARK: Type and format

    mutating func type(_ members: SchemaMembers) -> FieldType? {
        guard members["type"] != nil else {
            // The standard's default.
            return .string
        }
        guard let text = mistakes.text(members, "type") else { return nil }
        let others = ["object", "array", "geopoint", "geojson", "duration"]
        if others.contains(text.text) {
            let problem = "`type` of \(members.place) cannot be `\(text.text)`: a cell of a sheet holds one plain value"
            mistakes.add(text.line, problem, "use `string`, or `list` for several values")
            return nil
        }
        return mistakes.word(text, "`type` of \(members.place)", FieldType.self)
    }

    /// Reads everything that depends on the type.
    mutating func readValues(
        _ members: SchemaMembers, _ sheaf: SchemaMembers, isOnlyKey: Bool, _ parts: inout FieldParts
    ) {
        if let type = parts.type {
            readFormat(members, type, &parts)
            readList(members, sheaf, type, &parts)
            readBooleans(members, type, &parts)
        }
        var constraints = SchemaMembers(place: "`constraints` of \(members.place)", line: members.line)
        if let node = members["constraints"] {
            let known = Self.constraintNames
            let unused = ["jsonSchema": "leave it out: no cell holds JSON"]
            constraints =
                mistakes.members(of: node, in: constraints.place, known: known, unused: unused) ?? constraints
        }
        readConstraints(constraints, isOnlyKey: isOnlyKey, &parts)
        readAllowed(constraints, &parts)
        readAliases(sheaf, &parts)
    }

    private mutating func readFormat(_ members: SchemaMembers, _ type: FieldType, _ parts: inout FieldParts) {
        guard let text = mistakes.text(members, "format") else { return }
        if type == .string {
            parts.format = mistakes.word(text, "`format` of \(members.place)", StringFormat.self) ?? .default
        } else if text.text != StringFormat.default.rawValue {
            let problem = "`format` of \(members.place) cannot be “\(CellText.shown(text.text))”"
            mistakes.add(text.line, problem, "leave it out: values of type `\(type.rawValue)` have one form, ISO 8601")
        }
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
            if [.list, .any, .year, .yearmonth].contains(item) {
                let problem = "`itemType` of \(members.place) cannot be `\(item.rawValue)`"
                mistakes.add(text.line, problem, "use string, integer, number, boolean, date, time or datetime")
            } else {
                parts.items.type = item
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

/// Aliases and readings of a field: inline, or from a list file.
extension SchemaReader {
    /// A text of the document or of a list file.
    private struct Located {
        var text: String
        /// The list file; nil for the document itself.
        var file: String?
        var line: Int

        var shown: String { "“\(CellText.shown(text))”" }
    }

    /// A value and what stands for it.
    private struct Entry {
        var value: Located
        var spellings: [Located] = []
        var readings: [Located] = []
    }

    private mutating func add(_ place: Located, _ problem: String, _ hint: String? = nil) {
        mistakes.add(
            LabelSchemaMistake(file: place.file ?? file, line: place.line, problem: problem, hint: hint))
    }

    /// Reads `aliases` and `readings`.
    ///
    /// A list file of aliases has the columns `value` and `spelling` and may have `reading`; one of readings, `value`
    /// and `reading`.
    mutating func readAliases(_ sheaf: SchemaMembers, _ parts: inout FieldParts) {
        var entries = entries(sheaf, "aliases", column: "spelling", also: "reading")
        entries += self.entries(sheaf, "readings", column: "reading", also: nil).map { entry in
            Entry(value: entry.value, readings: entry.spellings)
        }
        guard !entries.isEmpty else { return }
        let reader = parts.type.map { parts.reader(type: $0) }
        let normalizer = TextNormalizer(parts.normalize)
        let allowed = Set((parts.allowed ?? []).map(Bytes.init))
        let missing = Set(parts.missingValues.map(Bytes.init))
        var targets: Set<Bytes> = []
        for entry in entries where targets.insert(Bytes(entry.value.text)).inserted {
            if let reader { check(target: entry, of: reader, normalizer, parts) }
        }
        var owners: [Bytes: String] = [:]
        for entry in entries {
            for reading in entry.readings {
                parts.readings.append(FieldReading(value: entry.value.text, reading: reading.text))
            }
            for spelling in entry.spellings {
                let shown = "the alias \(spelling.shown)"
                let bytes = Bytes(spelling.text)
                if !normalizer.isNormal(spelling.text) {
                    let normal = normalizer.normalized(spelling.text)
                    let problem = "\(shown) is never found, since `normalize` changes it"
                    add(spelling, problem, normal.isEmpty ? "leave it out" : "write “\(CellText.shown(normal))”")
                }
                if let owner = owners[bytes] {
                    add(spelling, "\(shown) stands for “\(CellText.shown(owner))” already", "keep one of them")
                } else if allowed.contains(bytes) || targets.contains(bytes) {
                    add(spelling, "\(shown) is a value itself", "leave it out, or take it out of the values")
                } else if missing.contains(bytes) {
                    add(spelling, "\(shown) is one of `missingValues`", "keep it in one of them")
                }
                owners[bytes] = entry.value.text
                parts.aliases.append(FieldAlias(spelling: spelling.text, value: entry.value.text))
            }
        }
    }

    /// An alias or a reading has to stand for a value that could have been typed.
    private mutating func check(
        target entry: Entry, of reader: FieldReader, _ normalizer: TextNormalizer, _ parts: FieldParts
    ) {
        let value = entry.value
        let what = entry.spellings.isEmpty ? "readings" : "aliases"
        let problem = "there are \(what) of \(value.shown), which is no value of field `\(reader.field.name)`"
        if parts.valueType == .boolean {
            let words = parts.trueValues + parts.falseValues
            guard !words.contains(value.text) else { return }
            return add(value, problem, SchemaMistakeCollector.meant(value.text, among: words))
        }
        if parts.valueType == .string || parts.valueType == .any, parts.allowed == nil,
            !normalizer.isNormal(value.text)
        {
            let normal = normalizer.normalized(value.text)
            let problem =
                "the value that \(what) stand for, \(value.shown), is never found, since `normalize` changes it"
            return add(value, problem, normal.isEmpty ? "leave it out" : "write “\(CellText.shown(normal))”")
        }
        guard let failure = reader.failure(ofText: value.text) else { return }
        add(value, problem, reader.field.explained(failure, cell: value.text))
    }

    // MARK: Where they stand

    private mutating func entries(
        _ sheaf: SchemaMembers, _ name: String, column: String, also: String?
    ) -> [Entry] {
        guard let node = sheaf[name] else { return [] }
        switch node.value {
        case .mapping(let members): return entries(members, "`\(name)` of \(sheaf.place)", name)
        case .string(let list):
            let text = SchemaText(text: list, line: node.line)
            return entries(list: text, "`\(name)` of \(sheaf.place)", column: column, also: also)
        default:
            let problem = "`\(name)` of \(sheaf.place) must be a mapping or the name of a list, but is \(node.found)"
            mistakes.add(node.line, problem, "write `value: [another \(column), …]`, or `\(name): lists/\(name).csv`")
            return []
        }
    }

    /// `value: [spelling, …]`; a lone text counts as a list of one.
    private mutating func entries(_ members: [SchemaMember], _ what: String, _ name: String) -> [Entry] {
        var seen: Set<Bytes> = []
        var entries: [Entry] = []
        // A stored document has its members sorted. They are taken in that order too, so that both read the same.
        for member in members.sorted(by: { JSONText.precedes($0.name, $1.name) }) {
            guard seen.insert(Bytes(member.name)).inserted else {
                let shown = "`\(CellText.shown(member.name))`"
                mistakes.add(member.line, "\(shown) stands twice in \(what)", "keep one of them")
                continue
            }
            let place = "\(name) of “\(CellText.shown(member.name))”"
            var texts: [SchemaText] = []
            if case .string = member.value.value, name == "readings" {
                texts = mistakes.text(member.value, place).map { [$0] } ?? []
            } else {
                texts = mistakes.texts(member.value, place) ?? []
            }
            entries.append(
                Entry(
                    value: Located(text: member.name, file: nil, line: member.line),
                    spellings: texts.map { Located(text: $0.text, file: nil, line: $0.line) }))
        }
        return entries
    }

    /// The rows of a list; a row without a spelling may still have a reading.
    private mutating func entries(
        list name: SchemaText, _ what: String, column: String, also: String?
    ) -> [Entry] {
        guard let list = list(name, for: what) else { return [] }
        let file = list.file ?? file
        guard let values = list.column("value"), let spellings = list.column(column) else {
            let missing = list.column("value") == nil ? "value" : column
            let problem = "the list `\(CellText.shown(list.name))` has no column `\(missing)`, which \(what) needs"
            let near = NearestText.find(missing, among: list.header).map { "did you mean `\($0)`?" }
            mistakes.add(
                LabelSchemaMistake(
                    file: file, line: list.file == nil ? name.line : 1, problem: problem,
                    hint: near ?? "its header is `value,\(column)`"))
            return []
        }
        let readings = also.flatMap(list.column)
        var entries: [Entry] = []
        for (row, line) in zip(list.rows, list.lines) {
            let located = { (text: String) in
                Located(text: text, file: list.file, line: line > 0 ? line : name.line)
            }
            let reading = readings.map { row[$0] } ?? ""
            guard !row[values].isEmpty, !row[spellings].isEmpty || !reading.isEmpty else {
                let blank = row[values].isEmpty ? "value" : column
                add(located(""), "a row of \(what) has no `\(blank)`", "fill it in, or take the row out")
                continue
            }
            entries.append(
                Entry(
                    value: located(row[values]), spellings: row[spellings].isEmpty ? [] : [located(row[spellings])],
                    readings: reading.isEmpty ? [] : [located(reading)]))
        }
        return entries
    }
}

/// A text that is equal to another only if its bytes are.
private struct Bytes: Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (first: Bytes, second: Bytes) -> Bool {
        first.text.utf8.elementsEqual(second.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var copy = text
        copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

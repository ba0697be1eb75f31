internal import Tabular

/// A foreign key to a list, ready for looking up the values of a row.
struct ListReference: Sendable {
    let key: ForeignKey
    /// What a message says of the fields of a key of several.
    private let fieldsDetail: [String: String]
    let listName: String
    /// The canonical JSON array of each row of the list.
    private let tuples: ByteLookup
    /// The values, as people read them; of a key of several fields, none.
    private let nearest: NearestText?
    /// The first values, for messages.
    private let shown: String

    init(
        key: ForeignKey, fields: [LabelField], listName: String, tuples: [[UInt8]], texts: [String],
        readings: [FieldReading]
    ) {
        self.key = key
        fieldsDetail = fields.messageDetail
        self.listName = listName
        self.tuples = ByteLookup(tuples)
        let candidates = texts.map { ($0, $0) } + readings.map { ($0.reading, $0.value) }
        nearest = key.fields.count == 1 ? NearestText(candidates) : nil
        let few = texts.prefix(Self.shownValues).joined(separator: " / ")
        shown = key.fields.count == 1 ? (texts.count > Self.shownValues ? few + " / …" : few) : ""
    }

    /// So many values are named in a message.
    private static let shownValues = 12

    /// Whether the list has a tuple, given as the canonical JSON array of its values.
    func contains(_ tuple: UnsafeBufferPointer<UInt8>) -> Bool {
        tuples.index(of: tuple) != nil
    }

    /// What is wrong with a value, given as a person reads it, that the list does not have.
    func failure(_ typed: String) -> CellFailure {
        var failure = CellFailure(code: "foreign-key", detail: ["reference": listName])
        failure.detail.merge(fieldsDetail) { own, _ in own }
        failure.detail["suggestion"] = nearest?.find(typed)
        if !shown.isEmpty { failure.detail["allowed"] = shown }
        return failure
    }

    /// The failures of a stored label's values.
    ///
    /// - Parameter values: The label's members by name.
    /// - Returns: The failure, if every field of the key has a value and the list does not have them.
    func check(_ values: [String: LabelValue]) -> CellFailure? {
        var json = [UInt8(ascii: "[")]
        for (index, name) in key.fields.enumerated() {
            guard let value = values[name] else { return nil }
            if index > 0 { json.append(UInt8(ascii: ",")) }
            value.appendJSON(to: &json)
        }
        json.append(UInt8(ascii: "]"))
        let isThere = json.withUnsafeBufferPointer { contains($0) }
        return isThere ? nil : failure(key.fields.compactMap { values[$0]?.displayText }.joined(separator: ", "))
    }
}

extension SchemaReader {
    /// Compiles the foreign keys to lists; a value of a list that is none of its field is a mistake.
    mutating func listReferences(_ keys: [ForeignKeyDraft], _ fields: [FieldDraft]) -> [ListReference] {
        keys.compactMap { draft in
            guard case .list(let name) = draft.key.reference, let list = lists[name] else { return nil }
            let columns = draft.key.referencedFields.compactMap(list.column)
            let readers = draft.key.fields.compactMap { name in fields.first { $0.name.text == name }?.reader }
            guard columns.count == readers.count else { return nil }
            var tuples: [[UInt8]] = []
            var texts: [String] = []
            var readings: [FieldReading] = []
            let readingColumn = columns.count == 1 ? list.column("reading") : nil
            for (row, line) in zip(list.rows, list.lines) {
                var tuple = [UInt8(ascii: "[")]
                var isWhole = true
                for (column, reader) in zip(columns, readers) {
                    guard let json = value(row[column], of: reader, list, line: line, fallback: draft.line) else {
                        isWhole = false
                        continue
                    }
                    if tuple.count > 1 { tuple.append(UInt8(ascii: ",")) }
                    tuple += json
                }
                guard isWhole else { continue }
                tuples.append(tuple + [UInt8(ascii: "]")])
                if columns.count == 1 { texts.append(row[columns[0]]) }
                if let readingColumn, !row[readingColumn].isEmpty {
                    readings.append(FieldReading(value: row[columns[0]], reading: row[readingColumn]))
                }
            }
            return ListReference(
                key: draft.key, fields: readers.map(\.field), listName: name, tuples: tuples, texts: texts,
                readings: readings)
        }
    }

    /// The canonical JSON of a list's cell, read as a cell of the field would be; nil if it is blank or a mistake.
    private mutating func value(
        _ text: String, of reader: FieldReader, _ list: SchemaList, line: Int, fallback: Int
    ) -> [UInt8]? {
        var arena = ByteArena(capacity: 64)
        var scratch = TextScratch()
        var failures: [CellFailure] = []
        var typed = text
        let outcome = typed.withUTF8 { bytes in
            reader.read(.text, bytes, into: &arena, scratch: &scratch, failures: &failures)
        }
        if outcome == .blank { return nil }
        if outcome == .value { return arena.array() }
        let place = CellText.shown(list.name)
        let problem =
            "“\(CellText.shown(text))” in the list `\(place)` is no value of field `\(reader.field.name)`"
        mistakes.add(
            LabelSchemaMistake(
                file: list.file ?? file, line: list.file == nil && line == 0 ? fallback : line, problem: problem,
                hint: failures.first.map { reader.field.explained($0, cell: text) }))
        return nil
    }
}

/// The body of an answer with cell values, made piece by piece while it is sent.
///
/// It holds a copy of the grids (cheap: see `Grid`), so that edits made meanwhile do not show in it.
struct ValuesStream: Sendable {
    private enum Piece: Sendable {
        case bytes([UInt8])
        case rows(RowsCursor)
    }

    private var pieces: [Piece] = []
    private var index = 0

    /// A `ValueRange` on its own, as `values.get` answers.
    static func single(_ range: ValueRangeSource, mask: FieldMask, pretty: Bool) -> ValuesStream {
        var stream = ValuesStream()
        stream.add(range, mask: mask, pretty: pretty, indent: 0)
        stream.add("\n")
        return stream
    }

    /// The answer of `values.batchGet`.
    static func batch(
        spreadsheetId: String, _ ranges: [ValueRangeSource], mask: FieldMask, pretty: Bool
    ) -> ValuesStream {
        var stream = ValuesStream()
        stream.add("{")
        var isFirst = true
        if mask.includes("spreadsheetId") {
            stream.addName("spreadsheetId", isFirst: &isFirst, pretty: pretty, indent: 1)
            stream.addValue(.string(spreadsheetId))
        }
        if mask.includes("valueRanges") && !ranges.isEmpty {
            stream.addName("valueRanges", isFirst: &isFirst, pretty: pretty, indent: 1)
            stream.add("[")
            for (index, range) in ranges.enumerated() {
                stream.add((index > 0 ? "," : "") + (pretty ? "\n    " : ""))
                stream.add(range, mask: mask.below("valueRanges"), pretty: pretty, indent: 2)
            }
            stream.add(pretty ? "\n  ]" : "]")
        }
        stream.add(pretty && !isFirst ? "\n}\n" : "}\n")
        return stream
    }

    /// The next chunk; nil at the end.
    mutating func next() -> [UInt8]? {
        while index < pieces.count {
            switch pieces[index] {
            case .bytes(let bytes):
                index += 1
                return bytes
            case .rows(var cursor):
                if let chunk = cursor.next() {
                    pieces[index] = .rows(cursor)
                    return chunk
                }
                index += 1
            }
        }
        return nil
    }

    private mutating func add(_ text: String) {
        guard !text.isEmpty else { return }
        if case .bytes(var bytes)? = pieces.last {
            bytes.append(contentsOf: text.utf8)
            pieces[pieces.count - 1] = .bytes(bytes)
        } else {
            pieces.append(.bytes(Array(text.utf8)))
        }
    }

    private mutating func addName(_ name: String, isFirst: inout Bool, pretty: Bool, indent: Int) {
        let newline = pretty ? "\n" + String(repeating: "  ", count: indent) : ""
        add((isFirst ? "" : ",") + newline + "\"\(name)\":" + (pretty ? " " : ""))
        isFirst = false
    }

    private mutating func addValue(_ value: JSONValue) {
        var bytes: [UInt8] = []
        JSONWriter.write(value, pretty: false, indent: 0, into: &bytes)
        add(String(decoding: bytes, as: UTF8.self))
    }

    private mutating func add(_ source: ValueRangeSource, mask: FieldMask, pretty: Bool, indent: Int) {
        var isFirst = true
        add("{")
        if mask.includes("range") {
            addName("range", isFirst: &isFirst, pretty: pretty, indent: indent + 1)
            addValue(.string(source.notation))
        }
        if mask.includes("majorDimension") {
            addName("majorDimension", isFirst: &isFirst, pretty: pretty, indent: indent + 1)
            addValue(.string(source.options.byColumns ? "COLUMNS" : "ROWS"))
        }
        if mask.includes("values"), let cursor = RowsCursor(source, pretty: pretty, indent: indent + 2) {
            addName("values", isFirst: &isFirst, pretty: pretty, indent: indent + 1)
            add("[")
            pieces.append(.rows(cursor))
            add(pretty ? "\n" + String(repeating: "  ", count: indent + 1) + "]" : "]")
        }
        add(pretty && !isFirst ? "\n" + String(repeating: "  ", count: indent) + "}" : "}")
    }
}

/// One range to be read: a copy of the grid, which cells of it, and how to show them.
struct ValueRangeSource: Sendable {
    let grid: Grid
    let cells: CellRange
    let notation: String
    let options: ReadOptions

    /// The range as a ValueRange, for the small answers of writes.
    var json: JSONValue {
        let values = matrix().map { JSONValue.array($0.map(options.show)) }
        return .object([
            "range": .string(notation), "majorDimension": .string(options.byColumns ? "COLUMNS" : "ROWS"),
            "values": values.isEmpty ? nil : .array(values),
        ])
    }

    /// The cells of the range, transposed if the options ask for columns, without trailing blanks.
    func matrix() -> [[CellValue]] {
        guard let last = grid.lastFilledRow(cells.rows, columns: cells.columns) else { return [] }
        let filled = cells.rows.lowerBound..<last + 1
        var rows = zip(filled, grid.encodedRows(filled)).map { place, row -> [CellValue] in
            let shown = RowCodec.decode(row).prefix(cells.columns.upperBound).dropFirst(cells.columns.lowerBound)
            return options.formatted(
                Self.trimmed(Array(shown)), row: place, column: cells.columns.lowerBound, of: grid)
        }
        guard options.byColumns else { return rows }
        let width = rows.map(\.count).max() ?? 0
        rows = (0..<width).map { column in
            Self.trimmed(rows.map { column < $0.count ? $0[column] : .empty })
        }
        return rows
    }

    static func trimmed(_ cells: [CellValue]) -> [CellValue] {
        let filled = cells.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
        return Array(cells.prefix(filled))
    }
}

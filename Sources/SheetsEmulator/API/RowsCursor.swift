/// Walks the rows of one range and writes them as JSON, a few hundred kilobytes at a time.
struct RowsCursor: Sendable {
    /// Enough for the socket to be busy, little enough for many clients at once.
    private static let chunkSize = 256 * 1024

    private let grid: Grid
    private let columns: Range<Int>
    private let options: ReadOptions
    private let pretty: Bool
    private let indent: Int
    private var block: Int
    private var row: Int
    /// The row of the grid at which `block` and `row` stand.
    private var gridRow: Int
    private var remaining: Int
    private var isFirst = true
    /// The lines of a read by columns, which cannot be streamed from rows.
    private let transposed: [[CellValue]]?
    private let isPlain: Bool

    /// Nil when the range holds nothing, in which case the answer has no `values` at all.
    init?(_ source: ValueRangeSource, pretty: Bool, indent: Int) {
        guard let last = source.grid.lastFilledRow(source.cells.rows, columns: source.cells.columns),
            let start = source.grid.position(ofRow: source.cells.rows.lowerBound)
        else { return nil }
        grid = source.grid
        columns = source.cells.columns
        options = source.options
        self.pretty = pretty
        self.indent = indent
        (block, row) = start
        gridRow = source.cells.rows.lowerBound
        transposed = options.byColumns ? source.matrix() : nil
        remaining = transposed?.count ?? last + 1 - source.cells.rows.lowerBound
        isPlain = !pretty && options.render == .unformatted && !options.datesAsText && !options.byColumns
    }

    mutating func next() -> [UInt8]? {
        guard remaining > 0 else { return nil }
        return isPlain ? nextPlain() : nextShown()
    }

    // MARK: Any options

    private mutating func nextShown() -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Self.chunkSize + 4096)
        while remaining > 0, out.count < Self.chunkSize {
            let cells: [CellValue]
            if let transposed {
                cells = transposed[transposed.count - remaining]
            } else {
                let all = RowCodec.decode(nextRow())
                let shown = ValueRangeSource.trimmed(
                    Array(all.prefix(columns.upperBound).dropFirst(columns.lowerBound)))
                cells = options.formatted(shown, row: gridRow, column: columns.lowerBound, of: grid)
                gridRow += 1
            }
            remaining -= 1
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            if pretty { JSONWriter.appendNewline(indent: indent, to: &out) }
            JSONWriter.write(.array(cells.map(options.show)), pretty: pretty, indent: indent, into: &out)
        }
        return out
    }

    private mutating func nextRow() -> ArraySlice<UInt8> {
        while row >= grid.blocks[block].count {
            block += 1
            row = 0
        }
        defer { row += 1 }
        return grid.blocks[block][row: row]
    }

    // MARK: The fast path: compact, unformatted, by rows

    /// Rows are stored nearly as this answer writes them, so this is little more than copying.
    private mutating func nextPlain() -> [UInt8] {
        var rows = 0
        var bound = 0
        let first = (block, row)
        while remaining > 0, bound < 4 * Self.chunkSize {
            bound += Self.bound(forRowOf: nextRow().count)
            rows += 1
            remaining -= 1
        }
        var cursor = first
        let needsComma = !isFirst
        isFirst = false
        return [UInt8](unsafeUninitializedCapacity: bound + 1) { buffer, count in
            guard var out = buffer.baseAddress else { return }
            let start = out
            for index in 0..<rows {
                while cursor.1 >= grid.blocks[cursor.0].count { cursor = (cursor.0 + 1, 0) }
                if index > 0 || needsComma { out.put(UInt8(ascii: ",")) }
                let range = grid.blocks[cursor.0].range(ofRow: cursor.1)
                grid.blocks[cursor.0].bytes.withUnsafeBufferPointer { bytes in
                    PlainRow.write(UnsafeBufferPointer(rebasing: bytes[range]), columns: columns, to: &out)
                }
                cursor.1 += 1
            }
            count = out - start
        }
    }

    /// The most that a row can take: `\u00XX` for every byte, and brackets, quotes and commas.
    private static func bound(forRowOf size: Int) -> Int { 6 * size + 8 }
}

/// Writes one encoded row as a compact JSON array of unformatted values.
enum PlainRow {
    static func write(
        _ row: UnsafeBufferPointer<UInt8>, columns: Range<Int>, to out: inout UnsafeMutablePointer<UInt8>
    ) {
        out.put(UInt8(ascii: "["))
        var position = 0
        var column = 0
        // Blanks are written only once something follows them.
        var blanks = 0
        var isFirst = true
        while position < row.count, column < columns.upperBound {
            let tag = row[position]
            let (start, end) = payload(row, at: position)
            if column >= columns.lowerBound {
                if tag == RowCodec.empty {
                    blanks += 1
                } else {
                    while blanks > 0 {
                        if !isFirst { out.put(UInt8(ascii: ",")) }
                        isFirst = false
                        out.put(UInt8(ascii: "\""))
                        out.put(UInt8(ascii: "\""))
                        blanks -= 1
                    }
                    if !isFirst { out.put(UInt8(ascii: ",")) }
                    isFirst = false
                    write(tag, UnsafeBufferPointer(rebasing: row[start..<end]), to: &out)
                }
            }
            position = end
            column += 1
        }
        out.put(UInt8(ascii: "]"))
    }

    private static func payload(_ row: UnsafeBufferPointer<UInt8>, at position: Int) -> (Int, Int) {
        let tag = row[position]
        guard tag != RowCodec.empty, tag != RowCodec.yes, tag != RowCodec.no else {
            return (position + 1, position + 1)
        }
        var start = position + 1
        var length = 0
        var shift = 0
        while row[start] & 0x80 != 0 {
            length |= Int(row[start] & 0x7F) << shift
            shift += 7
            start += 1
        }
        length |= Int(row[start]) << shift
        return (start + 1, start + 1 + length)
    }

    private static func write(
        _ tag: UInt8, _ payload: UnsafeBufferPointer<UInt8>, to out: inout UnsafeMutablePointer<UInt8>
    ) {
        switch tag {
        case RowCodec.plainText:
            out.put(UInt8(ascii: "\""))
            out.put(payload)
            out.put(UInt8(ascii: "\""))
        case RowCodec.escapedText:
            var escaped: [UInt8] = []
            JSONWriter.appendEscaped(payload, to: &escaped)
            out.put(UInt8(ascii: "\""))
            escaped.withUnsafeBufferPointer { out.put($0) }
            out.put(UInt8(ascii: "\""))
        case RowCodec.yes: putWord("true", to: &out)
        case RowCodec.no: putWord("false", to: &out)
        case RowCodec.formula:
            let (_, end) = Self.payload(payload, at: 0)
            let (start, stop) = Self.payload(payload, at: end)
            write(payload[end], UnsafeBufferPointer(rebasing: payload[start..<stop]), to: &out)
        default: out.put(payload)
        }
    }

    private static func putWord(_ word: StaticString, to out: inout UnsafeMutablePointer<UInt8>) {
        word.withUTF8Buffer { out.put($0) }
    }
}

extension UnsafeMutablePointer<UInt8> {
    fileprivate mutating func put(_ byte: UInt8) {
        pointee = byte
        self += 1
    }

    fileprivate mutating func put(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let base = bytes.baseAddress else { return }
        update(from: base, count: bytes.count)
        self += bytes.count
    }
}

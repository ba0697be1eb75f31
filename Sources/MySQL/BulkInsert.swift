internal import CMySQL

/// How rows to be inserted are cut into statements.
struct BulkInsertPlan {
    /// Rows of a statement that binds arrays: past this there is nothing more to be won.
    static let arrayRows = 5_000
    /// Values of a multi-row statement; the protocol's limit is 65,535.
    static let multiRowValues = 8_192
    /// Bytes of a statement, if the server takes as many.
    static let maximumBytes = 4 << 20

    let chunks: [Range<Int>]

    /// - Parameters:
    ///   - rows: what is to be inserted.
    ///   - usesArrays: whether one statement takes arrays.
    ///   - maximumPacket: `max_allowed_packet` of the server.
    init(_ rows: BulkRows, usesArrays: Bool, maximumPacket: Int) {
        let maximumRows = usesArrays ? Self.arrayRows : max(1, Self.multiRowValues / rows.columnCount)
        // Half of the packet leaves room for the statement's text and its types.
        let bytes = max(1, min(Self.maximumBytes, maximumPacket / 2))
        chunks = rows.chunks(maximumRows: maximumRows, maximumBytes: bytes)
    }

    /// The text of an INSERT of so many rows.
    static func sql(table: String, columns: [String], rows: Int, onDuplicate: String? = nil) -> String {
        let names = columns.map(quoted).joined(separator: ", ")
        let row = "(" + Array(repeating: "?", count: columns.count).joined(separator: ", ") + ")"
        let all = Array(repeating: row, count: rows).joined(separator: ", ")
        let update = onDuplicate.map { " ON DUPLICATE KEY UPDATE \($0)" } ?? ""
        return "INSERT INTO \(quoted(table)) (\(names)) VALUES \(all)\(update)"
    }

    /// An identifier in backticks.
    static func quoted(_ name: String) -> String {
        var quoted = "`"
        for character in name {
            if character == "`" { quoted.append("`") }
            quoted.append(character)
        }
        return quoted + "`"
    }
}

/// A chunk of rows in memory that stays in its place, bound to a statement.
///
/// The rows are copied once, which costs little beside sending them, and lets every column's bytes be pointed at
/// without nesting a closure for each.
final class BulkChunk {
    let binds: UnsafeMutablePointer<MYSQL_BIND>
    private let rows: Range<Int>
    private let rowCount: Int
    private var blocks: [UnsafeMutableRawPointer] = []

    private init(_ rows: Range<Int>, bindCount: Int) {
        self.rows = rows
        rowCount = rows.count
        binds = .allocate(capacity: max(1, bindCount))
    }

    deinit {
        binds.deallocate()
        for block in blocks { block.deallocate() }
    }

    /// Binds each column's rows as one array.
    static func arrays(of bulk: BulkRows, rows: Range<Int>) -> BulkChunk {
        let chunk = BulkChunk(rows, bindCount: bulk.columnCount)
        for (index, column) in bulk.columns.enumerated() { chunk.bindArray(column, chunk.binds + index) }
        return chunk
    }

    /// Binds each cell by itself, row by row.
    static func cells(of bulk: BulkRows, rows: Range<Int>) -> BulkChunk {
        let chunk = BulkChunk(rows, bindCount: bulk.columnCount * rows.count)
        for (index, column) in bulk.columns.enumerated() {
            chunk.bindCells(column, first: chunk.binds + index, stride: bulk.columnCount)
        }
        return chunk
    }

    private func bindArray(_ column: BulkColumn, _ bind: UnsafeMutablePointer<MYSQL_BIND>) {
        let indicators = copy(column.nulls[rows]).assumingMemoryBound(to: CChar.self)
        if column.kind.isNumber {
            let numbers = copy(column.numbers[rows])
            sheaf_bind_array(bind, column.boundType, column.kind == .uint ? 1 : 0, numbers, nil, indicators)
            return
        }
        let (pointers, lengths) = pointers(into: column)
        sheaf_bind_array(bind, column.boundType, 0, UnsafeMutableRawPointer(pointers), lengths, indicators)
    }

    private func bindCells(_ column: BulkColumn, first: UnsafeMutablePointer<MYSQL_BIND>, stride: Int) {
        if column.kind.isNumber {
            let numbers = copy(column.numbers[rows])
            for (index, row) in rows.enumerated() {
                bindCell(
                    column, row, first + index * stride, numbers + index * MemoryLayout<UInt64>.stride,
                    UInt(MemoryLayout<UInt64>.size), nil)
            }
            return
        }
        let (pointers, lengths) = pointers(into: column)
        for (index, row) in rows.enumerated() {
            bindCell(column, row, first + index * stride, pointers[index], lengths[index], lengths + index)
        }
    }

    private func bindCell(
        _ column: BulkColumn, _ row: Int, _ bind: UnsafeMutablePointer<MYSQL_BIND>, _ buffer: UnsafeMutableRawPointer?,
        _ length: CUnsignedLong, _ lengthPointer: UnsafeMutablePointer<CUnsignedLong>?
    ) {
        if column.nulls[row] != 0 {
            sheaf_bind(bind, MYSQL_TYPE_NULL, 0, nil, 0, nil, nil)
        } else {
            sheaf_bind(bind, column.boundType, column.kind == .uint ? 1 : 0, buffer, length, lengthPointer, nil)
        }
    }

    /// Copies the chunk's bytes, and lays out where each row's begin and how many they are.
    private func pointers(
        into column: BulkColumn
    ) -> (UnsafeMutablePointer<UnsafeMutableRawPointer>, UnsafeMutablePointer<CUnsignedLong>) {
        let range = column.byteRange(rows)
        let bytes = copy(column.bytes[range])
        let pointers = allocate(UnsafeMutableRawPointer.self)
        let lengths = allocate(CUnsignedLong.self)
        var start = range.lowerBound
        for (index, row) in rows.enumerated() {
            let end = column.ends[row]
            (pointers + index).initialize(to: bytes + (start - range.lowerBound))
            (lengths + index).initialize(to: CUnsignedLong(end - start))
            start = end
        }
        return (pointers, lengths)
    }

    private func allocate<T>(_ type: T.Type) -> UnsafeMutablePointer<T> {
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: max(8, rowCount * MemoryLayout<T>.stride), alignment: 16)
        blocks.append(block)
        return block.bindMemory(to: type, capacity: rowCount)
    }

    private func copy<T>(_ values: ArraySlice<T>) -> UnsafeMutableRawPointer {
        let size = values.count * MemoryLayout<T>.stride
        let block = UnsafeMutableRawPointer.allocate(byteCount: max(8, size), alignment: 16)
        blocks.append(block)
        values.withUnsafeBytes {
            block.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(block), byteCount: $0.count)
        }
        return block
    }
}

extension BulkColumn {
    /// As which type the column is sent.
    var boundType: enum_field_types {
        switch kind {
        case .int, .uint: MYSQL_TYPE_LONGLONG
        case .double: MYSQL_TYPE_DOUBLE
        case .undecided, .text: MYSQL_TYPE_STRING
        case .bytes: MYSQL_TYPE_BLOB
        }
    }
}

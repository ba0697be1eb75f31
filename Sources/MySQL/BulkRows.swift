/// Rows to be inserted, held by column, with no allocation for each.
///
/// Filled by whole rows, or cell after cell from left to right. A column takes the type of its first value that is not
/// NULL; one that gets integers and texts becomes text, which the server converts.
package struct BulkRows: Sendable {
    /// How many columns a row has.
    package let columnCount: Int
    /// How many complete rows there are.
    package private(set) var count = 0
    /// About how many bytes the rows take on the wire.
    package private(set) var byteCount = 0
    /// After each row, the bytes up to there: to cut chunks by.
    private(set) var rowEnds: [Int] = []
    private(set) var columns: [BulkColumn]
    private var nextColumn = 0

    /// What a cell costs beside its bytes: an indicator and a length.
    private static let cellOverhead = 10

    /// No rows of so many columns.
    package init(columnCount: Int) {
        precondition(columnCount > 0, "a row has at least one column")
        self.columnCount = columnCount
        columns = Array(repeating: BulkColumn(), count: columnCount)
    }

    /// Whether the last row lacks cells.
    package var isRowOpen: Bool { nextColumn != 0 }

    /// Adds a whole row.
    package mutating func append(_ row: [MySQLValue]) {
        precondition(row.count == columnCount && nextColumn == 0, "a row of \(columnCount) cells is to be added")
        for value in row {
            switch value {
            case .null: appendNull()
            case .int(let number): append(int: number)
            case .uint(let number): append(uint: number)
            case .double(let number): append(double: number)
            case .text(let text): append(text: text)
            case .bytes(let bytes): append(bytes: bytes)
            }
        }
    }

    /// Adds a NULL as the next cell.
    package mutating func appendNull() {
        columns[nextColumn].appendNull()
        endCell(0)
    }

    /// Adds an integer as the next cell.
    package mutating func append(int value: Int64) {
        columns[nextColumn].append(number: UInt64(bitPattern: value), as: .int)
        endCell(8)
    }

    /// Adds an integer that is not negative as the next cell.
    package mutating func append(uint value: UInt64) {
        columns[nextColumn].append(number: value, as: .uint)
        endCell(8)
    }

    /// Adds a double as the next cell.
    package mutating func append(double value: Double) {
        columns[nextColumn].append(number: value.bitPattern, as: .double)
        endCell(8)
    }

    /// Adds a text as the next cell.
    package mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(text: UnsafeRawBufferPointer($0)) }
    }

    /// Adds a text, given as UTF-8, as the next cell.
    package mutating func append(text: UnsafeRawBufferPointer) {
        columns[nextColumn].append(bytes: text, as: .text)
        endCell(text.count)
    }

    /// Adds bytes as the next cell.
    package mutating func append(bytes: UnsafeRawBufferPointer) {
        columns[nextColumn].append(bytes: bytes, as: .bytes)
        endCell(bytes.count)
    }

    /// Adds bytes as the next cell.
    package mutating func append(bytes: [UInt8]) {
        bytes.withUnsafeBytes { append(bytes: $0) }
    }

    /// Adds two big-endian words as the 16 bytes of the next cell.
    package mutating func append(word16 words: (UInt64, UInt64)) {
        withUnsafeBytes(of: (words.0.bigEndian, words.1.bigEndian)) { append(bytes: $0) }
    }

    /// Empties it, and keeps its memory for the next rows.
    package mutating func removeAll() {
        for index in columns.indices { columns[index].removeAll() }
        rowEnds.removeAll(keepingCapacity: true)
        count = 0
        byteCount = 0
        nextColumn = 0
    }

    /// About how many bytes the largest row takes on the wire.
    var largestRow: Int {
        var largest = 0
        var start = 0
        for end in rowEnds {
            largest = max(largest, end - start)
            start = end
        }
        return largest
    }

    /// The bounds of chunks that hold at most so many rows and bytes; a row that is larger stands alone.
    func chunks(maximumRows: Int, maximumBytes: Int) -> [Range<Int>] {
        var chunks: [Range<Int>] = []
        var start = 0
        var startBytes = 0
        for row in 0..<count {
            let isFull = row - start >= maximumRows || rowEnds[row] - startBytes > maximumBytes
            guard isFull, row > start else { continue }
            chunks.append(start..<row)
            start = row
            startBytes = rowEnds[row - 1]
        }
        if start < count { chunks.append(start..<count) }
        return chunks
    }

    private mutating func endCell(_ bytes: Int) {
        byteCount += bytes + Self.cellOverhead
        nextColumn += 1
        guard nextColumn == columnCount else { return }
        nextColumn = 0
        count += 1
        rowEnds.append(byteCount)
    }
}

/// One column of rows to be inserted.
struct BulkColumn: Sendable {
    enum Kind: Sendable {
        /// Nothing but NULLs so far.
        case undecided
        case int
        case uint
        case double
        case text
        case bytes

        var isNumber: Bool { self == .int || self == .uint || self == .double }
    }

    private(set) var kind = Kind.undecided
    /// 1 for NULL, a byte for each row.
    private(set) var nulls: [Int8] = []
    /// Bit patterns, if these are numbers.
    private(set) var numbers: [UInt64] = []
    /// The bytes of all rows, if these are not numbers, and where each row's end.
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []

    mutating func appendNull() {
        nulls.append(1)
        if kind.isNumber { numbers.append(0) } else { ends.append(bytes.count) }
    }

    mutating func append(number: UInt64, as newKind: Kind) {
        if kind == .undecided { becomeNumber(newKind) }
        guard kind == newKind else { return append(converted: BulkColumn.text(of: number, newKind), .text) }
        nulls.append(0)
        numbers.append(number)
    }

    mutating func append(bytes new: UnsafeRawBufferPointer, as newKind: Kind) {
        if kind != newKind { becomeBytes(kind == .bytes ? .bytes : newKind) }
        nulls.append(0)
        bytes.append(contentsOf: new)
        ends.append(bytes.count)
    }

    mutating func removeAll() {
        nulls.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        kind = .undecided
    }

    /// Where the bytes of these rows stand.
    func byteRange(_ rows: Range<Int>) -> Range<Int> {
        (rows.lowerBound == 0 ? 0 : ends[rows.lowerBound - 1])..<(rows.isEmpty ? 0 : ends[rows.upperBound - 1])
    }

    private mutating func append(converted text: String, _ newKind: Kind) {
        var text = text
        text.withUTF8 { append(bytes: UnsafeRawBufferPointer($0), as: newKind) }
    }

    private mutating func becomeNumber(_ newKind: Kind) {
        kind = newKind
        ends.removeAll(keepingCapacity: true)
        numbers = Array(repeating: 0, count: nulls.count)
    }

    /// Turns numbers that stand already into text.
    private mutating func becomeBytes(_ newKind: Kind) {
        let old = kind
        kind = newKind
        guard old.isNumber else { return }
        for (index, number) in numbers.enumerated() {
            if nulls[index] == 0 { bytes.append(contentsOf: Self.text(of: number, old).utf8) }
            ends.append(bytes.count)
        }
        numbers.removeAll(keepingCapacity: true)
    }

    private static func text(of number: UInt64, _ kind: Kind) -> String {
        switch kind {
        case .int: String(Int64(bitPattern: number))
        case .double: String(Double(bitPattern: number))
        case .undecided, .uint, .text, .bytes: String(number)
        }
    }
}

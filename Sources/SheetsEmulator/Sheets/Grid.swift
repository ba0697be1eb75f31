/// The cells of one tab.
///
/// Rows stand in blocks with value semantics, so a read takes a copy of the grid in a few microseconds and
/// streams from it while people go on editing, and an edit rewrites the one block it touches.
struct Grid: Sendable {
    /// The size of the grid as the tab shows it; rows beyond `storedRows` are blank.
    var rowCount: Int
    var columnCount: Int
    private(set) var blocks: [RowBlock] = []
    private(set) var storedRows = 0
    /// Notes, formats and dropdowns, for the few cells that have any.
    var extras = CellExtrasTable()

    init(rowCount: Int = 1000, columnCount: Int = 26) {
        self.rowCount = rowCount
        self.columnCount = columnCount
    }

    /// Where a stored row stands.
    func position(ofRow row: Int) -> (block: Int, row: Int)? {
        guard row < storedRows else { return nil }
        var rest = row
        for (index, block) in blocks.enumerated() {
            if rest < block.count { return (index, rest) }
            rest -= block.count
        }
        return nil
    }

    /// The encoded cells of a row; empty for a blank one.
    func encodedRow(_ row: Int) -> ArraySlice<UInt8> {
        guard let (block, index) = position(ofRow: row) else { return [] }
        return blocks[block][row: index]
    }

    func cells(ofRow row: Int) -> [CellValue] {
        RowCodec.decode(encodedRow(row))
    }

    func encodedRows(_ range: Range<Int>) -> [ArraySlice<UInt8>] {
        var rows: [ArraySlice<UInt8>] = []
        rows.reserveCapacity(range.count)
        guard var (block, index) = position(ofRow: range.lowerBound) else {
            return Array(repeating: [], count: range.count)
        }
        while rows.count < range.count, block < blocks.count {
            while index < blocks[block].count, rows.count < range.count {
                rows.append(blocks[block][row: index])
                index += 1
            }
            block += 1
            index = 0
        }
        while rows.count < range.count { rows.append([]) }
        return rows
    }

    /// Appends a row below the stored ones while a sheet is being loaded.
    mutating func appendStored(_ row: some Collection<UInt8>) {
        if blocks.last.map({ $0.count >= RowBlock.rows }) ?? true { blocks.append(RowBlock()) }
        blocks[blocks.count - 1].append(row)
        storedRows += 1
    }

    /// Replaces the rows in `range` by others, as many as there are; rows below move up or down.
    mutating func replaceRows(_ range: Range<Int>, with rows: [ArraySlice<UInt8>]) {
        guard range.lowerBound < storedRows else {
            guard rows.contains(where: { !$0.isEmpty }) else { return }
            while storedRows < range.lowerBound { appendStored([]) }
            for row in rows { appendStored(row) }
            trim()
            return
        }
        guard let first = position(ofRow: range.lowerBound) else { return }
        let upper = min(range.upperBound, storedRows)
        let last = upper > range.lowerBound ? position(ofRow: upper - 1) ?? first : first
        var rebuilt = [RowBlock()]
        func add(_ row: ArraySlice<UInt8>) {
            if rebuilt[rebuilt.count - 1].count >= RowBlock.rows * 2 { rebuilt.append(RowBlock()) }
            rebuilt[rebuilt.count - 1].append(row)
        }
        for index in 0..<first.row { add(blocks[first.block][row: index]) }
        for row in rows { add(row) }
        let resume = upper > range.lowerBound ? last.row + 1 : first.row
        for index in resume..<blocks[last.block].count { add(blocks[last.block][row: index]) }
        blocks.replaceSubrange(first.block...last.block, with: rebuilt.filter { $0.count > 0 })
        storedRows += rows.count - (upper - range.lowerBound)
        trim()
    }

    private mutating func trim() {
        while let last = blocks.indices.last {
            let before = blocks[last].count
            blocks[last].trim()
            storedRows -= before - blocks[last].count
            guard blocks[last].count == 0 else { return }
            blocks.removeLast()
        }
    }

    mutating func setCells(_ cells: [CellValue], ofRow row: Int) {
        replaceRows(row..<row + 1, with: [RowCodec.encode(cells)[...]])
    }

    /// Rewrites every stored row, for edits that concern columns.
    mutating func rewriteRows(_ range: Range<Int>, _ edit: (inout [CellValue]) -> Void) {
        let upper = min(range.upperBound, storedRows)
        guard range.lowerBound < upper else { return }
        let rows = encodedRows(range.lowerBound..<upper).map { row in
            var cells = RowCodec.decode(row)
            edit(&cells)
            return RowCodec.encode(cells)[...]
        }
        replaceRows(range.lowerBound..<upper, with: rows)
    }

    /// The last row of a range with something in these columns; nil when the whole range is blank.
    func lastFilledRow(_ rows: Range<Int>, columns: Range<Int>) -> Int? {
        var row = min(rows.upperBound, storedRows)
        guard row > rows.lowerBound, var (block, index) = position(ofRow: row - 1) else { return nil }
        while row > rows.lowerBound {
            row -= 1
            if Self.isFilled(blocks[block][row: index], columns) { return row }
            index -= 1
            if index < 0, block > 0 {
                block -= 1
                index = blocks[block].count - 1
            }
        }
        return nil
    }

    private static func isFilled(_ row: ArraySlice<UInt8>, _ columns: Range<Int>) -> Bool {
        var position = row.startIndex
        var column = 0
        while position < row.endIndex, column < columns.upperBound {
            let cell = RawCell(in: row, at: position)
            if column >= columns.lowerBound && !cell.isEmpty { return true }
            position = cell.end
            column += 1
        }
        return false
    }
}

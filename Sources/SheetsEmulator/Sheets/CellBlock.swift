/// A rectangle of cells taken out of a grid, with all they have, to be put somewhere else.
struct CellBlock: Sendable {
    var values: [[CellValue]]
    /// The extras, by column, with rows counted from the top of the block.
    var extras: [[RunList<CellExtras>.Run]]

    init(_ grid: Grid, _ cells: CellRange) {
        values = cells.rows.map { grid.block(ofRow: $0, columns: cells.columns) }
        extras = grid.extras.runs(in: cells).map { RunList.shifted($0, by: -cells.rows.lowerBound) }
    }

    var height: Int { values.count }
    var width: Int { extras.count }

    /// Rows become columns.
    var transposed: CellBlock {
        var turned = self
        turned.values = (0..<width).map { column in values.map { $0[column] } }
        turned.extras = Array(repeating: [], count: height)
        for (column, runs) in extras.enumerated() {
            for run in runs {
                for row in run.range {
                    turned.extras[row].append(RunList.Run(range: column..<column + 1, value: run.value))
                }
            }
        }
        return turned
    }
}

extension Grid {
    /// Exactly these cells of a row, blank ones included.
    func block(ofRow row: Int, columns: Range<Int>) -> [CellValue] {
        let cells = cells(ofRow: row)
        return columns.map { $0 < cells.count ? cells[$0] : .empty }
    }

    /// The part of a range, from its top left, beyond which there are only blanks.
    func filled(_ cells: CellRange) -> CellRange {
        let last = lastFilledRow(cells.rows, columns: cells.columns).map { $0 + 1 } ?? cells.rows.lowerBound
        let end = max(last, min(cells.rows.upperBound, extras.end(columns: cells.columns)))
        return CellRange(rows: cells.rows.lowerBound..<max(cells.rows.lowerBound, end), columns: cells.columns)
    }

    /// Empties cells, and takes what they have away.
    mutating func clear(_ cells: CellRange) {
        clearValues(cells)
        extras.update(cells) { _ in nil }
    }

    mutating func clearValues(_ cells: CellRange) {
        rewriteRows(cells.rows) { row in
            for column in cells.columns where column < row.count { row[column] = .empty }
        }
    }

    mutating func write(_ block: CellBlock, row: Int, column: Int) {
        writeValues(block.values, row: row, column: column)
        let cells = CellRange(rows: row..<row + block.height, columns: column..<column + block.width)
        extras.replace(cells, with: block.extras.map { RunList.shifted($0, by: row) })
    }

    /// Writes values from a place on; nil ones stay as they are.
    mutating func writeValues(_ values: [[CellValue?]], row: Int, column: Int) {
        let rows = zip(values, encodedRows(row..<row + values.count)).map { values, encoded in
            var cells = RowCodec.decode(encoded)
            while cells.count < column + values.count { cells.append(.empty) }
            for (offset, value) in values.enumerated() {
                if let value { cells[column + offset] = value }
            }
            return RowCodec.encode(cells)[...]
        }
        replaceRows(row..<row + rows.count, with: rows)
    }
}

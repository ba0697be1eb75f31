/// Requests of `spreadsheets.batchUpdate` that work on a rectangle of cells.
extension Spreadsheet {
    private struct Rectangle {
        let tabIndex: Int
        let cells: CellRange
    }

    /// A GridRange: 0-based, half-open, and without bounds where it names none; clipped to the grid.
    private func rectangle(_ range: JSONValue?) throws(Refusal) -> Rectangle {
        let tab = try tabIndex(range)
        let grid = tabs[tab].grid
        let top = range?["startRowIndex"]?.integer ?? 0
        let left = range?["startColumnIndex"]?.integer ?? 0
        let bottom = min(range?["endRowIndex"]?.integer ?? grid.rowCount, grid.rowCount)
        let right = min(range?["endColumnIndex"]?.integer ?? grid.columnCount, grid.columnCount)
        guard top >= 0, top < bottom, left >= 0, left < right else { throw .invalid("The range is empty.") }
        return Rectangle(tabIndex: tab, cells: CellRange(rows: top..<bottom, columns: left..<right))
    }

    mutating func sortRange(_ request: JSONValue) throws(Refusal) {
        let range = try rectangle(request["range"])
        let keys = (request["sortSpecs"]?.elements ?? []).map { spec in
            Grid.SortKey(
                column: spec["dimensionIndex"]?.integer ?? 0, descending: spec["sortOrder"]?.text == "DESCENDING")
        }
        guard !keys.isEmpty else { throw .invalid("Must specify at least one sort spec.") }
        tabs[range.tabIndex].grid.sort(range.cells, by: keys)
    }

    /// Moves cells within the spreadsheet: they replace what stands at the destination, and leave blanks behind.
    mutating func cutPaste(_ request: JSONValue) throws(Refusal) {
        let source = try rectangle(request["source"])
        let destination = request["destination"]
        let target = try tabIndex(destination)
        let top = destination?["rowIndex"]?.integer ?? 0
        let left = destination?["columnIndex"]?.integer ?? 0
        let grid = tabs[target].grid
        guard top >= 0, left >= 0, top + source.cells.rows.count <= grid.rowCount,
            left + source.cells.columns.count <= grid.columnCount
        else { throw .invalid("Attempting to write outside the grid.") }
        // All is read before anything is written, since the two places may overlap.
        let cut = source.cells.rows.map { row in
            tabs[source.tabIndex].grid.block(ofRow: row, columns: source.cells.columns)
        }
        let blank = Array(repeating: CellValue.empty, count: source.cells.columns.count)
        for row in source.cells.rows {
            tabs[source.tabIndex].grid.setBlock(blank, ofRow: row, column: source.cells.columns.lowerBound)
        }
        for (offset, cells) in cut.enumerated() {
            tabs[target].grid.setBlock(cells, ofRow: top + offset, column: left)
        }
    }
}

extension Grid {
    /// Exactly these cells of a row, blank ones included.
    func block(ofRow row: Int, columns: Range<Int>) -> [CellValue] {
        let cells = cells(ofRow: row)
        return columns.map { $0 < cells.count ? cells[$0] : .empty }
    }

    /// Writes cells into a row from a column on.
    mutating func setBlock(_ block: [CellValue], ofRow row: Int, column: Int) {
        var cells = cells(ofRow: row)
        while cells.count < column + block.count { cells.append(.empty) }
        cells.replaceSubrange(column..<column + block.count, with: block)
        setCells(cells, ofRow: row)
    }
}

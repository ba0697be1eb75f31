internal import LabelSchema
internal import SheetSource
internal import Tabular

/// Which cells are looked at, and what they tell of rows and columns.
extension RestoreWriting {
    /// A tab with so few cells in the columns concerned is looked at whole, so that whatever is overwritten is known.
    private static let cellsOfWholeLook = 50_000

    /// The columns that are written, and those of the key.
    private func columns(_ open: [Int], _ scanned: ScannedSheet) -> [Int] {
        Set(open.map { cells[$0].column } + scanned.keyColumns).sorted()
    }

    /// The header and the rows of some cells.
    func areas(_ open: [Int], _ scanned: ScannedSheet) -> [CellArea] {
        let rows = Set(open.map { cells[$0].row } + [scanned.headerRow]).sorted()
        let columns = Self.runs(columns(open, scanned))
        return Self.runs(rows).flatMap { rows in columns.map { CellArea(rows: rows, columns: $0) } }
    }

    /// All rows; nil of a tab that is too large.
    func wideAreas(_ open: [Int], _ scanned: ScannedSheet) -> [CellArea]? {
        let columns = columns(open, scanned)
        let rows = scanned.headerRow...max(scanned.headerRow, scanned.identity.rowCount)
        guard rows.count * columns.count <= Self.cellsOfWholeLook else { return nil }
        return Self.runs(columns).map { CellArea(rows: rows, columns: $0) }
    }

    /// Ascending numbers as runs of neighbours.
    private static func runs(_ numbers: [Int]) -> [ClosedRange<Int>] {
        numbers.reduce(into: []) { runs, number in
            if let last = runs.last, last.upperBound == number - 1 {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
    }

    /// Whether the columns have the headers that they had.
    func hasHeader(_ look: SeenCells, _ open: [Int], _ scanned: ScannedSheet) -> Bool {
        columns(open, scanned).allSatisfy { column in
            let expected = column < scanned.header.count ? scanned.header[column] : .empty
            return look[SheetCell(row: scanned.headerRow, column: column)] == expected
        }
    }

    /// The key of a row; nil if it cannot be read.
    func key(_ row: Int, _ look: SeenCells, _ scanned: ScannedSheet) -> [UInt8]? {
        scanned.key(ofRow: row, look)
    }
}

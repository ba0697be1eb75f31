package import Tabular

/// A rectangle of cells: rows count from 1, columns from 0.
package struct CellArea: Hashable, Sendable {
    package var rows: ClosedRange<Int>
    package var columns: ClosedRange<Int>

    package init(rows: ClosedRange<Int>, columns: ClosedRange<Int>) {
        self.rows = rows
        self.columns = columns
    }

    var count: Int { rows.count * columns.count }
}

/// Cells of one tab as they stood at one moment.
package struct SeenCells: Sendable {
    private var values: [SheetCell: TypedCell] = [:]
    /// Cells whose value is computed by a formula.
    package private(set) var formulas: Set<SheetCell> = []
    /// The last row that was looked at and holds anything.
    package private(set) var lastRow = 0

    /// A look that found nothing yet.
    package init() {}

    package subscript(cell: SheetCell) -> TypedCell { values[cell] ?? .empty }

    package mutating func note(_ value: TypedCell, at cell: SheetCell, isFormula: Bool = false) {
        if value != .empty {
            values[cell] = value
            lastRow = max(lastRow, cell.row)
        }
        if isFormula { formulas.insert(cell) }
    }
}

/// Why cells were not written, and whether they may have been all the same.
package struct WriteFailure: Error, Sendable {
    package let cause: SheetError
    /// The answer was lost: the write may have been carried out.
    package let mayBeDone: Bool

    package init(cause: SheetError, mayBeDone: Bool) {
        self.cause = cause
        self.mayBeDone = mayBeDone
    }
}

/// Where cells can be written.
///
/// A tab is known by its id. A write is made once: whoever wants it again looks at the cells again first, since people
/// work in the sheet meanwhile.
package protocol SheetWriter: Sendable {
    /// Cells as they stand now.
    func look(at areas: [CellArea], in tab: SheetIdentity) async throws(SheetError) -> SeenCells

    /// Puts values into cells, all of them or none, as they are given: no text becomes a formula, a number or a date.
    ///
    /// - Parameters:
    ///   - cells: what each cell is to hold; `.empty` clears it.
    ///   - areas: what to look at in the same call.
    ///   - tab: the tab.
    /// - Returns: the areas as they stood right after the write.
    /// - Throws: why it failed, and whether it may have been carried out.
    func write(
        _ cells: [SheetCell: TypedCell], thenLookAt areas: [CellArea], in tab: SheetIdentity
    ) async throws(WriteFailure) -> SeenCells

    /// Puts rows below the last one of the tab that holds anything, all of them or none, and never twice.
    ///
    /// - Parameters:
    ///   - rows: cells from the first column on.
    ///   - tab: the tab.
    /// - Throws: why it failed, and whether it may have been carried out.
    func append(_ rows: [[TypedCell]], to tab: SheetIdentity) async throws(WriteFailure)
}

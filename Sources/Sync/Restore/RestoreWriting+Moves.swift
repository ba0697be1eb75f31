internal import LabelSchema
internal import Logging
internal import SheetSource
internal import Tabular

/// Rows that move while values are put back.
extension RestoreWriting {
    /// A value was written into a cell of another row: what stood there is to be put back.
    mutating func stray(_ index: Int, _ before: SeenCells, _ after: SeenCells, _ scanned: ScannedSheet) {
        let cell = cells[index]
        guard let keyThere = key(cell.row, after, scanned),
            let row = (scanned.headerRow + 1...max(scanned.headerRow + 1, before.lastRow))
                .first(where: { key($0, before, scanned) == keyThere })
        else {
            overwritten.append((cell, key(cell.row, after, scanned)))
            return
        }
        let stood = before[SheetCell(row: row, column: cell.column)]
        logger.warning("a row moved while it was written: what stood there is put back")
        cells.append(
            PlannedCell(
                key: LabelSchema.keyHash(keyThere), keyJSON: keyThere, field: cell.field, sheet: cell.sheet,
                row: cell.row, column: cell.column, before: cell.after, after: stood, meaning: nil))
        outcomes.append(.open)
    }

    mutating func putBack(of sheet: Int) async throws {
        let repairs = (plannedCount..<cells.count).filter {
            outcomes[$0] == .open && cells[$0].sheet == sheet && !moved.contains($0)
        }
        if !repairs.isEmpty { try await write(repairs, of: sheet) }
    }

    /// Looks for the rows that moved, in the sheet as it was read anew.
    ///
    /// - Parameter find: where a cell is now and what it holds; nil if its row is gone.
    mutating func relocate(_ find: (PlannedCell) -> (row: Int, column: Int, present: TypedCell)?) {
        round += 1
        for index in moved where outcomes[index] == .open {
            guard let found = find(cells[index]) else {
                outcomes[index] = .skipped("its row is not in the sheet any more")
                continue
            }
            (cells[index].row, cells[index].column) = (found.row, found.column)
            if says(cells[index], found.present) {
                outcomes[index] = .written
            } else if found.present != cells[index].before {
                outcomes[index] = .skipped("somebody typed something else there meanwhile")
            }
        }
        moved = []
    }

    /// Gives up on the rows that moved again and again.
    mutating func giveUp() {
        skip(moved, "its row moved each time it was to be written")
        moved = []
    }
}

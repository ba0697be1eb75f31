/// What kind of value a cell holds, as the source said it.
///
/// The schema decides what it means.
package enum CellKind: UInt8, Sendable {
    /// Nothing was typed (or the row ended before this column).
    case empty
    /// Text, as unescaped UTF-8.
    case text
    /// A number, as the decimal literal the source sent (`43831`, `1.5e3`).
    case number
    /// A boolean; its bytes are `TRUE` or `FALSE`, as a sheet shows them.
    case boolean
}

/// One cell of a `RowBatch`: its kind, and where its UTF-8 bytes stand in `RowBatch.bytes`.
package struct CellSlot: Sendable, Equatable {
    package var kind: CellKind
    package var start: UInt32
    package var end: UInt32

    package init(kind: CellKind, start: UInt32, end: UInt32) {
        self.kind = kind
        self.start = start
        self.end = end
    }
}

/// Some consecutive rows of a sheet, held as offsets into one buffer, so that a million rows cost no million strings.
///
/// Rows are ragged: a row ends at its last filled cell. Wholly empty rows are present, with no cells.
package struct RowBatch: Sendable {
    /// The sheet row of the first row of this batch; 1 is the top row, as in A1 notation.
    package var firstRowNumber: Int
    /// The text of every cell, one after the other: valid UTF-8, unescaped.
    package var bytes: [UInt8]
    /// Every cell of every row, in order.
    package var cells: [CellSlot]
    /// For each row, the index in `cells` just past its last cell.
    package var rowEnds: [UInt32]

    package init(firstRowNumber: Int) {
        self.firstRowNumber = firstRowNumber
        bytes = []
        cells = []
        rowEnds = []
    }

    package var rowCount: Int { rowEnds.count }

    /// The range of `cells` that belongs to row `index` (0-based within the batch).
    package func cellRange(ofRow index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(rowEnds[index - 1]))..<Int(rowEnds[index])
    }

    /// The text of a cell.
    ///
    /// Allocates: for headers, errors and changed cells, never for every row.
    package func text(of cell: CellSlot) -> String {
        String(decoding: bytes[Int(cell.start)..<Int(cell.end)], as: UTF8.self)
    }

    /// The texts of row `index` (0-based within the batch), for headers and messages.
    package func texts(ofRow index: Int) -> [String] {
        cells[cellRange(ofRow: index)].map { text(of: $0) }
    }

    /// Appends one cell to the row under construction.
    package mutating func appendCell(_ kind: CellKind, _ text: some Sequence<UInt8>) {
        let start = UInt32(bytes.count)
        bytes.append(contentsOf: text)
        cells.append(CellSlot(kind: kind, start: start, end: UInt32(bytes.count)))
    }

    /// Ends the row under construction.
    package mutating func endRow() {
        rowEnds.append(UInt32(cells.count))
    }

    /// The rows `rows` (0-based within the batch), which share the text of all.
    package func part(_ rows: Range<Int>) -> RowBatch {
        var part = RowBatch(firstRowNumber: firstRowNumber + rows.lowerBound)
        guard !rows.isEmpty else { return part }
        let first = cellRange(ofRow: rows.lowerBound).lowerBound
        part.bytes = bytes
        part.cells = Array(cells[first..<Int(rowEnds[rows.upperBound - 1])])
        part.rowEnds = rowEnds[rows].map { $0 - UInt32(first) }
        return part
    }

    /// Rows with no cells.
    package static func blank(_ rows: Range<Int>) -> RowBatch {
        var batch = RowBatch(firstRowNumber: rows.lowerBound)
        batch.rowEnds = Array(repeating: 0, count: rows.count)
        return batch
    }
}

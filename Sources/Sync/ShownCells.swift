internal import LabelDiff
internal import LabelSchema
internal import SheetSource

/// What people see in the cells that a run newly rejects.
///
/// A date or a percentage comes as a bare number, which nobody typed: `46143` for `5/1`. A message that quotes it is of no
/// use, so such cells are looked at once more, as they are shown. Only new rejections cost this; what is told of a cell
/// then stays with its exception.
struct ShownCells: Sendable {
    /// By the sheet's place in the configuration.
    private var texts: [Int: [SheetCell: String]] = [:]

    /// So many sheets are looked at in one run: a look costs two calls, and a quota is for labels first.
    private static let maximumSheets = 10

    /// No cell was looked at.
    init() {}

    /// Looks at the cells of some errors.
    ///
    /// - Parameters:
    ///   - errors: each with the place of its sheet.
    ///   - decided: what was read.
    ///   - definition: where the sheets are read from.
    init(_ errors: [(sheet: Int, error: CellError)], _ decided: Decided, _ definition: DatasetDefinition) async {
        let bySheet = Dictionary(grouping: errors.filter { Self.isNumber($0.error) }, by: \.sheet)
        for (sheet, found) in bySheet.sorted(by: { $0.key < $1.key }).prefix(Self.maximumSheets) {
            guard let identity = decided.pass.sheets[sheet]?.identity else { continue }
            let cells = found.compactMap { Self.cell($0.error) }
            let shown = await definition.sheets[sheet].reader.shownTexts(of: cells, in: identity)
            for (cell, text) in zip(cells, shown) {
                if let text, !text.isEmpty { texts[sheet, default: [:]][cell] = text }
            }
        }
    }

    /// The same errors, quoting what people see.
    func quoted(_ errors: [CellError], sheet: Int) -> [CellError] {
        guard let known = texts[sheet] else { return errors }
        return errors.map { error in
            guard Self.isNumber(error), let text = Self.cell(error).flatMap({ known[$0] }) else { return error }
            return error.quoting(text)
        }
    }

    /// The same errors, quoting what an earlier run has told of their cells.
    static func quoted(_ errors: [CellError], asIn told: [CellError]) -> [CellError] {
        errors.map { error in
            let before = told.first { $0.code == error.code && $0.column == error.column }
            guard isNumber(error), let before else { return error }
            return error.quoting(before.cell)
        }
    }

    private static func cell(_ error: CellError) -> SheetCell? {
        error.column.map { SheetCell(row: error.rowNumber, column: $0) }
    }

    private static func isNumber(_ error: CellError) -> Bool {
        error.column != nil && error.cell.utf8.count < 40 && Double(error.cell) != nil
    }
}

internal import Tabular

/// What is to be read of a tab, as it stood when its spreadsheet was looked at: all of it, or a named range.
///
/// Pure.
struct SheetArea: Equatable {
    let identity: SheetIdentity
    /// Sheet rows, of which 1 is the top one.
    let rows: ClosedRange<Int>
    /// Columns, of which 0 is `A`.
    let columns: ClosedRange<Int>
    /// Whether it is the tab, with whatever rows and columns it has, or only these cells of it.
    let isWholeTab: Bool
    let headerRow: Int

    var cellCount: Int { rows.count * columns.count }

    /// The range to ask for: `window` of its rows, or all of it.
    ///
    /// A title alone, and rows alone, mean all there is by then, so that the answer tells how much that was.
    func range(_ window: ClosedRange<Int>?) -> A1Range {
        guard isWholeTab else {
            let rows = window ?? rows
            return A1Range(
                title: identity.title, firstColumn: columns.lowerBound, firstRow: rows.lowerBound,
                lastColumn: columns.upperBound, lastRow: rows.upperBound)
        }
        return A1Range(title: identity.title, firstRow: window?.lowerBound, lastRow: window?.upperBound)
    }

    /// Where the answer to `range(_:)` begins in the tab.
    func origin(_ window: ClosedRange<Int>?) -> SheetsValuesOrigin {
        SheetsValuesOrigin(row: (window ?? rows).lowerBound, column: columns.lowerBound)
    }

    /// Whether an answer covers all that was asked for; one that covers less is of another moment.
    ///
    /// - Parameters:
    ///   - summary: what stood around the values.
    ///   - window: the rows that were asked for; nil for all.
    /// - Returns: false if the sheet has changed since it was looked up.
    /// - Throws: `malformedAnswer` if the answer is about something else.
    func isCovered(by summary: SheetsValuesSummary, _ window: ClosedRange<Int>?) throws(SheetError) -> Bool {
        let asked = window ?? rows
        guard let range = A1Range(summary.range), let title = range.title,
            title.utf8.elementsEqual(identity.title.utf8),
            summary.spreadsheetId.map({ $0 == identity.spreadsheet }) ?? true,
            range.firstColumn == columns.lowerBound, range.firstRow == asked.lowerBound, let lastRow = range.lastRow,
            let lastColumn = range.lastColumn, summary.rowCount <= lastRow - asked.lowerBound + 1
        else {
            throw SheetError(
                .malformedAnswer, "the answer is about the range \(summary.range), which was not asked for")
        }
        // A tab that has grown meanwhile answers with more, and so with all that was asked for.
        if isWholeTab, window == nil { return lastRow >= asked.upperBound && lastColumn >= columns.upperBound }
        return lastRow == asked.upperBound && lastColumn == columns.upperBound
    }
}

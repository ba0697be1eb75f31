package import LabelStore
package import SheetSource
internal import Tabular

/// A table of the store's database as a source of rows, for adopting labels that a team already has.
package struct TableSource: SheetReader {
    private let store: LabelStore
    private let columns: Set<String>

    /// A source of the tables that the store's user may read; columns other than `columns` are left alone.
    package init(store: LabelStore, columns: Set<String>) {
        self.store = store
        self.columns = columns
    }

    /// Reads the whole table, its columns' names as the first row.
    ///
    /// - Parameter request: its `spreadsheet` names the table; the consumer takes the rows, in one batch.
    /// - Returns: what was read; a table has no file version.
    /// - Throws: `SheetError.Code.unavailable` if the table cannot be read, `consumerStopped` if its rows were not taken.
    package func read(_ request: SheetRequest) async throws(SheetError) -> SheetReading {
        let (sheet, consumer) = (request.sheet, request.consumer)
        let table: ForeignTable
        do {
            table = try await store.foreignTable(sheet.spreadsheet, columns: columns)
        } catch let error as StoreError {
            throw SheetError(.requestRefused, sheet: sheet, error.message, hint: error.hint, retryable: false)
        } catch {
            throw SheetError(
                .spreadsheetNotFound, sheet: sheet, "the table cannot be read: \(error)",
                hint: "give it as TABLE or DATABASE.TABLE, and see that the store's user may SELECT from it",
                retryable: false)
        }
        var batch = RowBatch(firstRowNumber: 1)
        for column in table.columns { batch.appendCell(.text, column.utf8) }
        batch.endRow()
        for row in table.rows {
            for value in row { batch.appendCell(value == nil ? .empty : .text, (value ?? "").utf8) }
            batch.endRow()
        }
        let identity = SheetIdentity(
            spreadsheet: sheet.spreadsheet, spreadsheetTitle: sheet.spreadsheet, sheetID: 0, title: sheet.spreadsheet)
        do {
            try await consumer.begin(identity)
            try await consumer.receive(batch)
        } catch {
            throw SheetError(.consumerStopped, sheet: sheet, "its rows were not taken", underlying: error)
        }
        return SheetReading(
            identity: identity, fileVersionBefore: nil, fileVersionAfter: nil, bytes: batch.bytes.count,
            rowsRead: batch.rowCount, oneAnswer: true)
    }
}

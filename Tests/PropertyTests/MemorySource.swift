import SheetSource
import Tabular

/// One attempt to read a sheet, and what came of it.
struct Attempt: Sendable {
    enum Found: Sendable {
        case rows([SheetRow])
        /// The source said that nothing has changed.
        case unchanged
        case failed
    }

    /// Grows with everything that happens in a life.
    let moment: Int
    let sheet: Int
    let found: Found
    /// The file's version, where it has one.
    let version: String?
    let headerIsWhole: Bool
    let isOneAnswer: Bool
}

/// Reads sheets in memory, as one run sees them.
struct MemorySource: SheetReader {
    /// Attempts to read some sheets of one file, all at one moment.
    let attempt: @Sendable ([(sheet: Int, request: SheetRequest)]) async -> [Attempt]

    func read(_ request: SheetRequest) async throws(SheetError) -> SheetReading {
        switch await read(together: [request])[0] {
        case .success(let reading): return reading
        case .failure(let error): throw error
        }
    }

    func read(together requests: [SheetRequest]) async -> [Result<SheetReading, SheetError>] {
        let attempts = await attempt(requests.map { (Int($0.sheet.tab ?? "") ?? 0, $0) })
        var results: [Result<SheetReading, SheetError>] = []
        for (request, attempt) in zip(requests, attempts) { results.append(await hand(attempt, to: request)) }
        return results
    }

    private func hand(_ attempt: Attempt, to request: SheetRequest) async -> Result<SheetReading, SheetError> {
        let identity = SheetIdentity(
            spreadsheet: request.sheet.spreadsheet, spreadsheetTitle: request.sheet.spreadsheet,
            sheetID: attempt.sheet, title: "\(attempt.sheet)")
        var reading = SheetReading(
            identity: identity, fileVersionBefore: attempt.version, fileVersionAfter: attempt.version, bytes: 0,
            rowsRead: 0, oneAnswer: attempt.isOneAnswer)
        switch attempt.found {
        case .failed: return .failure(SheetError(.unavailable, sheet: request.sheet, "the story says so"))
        case .unchanged:
            reading.isUnchanged = true
            return .success(reading)
        case .rows(let rows):
            var batch = RowBatch(firstRowNumber: 1)
            let header = attempt.headerIsWhole ? SchemaForm.header : Array(SchemaForm.header.dropLast())
            for cells in [header] + rows.map(\.cells) {
                for cell in cells { batch.appendCell(cell.isEmpty ? .empty : .text, cell.utf8) }
                batch.endRow()
            }
            do {
                try await request.consumer.begin(identity)
                try await request.consumer.receive(batch)
            } catch {
                return .failure(
                    SheetError(.consumerStopped, sheet: request.sheet, "its rows were not taken", underlying: error))
            }
            reading.rowsRead = batch.rowCount
            return .success(reading)
        }
    }
}

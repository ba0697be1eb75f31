internal import HTTPTransfer
internal import Logging
package import Tabular

/// Writing cells of Google spreadsheets.
///
/// `spreadsheets.batchUpdate` and not `values.batchUpdate`: it knows a tab by its id and not by its title, it carries out
/// all of its requests or none, its values have types, so that a text stays a text, and it answers with what stood in the
/// sheet right after.
extension GoogleSheetsSource: SheetWriter {
    private static let timeout = Duration.seconds(180)

    package func look(at areas: [CellArea], in tab: SheetIdentity) async throws(SheetError) -> SeenCells {
        let filters = areas.map { GridLook.Filter(gridRange: GridRange($0, sheetID: tab.sheetID)) }
        let query = formEncoded(["fields": GridAnswer.sheetFields, "prettyPrint": "false"])
        do throws(SheetError) {
            let answer = try await caller.json(
                GridAnswer.self,
                .init(
                    service: .sheets, url: "\(spreadsheetURL(tab.spreadsheet)):getByDataFilter?\(query)",
                    label: "look at cells of \(tab.spreadsheet)",
                    body: encodeJSON(GridLook(dataFilters: filters)) ?? []))
            return answer.cells(ofTab: tab.sheetID)
        } catch {
            throw await forEditing(error, isWrite: false)
        }
    }

    package func write(
        _ cells: [SheetCell: TypedCell], thenLookAt areas: [CellArea], in tab: SheetIdentity
    ) async throws(WriteFailure) -> SeenCells {
        let ranges = areas.map { area in
            A1Range(
                title: tab.title, firstColumn: area.columns.lowerBound, firstRow: area.rows.lowerBound,
                lastColumn: area.columns.upperBound, lastRow: area.rows.upperBound
            ).description
        }
        let order = GridUpdate(
            requests: Self.requests(cells, tab), includeSpreadsheetInResponse: true, responseIncludeGridData: true,
            responseRanges: ranges)
        let answer = try await update(order, tab, fields: "updatedSpreadsheet.\(GridAnswer.sheetFields)")
        guard let seen = answer.updatedSpreadsheet else {
            let error = SheetError(.malformedAnswer, "the answer to a write does not show what was written")
            throw WriteFailure(cause: error, mayBeDone: true)
        }
        return seen.cells(ofTab: tab.sheetID)
    }

    package func append(_ rows: [[TypedCell]], to tab: SheetIdentity) async throws(WriteFailure) {
        let tag = Int.random(in: 1...Int(Int32.max))
        let cells = GridUpdate.AppendCells(
            sheetId: tab.sheetID, rows: rows.map { row in GridUpdate.Row(values: row.map { GridUpdate.Cell($0) }) })
        let mark = GridUpdate.CreateTag(
            developerMetadata: .init(metadataId: tag, location: .init(sheetId: tab.sheetID)))
        let requests = [
            GridUpdate.Request(createDeveloperMetadata: mark), GridUpdate.Request(appendCells: cells),
        ]
        _ = try await update(GridUpdate(requests: requests), tab, fields: "spreadsheetId")
        let lookup = GridUpdate.DeleteTag(dataFilter: .init(developerMetadataLookup: .init(metadataId: tag)))
        let removal = GridUpdate(requests: [GridUpdate.Request(deleteDeveloperMetadata: lookup)])
        do throws(WriteFailure) {
            _ = try await update(removal, tab, fields: "spreadsheetId")
        } catch {
            // The rows are there. A tag that nobody sees stays behind.
            logger.info("a tag was not removed", metadata: ["error": "\(error.cause.code.rawValue)"])
        }
    }

    /// One request for each run of cells that stand side by side.
    private static func requests(_ cells: [SheetCell: TypedCell], _ tab: SheetIdentity) -> [GridUpdate.Request] {
        let sorted = cells.sorted { ($0.key.row, $0.key.column) < ($1.key.row, $1.key.column) }
        var runs: [(start: SheetCell, values: [GridUpdate.Cell])] = []
        for (place, value) in sorted {
            if let last = runs.last, last.start.row == place.row,
                last.start.column + last.values.count == place.column
            {
                runs[runs.count - 1].values.append(GridUpdate.Cell(value))
            } else {
                runs.append((place, [GridUpdate.Cell(value)]))
            }
        }
        return runs.map { run in
            GridUpdate.Request(
                updateCells: GridUpdate.UpdateCells(
                    start: .init(
                        sheetId: tab.sheetID, rowIndex: run.start.row - 1, columnIndex: run.start.column),
                    rows: [GridUpdate.Row(values: run.values)]))
        }
    }

    private func update(
        _ update: GridUpdate, _ tab: SheetIdentity, fields: String
    ) async throws(WriteFailure) -> GridUpdateAnswer {
        var once = configuration.retryPolicy
        once.maximumAttempts = 1
        let query = formEncoded(["fields": fields, "prettyPrint": "false"])
        do throws(SheetError) {
            return try await caller.json(
                GridUpdateAnswer.self,
                .init(
                    service: .sheets, url: "\(spreadsheetURL(tab.spreadsheet)):batchUpdate?\(query)",
                    label: "write to \(tab.spreadsheet)", body: encodeJSON(update) ?? [], timeout: Self.timeout,
                    isWrite: true),
                policy: once)
        } catch {
            throw WriteFailure(
                cause: await forEditing(error, isWrite: true), mayBeDone: error.mayHaveBeenCarriedOut)
        }
    }

    /// The same error, said of an account that is to edit.
    private func forEditing(_ error: SheetError, isWrite: Bool) async -> SheetError {
        switch error.code {
        case .notShared:
            let email = await serviceAccountEmail() ?? "the account that writes"
            let detail = isWrite ? "\(email) may read it, and not edit it" : error.detail
            return SheetError(.notWritable, detail, hint: "share the spreadsheet with \(email), as an editor")
        case .requestRefused where error.detail.contains("protected cell"):
            let email = await serviceAccountEmail() ?? "the account that writes"
            return SheetError(
                .protectedCells, "cells are protected from \(email)",
                hint: "let that account edit the protected range, or type these values by hand")
        default: return error
        }
    }
}

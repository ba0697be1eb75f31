import Foundation

/// The accident: the lower half of the first sheet is gone, and comes back later.
struct LostHalf {
    private struct State: Codable {
        let spreadsheet: String
        let tab: String
        let rows: [[String]]
    }

    let client: SheetsClient
    let stateFile: String

    /// Deletes the lower half of the first sheet, after keeping it in the state file.
    ///
    /// - Returns: a line that says what was done.
    func lose() async throws -> String {
        guard !FileManager.default.fileExists(atPath: stateFile) else {
            throw CommandFailure("\(stateFile) holds rows that were lost before. Play restore-half first.")
        }
        let page = try await client.page(StoryEdits.first, tab: StoryEdits.tab)
        guard page.rowCount >= 4 else { throw CommandFailure("\(page.spreadsheet) has too few rows to lose half.") }
        let firstLost = page.rowCount / 2 + 2
        let rows = Array(page.lines[(firstLost - 1)...])
        let state = State(spreadsheet: page.spreadsheet, tab: page.tab, rows: rows)
        do {
            try JSONEncoder().encode(state).write(to: URL(fileURLWithPath: stateFile), options: .atomic)
        } catch {
            throw CommandFailure("Could not write \(stateFile): \(error)")
        }
        try await client.change(page, .deleteRows(firstLost...page.rowCount, page))
        return "\(page.spreadsheet): lost rows \(firstLost) to \(page.rowCount) (\(rows.count) rows)"
    }

    /// Puts the rows of the state file back below the last row, and deletes the file.
    ///
    /// - Returns: a line that says what was done.
    func restore() async throws -> String {
        guard let data = FileManager.default.contents(atPath: stateFile) else {
            throw CommandFailure("There is no \(stateFile). Play lose-half first.")
        }
        guard let state = try? JSONDecoder().decode(State.self, from: data) else {
            throw CommandFailure("\(stateFile) is not what lose-half writes.")
        }
        let page = try await client.page(state.spreadsheet, tab: state.tab)
        try await client.append(page, state.rows)
        try FileManager.default.removeItem(atPath: stateFile)
        return "\(page.spreadsheet): put back \(state.rows.count) rows from row \(page.rowCount + 1) on"
    }
}

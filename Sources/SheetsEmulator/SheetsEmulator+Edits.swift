import Foundation

/// Spreadsheets and edits in the process, without HTTP. Rows count from 1, as on screen.
extension SheetsEmulator {
    /// Adds a spreadsheet (or replaces the one with this id); the text of its cells is read as if typed.
    ///
    /// A small one takes some kilobytes, so that a test may well hold thousands.
    package func addSpreadsheet(
        id: String, title: String, locale: String = "ja_JP", timeZone: String = "Asia/Tokyo",
        sharedWith: [String] = [], tabs: [(title: String, rows: [[String]])]
    ) {
        add(
            Spreadsheet(
                id: id, title: title, locale: locale, timeZone: timeZone, sharedWith: Set(sharedWith), typed: tabs,
                now: now))
    }

    func add(_ spreadsheet: Spreadsheet) {
        state.withLock { $0.spreadsheets.add(spreadsheet) }
    }

    /// Takes a spreadsheet away, as if it were deleted for good.
    package func removeSpreadsheet(_ id: String) {
        state.withLock { $0.spreadsheets.remove(id, at: $0.now(configuration)) }
    }

    /// The ids of all spreadsheets.
    package var spreadsheetIDs: [String] { state.withLock { $0.spreadsheets.ids } }

    /// What a tab shows, row by row, without trailing blanks.
    package func rows(_ id: String, tab: String) throws -> [[String]] {
        let grid = try edit(id, countsAsWrite: false) { $0.tabs[try $0.index(of: tab)].grid }
        return grid.encodedRows(0..<grid.storedRows).enumerated().map { row, encoded in
            let cells = ReadOptions().formatted(RowCodec.decode(encoded), row: row, column: 0, of: grid)
            return cells.map(\.displayText)
        }
    }

    /// Carries out an edit as a person would.
    package func apply(_ edit: EmulatorEdit) throws {
        try state.withLock { state throws(EmulatorError) in try state.apply(edit, now: state.now(configuration)) }
    }

    /// Lets an account read and write a spreadsheet.
    package func share(_ id: String, with email: String) throws {
        try apply(EmulatorEdit(id, .share(email: email)))
    }

    /// Takes an account's access away.
    package func unshare(_ id: String, with email: String) throws {
        try apply(EmulatorEdit(id, .unshare(email: email)))
    }

    /// Makes a new version in which nothing that shows is different.
    package func touch(_ id: String) throws {
        try apply(EmulatorEdit(id, .touch))
    }

    /// Types texts into cells, from the top left cell of a range on (`'レシピ分類'!B2`).
    ///
    /// An empty text clears a cell. The grid grows where it must.
    package func type(_ id: String, _ range: String, _ rows: [[String]]) throws {
        try apply(EmulatorEdit(id, .type(range: range, rows: rows)))
    }

    /// Adds rows below the last filled one.
    package func append(_ id: String, tab: String, _ rows: [[String]]) throws {
        try apply(EmulatorEdit(id, .append(tab: tab, rows: rows)))
    }

    /// Inserts rows so that the first of them is row `row`.
    package func insertRows(_ id: String, tab: String, at row: Int, _ rows: [[String]]) throws {
        try apply(EmulatorEdit(id, .insertRows(tab: tab, at: row, rows: rows)))
    }

    /// Deletes rows; those below move up.
    package func deleteRows(_ id: String, tab: String, _ rows: ClosedRange<Int>) throws {
        try apply(EmulatorEdit(id, .deleteRows(tab: tab, rows: rows)))
    }

    /// Moves rows so that they stand before the row that is now row `destination`.
    package func moveRows(_ id: String, tab: String, _ rows: ClosedRange<Int>, before destination: Int) throws {
        try apply(EmulatorEdit(id, .moveRows(tab: tab, rows: rows, before: destination)))
    }

    /// Sorts the rows below the header by a column, counted from 0.
    package func sort(_ id: String, tab: String, byColumn column: Int, descending: Bool = false) throws {
        try apply(EmulatorEdit(id, .sort(tab: tab, column: column, descending: descending)))
    }

    /// Gives a tab another title; its `sheetId` stays.
    package func renameTab(_ id: String, _ tab: String, to title: String) throws {
        try apply(EmulatorEdit(id, .renameTab(tab: tab, title: title)))
    }

    /// Adds a tab with a `sheetId` of its own, at the end.
    package func addTab(_ id: String, title: String, rows: [[String]] = []) throws {
        try apply(EmulatorEdit(id, .addTab(title: title, rows: rows)))
    }

    /// Deletes a tab.
    package func deleteTab(_ id: String, _ tab: String) throws {
        try apply(EmulatorEdit(id, .deleteTab(tab: tab)))
    }

    /// Moves the file to the trash, or back.
    package func setTrashed(_ id: String, _ trashed: Bool) throws {
        try apply(EmulatorEdit(id, .trash(trashed)))
    }

    /// Changes a spreadsheet, or only looks at it.
    @discardableResult
    func edit<Result: Sendable>(
        _ id: String, countsAsWrite: Bool = true, _ body: (inout Spreadsheet) throws -> Result
    ) throws -> Result {
        try state.withLock { state in
            guard var spreadsheet = state.spreadsheets[id] else {
                throw EmulatorError(.unknownSpreadsheet, "There is no spreadsheet \(id).")
            }
            let result = try body(&spreadsheet)
            if countsAsWrite { spreadsheet.touch(at: state.now(configuration), by: nil) }
            state.spreadsheets[id] = spreadsheet
            return result
        }
    }

    static func index(of tab: String, in spreadsheet: Spreadsheet) throws(EmulatorError) -> Int {
        try spreadsheet.index(of: tab)
    }
}

extension Spreadsheet {
    /// A spreadsheet whose cells hold what these texts mean when they are typed.
    init(
        id: String, title: String, locale: String, timeZone: String, sharedWith: Set<String>,
        typed tabs: [(title: String, rows: [[String]])], now: Date
    ) {
        let made = tabs.enumerated().map { index, tab in
            var grid = Grid()
            for row in tab.rows { grid.appendStored(RowCodec.encode(row.map(UserEntered.cell))) }
            grid.fit(columns: tab.rows.map(\.count).max() ?? 0)
            return Tab(sheetId: index == 0 ? 0 : 1_000_000_000 + index, title: tab.title, grid: grid)
        }
        self.init(
            id: id, title: title, locale: locale, timeZone: timeZone, sharedWith: sharedWith, tabs: made, now: now)
    }
}

extension Grid {
    /// Makes room for what is stored, as a spreadsheet program does when data is imported.
    mutating func fit(columns: Int) {
        rowCount = max(rowCount, storedRows)
        let wanted = max(columnCount, columns)
        columnCount = rowCount * wanted <= Spreadsheet.maximumCells ? wanted : max(1, columns)
    }
}

/// Spreadsheets and edits in the process, without HTTP. Rows count from 1, as on screen.
extension SheetsEmulator {
    /// Adds a spreadsheet (or replaces the one with this id); the text of its cells is read as if typed.
    package func addSpreadsheet(
        id: String, title: String, locale: String = "ja_JP", timeZone: String = "Asia/Tokyo",
        sharedWith: [String] = [], tabs: [(title: String, rows: [[String]])]
    ) {
        let made = tabs.enumerated().map { index, tab in
            var grid = Grid()
            for row in tab.rows { grid.appendStored(RowCodec.encode(row.map(UserEntered.cell))) }
            grid.fit(columns: tab.rows.map(\.count).max() ?? 0)
            return Tab(sheetId: index == 0 ? 0 : 1_000_000_000 + index, title: tab.title, grid: grid)
        }
        add(
            Spreadsheet(
                id: id, title: title, locale: locale, timeZone: timeZone, sharedWith: Set(sharedWith), tabs: made,
                now: configuration.now()))
    }

    func add(_ spreadsheet: Spreadsheet) {
        state.withLock { $0.spreadsheets[spreadsheet.id] = spreadsheet }
    }

    /// Takes a spreadsheet away, as if it were deleted for good.
    package func removeSpreadsheet(_ id: String) {
        state.withLock { $0.spreadsheets[id] = nil }
    }

    /// The ids of all spreadsheets.
    package var spreadsheetIDs: [String] { state.withLock { $0.spreadsheets.keys.sorted() } }

    /// Lets an account read and write a spreadsheet.
    package func share(_ id: String, with email: String) throws {
        try edit(id, countsAsWrite: false) { $0.sharedWith.insert(email) }
    }

    /// Takes an account's access away.
    package func unshare(_ id: String, with email: String) throws {
        try edit(id, countsAsWrite: false) { $0.sharedWith.remove(email) }
    }

    /// What a tab shows, row by row, without trailing blanks.
    package func rows(_ id: String, tab: String) throws -> [[String]] {
        try edit(id, countsAsWrite: false) { spreadsheet in
            let grid = spreadsheet.tabs[try Self.index(of: tab, in: spreadsheet)].grid
            return grid.encodedRows(0..<grid.storedRows).enumerated().map { row, encoded in
                let cells = ReadOptions().formatted(RowCodec.decode(encoded), row: row, column: 0, of: grid)
                return cells.map(\.displayText)
            }
        }
    }

    /// Types texts into cells, from the top left cell of a range on (`'レシピ分類'!B2`).
    ///
    /// An empty text clears a cell. The grid grows where it must.
    package func type(_ id: String, _ range: String, _ rows: [[String]]) throws {
        try edit(id) { spreadsheet in
            guard let reference = RangeReference(range) else {
                throw EmulatorError(.badRange, "\(range) is not a range such as 'Sheet1'!A2.")
            }
            let index = try reference.title.map { try Self.index(of: $0, in: spreadsheet) } ?? 0
            let (top, left) = (reference.startRow ?? 0, reference.startColumn ?? 0)
            for (offset, row) in rows.enumerated() {
                var cells = spreadsheet.tabs[index].grid.cells(ofRow: top + offset)
                while cells.count < left + row.count { cells.append(.empty) }
                for (column, text) in row.enumerated() { cells[left + column] = UserEntered.cell(text) }
                spreadsheet.tabs[index].grid.setCells(cells, ofRow: top + offset)
            }
            spreadsheet.tabs[index].grid.fit(columns: left + (rows.map(\.count).max() ?? 0))
        }
    }

    /// Adds rows below the last filled one.
    package func append(_ id: String, tab: String, _ rows: [[String]]) throws {
        let next = try self.rows(id, tab: tab).count + 1
        try type(id, "\(CellRange.quoted(tab))!A\(next)", rows)
    }

    /// Inserts rows so that the first of them is row `row`.
    package func insertRows(_ id: String, tab: String, at row: Int, _ rows: [[String]]) throws {
        try restructure(id, tab) { _ in .insert(.rows, at: row - 1, count: rows.count) }
        try type(id, "\(CellRange.quoted(tab))!A\(row)", rows)
    }

    /// Deletes rows; those below move up.
    package func deleteRows(_ id: String, tab: String, _ rows: ClosedRange<Int>) throws {
        try restructure(id, tab) { grid in
            .delete(.rows, (rows.lowerBound - 1..<rows.upperBound).clamped(to: 0..<grid.rowCount))
        }
    }

    /// Moves rows so that they stand before the row that is now row `destination`.
    package func moveRows(_ id: String, tab: String, _ rows: ClosedRange<Int>, before destination: Int) throws {
        try restructure(id, tab) { _ in .move(.rows, rows.lowerBound - 1..<rows.upperBound, to: destination - 1) }
    }

    /// Sorts the rows below the header by a column, counted from 0.
    package func sort(_ id: String, tab: String, byColumn column: Int, descending: Bool = false) throws {
        try editGrid(id, tab) { grid in
            let cells = CellRange(rows: 1..<grid.rowCount, columns: 0..<grid.columnCount)
            grid.sort(cells, by: [Grid.SortKey(column: column, descending: descending)])
        }
    }

    /// Gives a tab another title; its `sheetId` stays.
    package func renameTab(_ id: String, _ tab: String, to title: String) throws {
        try edit(id) { $0.tabs[try Self.index(of: tab, in: $0)].title = title }
    }

    /// Adds a tab with a `sheetId` of its own, at the end.
    package func addTab(_ id: String, title: String, rows: [[String]] = []) throws {
        try edit(id) { spreadsheet in
            let sheetId = (spreadsheet.tabs.map(\.sheetId).max() ?? 0) + 1
            spreadsheet.tabs.append(Tab(sheetId: sheetId, title: title, grid: Grid()))
        }
        try type(id, "\(CellRange.quoted(title))!A1", rows)
    }

    /// Deletes a tab.
    package func deleteTab(_ id: String, _ tab: String) throws {
        try edit(id) { $0.removeTab(at: try Self.index(of: tab, in: $0)) }
    }

    /// Moves the file to the trash, or back.
    package func setTrashed(_ id: String, _ trashed: Bool) throws {
        try edit(id) { $0.trashed = trashed }
    }

    private func editGrid(_ id: String, _ tab: String, _ body: (inout Grid) -> Void) throws {
        try edit(id) { body(&$0.tabs[try Self.index(of: tab, in: $0)].grid) }
    }

    private func restructure(_ id: String, _ tab: String, _ change: (Grid) -> StructureChange) throws {
        try edit(id) { spreadsheet in
            let index = try Self.index(of: tab, in: spreadsheet)
            spreadsheet.restructure(index, change(spreadsheet.tabs[index].grid))
        }
    }

    @discardableResult
    func edit<Result: Sendable>(
        _ id: String, countsAsWrite: Bool = true, _ body: (inout Spreadsheet) throws -> Result
    ) throws -> Result {
        let now = configuration.now()
        return try state.withLock { state in
            guard var spreadsheet = state.spreadsheets[id] else {
                throw EmulatorError(.unknownSpreadsheet, "There is no spreadsheet \(id).")
            }
            let result = try body(&spreadsheet)
            if countsAsWrite { spreadsheet.touch(at: now, by: nil) }
            state.spreadsheets[id] = spreadsheet
            return result
        }
    }

    static func index(of tab: String, in spreadsheet: Spreadsheet) throws -> Int {
        guard let index = spreadsheet.tabIndex(title: tab) else {
            throw EmulatorError(.badRange, "There is no tab \(tab) in \(spreadsheet.id).")
        }
        return index
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

import Tabular

/// More of what people do to a spreadsheet, in the process, without HTTP.
extension SheetsEmulator {
    /// Hides a tab, or shows it again; values can be read either way.
    package func setHidden(_ id: String, tab: String, _ hidden: Bool) throws {
        try edit(id) { $0.tabs[try Self.index(of: tab, in: $0)].hidden = hidden }
    }

    /// Copies a tab, in front of all others as the API does, and tells the copy's `sheetId`.
    ///
    /// The copy may take the title of a tab that is renamed or deleted later: it has the same cells but another id.
    @discardableResult
    package func copyTab(_ id: String, _ tab: String, to title: String) throws -> Int {
        try apply(id) { spreadsheet throws(Spreadsheet.Refusal) in
            let source = spreadsheet.tabIndex(title: tab).map { spreadsheet.tabs[$0].sheetId } ?? -1
            let request = JSONValue.object(["sourceSheetId": .integer(source), "newSheetName": .string(title)])
            return try spreadsheet.duplicateSheet(request)["properties"]?["sheetId"]?.integer ?? 0
        }
    }

    /// Adds a tab without cells, as a chart on a sheet of its own is one.
    package func addObjectTab(_ id: String, title: String) throws {
        try apply(id) { spreadsheet throws(Spreadsheet.Refusal) in
            var tab = Tab(sheetId: try spreadsheet.unusedSheetId(nil), title: title, grid: Grid())
            tab.kind = .object
            spreadsheet.tabs.append(tab)
        }
    }

    /// Gives a range a name, which can then be read like a range.
    package func defineName(_ id: String, _ name: String, range: String) throws {
        try applyToRange(id, range) { spreadsheet, cells throws(Spreadsheet.Refusal) in
            let named = JSONValue.object(["name": .string(name), "range": cells])
            _ = try spreadsheet.addNamedRange(.object(["namedRange": named]))
        }
    }

    /// Merges cells: only the top left one keeps its value.
    package func mergeCells(_ id: String, _ range: String) throws {
        try applyToRange(id, range) { spreadsheet, cells throws(Spreadsheet.Refusal) in
            try spreadsheet.mergeCells(.object(["range": cells, "mergeType": .string("MERGE_ALL")]))
        }
    }

    /// Writes a note on every cell of a range, or takes it away if the text is empty.
    package func setNote(_ id: String, _ range: String, _ note: String, by account: String? = nil) throws {
        try applyToRange(id, range, by: account) { spreadsheet, cells throws(Spreadsheet.Refusal) in
            let cell = JSONValue.object(["note": .string(note)])
            try spreadsheet.repeatCell(.object(["range": cells, "cell": cell, "fields": .string("note")]))
        }
    }

    /// The notes of a tab by cell, such as `B2`.
    package func notes(_ id: String, tab: String) throws -> [String: String] {
        try edit(id, countsAsWrite: false) { spreadsheet in
            let grid = spreadsheet.tabs[try Self.index(of: tab, in: spreadsheet)].grid
            var notes: [String: String] = [:]
            for (column, list) in grid.extras.columns {
                for run in list.runs {
                    guard let note = run.value.note else { continue }
                    for row in run.range { notes[A1.cell(column: column, row: row + 1)] = note }
                }
            }
            return notes
        }
    }

    /// Keeps everyone but some accounts from editing a range.
    package func protect(_ id: String, _ range: String, editors: [String] = []) throws {
        try applyToRange(id, range) { spreadsheet, cells throws(Spreadsheet.Refusal) in
            let users = JSONValue.object(["users": .array(editors.map { .string($0) })])
            let protected = JSONValue.object(["range": cells, "editors": users])
            _ = try spreadsheet.addProtectedRange(.object(["protectedRange": protected]))
        }
    }

    private func applyToRange(
        _ id: String, _ range: String, by account: String? = nil,
        _ body: (inout Spreadsheet, JSONValue) throws(Spreadsheet.Refusal) -> Void
    ) throws {
        try apply(id, by: account) { spreadsheet throws(Spreadsheet.Refusal) in
            let resolved: ResolvedRange
            do throws(APIError) {
                resolved = try spreadsheet.resolve(range)
            } catch {
                throw .invalid("There is no range \(range).")
            }
            try body(
                &spreadsheet, GridBounds(resolved.cells).json(sheetId: spreadsheet.tabs[resolved.tabIndex].sheetId))
        }
    }

    @discardableResult
    private func apply<Result: Sendable>(
        _ id: String, by account: String? = nil,
        _ body: (inout Spreadsheet) throws(Spreadsheet.Refusal) -> Result
    ) throws -> Result {
        let now = self.now
        return try edit(id, countsAsWrite: false) { spreadsheet in
            spreadsheet.caller = account
            defer { spreadsheet.caller = nil }
            do throws(Spreadsheet.Refusal) {
                let result = try body(&spreadsheet)
                spreadsheet.touch(at: now, by: account)
                return result
            } catch {
                throw EmulatorError(.badRange, error.message)
            }
        }
    }
}

extension SheetsEmulator {
    /// Lets an account read a spreadsheet, and no more.
    package func shareForReading(_ id: String, with email: String) throws {
        try state.withLock { state in
            guard var spreadsheet = state.spreadsheets[id] else {
                throw EmulatorError(.unknownSpreadsheet, "There is no spreadsheet \(id).")
            }
            spreadsheet.sharedWith.insert(email)
            spreadsheet.readers.insert(email)
            spreadsheet.touchMetadata(at: state.now(configuration))
            state.spreadsheets[id] = spreadsheet
        }
    }
}

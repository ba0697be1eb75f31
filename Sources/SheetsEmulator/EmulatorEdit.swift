import Foundation
import Logging

/// Something that a person does to a spreadsheet, for faults that fall between two requests and for the control
/// endpoint.
///
/// Rows count from 1, as on screen. Texts are read as if typed.
package struct EmulatorEdit: Sendable, Equatable {
    /// What is done.
    package enum Action: Sendable, Equatable {
        /// Types texts from the top left cell of a range on; an empty text clears a cell.
        case type(range: String, rows: [[String]])
        /// Adds rows below the last filled one of a tab.
        case append(tab: String, rows: [[String]])
        /// Inserts rows so that the first of them is row `at`.
        case insertRows(tab: String, at: Int, rows: [[String]])
        case deleteRows(tab: String, rows: ClosedRange<Int>)
        /// Moves rows so that they stand before the row that is now row `before`.
        case moveRows(tab: String, rows: ClosedRange<Int>, before: Int)
        /// Sorts the rows below the header by a column, counted from 0.
        case sort(tab: String, column: Int, descending: Bool)
        case renameTab(tab: String, title: String)
        case addTab(title: String, rows: [[String]])
        case deleteTab(tab: String)
        /// Nothing that shows, and yet a new version.
        case touch
        case rename(title: String)
        case trash(Bool)
        case share(email: String)
        case unshare(email: String)
        case delete
    }

    package var spreadsheet: String
    package var action: Action

    /// An edit of a spreadsheet, by its id.
    package init(_ spreadsheet: String, _ action: Action) {
        self.spreadsheet = spreadsheet
        self.action = action
    }
}

extension EmulatorState {
    /// Carries out an edit as a person would, without an account.
    mutating func apply(_ edit: EmulatorEdit, now: Date) throws(EmulatorError) {
        guard var spreadsheet = spreadsheets[edit.spreadsheet] else {
            throw EmulatorError(.unknownSpreadsheet, "There is no spreadsheet \(edit.spreadsheet).")
        }
        guard edit.action != .delete else { return spreadsheets.remove(edit.spreadsheet, at: now) }
        if try spreadsheet.apply(edit.action) {
            spreadsheet.touch(at: now, by: nil)
        } else {
            spreadsheet.touchMetadata(at: now)
        }
        spreadsheets[edit.spreadsheet] = spreadsheet
    }

    /// Carries out those of a request's edits that fall on one side of it.
    mutating func edit(
        _ faults: [EmulatorFault.Kind], _ moment: EmulatorFault.Moment, _ configuration: EmulatorConfiguration
    ) {
        for case .edit(let edit, moment) in faults {
            do {
                try apply(edit, now: now(configuration))
            } catch {
                configuration.logger.error("An edit could not be made.", metadata: ["error": "\(error)"])
            }
        }
    }
}

extension Spreadsheet {
    /// Carries an action out, and tells whether it was one on the content.
    mutating func apply(_ action: EmulatorEdit.Action) throws(EmulatorError) -> Bool {
        switch action {
        case .type(let range, let rows): try type(range, rows)
        case .append(let tab, let rows):
            let index = try index(of: tab)
            type(rows, row: tabs[index].grid.storedRows, column: 0, index: index)
        case .insertRows(let tab, let row, let rows):
            let index = try index(of: tab)
            restructure(index, .insert(.rows, at: row - 1, count: rows.count))
            type(rows, row: row - 1, column: 0, index: index)
        case .deleteRows(let tab, let rows):
            let index = try index(of: tab)
            let all = 0..<tabs[index].grid.rowCount
            restructure(index, .delete(.rows, (rows.lowerBound - 1..<rows.upperBound).clamped(to: all)))
        case .moveRows(let tab, let rows, let destination):
            restructure(try index(of: tab), .move(.rows, rows.lowerBound - 1..<rows.upperBound, to: destination - 1))
        case .sort(let tab, let column, let descending):
            let index = try index(of: tab)
            let cells = CellRange(rows: 1..<tabs[index].grid.rowCount, columns: 0..<tabs[index].grid.columnCount)
            tabs[index].grid.sort(cells, by: [Grid.SortKey(column: column, descending: descending)])
        case .renameTab(let tab, let title): tabs[try index(of: tab)].title = title
        case .addTab(let title, let rows):
            let sheetId = (tabs.map(\.sheetId).max() ?? 0) + 1
            tabs.append(Tab(sheetId: sheetId, title: title, grid: Grid()))
            type(rows, row: 0, column: 0, index: tabs.count - 1)
        case .deleteTab(let tab): removeTab(at: try index(of: tab))
        case .touch, .delete: break
        case .rename, .trash, .share, .unshare:
            applyToFile(action)
            return false
        }
        return true
    }

    private mutating func applyToFile(_ action: EmulatorEdit.Action) {
        switch action {
        case .rename(let title): self.title = title
        case .trash(let isTrashed): trashed = isTrashed
        case .share(let email):
            sharedWith.insert(email)
            readers.remove(email)
        case .unshare(let email):
            sharedWith.remove(email)
            readers.remove(email)
        default: break
        }
    }

    private mutating func type(_ range: String, _ rows: [[String]]) throws(EmulatorError) {
        guard let reference = RangeReference(range), !tabs.isEmpty else {
            throw EmulatorError(.badRange, "\(range) is not a range such as 'Sheet1'!A2.")
        }
        var index = 0
        if let title = reference.title { index = try self.index(of: title) }
        type(rows, row: reference.startRow ?? 0, column: reference.startColumn ?? 0, index: index)
    }

    /// The grid grows where it must.
    private mutating func type(_ rows: [[String]], row top: Int, column left: Int, index: Int) {
        for (offset, row) in rows.enumerated() {
            var cells = tabs[index].grid.cells(ofRow: top + offset)
            while cells.count < left + row.count { cells.append(.empty) }
            for (column, text) in row.enumerated() { cells[left + column] = UserEntered.cell(text) }
            tabs[index].grid.setCells(cells, ofRow: top + offset)
        }
        tabs[index].grid.fit(columns: left + (rows.map(\.count).max() ?? 0))
    }

    func index(of tab: String) throws(EmulatorError) -> Int {
        guard let index = tabIndex(title: tab) else {
            throw EmulatorError(.badRange, "There is no tab \(tab) in \(id).")
        }
        return index
    }
}

import Foundation
import Tabular

/// One emulated spreadsheet: a value, so that a batch of edits is applied to a copy, whole or not at all.
struct Spreadsheet: Sendable {
    let id: String
    var title: String
    var locale: String
    var timeZone: String
    /// E-mail addresses that may read and write it.
    var sharedWith: Set<String>
    /// Those of them that may only read it.
    var readers: Set<String> = []
    /// The account whose Drive it stands in, for what was made by the API.
    var owner: String?
    var tabs: [Tab]
    var trashed = false
    /// Drive's version: it grows with every change, also with those that nobody sees.
    private(set) var version = 1
    let created: Date
    private(set) var modified: Date
    /// When anything about the file changed last, who may see it included.
    private(set) var changed: Date
    private(set) var lastEditor: String?

    init(
        id: String, title: String, locale: String, timeZone: String, sharedWith: Set<String>, tabs: [Tab], now: Date
    ) {
        self.id = id
        self.title = title
        self.locale = locale
        self.timeZone = timeZone
        self.sharedWith = sharedWith
        self.tabs = tabs
        created = now
        modified = now
        changed = now
    }

    /// Stands for everybody in `sharedWith`.
    static let anyone = "anyone"

    mutating func touch(at now: Date, by editor: String?) {
        version += 1
        modified = now
        changed = now
        lastEditor = editor
    }

    /// Notes a change of the file that is none of its content.
    mutating func touchMetadata(at now: Date) {
        version += 1
        changed = now
    }

    /// Lets versions grow on from those of a spreadsheet that this one takes the place of.
    mutating func continueVersions(of old: Spreadsheet) {
        version = old.version + 1
    }

    func isVisible(to account: String) -> Bool {
        sharedWith.contains(account) || sharedWith.contains(Self.anyone)
    }

    func isWritable(by account: String) -> Bool {
        sharedWith.contains(account)
            ? !readers.contains(account) : sharedWith.contains(Self.anyone) && !readers.contains(Self.anyone)
    }

    func tabIndex(title: String) -> Int? {
        tabs.firstIndex { Array($0.title.utf8) == Array(title.utf8) }
            ?? tabs.firstIndex { $0.title.lowercased() == title.lowercased() }
    }

    func tabIndex(sheetId: Int) -> Int? {
        tabs.firstIndex { $0.sheetId == sheetId }
    }

    /// The tab and the cells that a range means, clipped to the grid.
    func resolve(_ text: String) throws(APIError) -> ResolvedRange {
        guard let reference = RangeReference(text), !tabs.isEmpty else { throw .unparsableRange(text) }
        var index = 0
        if let title = reference.title {
            guard let found = tabIndex(title: title) else { throw .unparsableRange(text) }
            index = found
        }
        let tab = tabs[index]
        let rows = Self.clipped(reference.startRow, reference.endRow, count: tab.grid.rowCount)
        let columns = Self.clipped(reference.startColumn, reference.endColumn, count: tab.grid.columnCount)
        guard rows.lowerBound < tab.grid.rowCount, columns.lowerBound < tab.grid.columnCount else {
            throw .exceedsGrid(text, rows: tab.grid.rowCount, columns: tab.grid.columnCount)
        }
        return ResolvedRange(
            tabIndex: index, title: tab.title, cells: CellRange(rows: rows, columns: columns), reference: reference)
    }

    /// Inclusive bounds, either of them open, as a range within the grid; a start beyond it stays for the caller to see.
    private static func clipped(_ first: Int?, _ last: Int?, count: Int) -> Range<Int> {
        let start = first ?? 0
        let end = min(last.map { $0 + 1 } ?? count, count)
        return start..<max(start, end)
    }
}

/// What a range in a request came to.
struct ResolvedRange: Sendable {
    let tabIndex: Int
    let title: String
    let cells: CellRange
    let notation: String
    let isSingleCell: Bool

    init(tabIndex: Int, title: String, cells: CellRange, reference: RangeReference) {
        self.tabIndex = tabIndex
        self.title = title
        self.cells = cells
        notation = cells.notation(title: title)
        isSingleCell = reference.isSingleCell
    }
}

/// One tab of a spreadsheet.
struct Tab: Sendable {
    let sheetId: Int
    var title: String
    var hidden = false
    var frozenRowCount = 0
    var grid: Grid

    /// The tab's properties as the API tells them; zeros and `false` are left out.
    func properties(index: Int) -> JSONValue {
        .object([
            "sheetId": sheetId == 0 ? nil : .integer(sheetId),
            "title": .string(title),
            "index": index == 0 ? nil : .integer(index),
            "sheetType": .string("GRID"),
            "gridProperties": .object([
                "rowCount": .integer(grid.rowCount),
                "columnCount": .integer(grid.columnCount),
                "frozenRowCount": frozenRowCount == 0 ? nil : .integer(frozenRowCount),
            ]),
            "hidden": hidden ? .boolean(true) : nil,
        ])
    }
}

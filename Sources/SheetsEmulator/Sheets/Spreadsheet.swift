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
    var tabs: [Tab]
    var namedRanges: [NamedRange] = []
    /// Tags on the spreadsheet as a whole; those on tabs, rows and columns are with their tab.
    var metadata: [DeveloperMetadata] = []
    /// Whoever made it by the API, in whose Drive it stands: no protection keeps them out.
    var owner: String?
    /// The account whose call is being answered; nil for a person at the screen, who may do anything.
    var caller: String?
    /// How many ids `nextId` has given out.
    var lastId = 0
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

    /// Puts rows or columns of a tab in, takes them out or moves them; named ranges follow.
    mutating func restructure(_ tab: Int, _ change: StructureChange) {
        tabs[tab].apply(change)
        let sheetId = tabs[tab].sheetId
        namedRanges = namedRanges.compactMap { named in
            guard named.sheetId == sheetId else { return named }
            guard let bounds = named.bounds.applying(change) else { return nil }
            var moved = named
            moved.bounds = bounds
            return moved
        }
    }

    /// Takes a tab away, with the names of its ranges.
    mutating func removeTab(at index: Int) {
        let sheetId = tabs.remove(at: index).sheetId
        namedRanges.removeAll { $0.sheetId == sheetId }
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
        // A bare word is a named range before it is a tab, as the documentation has it.
        if let named = namedRanges.first(where: { $0.name.lowercased() == text.lowercased() }),
            let index = tabIndex(sheetId: named.sheetId)
        {
            let cells = named.bounds.cells(in: tabs[index].grid)
            return ResolvedRange(tabIndex: index, title: tabs[index].title, cells: cells, isSingleCell: false)
        }
        guard let reference = RangeReference(text), !tabs.isEmpty else { throw .unparsableRange(text) }
        var index = 0
        if let title = reference.title {
            guard let found = tabIndex(title: title) else { throw .unparsableRange(text) }
            index = found
        }
        let tab = tabs[index]
        guard tab.kind == .grid else { throw .unparsableRange(text) }
        let rows = Self.clipped(reference.startRow, reference.endRow, count: tab.grid.rowCount)
        let columns = Self.clipped(reference.startColumn, reference.endColumn, count: tab.grid.columnCount)
        guard rows.lowerBound < tab.grid.rowCount, columns.lowerBound < tab.grid.columnCount else {
            throw .exceedsGrid(text, rows: tab.grid.rowCount, columns: tab.grid.columnCount)
        }
        return ResolvedRange(
            tabIndex: index, title: tab.title, cells: CellRange(rows: rows, columns: columns),
            isSingleCell: reference.isSingleCell, isWholeTab: reference.isWholeTab)
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
    let isSingleCell: Bool
    var isWholeTab = false

    /// The range as answers write it.
    var notation: String { cells.notation(title: title) }
}

import Foundation

/// All spreadsheets, with the log of what happened to each.
///
/// Whoever puts an edited spreadsheet back has its change recorded: no writer can forget it.
struct SpreadsheetShelf: Sendable {
    private var spreadsheets: [String: Spreadsheet] = [:]
    var log = ChangeLog()

    subscript(_ id: String) -> Spreadsheet? {
        get { spreadsheets[id] }
        set {
            guard let spreadsheet = newValue else {
                if let old = spreadsheets[id] { remove(id, at: old.changed) }
                return
            }
            let old = spreadsheets[id]
            spreadsheets[id] = spreadsheet
            if let kind = Self.difference(old, spreadsheet) { record(kind, spreadsheet, old, at: spreadsheet.changed) }
        }
    }

    var ids: [String] { spreadsheets.keys.sorted() }

    var all: some Collection<Spreadsheet> { spreadsheets.values }

    /// Adds a spreadsheet, perhaps in the place of another one.
    mutating func add(_ spreadsheet: Spreadsheet) {
        var added = spreadsheet
        if let old = spreadsheets[spreadsheet.id] { added.continueVersions(of: old) }
        self[spreadsheet.id] = added
    }

    mutating func remove(_ id: String, at time: Date) {
        guard let old = spreadsheets.removeValue(forKey: id) else { return }
        record(.remove, old, nil, at: time)
    }

    private mutating func record(_ kind: ChangeLog.Kind, _ spreadsheet: Spreadsheet, _ old: Spreadsheet?, at time: Date)
    {
        let audience = old.map { $0.sharedWith.union(spreadsheet.sharedWith) } ?? spreadsheet.sharedWith
        log.record(ChangeLog.Event(fileId: spreadsheet.id, kind: kind, time: time, audience: audience))
    }

    private static func difference(_ old: Spreadsheet?, _ new: Spreadsheet) -> ChangeLog.Kind? {
        guard let old else { return .content }
        if old.version == new.version { return nil }
        if old.trashed != new.trashed { return new.trashed ? .trash : .untrash }
        if old.modified != new.modified { return .content }
        if old.sharedWith != new.sharedWith || old.readers != new.readers { return .permissions }
        return old.title != new.title ? .properties : .content
    }
}

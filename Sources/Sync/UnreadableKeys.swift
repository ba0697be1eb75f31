internal import LabelDiff

/// Rows whose key cannot be read: nobody can say which label they speak of, so deletes wait while one stands.
struct UnreadableKeys {
    /// The rows as problems, each with where its text stands in the spool.
    private(set) var found: [FoundUnreadable] = []
    /// Problems of an earlier run that are gone.
    private(set) var ended: [Problem] = []

    struct FoundUnreadable {
        let problem: Problem
        let spoolOffset: UInt64
        /// No run has seen it before.
        let isNew: Bool
        /// It is not stored, or stands in another row now.
        let isChanged: Bool
    }

    /// Problems that stand in sheets which were not read.
    private(set) var standing: [Problem] = []

    init(_ pass: Pass, _ state: StoredState) {
        let unread = Set((pass.failures.map(\.index) + pass.skipped).map { state.sheetIDs[$0] })
        let known = Set(state.unreadable)
        let seenBefore = Set(state.unreadable.map { [UInt64($0.sheetID), $0.seen.high, $0.seen.low] })
        var ordinals: [[UInt64]: UInt32] = [:]
        for sheet in pass.sheets.compactMap({ $0 }) {
            for row in sheet.unreadable.sorted(by: { $0.rowNumber < $1.rowNumber }) {
                let sheetID = state.sheetIDs[Int(row.sheet)]
                let name = [UInt64(sheetID), row.seen.high, row.seen.low]
                let ordinal = ordinals[name, default: 0]
                ordinals[name] = ordinal + 1
                let problem = Problem(
                    kind: .unreadableKey, sheetID: sheetID, ordinal: ordinal, seen: row.seen, rowNumber: row.rowNumber)
                found.append(
                    FoundUnreadable(
                        problem: problem, spoolOffset: row.spoolOffset, isNew: !seenBefore.contains(name),
                        isChanged: !known.contains(problem)))
            }
        }
        let now = Set(found.map(\.problem))
        standing = state.unreadable.filter { unread.contains($0.sheetID) }
        ended = state.unreadable.filter { !now.contains($0) && !unread.contains($0.sheetID) }
    }

    /// What stands in for the key of a row whose key cannot be read.
    static func key(_ problem: Problem) -> KeyHash {
        KeyHash(high: problem.seen.high, low: problem.seen.low)
    }
}

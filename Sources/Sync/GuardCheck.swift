internal import LabelDiff
internal import LabelStore

/// Counts what a run would do that nobody has approved.
struct GuardCheck {
    private(set) var counts = GuardedCounts()
    /// Approvals that publishing uses up.
    private(set) var used: [HoldEntryKey] = []
    private let changes: ChangeSet
    private var rejections: [HoldEntry] = []

    /// Every entry of the run; of a rejection, only a new one.
    ///
    /// Made anew each time: only a run that is held has use for them, and a first load has as many as rows.
    var entries: [HoldEntry] { changes.map(Self.entry) + rejections }

    /// - Parameters:
    ///   - outcome: what the run would do.
    ///   - unreadable: rows with an unreadable key.
    ///   - approvals: what people have approved.
    ///   - rekeys: for each key that is a corrected one, the former one: both together are one change.
    init(
        _ outcome: MergeOutcome, _ unreadable: UnreadableKeys, _ approvals: Approvals,
        rekeys: [KeyHash: KeyHash] = [:]
    ) {
        changes = outcome.entries
        for change in changes { count(change, approvals) }
        joinCorrected(rekeys, outcome, approvals)
        var rejected: Set<HoldEntry> = []
        for (key, found) in outcome.problems where found.isNew {
            let entry = HoldEntry(key: key, action: .reject, before: nil, after: found.problem.seen)
            count(rejection: entry, isFirst: rejected.insert(entry).inserted, approvals)
        }
        for found in unreadable.found where found.isNew {
            let entry = HoldEntry(
                key: UnreadableKeys.key(found.problem), action: .reject, before: nil, after: found.problem.seen)
            count(rejection: entry, isFirst: rejected.insert(entry).inserted, approvals)
        }
    }

    /// - Parameters:
    ///   - changes: what would change, beside which nothing is rejected.
    ///   - approvals: what people have approved.
    init(_ changes: [ChangeEntry], _ approvals: Approvals) {
        self.changes = ChangeSet(changes)
        for change in changes { count(change, approvals) }
    }

    private mutating func count(_ change: ChangeEntry, _ approvals: Approvals) {
        if !approvals.entries.isEmpty {
            let entry = Self.entry(change)
            if let holdID = approvals.entries[entry] {
                used.append(HoldEntryKey(holdID: holdID, entry: entry))
                return
            }
        }
        if change.isCost {
            counts.costs += 1
            return
        }
        if change.isRenaming { return }
        switch change.kind {
        case .insert: counts.inserted += 1
        case .update: counts.changed += 1
        case .delete: counts.deleted += 1
        }
    }

    private static func entry(_ change: ChangeEntry) -> HoldEntry {
        let action: HoldAction
        switch change.kind {
        case .insert: action = .insert
        case .update: action = .update
        case .delete: action = .delete
        }
        return HoldEntry(key: change.key, action: action, before: change.before, after: change.after)
    }

    /// Counts the delete of a former key and the insert of the corrected one as one change, where neither is approved.
    private mutating func joinCorrected(
        _ rekeys: [KeyHash: KeyHash], _ outcome: MergeOutcome, _ approvals: Approvals
    ) {
        if rekeys.isEmpty { return }
        var deleted: Set<KeyHash> = []
        var inserted: Set<KeyHash> = []
        for change in outcome.entries where change.kind != .update && !change.isCost {
            if approvals.entries[Self.entry(change)] != nil { continue }
            if change.kind == .insert { inserted.insert(change.key) } else { deleted.insert(change.key) }
        }
        let pairs = rekeys.count { inserted.contains($0.key) && deleted.contains($0.value) }
        counts.inserted -= pairs
        counts.deleted -= pairs
        counts.changed += pairs
    }

    private mutating func count(rejection entry: HoldEntry, isFirst: Bool, _ approvals: Approvals) {
        if isFirst { rejections.append(entry) }
        if let holdID = approvals.entries[entry] {
            if isFirst { used.append(HoldEntryKey(holdID: holdID, entry: entry)) }
        } else {
            counts.rejected += 1
        }
    }
}

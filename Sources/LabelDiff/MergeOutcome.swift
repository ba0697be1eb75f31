package import Digest

/// What happens to one label.
package enum ChangeKind: String, Sendable, CaseIterable {
    case insert
    case update
    case delete
}

/// One entry of a change set.
package struct ChangeEntry: Sendable, Equatable {
    package var key: KeyHash
    package var kind: ChangeKind
    package var before: RowHash?
    package var after: RowHash?
    /// The row that gives the new value, as an index into the rows of the walk; `nil` for a delete, and for a label that
    /// is carried over into a new schema without a row.
    package var row: Int?
    /// The label, or a value of it, is lost to a schema change, not to an annotator.
    package var isCost: Bool
    /// Nothing but the names of fields differ: no annotator changed anything.
    package var isRenaming = false

    package init(key: KeyHash, kind: ChangeKind, before: RowHash?, after: RowHash?, row: Int?, isCost: Bool = false) {
        self.key = key
        self.kind = kind
        self.before = before
        self.after = after
        self.row = row
        self.isCost = isCost
    }
}

/// A problem of a key as it is now, with the row that has it.
package struct FoundProblem: Sendable, Equatable {
    package var problem: Problem
    /// An index into the rows of the walk; `nil` for a delete that waits.
    package var row: Int?
    /// No open exception has seen this before, so the guard on rejections counts it.
    package var isNew: Bool
    /// A label is stored under the key.
    package var hasLabel = false
}

/// The problems of one key after the decision, where they differ from those that were open; empty: all end.
package struct ProblemChange: Sendable, Equatable {
    package var key: KeyHash
    package var problems: [FoundProblem]
}

/// What becomes of a `reverted` state.
package struct RevertedChange: Sendable, Equatable {
    package var key: KeyHash
    /// `nil`: it ends.
    package var reverted: Reverted?

    package init(key: KeyHash, reverted: Reverted?) {
        self.key = key
        self.reverted = reverted
    }
}

/// The outcome of a merge walk over the stored labels of a dataset and the rows seen.
package struct MergeOutcome: Sendable {
    package var entries = ChangeSet(rows: [])
    /// Keys whose home is another sheet now (sheet id): bookkeeping, not a change.
    package var homes: [(key: KeyHash, sheetID: UInt32)] = []
    /// Every rejection and waiting delete found, changed or not: what the report shows.
    package var problems: [(key: KeyHash, found: FoundProblem)] = []
    package var problemChanges: [ProblemChange] = []
    package var revertedChanges: [RevertedChange] = []
    /// Labels without a filled row whose absence is not proven yet: a second pass is wanted.
    package var missing: [KeyHash] = []
    /// Labels that stay although no valid row replaces them; filled only if asked for.
    package var kept: [KeyHash] = []
    /// Rows that equal their label, as indices into the rows of the walk; filled only if asked for.
    package var unchangedRows: [Int] = []
    /// Sheets with a key that was not decided for good (sheet ids): their digest is cleared and they stay dirty.
    package var undecidedSheets: Set<UInt32> = []
    /// Sheets left unread that have to be read before this outcome may be used: the store knows keys from them that
    /// turned up elsewhere, or that share an open problem with a sheet that changed.
    package var wantedSheets: Set<UInt32> = []
    package var storedCount = 0
    /// Labels after the change set is applied.
    package var labelCount = 0
    package var unchangedCount = 0
    package var pendingCount = 0
    /// The root hash after the change set is applied.
    package var rootHash: SHA256Digest

    package func count(_ kind: ChangeKind) -> Int {
        entries.count(kind)
    }
}

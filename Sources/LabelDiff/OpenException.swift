/// Why the labels differ, on purpose, from what the sheets hold now; one for each open problem.
package enum ProblemKind: String, Sendable, CaseIterable {
    case invalid
    case duplicate
    case deleteWaiting = "delete_waiting"
    /// A row whose key cannot be read: it goes by a hash of its raw cells.
    case unreadableKey = "unreadable_key"
}

/// One row of a problem: the row of a sheet that is rejected, or the label whose delete waits.
package struct Problem: Hashable, Sendable {
    package var kind: ProblemKind
    package var sheetID: UInt32
    /// Tells apart several rows of one key in one sheet, from 0.
    package var ordinal: UInt32
    /// What was seen; for a duplicate, a hash over all the rows concerned.
    package var seen: RowHash
    /// The sheet's row number from 1; 0 where no row is concerned.
    package var rowNumber: UInt32

    package init(kind: ProblemKind, sheetID: UInt32, ordinal: UInt32, seen: RowHash, rowNumber: UInt32) {
        self.kind = kind
        self.sheetID = sheetID
        self.ordinal = ordinal
        self.seen = seen
        self.rowNumber = rowNumber
    }
}

/// The `reverted` state of a key, and the sheet where that state stands (none: in no sheet).
package struct Reverted: Hashable, Sendable {
    package var state: RevertedState
    package var sheetID: UInt32?

    package init(state: RevertedState, sheetID: UInt32?) {
        self.state = state
        self.sheetID = sheetID
    }
}

/// All that is open for one key.
package struct OpenExceptions: Sendable, Equatable {
    package var problems: [Problem]
    package var reverted: Reverted?

    package init(problems: [Problem] = [], reverted: Reverted? = nil) {
        self.problems = problems
        self.reverted = reverted
    }
}

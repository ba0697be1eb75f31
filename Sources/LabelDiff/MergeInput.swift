/// What is known of absence: a row counts as deleted only after a complete, proven read.
package enum AbsenceProof: Sendable {
    /// The dataset is one sheet, read in one answer: what is not in it is not there.
    case onePassSuffices
    /// The first pass over every sheet: nothing is proven yet.
    case firstPass
    /// The second pass, begun after the first ended; a key is proven missing if the first missed it too.
    case secondPass(missingInFirst: Set<KeyHash>)
    /// Not every sheet could be read twice, or file versions moved between the passes: deletes wait.
    case notProvable
}

/// Everything a merge walk takes beside the stored labels.
package struct MergeInput: Sendable {
    /// Rows with a readable key, in the order of `SeenRow.precedes`.
    package var rows: [SeenRow]
    /// The id of each sheet of the run, by the index that `SeenRow.sheet` holds.
    package var sheetIDs: [UInt32]
    package var exceptions: [KeyHash: OpenExceptions]
    /// Configured sheets that could not be read in this run.
    package var unreadSheets: Set<UInt32>
    /// Configured sheets that were left unread, since they are as they were when they were last decided.
    package var skippedSheets: Set<UInt32>
    /// Sheets read that are not as they were when they were last decided.
    package var changedSheets: Set<UInt32>
    /// Sheets whose labels stay when no sheet offers them: retired with keep, or gone from the configuration.
    package var keptSheets: Set<UInt32>
    /// For each key the label, by its row hash, whose delete was approved in spite of a block.
    package var deletesApprovedPastBlock: [KeyHash: RowHash]
    package var deletesBlocked: Bool
    package var absence: AbsenceProof
    /// Stored labels that do not satisfy this run's schema.
    package var failingLabels: Set<KeyHash>
    /// Labels that may not go while a label that stays refers to them: their deletes wait.
    package var heldDeletes: Set<KeyHash> = []
    /// Labels that stay, but in another form under this run's schema: each with the hash of that form.
    package var carried: [KeyHash: RowHash] = [:]
    /// Labels whose carrying over loses the values of a field that is gone.
    package var carriedAtCost: Set<KeyHash> = []
    /// Collect the labels that stay without a valid row (for a changed schema, and for keys over the whole table).
    package var collectsKept: Bool

    package init(
        rows: [SeenRow], sheetIDs: [UInt32], exceptions: [KeyHash: OpenExceptions] = [:],
        unreadSheets: Set<UInt32> = [], skippedSheets: Set<UInt32> = [], changedSheets: Set<UInt32> = [],
        keptSheets: Set<UInt32> = [],
        deletesApprovedPastBlock: [KeyHash: RowHash] = [:],
        deletesBlocked: Bool = false, absence: AbsenceProof = .onePassSuffices, failingLabels: Set<KeyHash> = [],
        collectsKept: Bool = false
    ) {
        self.rows = rows
        self.sheetIDs = sheetIDs
        self.exceptions = exceptions
        self.unreadSheets = unreadSheets
        self.skippedSheets = skippedSheets
        self.changedSheets = changedSheets
        self.keptSheets = keptSheets
        self.deletesApprovedPastBlock = deletesApprovedPastBlock
        self.deletesBlocked = deletesBlocked
        self.absence = absence
        self.failingLabels = failingLabels
        self.collectsKept = collectsKept
    }
}

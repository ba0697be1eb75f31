/// The stored label of a key.
package struct StoredLabel: Sendable, Equatable {
    package var rowHash: RowHash
    /// Does the stored label satisfy the schema of this run? Always true while the schema is the label's own.
    package var fits: Bool

    package init(rowHash: RowHash, fits: Bool = true) {
        self.rowHash = rowHash
        self.fits = fits
    }
}

/// What the sheets were last known to hold for a key that a person reverted.
///
/// That state, wherever it stands, is not applied.
package enum RevertedState: Hashable, Sendable {
    case value(RowHash)
    /// Pending and absent both are no value.
    case noValue
}

/// The rows of a key that are not pending, over all sheets read.
package enum FilledRows: Sendable, Equatable {
    case none
    case oneValid(RowHash)
    case oneInvalid
    case several
}

/// Everything that the decision about one key may rest on.
package struct DecisionInput: Sendable, Equatable {
    package var filled: FilledRows
    package var stored: StoredLabel?
    package var reverted: RevertedState?
    /// A configured sheet that is known to hold the key (its home, or an open exception there) was not read.
    package var knownSheetNotRead: Bool
    /// The home was retired and its labels are to be kept, or it left the configuration and nobody has retired it; also a
    /// label that no sheet ever offered.
    package var homeRetiredWithKeep: Bool
    /// A person approved deleting this key in spite of what blocks deletes.
    package var deleteApprovedPastBlock: Bool
    /// A sheet cannot be read, or a row with an unreadable key stands somewhere in the dataset.
    package var deletesBlocked: Bool
    /// The key was missing from two complete passes over every sheet (or from the one pass that suffices).
    package var provenMissing: Bool

    package init(
        filled: FilledRows, stored: StoredLabel?, reverted: RevertedState? = nil, knownSheetNotRead: Bool = false,
        homeRetiredWithKeep: Bool = false, deleteApprovedPastBlock: Bool = false, deletesBlocked: Bool = false,
        provenMissing: Bool = false
    ) {
        self.filled = filled
        self.stored = stored
        self.reverted = reverted
        self.knownSheetNotRead = knownSheetNotRead
        self.homeRetiredWithKeep = homeRetiredWithKeep
        self.deleteApprovedPastBlock = deleteApprovedPastBlock
        self.deletesBlocked = deletesBlocked
        self.provenMissing = provenMissing
    }
}

/// What becomes of the label.
package enum LabelAction: Sendable, Equatable {
    /// It stays as it is, also where there is none.
    case keep
    case insert(RowHash)
    case update(RowHash)
    /// `cost` marks a label lost to a schema change: held until a person approves it.
    case delete(cost: Bool)
}

/// What becomes of the key's open problem (`invalid`, `duplicate` or `delete_waiting`).
package enum ProblemAction: Sendable, Equatable {
    case unchanged
    case end
    case invalid
    case duplicate
    case deleteWaiting
}

/// What becomes of the key's `reverted` state.
package enum RevertedAction: Sendable, Equatable {
    case unchanged
    case end
    /// It stands in another sheet now.
    case moveToSheet
}

/// What becomes of the key's home.
package enum HomeAction: Sendable, Equatable {
    case unchanged
    /// The sheet of its one filled row.
    case toRow
    /// It stays if the key still stands there, else one of the sheets where it does.
    case toAnyRow
}

/// The outcome for one key.
package struct Decision: Sendable, Equatable {
    /// The row of the decision table that matched, 1 to 17.
    package var rule: Int
    package var label: LabelAction
    package var problem: ProblemAction
    package var reverted: RevertedAction
    package var home: HomeAction
    /// The key was not decided for good: the sheets concerned lose their digest and stay dirty.
    package var staysDirty: Bool

    init(
        _ rule: Int, _ label: LabelAction, problem: ProblemAction, reverted: RevertedAction = .unchanged,
        home: HomeAction = .unchanged, staysDirty: Bool = false
    ) {
        self.rule = rule
        self.label = label
        self.problem = problem
        self.reverted = reverted
        self.home = home
        self.staysDirty = staysDirty
    }
}

/// Decides what a run makes of one key: the decision table, row by row; the first that matches wins.
///
/// Pure: no clock, no store, no sheet. The tests hold the same table as a person would read it.
package func decide(_ input: DecisionInput) -> Decision {
    let labelMayStay = input.stored?.fits ?? true

    if input.knownSheetNotRead {
        return Decision(1, .keep, problem: .unchanged, staysDirty: true)
    }

    switch input.filled {
    case .several:
        guard labelMayStay else {
            return Decision(4, .delete(cost: true), problem: .duplicate, home: .toAnyRow)
        }
        return Decision(2, .keep, problem: .duplicate, home: .toAnyRow)
    case .oneInvalid:
        guard labelMayStay else {
            return Decision(4, .delete(cost: true), problem: .invalid, home: .toRow)
        }
        return Decision(3, .keep, problem: .invalid, home: .toRow)
    case .oneValid(let value):
        return decideValid(value, input, labelMayStay: labelMayStay)
    case .none:
        return decideMissing(input, labelMayStay: labelMayStay)
    }
}

private func decideValid(_ value: RowHash, _ input: DecisionInput, labelMayStay: Bool) -> Decision {
    if value == input.stored?.rowHash {
        return Decision(5, .keep, problem: .end, reverted: .end, home: .toRow)
    }
    if input.reverted == .value(value) {
        guard labelMayStay else {
            return Decision(7, .update(value), problem: .end, reverted: .end, home: .toRow)
        }
        return Decision(6, .keep, problem: .end, reverted: .moveToSheet, home: .toRow)
    }
    guard input.stored != nil else {
        return Decision(8, .insert(value), problem: .end, reverted: .end, home: .toRow)
    }
    return Decision(9, .update(value), problem: .end, reverted: .end, home: .toRow)
}

private func decideMissing(_ input: DecisionInput, labelMayStay: Bool) -> Decision {
    if input.stored != nil, input.reverted == .noValue, labelMayStay {
        return Decision(10, .keep, problem: .end)
    }
    if input.stored == nil, input.reverted == nil {
        return Decision(11, .keep, problem: .end)
    }
    if input.homeRetiredWithKeep, labelMayStay {
        return Decision(12, .keep, problem: .end)
    }
    if !labelMayStay {
        return Decision(13, .delete(cost: true), problem: .end, reverted: .end)
    }
    let delete: LabelAction = input.stored == nil ? .keep : .delete(cost: false)
    // An approval lifts the block, not the proof: the row may be on its way to a sheet that can be read.
    if input.deleteApprovedPastBlock, input.provenMissing {
        return Decision(14, delete, problem: .end, reverted: .end)
    }
    if input.deletesBlocked, !input.deleteApprovedPastBlock {
        return Decision(15, .keep, problem: .deleteWaiting)
    }
    if input.provenMissing {
        return Decision(16, delete, problem: .end, reverted: .end)
    }
    return Decision(17, .keep, problem: .unchanged, staysDirty: true)
}

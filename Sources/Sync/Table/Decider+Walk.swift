internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import SheetSource

/// Deciding every key, and then over again as long as one decision takes the ground from under another: a label that
/// stays may not fit a new schema, or hold the value that a new row wants.
extension Decider {
    /// Walks the stored labels and the rows that were read.
    ///
    /// - Parameters:
    ///   - decided: what was read; gets the rows, and what is told of those that other rows stand against.
    ///   - state: what the store held.
    ///   - absence: what is known of missing rows.
    /// - Returns: the outcome: under it every unique key and foreign key of the schema holds.
    /// - Throws: errors of the store or the spool; `CancellationError`.
    func walk(
        _ decided: inout Decided, _ state: StoredState, absence: AbsenceProof
    ) async throws -> MergeOutcome {
        decided.rows = decided.pass.rows()
        decided.tableErrors = [:]
        decided.heldBy = [:]
        decided.costs = [:]
        progress(.comparing(rows: decided.rows.count))
        let unread = Set(decided.pass.failures.map { state.sheetIDs[$0.index] })
        let input = MergeInput(
            rows: decided.rows, sheetIDs: state.sheetIDs, exceptions: state.exceptions, unreadSheets: unread,
            skippedSheets: Set(decided.pass.skipped.map { state.sheetIDs[$0] }),
            changedSheets: Set(changedSheets(decided.pass, state).map { state.sheetIDs[$0] }),
            keptSheets: state.keptSheets, deletesApprovedPastBlock: state.approvals.deletesPastBlock,
            deletesBlocked: !unread.isEmpty || decided.pass.hasUnreadableKeys, absence: absence,
            collectsKept: decided.contractChanged || !definition.constraints.isEmpty)
        var table = TableWalk(definition: definition, store: store, state: state, input: input)
        var outcome = try await walk(table.input, state)
        while try await table.settle(outcome, &decided) {
            try Task.checkCancellation()
            outcome = try await walk(table.input, state)
        }
        if decided.schemaChanged { try await table.markRenamings(&outcome, decided) }
        return outcome
    }

    private func walk(_ input: MergeInput, _ state: StoredState) async throws -> MergeOutcome {
        guard let dataset = state.dataset else { return MergeWalk(input).finish() }
        return try await store.mergeWalk(dataset, version: state.currentVersion, input: input)
    }
}

extension StoredState {
    /// Whether a dataset that foreign keys point to has another version than when the sheets were last decided.
    func referencesMoved(_ definition: DatasetDefinition) -> Bool {
        if definition.references.isEmpty { return false }
        return zip(records, definition.sheets).contains { record, sheet in
            guard let record, record.state == .active, let fingerprint = record.inputFingerprint else { return false }
            return fingerprint != definition.inputFingerprint(of: sheet)
        }
    }
}

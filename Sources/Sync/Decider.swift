internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import SheetSource

/// What a run read, and what it makes of it.
struct Decided: Sendable {
    var pass: Pass
    var passes: Int
    /// All rows with a readable key, in the order of the walk; the outcome's row indices point here.
    var rows: [SeenRow]
    /// `nil`: nothing was decided, since nothing has changed or, with a new schema, not every sheet could be read.
    var outcome: MergeOutcome?
    var schemaChanged: Bool

    /// A new schema is decided over every sheet or not at all.
    var waitsForSheets: Bool { outcome == nil && schemaChanged }
}

/// Reads the sheets of a dataset and decides every key.
///
/// Writes nothing: `plan` and `sync` share it.
struct Decider: Sendable {
    let definition: DatasetDefinition
    let store: LabelStore
    let progress: SyncProgress

    /// Reads all sheets, and once more if labels are missing, and decides every key.
    ///
    /// - Parameters:
    ///   - state: what the store held before the sheets were read.
    ///   - evenIfEqual: decide also if every sheet is as it was last seen.
    /// - Returns: what was read and decided; without an outcome if there was nothing to decide, or not enough to go by.
    /// - Throws: what concerns the whole run: errors of the store or the spool, `CancellationError`. What fails in a
    ///   single sheet is in the result.
    func decide(_ state: StoredState, evenIfEqual: Bool) async throws -> Decided {
        let pull = Pull(
            definition: definition, knownTabs: state.records.map { $0?.tabID }, progress: progress)
        let first = try await pull.pass(1)
        let schemaChanged = state.version.map { $0.schemaHash != definition.schemaHash } ?? false
        var decided = Decided(pass: first, passes: 1, rows: [], outcome: nil, schemaChanged: schemaChanged)
        if first.sheets.allSatisfy({ $0 == nil }) { return decided }
        if schemaChanged, !first.failures.isEmpty { return decided }
        if !evenIfEqual, !schemaChanged, first.failures.isEmpty, isAsLastSeen(first, state) { return decided }

        decided.rows = first.rows()
        let outcome = try await walk(decided, state, absence: absence(first, state))
        decided.outcome = outcome
        if outcome.missing.isEmpty { return decided }

        // Labels are missing: their rows may be on their way from one sheet to another. Look at all sheets once more.
        let second = try await pull.pass(2)
        decided.pass = second
        decided.passes = 2
        decided.rows = second.rows()
        if schemaChanged, !second.failures.isEmpty {
            decided.outcome = nil
            return decided
        }
        let proof: AbsenceProof =
            filesStoodStill(first, second) ? .secondPass(missingInFirst: Set(outcome.missing)) : .notProvable
        decided.outcome = try await walk(decided, state, absence: proof)
        return decided
    }

    private func isAsLastSeen(_ pass: Pass, _ state: StoredState) -> Bool {
        let fingerprint = definition.inputFingerprint
        return zip(pass.sheets, state.records).allSatisfy { sheet, record in
            guard let sheet, let record, record.state == .active else { return false }
            return record.seenDigest == sheet.digest && record.inputFingerprint == fingerprint
        }
    }

    private func absence(_ pass: Pass, _ state: StoredState) -> AbsenceProof {
        guard pass.sheets.count == 1, let sheet = pass.sheets[0], sheet.reading.oneAnswer else { return .firstPass }
        return .onePassSuffices
    }

    /// Whether no file changed between the end of the first read and the beginning of the second.
    private func filesStoodStill(_ first: Pass, _ second: Pass) -> Bool {
        zip(first.sheets, second.sheets).allSatisfy { before, after in
            guard let before, let after else { return true }
            guard let was = before.reading.fileVersionAfter, let isNow = after.reading.fileVersionBefore else {
                // A source without versions: what was read has to be the same.
                return before.digest == after.digest
            }
            return was == isNow
        }
    }

    private func walk(
        _ decided: Decided, _ state: StoredState, absence: AbsenceProof
    ) async throws -> MergeOutcome {
        progress(.comparing(rows: decided.rows.count))
        let unread = Set(decided.pass.failures.map { state.sheetIDs[$0.index] })
        var input = MergeInput(
            rows: decided.rows, sheetIDs: state.sheetIDs, exceptions: state.exceptions, unreadSheets: unread,
            keptSheets: state.keptSheets, deletesApprovedPastBlock: state.approvals.deletesPastBlock,
            deletesBlocked: !unread.isEmpty || decided.pass.hasUnreadableKeys, absence: absence,
            collectsKept: decided.schemaChanged)
        let outcome = try await walk(input, state)
        guard decided.schemaChanged else { return outcome }

        // Labels that no valid row replaces are carried over, and have to satisfy the new schema; one that does not is a
        // cost of the change, also where its absence is proven already.
        let unreplaced = outcome.kept + outcome.entries.filter { $0.kind == .delete }.map(\.key)
        if unreplaced.isEmpty { return outcome }
        input.failingLabels = try await failing(unreplaced, state)
        return input.failingLabels.isEmpty ? outcome : try await walk(input, state)
    }

    private func walk(_ input: MergeInput, _ state: StoredState) async throws -> MergeOutcome {
        guard let dataset = state.dataset else { return MergeWalk(input).finish() }
        return try await store.mergeWalk(dataset, version: state.currentVersion, input: input)
    }

    /// Whether a stored label satisfies the schema, and goes by the same key under it: another primary key is another row.
    private func fits(_ label: [UInt8], _ key: KeyHash) -> Bool {
        guard let keyNow = definition.schema.key(ofCanonicalLabel: label) else { return false }
        return LabelSchema.keyHash(keyNow) == key && definition.schema.check(canonicalLabel: label).isEmpty
    }

    private func failing(_ keys: [KeyHash], _ state: StoredState) async throws -> Set<KeyHash> {
        guard let dataset = state.dataset else { return [] }
        var failing: Set<KeyHash> = []
        for start in stride(from: 0, to: keys.count, by: 10_000) {
            let some = Array(keys[start..<min(start + 10_000, keys.count)])
            let labels = try await store.labels(of: dataset, version: state.currentVersion, keys: some)
            for (key, label) in labels where !fits(label, key) { failing.insert(key) }
        }
        return failing
    }
}

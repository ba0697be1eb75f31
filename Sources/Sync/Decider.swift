internal import Digest
internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import SheetSource

/// What a run read, and what it makes of it.
struct Decided: Sendable {
    var pass: Pass
    var passes: Int
    /// All rows with a readable key, in the order of the walk; the outcome's row indices point here.
    var rows: [SeenRow] = []
    /// `nil`: nothing was decided, since nothing has changed or, with a new schema, not every sheet could be read.
    var outcome: MergeOutcome?
    var schemaChanged: Bool
    /// What labels have to satisfy is not what it was: the schema, or a dataset that foreign keys point to.
    var contractChanged: Bool
    /// Errors of rows that are valid by themselves, by index: other rows or labels stand against them.
    var tableErrors: [Int: [CellError]] = [:]
    /// For each label that has to stay although its row is gone, the keys of those that refer to it.
    var heldBy: [KeyHash: [String]] = [:]
    /// What is wrong with labels that do not satisfy a new contract; of some, to be told.
    var costs: [KeyHash: [CellError]] = [:]
    /// What the sheets were last known to hold for reverted keys, where that reads otherwise under a new schema.
    var revertedStates: [KeyHash: RevertedStates.State] = [:]
    /// For each sheet read, the number of marks that its content settles.
    var marks: [Int: UInt64] = [:]

    /// A new schema is decided over every sheet or not at all.
    var waitsForSheets: Bool { outcome == nil && contractChanged }
}

/// What the second pass has to know of a sheet that the first has read.
private struct SheetTrace {
    let fileVersion: String?
    let digest: SHA256Digest

    init(_ sheet: SeenSheet) {
        fileVersion = sheet.reading.fileVersionAfter
        digest = sheet.digest
    }
}

/// Reads the sheets of a dataset and decides every key.
///
/// Writes no label and no version: `plan` and `sync` share it.
struct Decider: Sendable {
    let definition: DatasetDefinition
    let store: LabelStore
    let policy: ReadPolicy
    let progress: SyncProgress
    /// Makes the store remember sheets that turned out to have changed though nothing had told of it; a plan does not.
    var remember: (@Sendable ([UInt32: UInt64]) async throws -> [UInt32: UInt64])?

    /// Reads the sheets that may have changed, all of them (twice) if labels are missing, and decides every key.
    ///
    /// - Parameters:
    ///   - state: what the store held before the sheets were read.
    ///   - evenIfEqual: decide also if every sheet read is as it was last seen.
    /// - Returns: what was read and decided; without an outcome if there was nothing to decide, or not enough to go by.
    /// - Throws: what concerns the whole run: errors of the store or the spool, `CancellationError`. What fails in a
    ///   single sheet is in the result.
    func decide(_ state: StoredState, evenIfEqual: Bool) async throws -> Decided {
        let schemaChanged = state.version.map { $0.schemaHash != definition.schemaHash } ?? false
        let contractChanged = schemaChanged || state.referencesMoved(definition)
        let selection = SheetSelection(definition, state, policy, contractChanged: contractChanged)
        var pass = try Pass(sheets: definition.sheets.count)
        pass.skipped = selection.skipped
        pass.failures = selection.failures
        var decided = Decided(
            pass: pass, passes: 1, outcome: nil, schemaChanged: schemaChanged, contractChanged: contractChanged)
        try await read(firstWishes(selection.read, state), into: &decided, state)

        if decided.pass.isBlind { return decided }
        if contractChanged, !decided.pass.failures.isEmpty { return decided }
        let changed = changedSheets(decided.pass, state)
        // What a delete waited for may be over though no sheet changed: Drive is back.
        let waitsInVain = state.hasWaitingDeletes && state.unreadable.isEmpty && decided.pass.failures.isEmpty
        if !evenIfEqual, !contractChanged, changed.isEmpty, !waitsInVain { return decided }
        var state = state
        if schemaChanged, let dataset = state.dataset {
            decided.revertedStates = try await RevertedStates(dataset: dataset, newer: definition.schema, store: store)
                .reread(state.exceptions)
            for (key, reread) in decided.revertedStates {
                state.exceptions[key]?.reverted?.state = .value(reread.hash)
            }
        }
        let mayReachEverySheet = state.hasWaitingDeletes || !definition.constraints.isEmpty
        if mayReachEverySheet, !changed.isEmpty || waitsInVain || (evenIfEqual && !definition.constraints.isEmpty) {
            try await readTheRest(into: &decided, state)
        }

        var outcome = try await walk(&decided, state, absence: absence(decided.pass))
        while !outcome.wantedSheets.isEmpty {
            let wanted = decided.pass.skipped.filter { outcome.wantedSheets.contains(state.sheetIDs[$0]) }
            try await read(laterWishes(wanted, state, after: nil), into: &decided, state)
            outcome = try await walk(&decided, state, absence: absence(decided.pass))
        }
        if !outcome.missing.isEmpty, !decided.pass.skipped.isEmpty {
            try await readTheRest(into: &decided, state)
            outcome = try await walk(&decided, state, absence: absence(decided.pass))
        }
        decided.outcome = outcome
        if outcome.missing.isEmpty { return decided }

        // Labels are missing: their rows may be on their way from one sheet to another. Look at all sheets once more.
        let first = decided.pass.sheets.map { $0.map(SheetTrace.init) }
        let missing = Set(outcome.missing)
        // What the first pass read is done with: two passes in memory would be twice the rows.
        outcome = MergeWalk(MergeInput(rows: [], sheetIDs: [])).finish()
        decided.rows = []
        decided.pass = try Pass(sheets: definition.sheets.count)
        decided.passes = 2
        decided.outcome = nil
        try await read(
            laterWishes(Set(definition.sheets.indices), state, after: first), into: &decided, state)
        if contractChanged, !decided.pass.failures.isEmpty { return decided }
        let proof: AbsenceProof =
            filesStoodStill(first, decided.pass) ? .secondPass(missingInFirst: missing) : .notProvable
        decided.outcome = try await walk(&decided, state, absence: proof)
        return decided
    }

    // MARK: - Reading

    private func read(
        _ wishes: [Int: Pull.Wish], into decided: inout Decided, _ state: StoredState
    ) async throws {
        let pull = Pull(definition: definition, records: state.records, progress: progress)
        try await pull.read(wishes, into: &decided.pass, number: decided.passes)
        for index in wishes.keys where decided.marks[index] == nil {
            decided.marks[index] = state.records[index]?.marked ?? 0
        }
        guard let remember else { return }
        var unmarked: [UInt32: UInt64] = [:]
        for index in changedSheets(decided.pass, state).intersection(wishes.keys) {
            guard let record = state.records[index], !record.isDirty, record.marked == decided.marks[index] else {
                continue
            }
            unmarked[record.id] = record.marked
        }
        if unmarked.isEmpty { return }
        let settled = try await remember(unmarked)
        for index in wishes.keys {
            if let marks = settled[state.sheetIDs[index]] { decided.marks[index] = marks }
        }
    }

    private func readTheRest(into decided: inout Decided, _ state: StoredState) async throws {
        try await read(laterWishes(decided.pass.skipped, state, after: nil), into: &decided, state)
    }

    private func firstWishes(_ indices: Set<Int>, _ state: StoredState) -> [Int: Pull.Wish] {
        var alsoChanged: [String: String?] = [:]
        if case .marked(let files) = policy.changes { alsoChanged = files }
        return wishes(indices) { index in
            let sheet = definition.sheets[index]
            guard let record = state.records[index] else { return Pull.Wish() }
            let noticed = sheet.fileID.flatMap { alsoChanged[$0] ?? nil }
            return Pull.Wish(
                knownVersion: noticed ?? record.newestVersion,
                acceptsUnchanged: !policy.readsAll && !record.isDue(policy)
                    && record.isSettled(for: sheet, of: definition))
        }
    }

    /// What is read later in a run is read in full: its rows are wanted.
    private func laterWishes(
        _ indices: Set<Int>, _ state: StoredState, after first: [SheetTrace?]?
    ) -> [Int: Pull.Wish] {
        wishes(indices) { index in
            Pull.Wish(
                knownVersion: first?[index]?.fileVersion ?? state.records[index]?.newestVersion)
        }
    }

    private func wishes(_ indices: Set<Int>, _ wish: (Int) -> Pull.Wish) -> [Int: Pull.Wish] {
        Dictionary(uniqueKeysWithValues: indices.map { ($0, wish($0)) })
    }

    /// Places of the sheets read that are not as they were when they were last decided.
    func changedSheets(_ pass: Pass, _ state: StoredState) -> Set<Int> {
        var changed: Set<Int> = []
        for (index, sheet) in pass.sheets.enumerated() {
            guard let sheet else { continue }
            let record = state.records[index]
            let isEqual =
                record?.state == .active && record?.seenDigest == sheet.digest
                && record?.inputFingerprint == definition.inputFingerprint(of: definition.sheets[index])
            if !isEqual { changed.insert(index) }
        }
        return changed
    }

    // MARK: - Deciding

    private func absence(_ pass: Pass) -> AbsenceProof {
        guard pass.sheets.count == 1, let sheet = pass.sheets[0], sheet.reading.oneAnswer else { return .firstPass }
        return .onePassSuffices
    }

    /// Whether no file changed between the end of the first read and the beginning of the second.
    private func filesStoodStill(_ first: [SheetTrace?], _ second: Pass) -> Bool {
        definition.sheets.indices.allSatisfy { index in
            guard let before = first[index], let after = second.sheets[index] else { return true }
            // A source without versions, or with such as may stand for two contents: what was read has to be the same.
            if definition.sheets[index].fileID == nil, before.digest != after.digest { return false }
            guard let was = before.fileVersion, let isNow = after.reading.fileVersionBefore else { return true }
            return was == isNow
        }
    }
}

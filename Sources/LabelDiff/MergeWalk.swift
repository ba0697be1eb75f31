internal import Digest

/// Walks the stored labels and the rows seen side by side, both in key order, and decides each key once.
///
/// Stored hashes are pushed in as they stream out of the database, so neither side's text is ever in memory. A key with
/// one valid row that equals its label, and nothing open, takes the short way and touches nothing but the root hash.
package struct MergeWalk: ~Copyable {
    private let input: MergeInput
    private let exceptionKeys: [KeyHash]
    private var outcome: MergeOutcome
    private var root = RootHasher()
    private var nextRow = 0
    private var nextException = 0

    package init(_ input: MergeInput) {
        self.input = input
        exceptionKeys = input.exceptions.keys.sorted()
        outcome = MergeOutcome(rootHash: root.finish())
        outcome.entries = ChangeSet(rows: input.rows)
    }

    /// Takes the next stored label.
    ///
    /// Labels come in ascending key order.
    package mutating func stored(_ key: KeyHash, _ rowHash: RowHash, home: UInt32?) {
        outcome.storedCount += 1
        decideUnstored(before: key)
        let rows = takeRows(of: key)
        let open = takeExceptions(of: key)
        if open == nil, rows.count == 1, input.failingLabels.isEmpty {
            let row = input.rows[rows.lowerBound]
            let sheetID = input.sheetIDs[Int(row.sheet)]
            if row.kind == .valid, row.seen == rowHash, home == sheetID {
                keep(key, rowHash)
                outcome.unchangedCount += 1
                if input.collectsKept { outcome.unchangedRows.append(rows.lowerBound) }
                return
            }
        }
        if open == nil, rows.isEmpty, let home, input.skippedSheets.contains(home), !input.collectsKept {
            keep(key, rowHash)
            outcome.unchangedCount += 1
            return
        }
        let label = StoredLabel(rowHash: rowHash, fits: !input.failingLabels.contains(key))
        settle(key, stored: label, home: home, rows: rows, open: open)
    }

    /// Ends the walk: what is left was never stored.
    package consuming func finish() -> MergeOutcome {
        decideUnstored(before: nil)
        outcome.rootHash = root.finish()
        return outcome
    }

    // MARK: - Cursors

    private mutating func takeRows(of key: KeyHash) -> Range<Int> {
        let start = nextRow
        while nextRow < input.rows.count, input.rows[nextRow].key == key { nextRow += 1 }
        return start..<nextRow
    }

    private mutating func takeExceptions(of key: KeyHash) -> OpenExceptions? {
        guard nextException < exceptionKeys.count, exceptionKeys[nextException] == key else { return nil }
        nextException += 1
        return input.exceptions[key]
    }

    /// Decides the keys that are seen, or have something open, but have no label; up to `limit`, or all.
    private mutating func decideUnstored(before limit: KeyHash?) {
        while true {
            var key: KeyHash?
            if nextRow < input.rows.count { key = input.rows[nextRow].key }
            if nextException < exceptionKeys.count {
                let other = exceptionKeys[nextException]
                key = key.map { min($0, other) } ?? other
            }
            guard let key else { return }
            if let limit, key >= limit { return }
            let rows = takeRows(of: key)
            let open = takeExceptions(of: key)
            if open == nil, rows.count == 1, insert(key, rows.lowerBound) { continue }
            settle(key, stored: nil, home: nil, rows: rows, open: open)
        }
    }

    // MARK: - One key

    /// Takes the short way for what most rows of a first load are: a valid row of a key that nothing is known of.
    ///
    /// - Returns: whether it was taken.
    private mutating func insert(_ key: KeyHash, _ index: Int) -> Bool {
        let row = input.rows[index]
        guard row.kind == .valid else { return false }
        keep(key, row.seen)
        outcome.entries.append(
            ChangeEntry(key: key, kind: .insert, before: nil, after: row.seen, row: index))
        return true
    }

    private mutating func keep(_ key: KeyHash, _ rowHash: RowHash) {
        root.add(key, rowHash)
        outcome.labelCount += 1
    }

    private mutating func settle(
        _ key: KeyHash, stored: StoredLabel?, home: UInt32?, rows: Range<Int>, open: OpenExceptions?
    ) {
        let filled = rows.filter { input.rows[$0].kind != .pending }
        outcome.pendingCount += rows.count - filled.count
        if isLeft(key, stored: stored, home: home, rows: rows, open: open) { return }
        let decision = decide(question(key, stored: stored, home: home, filled: filled, open: open))

        apply(decision, key: key, stored: stored, filled: filled)
        moveHome(decision, key: key, stored: stored, home: home, filled: filled)
        settleProblems(decision, key: key, stored: stored, home: home, filled: filled, open: open)
        settleReverted(decision, key: key, filled: filled, open: open)
        if decision.staysDirty {
            if decision.rule == 17 { outcome.missing.append(key) }
            var concerned = Set((open?.problems ?? []).map(\.sheetID))
            if let home { concerned.insert(home) }
            if let sheet = open?.reverted?.sheetID { concerned.insert(sheet) }
            for row in rows { concerned.insert(input.sheetIDs[Int(input.rows[row].sheet)]) }
            if decision.rule == 17, let home, !input.sheetIDs.contains(home) {
                // Nobody reads a retired sheet: it is the others that have to be looked at again.
                concerned.formUnion(input.sheetIDs)
            }
            // A sheet that was left unread is read as soon as one that is dirty now can be decided.
            outcome.undecidedSheets.formUnion(concerned.subtracting(input.skippedSheets))
        }
    }

    /// Whether a key is left as it is, because a sheet that is known to hold it was left unread.
    ///
    /// If nothing that changed has to do with the key, it stands as it was decided. Otherwise that sheet is wanted, and
    /// the outcome is not one to be used yet.
    private mutating func isLeft(
        _ key: KeyHash, stored: StoredLabel?, home: UInt32?, rows: Range<Int>, open: OpenExceptions?
    ) -> Bool {
        if input.skippedSheets.isEmpty { return false }
        var known = Set((open?.problems ?? []).map(\.sheetID))
        if let home { known.insert(home) }
        if let sheet = open?.reverted?.sheetID { known.insert(sheet) }
        let skipped = known.intersection(input.skippedSheets)
        // With a sheet that cannot be read nothing is decided either, and what was read stays dirty: the table says how.
        guard !skipped.isEmpty, known.isDisjoint(with: input.unreadSheets) else { return false }
        let turnedUp = rows.contains { input.changedSheets.contains(input.sheetIDs[Int(input.rows[$0].sheet)]) }
        if turnedUp || !known.isDisjoint(with: input.changedSheets) { outcome.wantedSheets.formUnion(skipped) }
        for problem in open?.problems ?? [] {
            outcome.problems.append(
                (key, FoundProblem(problem: problem, row: nil, isNew: false, hasLabel: stored != nil)))
        }
        if let stored {
            keep(key, stored.rowHash)
            outcome.unchangedCount += 1
        }
        return true
    }

    private func question(
        _ key: KeyHash, stored: StoredLabel?, home: UInt32?, filled: [Int], open: OpenExceptions?
    ) -> DecisionInput {
        let filledRows: FilledRows
        switch filled.count {
        case 0: filledRows = .none
        case 1:
            let row = input.rows[filled[0]]
            filledRows = row.kind == .valid ? .oneValid(row.seen) : .oneInvalid
        default: filledRows = .several
        }
        var notRead = home.map(input.unreadSheets.contains) ?? false
        for problem in open?.problems ?? [] where input.unreadSheets.contains(problem.sheetID) { notRead = true }
        if let sheet = open?.reverted?.sheetID, input.unreadSheets.contains(sheet) { notRead = true }

        let proven: Bool
        switch input.absence {
        case .onePassSuffices: proven = true
        case .firstPass, .notProvable: proven = false
        case .secondPass(let missingInFirst): proven = missingInFirst.contains(key)
        }
        return DecisionInput(
            filled: filledRows, stored: stored, reverted: open?.reverted?.state, knownSheetNotRead: notRead,
            // A label that no sheet ever offered (adopted, say) has no home: nothing that a sheet lacks can delete it.
            homeRetiredWithKeep: stored != nil && (home.map(input.keptSheets.contains) ?? true),
            // An approval passes what cannot be read, never a label that would be left without what it refers to.
            deleteApprovedPastBlock: stored != nil && input.deletesApprovedPastBlock[key] == stored?.rowHash
                && !input.heldDeletes.contains(key),
            // While sheets are left unread, a missing key is only a reason to read them all.
            deletesBlocked: (input.deletesBlocked && input.skippedSheets.isEmpty) || input.heldDeletes.contains(key),
            provenMissing: proven)
    }

    private mutating func apply(_ decision: Decision, key: KeyHash, stored: StoredLabel?, filled: [Int]) {
        switch decision.label {
        case .keep:
            guard let stored else { return }
            if decision.rule == 5 {
                keep(key, stored.rowHash)
                outcome.unchangedCount += 1
                if input.collectsKept, let row = filled.first { outcome.unchangedRows.append(row) }
                return
            }
            if input.collectsKept { outcome.kept.append(key) }
            guard let form = input.carried[key] else { return keep(key, stored.rowHash) }
            keep(key, form)
            var entry = ChangeEntry(
                key: key, kind: .update, before: stored.rowHash, after: form, row: nil,
                isCost: input.carriedAtCost.contains(key))
            entry.isRenaming = !entry.isCost
            outcome.entries.append(entry)
        case .insert(let value):
            keep(key, value)
            outcome.entries.append(
                ChangeEntry(key: key, kind: .insert, before: nil, after: value, row: filled.first))
        case .update(let value):
            keep(key, value)
            outcome.entries.append(
                ChangeEntry(key: key, kind: .update, before: stored?.rowHash, after: value, row: filled.first))
        case .delete(let cost):
            outcome.entries.append(
                ChangeEntry(key: key, kind: .delete, before: stored?.rowHash, after: nil, row: nil, isCost: cost))
        }
    }

    private mutating func moveHome(
        _ decision: Decision, key: KeyHash, stored: StoredLabel?, home: UInt32?, filled: [Int]
    ) {
        // An inserted or updated label is written with its home; only a label that stays has one to move.
        guard stored != nil, decision.label == .keep, decision.home != .unchanged else { return }
        let places = filled.map { input.sheetIDs[Int(input.rows[$0].sheet)] }
        guard let first = places.first else { return }
        if decision.home == .toAnyRow, let home, places.contains(home) { return }
        if home != first { outcome.homes.append((key, first)) }
    }

    private mutating func settleProblems(
        _ decision: Decision, key: KeyHash, stored: StoredLabel?, home: UInt32?, filled: [Int], open: OpenExceptions?
    ) {
        let before = open?.problems ?? []
        var after: [FoundProblem] = []
        switch decision.problem {
        case .unchanged:
            for problem in before {
                outcome.problems.append(
                    (key, FoundProblem(problem: problem, row: nil, isNew: false, hasLabel: stored != nil)))
            }
            return
        case .end: break
        case .invalid, .duplicate:
            after = rejections(decision.problem == .invalid ? .invalid : .duplicate, filled: filled, before: before)
        case .deleteWaiting:
            guard let stored else { break }
            let waiting = Problem(
                kind: .deleteWaiting, sheetID: home ?? 0, ordinal: 0, seen: stored.rowHash, rowNumber: 0)
            after = [FoundProblem(problem: waiting, row: nil, isNew: false)]
        }
        for index in after.indices { after[index].hasLabel = stored != nil }
        for found in after { outcome.problems.append((key, found)) }
        if Set(before) != Set(after.map(\.problem)) {
            outcome.problemChanges.append(ProblemChange(key: key, problems: after))
        }
    }

    private func rejections(_ kind: ProblemKind, filled: [Int], before: [Problem]) -> [FoundProblem] {
        let seen =
            kind == .invalid
            ? input.rows[filled[0]].seen : Self.duplicateHash(filled.map { input.rows[$0].seen })
        let isNew = !before.contains { $0.seen == seen && $0.kind == kind }
        var ordinals: [UInt32: UInt32] = [:]
        // In the order of the sheets, top to bottom: as a person would look for them.
        let ordered = filled.sorted {
            (input.rows[$0].sheet, input.rows[$0].rowNumber) < (input.rows[$1].sheet, input.rows[$1].rowNumber)
        }
        return ordered.map { index in
            let row = input.rows[index]
            let sheetID = input.sheetIDs[Int(row.sheet)]
            let ordinal = ordinals[sheetID, default: 0]
            ordinals[sheetID] = ordinal + 1
            return FoundProblem(
                problem: Problem(
                    kind: kind, sheetID: sheetID, ordinal: ordinal, seen: seen, rowNumber: row.rowNumber),
                row: index, isNew: isNew)
        }
    }

    /// What a duplicate goes by: a hash over all the rows concerned, in whatever order they stand.
    static func duplicateHash(_ seen: [RowHash]) -> RowHash {
        var hasher = SHA256Hasher()
        hasher.update("duplicate\n")
        for hash in seen.sorted() { hasher.update(hash.bytes) }
        return RowHash(hasher.finish().first16)
    }

    private mutating func settleReverted(
        _ decision: Decision, key: KeyHash, filled: [Int], open: OpenExceptions?
    ) {
        guard let reverted = open?.reverted else { return }
        switch decision.reverted {
        case .unchanged: return
        case .end: outcome.revertedChanges.append(RevertedChange(key: key, reverted: nil))
        case .moveToSheet:
            guard let row = filled.first else { return }
            let sheetID = input.sheetIDs[Int(input.rows[row].sheet)]
            if reverted.sheetID != sheetID {
                outcome.revertedChanges.append(
                    RevertedChange(key: key, reverted: Reverted(state: reverted.state, sheetID: sheetID)))
            }
        }
    }
}

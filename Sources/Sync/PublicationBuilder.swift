internal import Digest
internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import SheetSource

/// Gathers what a run stores beside the labels: digests, exceptions, marks, approvals used up.
struct PublicationBuilder {
    let texts: RowTexts
    let state: StoredState
    let unreadable: UnreadableKeys

    private var decided: Decided { texts.decided }

    func build(_ outcome: MergeOutcome, used: [HoldEntryKey], details: ReportDetails) async throws -> Publication {
        var publication = Publication(runState: .unchanged, report: "")
        publication.sheets = sheets(undecided: outcome.undecidedSheets)
        publication.unreadSheets = state.unread(decided.pass)
        publication.settledKeys = outcome.problemChanges.map(\.key)
        publication.endedUnreadable =
            unreadable.ended
            + unreadable.found.filter(\.isChanged).compactMap { found in
                // The same row, stored under another row number.
                state.unreadable.first { isSamePlace($0, found.problem) }
            }
        publication.exceptions = try await exceptions(outcome, details)
        publication.reverted = outcome.revertedChanges
        keepRevertedStates(outcome, &publication)
        publication.usedApprovals = used
        return publication
    }

    /// Notes anew what reads otherwise under a new schema, where it stands on.
    private func keepRevertedStates(_ outcome: MergeOutcome, _ publication: inout Publication) {
        if decided.revertedStates.isEmpty { return }
        let changes = Dictionary(
            outcome.revertedChanges.map { ($0.key, $0.reverted) }, uniquingKeysWith: { first, _ in first })
        publication.reverted.removeAll { $0.reverted != nil && decided.revertedStates[$0.key] != nil }
        for (key, reread) in decided.revertedStates.sorted(by: { $0.key < $1.key }) {
            let reverted = changes[key] ?? state.exceptions[key]?.reverted
            // It ended with this run.
            guard let reverted else { continue }
            publication.reverted.append(RevertedChange(key: key, reverted: nil))
            publication.newlyReverted.append(
                NewlyReverted(
                    key: key, state: .value(reread.hash), sheetID: reverted.sheetID,
                    labelKey: String(decoding: reread.labelKey, as: UTF8.self)))
        }
    }

    private func isSamePlace(_ left: Problem, _ right: Problem) -> Bool {
        left.sheetID == right.sheetID && left.seen == right.seen && left.ordinal == right.ordinal
    }

    /// What every sheet that was read is remembered by.
    func sheets(undecided: Set<UInt32>) -> [SheetBookkeeping] {
        decided.pass.sheets.enumerated().compactMap { index, sheet in
            guard let sheet else { return nil }
            let id = state.sheetIDs[index]
            return SheetBookkeeping(
                sheetID: id, seenDigest: undecided.contains(id) ? nil : sheet.digest,
                inputFingerprint: texts.definition.inputFingerprint(of: texts.definition.sheets[index]),
                fileVersion: sheet.reading.fileVersionAfter, rowCount: sheet.rows.count + sheet.unreadable.count,
                pendingCount: sheet.pendingCount, tabID: sheet.identity.sheetID,
                title: Self.storable(sheet.identity.title),
                spreadsheetTitle: Self.storable(sheet.identity.spreadsheetTitle),
                markAtRead: decided.marks[index] ?? 0, readAt: state.clock, boundFields: sheet.columns.keys.sorted())
        }
    }

    /// As much of a title as the store keeps.
    private static func storable(_ title: String) -> String {
        String(String.UnicodeScalarView(title.unicodeScalars.prefix(255)))
    }

    private func exceptions(_ outcome: MergeOutcome, _ details: ReportDetails) async throws -> [ExceptionToStore] {
        let waiting = outcome.problemChanges
            .filter { $0.problems.contains { $0.problem.kind == .deleteWaiting } }.map(\.key)
        let labels = try await details.storedLabels(waiting)
        var exceptions: [ExceptionToStore] = []
        for change in outcome.problemChanges {
            for found in change.problems {
                let key =
                    try found.row.map { try texts.record(row: $0).key }
                    ?? labels[change.key].flatMap { texts.definition.schema.key(ofCanonicalLabel: $0) }
                let errors = try texts.errors(of: found, key: change.key)
                exceptions.append(
                    ExceptionToStore(
                        key: change.key, problem: found.problem,
                        labelKey: key.map { String(decoding: $0, as: UTF8.self) },
                        errors: errors.isEmpty
                            ? nil : String(decoding: SheetCollector.json(errors), as: UTF8.self)))
            }
        }
        for found in unreadable.found where found.isChanged {
            guard let sheet = state.sheetIDs.firstIndex(of: found.problem.sheetID) else { continue }
            let errors = try texts.errors(ofUnreadable: found, sheet: sheet)
            exceptions.append(
                ExceptionToStore(
                    key: UnreadableKeys.key(found.problem), problem: found.problem, labelKey: nil,
                    errors: String(decoding: SheetCollector.json(errors), as: UTF8.self)))
        }
        return exceptions
    }
}

extension StoredState {
    /// The sheets that a pass could not read, for the store: they stay dirty.
    func unread(_ pass: Pass) -> [UnreadSheet] {
        pass.failures.filter(\.wasTried).map { UnreadSheet(sheetID: sheetIDs[$0.index], failure: $0.code) }
    }
}

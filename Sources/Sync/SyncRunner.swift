internal import Digest
internal import Foundation
internal import LabelDiff
internal import LabelSchema
package import LabelStore
package import Logging
internal import SheetSource

/// Runs the line for one dataset: pull, validate, diff, and then version; or, for a plan, stops before writing.
package struct SyncRunner: Sendable {
    private let definition: DatasetDefinition
    private let store: LabelStore
    private let logger: Logger
    /// Who asked for the run, and the process that does it.
    private let actor: String
    private let worker: String
    private let progress: SyncProgress
    private let mode: Mode

    /// What a run is for.
    package enum Mode: Sendable, Equatable {
        case sync
        /// Labels that a team has already become version 1. Their source is not a sheet that people keep: no later run
        /// takes its silence for a deletion.
        case adopt(skipsInvalid: Bool)

        var kind: String { self == .sync ? "sync" : "adopt" }
    }

    package init(
        definition: DatasetDefinition, store: LabelStore, actor: String, worker: String, logger: Logger,
        mode: Mode = .sync, progress: @escaping SyncProgress = { _ in }
    ) {
        self.definition = definition
        self.mode = mode
        self.store = store
        self.actor = actor
        self.worker = worker
        var logger = logger
        logger[metadataKey: "dataset"] = "\(definition.name)"
        self.logger = logger
        self.progress = progress
    }

    /// The name of the lease that a writer of a dataset holds.
    package static func leaseName(dataset: String) -> String { "dataset:\(dataset)" }

    // MARK: - Plan

    /// What a sync would do now.
    ///
    /// Takes no lease and writes nothing.
    ///
    /// - Parameter detailLimit: how many entries of each kind the report tells in full.
    /// - Returns: the report, also of what would be held.
    /// - Throws: what concerns the whole run: errors of the store, `CancellationError`. A sheet that cannot be read is in
    ///   the report.
    package func plan(detailLimit: Int = .max) async throws -> SyncReport {
        let started = ContinuousClock.now
        let state = try await StoredState.load(definition, from: store)
        let decided = try await Decider(definition: definition, store: store, progress: progress)
            .decide(state, evenIfEqual: true)
        var report = newReport(.planned, state, decided)
        if let outcome = decided.outcome {
            let unreadable = UnreadableKeys(decided.pass, state)
            let check = GuardCheck(outcome, unreadable, state.approvals)
            try await tell(outcome, unreadable, check, state, decided, limit: detailLimit, into: &report)
        }
        report.seconds = (ContinuousClock.now - started).inSeconds
        return report
    }

    // MARK: - Sync

    /// Brings the labels up to what the sheets hold, as a new version if anything changed.
    ///
    /// - Throws: `StoreError.busy` if another worker writes this dataset; `CancellationError` after noting the run as
    ///   cancelled. Whatever is thrown, the last published version stands as it was.
    package func sync(reason: String? = nil, detailLimit: Int = .max) async throws -> SyncReport {
        let started = ContinuousClock.now
        let owner = worker
        var report = try await store.withLease(Self.leaseName(dataset: definition.name), owner: owner) { lease in
            let dataset = try await store.ensureDataset(definition.name)
            if mode != .sync, dataset.currentVersion > 0 {
                throw StoreError(
                    .notAllowed, "\(dataset.name) has labels already: it is at version \(dataset.currentVersion).",
                    hint: "Adopting makes version 1 of a new dataset. Put further rows into a sheet.")
            }
            _ = try await store.undoAbandonedStaging(dataset, lease: lease)
            let runID = try await store.beginRun(
                dataset, kind: mode.kind, actor: actor, worker: worker, lease: lease)
            do {
                return try await run(runID, reason: reason, detailLimit: detailLimit, lease: lease)
            } catch {
                await end(runID, dataset, after: error, lease: lease)
                throw Task.isCancelled ? CancellationError() : error
            }
        }
        report.seconds = (ContinuousClock.now - started).inSeconds
        logger.info(
            "\(mode.kind) \(report.outcome.rawValue)",
            metadata: [
                "run": "\(report.runID ?? 0)", "version": "\(report.version ?? report.baseVersion)",
                "inserted": "\(report.counts.inserted)", "updated": "\(report.counts.updated)",
                "deleted": "\(report.counts.deleted)", "rejected": "\(report.counts.rejected)",
                "seconds": "\(report.seconds)",
            ])
        return report
    }

    private func run(
        _ runID: UInt64, reason: String?, detailLimit: Int, lease: Lease
    ) async throws -> SyncReport {
        let dataset = try await store.dataset(definition.name)
        _ = try await store.registerSheets(
            definition.sheets.map { ($0.location, $0.displayName, $0.annotator) },
            kind: mode == .sync ? .active : .retiredKeep, dataset: dataset, lease: lease)
        let state = try await StoredState.load(definition, from: store)
        let decided = try await Decider(definition: definition, store: store, progress: progress)
            .decide(state, evenIfEqual: false)
        try Task.checkCancellation()

        var report = newReport(.unchanged, state, decided)
        report.runID = runID
        guard let outcome = decided.outcome else {
            return try await endWithoutDecision(decided, state, dataset, report, lease: lease)
        }
        let unreadable = UnreadableKeys(decided.pass, state)
        let check = GuardCheck(outcome, unreadable, state.approvals)
        let details = try await tell(outcome, unreadable, check, state, decided, limit: detailLimit, into: &report)
        if case .adopt(let skipsInvalid) = mode {
            return try await adopt(
                outcome, details, dataset, state, report, skipsInvalid: skipsInvalid, reason: reason, lease: lease)
        }
        if !report.breaches.isEmpty {
            return try await hold(check, outcome, details, dataset, report, lease: lease)
        }
        let changesVersion = !outcome.entries.isEmpty || (decided.schemaChanged && state.version != nil)
        var publication = try await PublicationBuilder(texts: details.texts, state: state, unreadable: unreadable)
            .build(outcome, used: check.used, details: details)
        try await store.moveHomes(outcome.homes, dataset: dataset, lease: lease)
        if changesVersion {
            return try await publish(
                outcome, details, publication, dataset, state, report, reason: reason, lease: lease)
        }
        publication.runState = report.isPartial ? .partial : .unchanged
        publication.closesHolds = !report.isPartial
        publication.report = try Self.json(report.withoutCellText)
        try await store.storeBookkeeping(publication, dataset: dataset, runID: runID, lease: lease)
        return report
    }

    /// Publishes what a team already has.
    ///
    /// Rows that are refused leave no trace: there is no sheet to mend them in.
    private func adopt(
        _ outcome: MergeOutcome, _ details: ReportDetails, _ dataset: DatasetRecord, _ state: StoredState,
        _ report: SyncReport, skipsInvalid: Bool, reason: String?, lease: Lease
    ) async throws -> SyncReport {
        if outcome.entries.isEmpty || (report.counts.rejected > 0 && !skipsInvalid) {
            var refused = report
            refused.outcome = .failed
            try await store.endRun(
                report.runID ?? 0, state: .failed, report: try Self.json(refused.withoutCellText), lease: lease)
            return refused
        }
        return try await publish(
            outcome, details, Publication(runState: .published, report: ""), dataset, state, report, reason: reason,
            lease: lease)
    }

    /// Nothing was decided: nothing changed, nothing could be read, or a new schema waits for a sheet.
    private func endWithoutDecision(
        _ decided: Decided, _ state: StoredState, _ dataset: DatasetRecord, _ report: SyncReport, lease: Lease
    ) async throws -> SyncReport {
        var report = report
        let runID = report.runID ?? 0
        let unread = decided.pass.failures.map { state.sheetIDs[$0.index] }
        if unread.isEmpty {
            report.counts.rejected =
                state.exceptions.values.reduce(0) { $0 + $1.problems.count { $0.kind != .deleteWaiting } }
                + state.unreadable.count
            if state.records.contains(where: { $0?.isDirty == true }) {
                // Marked, read, and found equal: the marks that stood when the read began are settled.
                let texts = RowTexts(decided, definition)
                var publication = Publication(
                    runState: .unchanged, report: try Self.json(report.withoutCellText))
                publication.closesHolds = true
                publication.sheets = PublicationBuilder(
                    texts: texts, state: state, unreadable: UnreadableKeys(decided.pass, state)
                ).sheets(undecided: [])
                try await store.storeBookkeeping(publication, dataset: dataset, runID: runID, lease: lease)
                return report
            }
        } else {
            report.outcome = .failed
        }
        try await store.endRun(
            runID, state: unread.isEmpty ? .unchanged : .failed, report: try Self.json(report.withoutCellText),
            marking: unread, closingHolds: unread.isEmpty ? dataset : nil, lease: lease)
        return report
    }

    private func hold(
        _ check: GuardCheck, _ outcome: MergeOutcome, _ details: ReportDetails, _ dataset: DatasetRecord,
        _ report: SyncReport, lease: Lease
    ) async throws -> SyncReport {
        let labels = try await details.storedLabels(outcome.entries.filter { $0.kind == .delete }.map(\.key))
        var keys: [KeyHash: String] = [:]
        for entry in outcome.entries {
            let key =
                try entry.row.map { try details.texts.record(row: $0).key }
                ?? labels[entry.key].flatMap { definition.schema.key(ofCanonicalLabel: $0) }
            keys[entry.key] = key.map { String(decoding: $0, as: UTF8.self) }
        }
        for (key, found) in outcome.problems where found.isNew {
            if let row = found.row {
                keys[key] = String(decoding: try details.texts.record(row: row).key, as: UTF8.self)
            }
        }
        var held = report
        held.outcome = .held
        let text = held.withoutCellText
        let holdID = try await store.hold(
            check.entries.map { ($0, keys[$0.key]) }, reasons: report.breaches.joined(separator: "\n"),
            dataset: dataset, runID: report.runID ?? 0,
            report: { holdID in
                var told = text
                told.holdID = holdID
                return (try? Self.json(told)) ?? "{}"
            }, lease: lease)
        held.holdID = holdID
        return held
    }

    private func publish(
        _ outcome: MergeOutcome, _ details: ReportDetails, _ publication: Publication, _ dataset: DatasetRecord,
        _ state: StoredState, _ report: SyncReport, reason: String?, lease: Lease
    ) async throws -> SyncReport {
        let schemaID = try await store.ensureSchema(
            definition.schema.document, hash: definition.schemaHash, dataset: dataset, lease: lease)
        let draft = VersionDraft(
            dataset: dataset, schemaID: schemaID, runID: report.runID ?? 0, actor: actor, reason: reason)
        let figures = VersionFigures(
            rootHash: outcome.rootHash,
            versionHash: VersionFormat.versionHash(schemaHash: definition.schemaHash, rootHash: outcome.rootHash),
            labelCount: outcome.labelCount, inserted: outcome.count(.insert), updated: outcome.count(.update),
            deleted: outcome.count(.delete))
        var report = report
        report.outcome = .published
        report.version = draft.version
        report.versionHash = figures.versionHash.hex
        var publication = publication
        publication.runState = report.isPartial ? .partial : .published
        publication.report = try Self.json(report.withoutCellText)
        let chunks = ChangeSetChunks(outcome.entries, texts: details.texts, sheetIDs: state.sheetIDs)
        let total = outcome.entries.count
        try await store.publish(
            draft, figures: figures, publication: publication, lease: lease,
            nextChunk: { try await chunks.nextChunk() },
            progress: { done in progress(.writing(done: done, total: total)) })
        return report
    }

    /// Notes how a run ended that threw, and takes back what it had staged: nobody should have to wait for the next run.
    private func end(_ runID: UInt64, _ dataset: DatasetRecord, after error: any Error, lease: Lease) async {
        let cancelled = Task.isCancelled || error is CancellationError
        var report = SyncReport(dataset: definition.name, outcome: .failed, baseVersion: dataset.currentVersion)
        report.runID = runID
        report.notes = [cancelled ? "cancelled" : String(describing: type(of: error))]
        let text = (try? Self.json(report)) ?? "{}"
        let (store, logger) = (store, logger)
        // A task of its own: that of the run may have been cancelled, and its end has to be noted all the same.
        await Task {
            do {
                _ = try await store.undoAbandonedStaging(dataset, lease: lease)
                try await store.endRun(runID, state: cancelled ? .cancelled : .failed, report: text, lease: lease)
            } catch {
                // The next run finds it abandoned and undoes what is left.
                logger.warning("the end of the run was not noted", metadata: ["error": "\(error)"])
            }
        }.value
    }

    // MARK: - Report

    private func newReport(
        _ outcome: SyncReport.Outcome, _ state: StoredState, _ decided: Decided
    ) -> SyncReport {
        var report = SyncReport(dataset: definition.name, outcome: outcome, baseVersion: state.currentVersion)
        report.passes = decided.passes
        report.schemaChanged = decided.schemaChanged
        let names = SheetNames(decided.pass, definition)
        let failures = Dictionary(uniqueKeysWithValues: decided.pass.failures.map { ($0.index, $0) })
        report.sheets = definition.sheets.indices.map { index in
            let sheet = decided.pass.sheets[index]
            return SyncReport.Sheet(
                title: names.names[index], spreadsheet: definition.sheets[index].reference.spreadsheet,
                rows: sheet.map { $0.rows.count + $0.unreadable.count } ?? 0, pending: sheet?.pendingCount ?? 0,
                failure: failures[index].map { failure in
                    SyncReport.Sheet.Failure(
                        code: failure.code,
                        messages: Dictionary(
                            uniqueKeysWithValues: failure.messages.map { ($0.key.rawValue, $0.value) }),
                        hint: failure.hint, concernsEverySheet: failure.concernsEverySheet)
                })
        }
        report.counts.rows = report.sheets.reduce(0) { $0 + $1.rows }
        report.counts.pending = report.sheets.reduce(0) { $0 + $1.pending }
        report.counts.storedBefore = state.version?.labelCount ?? 0
        report.counts.labels = report.counts.storedBefore
        report.counts.unchanged = report.counts.storedBefore
        if decided.waitsForSheets {
            report.notes.append("The label schema has changed, and a new one needs every sheet: the run waits.")
        }
        return report
    }

    @discardableResult
    private func tell(
        _ outcome: MergeOutcome, _ unreadable: UnreadableKeys, _ check: GuardCheck, _ state: StoredState,
        _ decided: Decided, limit: Int, into report: inout SyncReport
    ) async throws -> ReportDetails {
        let rejected = outcome.problems.filter { $0.found.problem.kind != .deleteWaiting }
        report.counts.labels = outcome.labelCount
        report.counts.inserted = outcome.count(.insert)
        report.counts.updated = outcome.count(.update)
        report.counts.deleted = outcome.count(.delete)
        report.counts.unchanged = outcome.labelCount - report.counts.inserted - report.counts.updated
        report.counts.rejected = rejected.count + unreadable.found.count
        report.counts.newlyRejected =
            rejected.count { $0.found.isNew } + unreadable.found.count { $0.isNew }
        report.counts.waitingDeletes = outcome.problems.count - rejected.count
        report.counts.moved = outcome.homes.count
        report.counts.approved = check.used.count
        report.breaches = definition.guards
            .breaches(check.counts, stored: outcome.storedCount, seen: decided.pass.filledCount)
            .map(\.description)
        let details = ReportDetails(
            texts: RowTexts(decided, definition), store: store, state: state, limit: limit)
        report.changes = try await details.changes(outcome)
        report.rejections = try details.rejections(outcome, unreadable)
        report.waitingDeletes = try await details.waitingDeletes(outcome)
        return details
    }

    private static func json(_ report: SyncReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }
}

extension Duration {
    /// Seconds with milliseconds.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return ((Double(seconds) * 1e3 + Double(attoseconds) / 1e15).rounded()) / 1e3
    }
}

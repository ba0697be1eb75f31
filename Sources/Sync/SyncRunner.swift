internal import Digest
internal import Foundation
internal import LabelDiff
internal import LabelSchema
package import LabelStore
package import Logging
internal import SheetSource

/// Runs the line for one dataset: pull, validate, diff, and then version; or, for a plan, stops before writing.
package struct SyncRunner: Sendable {
    private(set) var definition: DatasetDefinition
    let store: LabelStore
    private let logger: Logger
    /// Who asked for the run, and the process that does it.
    private let actor: String
    private let worker: String
    private let progress: SyncProgress
    private let mode: Mode
    private let policy: ReadPolicy

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
        mode: Mode = .sync, policy: ReadPolicy = ReadPolicy(), progress: @escaping SyncProgress = { _ in }
    ) {
        self.policy = policy
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
        try await resolved().planResolved(detailLimit: detailLimit)
    }

    private func planResolved(detailLimit: Int) async throws -> SyncReport {
        let started = ContinuousClock.now
        let state = try await StoredState.load(definition, from: store)
        let decided = try await Decider(definition: definition, store: store, policy: policy, progress: progress)
            .decide(state, evenIfEqual: true)
        var report = newReport(.planned, state, decided)
        if let outcome = decided.outcome {
            let unreadable = UnreadableKeys(decided.pass, state)
            let rekeys = try await rekeys(outcome, state)
            let check = GuardCheck(outcome, unreadable, state.approvals, rekeys: rekeys)
            let details = try await tell(
                outcome, unreadable, check, state, decided, limit: detailLimit, into: &report)
            report.likelyRekeys = try await details.likelyRekeys(outcome, known: rekeys)
        }
        report.seconds = (ContinuousClock.now - started).inSeconds
        return report
    }

    /// The same runner with the datasets that foreign keys point to, as they are now.
    private func resolved() async throws -> SyncRunner {
        var runner = self
        runner.definition = try await definition.resolvingReferences(in: store)
        return runner
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
                return try await resolved().run(runID, reason: reason, detailLimit: detailLimit, lease: lease)
            } catch {
                await RunEnd(dataset: dataset, runID: runID, store: store, logger: logger)
                    .note(after: error, lease: lease)
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
            definition.sheets.map {
                ConfiguredSheet(
                    location: $0.location, title: $0.displayName, annotator: $0.annotator, fileID: $0.fileID)
            },
            kind: mode == .sync ? .active : .retiredKeep, dataset: dataset, lease: lease)
        let state = try await StoredState.load(definition, from: store)
        var decider = Decider(definition: definition, store: store, policy: policy, progress: progress)
        decider.remember = { [store] in try await store.markSeen($0, lease: lease) }
        let decided = try await decider.decide(state, evenIfEqual: false)
        try Task.checkCancellation()

        var report = newReport(.unchanged, state, decided)
        report.runID = runID
        guard let outcome = decided.outcome else {
            return try await endWithoutDecision(decided, state, dataset, report, lease: lease)
        }
        let unreadable = UnreadableKeys(decided.pass, state)
        let rekeys = try await rekeys(outcome, state)
        let check = GuardCheck(outcome, unreadable, state.approvals, rekeys: rekeys)
        let details = try await tell(outcome, unreadable, check, state, decided, limit: detailLimit, into: &report)
        report.likelyRekeys = try await details.likelyRekeys(outcome, known: rekeys)
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
        let unread = state.unread(decided.pass)
        if decided.pass.isBlind || decided.waitsForSheets {
            report.outcome = .failed
            try await store.endRun(
                runID, state: .failed, report: try Self.json(report.withoutCellText), marking: unread, lease: lease)
            return report
        }
        report.counts.rejected =
            state.exceptions.values.reduce(0) { $0 + $1.problems.count { $0.kind != .deleteWaiting } }
            + state.unreadable.count
        report.counts.reverted = state.exceptions.values.count { $0.reverted != nil }
        report.counts.waitingDeletes = state.exceptions.values.count {
            $0.problems.contains { $0.kind == .deleteWaiting }
        }
        let runState: RunState = report.isPartial ? .partial : .unchanged
        let text = try Self.json(report.withoutCellText)
        let read = PublicationBuilder(
            texts: RowTexts(decided, definition, state.records), state: state,
            unreadable: UnreadableKeys(decided.pass, state)
        ).sheets(undecided: [])
        guard read.contains(where: { isNews($0, state) }) else {
            try await store.endRun(
                runID, state: runState, report: text, marking: unread,
                closingHolds: report.isPartial ? nil : dataset, lease: lease)
            return report
        }
        // Read and found equal: the marks that stood when the read began are settled.
        var publication = Publication(runState: runState, report: text)
        publication.closesHolds = !report.isPartial
        publication.sheets = read
        publication.unreadSheets = unread
        try await store.storeBookkeeping(publication, dataset: dataset, runID: runID, lease: lease)
        return report
    }

    /// Whether reading a sheet that turned out to be unchanged is worth remembering.
    private func isNews(_ sheet: SheetBookkeeping, _ state: StoredState) -> Bool {
        guard let index = state.sheetIDs.firstIndex(of: sheet.sheetID), let record = state.records[index] else {
            return true
        }
        // Of a sheet that hears of changes it counts when it was read last; of any other, if it was due by the schedule.
        return record.isDirty || record.fileID != nil || record.fileVersion != sheet.fileVersion
            || record.failure != nil || record.isDue(policy)
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
            dataset: dataset, schemaID: schemaID, runID: report.runID ?? 0, actor: actor, reason: reason,
            references: definition.references.map {
                VersionReferenced(datasetID: $0.record.id, dataset: $0.record.name, version: $0.version)
            })
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
        let entries = outcome.entries
        let halves = ChangeSetChunks.halves(entries, in: store)
        func chunks(_ some: Slice<ChangeSet>) -> ChunkSource {
            let chunks = ChangeSetChunks(
                some, atATime: halves == nil ? 1 : 2, texts: details.texts, sheetIDs: state.sheetIDs, store: store,
                dataset: dataset)
            return { try await chunks.nextChunk() }
        }
        if halves != nil { ProcessMemory.giveBack() }
        let total = entries.count
        try await store.publish(
            draft, figures: figures, publication: publication, lease: lease,
            nextChunk: chunks(halves?.0 ?? entries[...]), otherHalf: halves.map { chunks($0.1) },
            progress: { done in progress(.writing(done: done, total: total)) })
        return report
    }
}

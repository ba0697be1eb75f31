internal import Digest
package import LabelDiff
internal import LabelSchema
package import LabelStore
package import Logging

/// Sets the labels of a dataset back to those of a former version, as a new version.
///
/// What the sheets hold is noted as reverted, so that the next sync does not apply it again; it counts anew once somebody
/// types something else, or approves it. A revert passes the same guards as a sync.
package struct RevertRunner: Sendable {
    private let dataset: String
    private let guards: Guards
    private let store: LabelStore
    private let actor: String
    private let worker: String
    private let logger: Logger
    private let progress: SyncProgress

    /// What is to go back.
    package struct Wish: Sendable {
        /// The version whose labels come back.
        package let version: Int
        /// The keys that go back; `nil` for all.
        package let keys: Set<KeyHash>?

        package init(version: Int, keys: Set<KeyHash>? = nil) {
            self.version = version
            self.keys = keys
        }
    }

    /// - Parameters:
    ///   - dataset: the dataset's name.
    ///   - guards: how much may change without approval.
    ///   - store: where its labels are.
    ///   - actor: who asks.
    ///   - worker: the process that does it.
    ///   - logger: takes a line when it is done.
    ///   - progress: takes progress in.
    package init(
        dataset: String, guards: Guards, store: LabelStore, actor: String, worker: String, logger: Logger,
        progress: @escaping SyncProgress = { _ in }
    ) {
        self.dataset = dataset
        self.guards = guards
        self.store = store
        self.actor = actor
        self.worker = worker
        var logger = logger
        logger[metadataKey: "dataset"] = "\(dataset)"
        self.logger = logger
        self.progress = progress
    }

    /// What a revert would do; takes no lease and writes nothing.
    ///
    /// - Parameters:
    ///   - wish: what is to go back.
    ///   - detailLimit: how many entries of each kind the report tells in full.
    /// - Returns: the report, also of what would be held.
    /// - Throws: errors of the store, such as an unknown or a pruned version; `CancellationError`.
    package func plan(_ wish: Wish, detailLimit: Int = .max) async throws -> SyncReport {
        let started = ContinuousClock.now
        let prepared = try await prepare(wish)
        var report = try await report(.planned, prepared, limit: detailLimit)
        report.seconds = (ContinuousClock.now - started).inSeconds
        return report
    }

    /// Publishes the former labels as a new version, or holds the run.
    ///
    /// - Parameters:
    ///   - wish: what is to go back.
    ///   - why: the reason, kept with the version.
    ///   - detailLimit: how many entries of each kind the report tells in full.
    /// - Returns: the report; `unchanged` if there is nothing to set back.
    /// - Throws: `StoreError.busy` while another worker writes this dataset; `StoreError.leaseLost`; errors of the store.
    ///   Whatever is thrown, the last published version stands as it was.
    @discardableResult
    package func revert(_ wish: Wish, why: String?, detailLimit: Int = .max) async throws -> SyncReport {
        let started = ContinuousClock.now
        // Before anything is written: a version that is not there is no run.
        let record = try await store.dataset(dataset)
        _ = try await store.version(wish.version, of: record)
        var report = try await store.withLease(SyncRunner.leaseName(dataset: dataset), owner: worker) { lease in
            _ = try await store.undoAbandonedStaging(record, lease: lease)
            let runID = try await store.beginRun(record, kind: "revert", actor: actor, worker: worker, lease: lease)
            do {
                return try await run(runID, wish, why: why, limit: detailLimit, lease: lease)
            } catch {
                let end = RunEnd(dataset: record, runID: runID, store: store, logger: logger)
                await end.note(after: error, lease: lease)
                throw Task.isCancelled ? CancellationError() : error
            }
        }
        report.seconds = (ContinuousClock.now - started).inSeconds
        logger.info(
            "revert \(report.outcome.rawValue)",
            metadata: [
                "run": "\(report.runID ?? 0)", "to": "\(wish.version)",
                "version": "\(report.version ?? report.baseVersion)", "inserted": "\(report.counts.inserted)",
                "updated": "\(report.counts.updated)", "deleted": "\(report.counts.deleted)",
                "seconds": "\(report.seconds)",
            ])
        return report
    }

    // MARK: - Preparing

    private struct Prepared {
        let current: VersionRecord
        let scene: Reversion.Scene
        let reversion: Reversion
        let check: GuardCheck
        let breaches: [GuardBreach]
    }

    private func prepare(_ wish: Wish) async throws -> Prepared {
        let record = try await store.dataset(dataset)
        let target = try await store.version(wish.version, of: record)
        let current = try await store.version(record.currentVersion, of: record)
        let active = try await store.sheets(of: record).filter { $0.state == .active }.map(\.id)
        let scene = Reversion.Scene(
            store: store, dataset: record, target: target,
            schema: try LabelSchema.parse(document: try await store.schemaDocument(current.schemaID)),
            lineage: try await SchemaLineage.load(of: record, from: store),
            exceptions: try await store.openExceptions(of: record).byKey, activeSheets: Set(active))
        let reversion = try await Reversion(scene, only: wish.keys) { progress(.comparing(rows: $0)) }
        let check = GuardCheck(reversion, try await store.approvals(of: record))
        return Prepared(
            current: current, scene: scene, reversion: reversion, check: check,
            breaches: guards.breaches(check.counts, stored: current.labelCount, seen: 0))
    }

    // MARK: - Running

    private func run(
        _ runID: UInt64, _ wish: Wish, why: String?, limit: Int, lease: Lease
    ) async throws -> SyncReport {
        let prepared = try await prepare(wish)
        try Task.checkCancellation()
        let isHeld = !prepared.breaches.isEmpty
        let entries = prepared.reversion.entries
        var report = try await report(
            isHeld ? .held : entries.isEmpty ? .unchanged : .published, prepared, limit: limit)
        report.runID = runID
        if isHeld { return try await hold(prepared, report, lease: lease) }
        if entries.isEmpty {
            try await store.endRun(
                runID, state: .unchanged, report: try SyncRunner.json(report.withoutCellText), lease: lease)
            return report
        }
        return try await publish(prepared, report, why: why, lease: lease)
    }

    private func hold(_ prepared: Prepared, _ report: SyncReport, lease: Lease) async throws -> SyncReport {
        let keys = Dictionary(
            prepared.reversion.entries.map { ($0.key, String(decoding: $0.labelKey, as: UTF8.self)) },
            uniquingKeysWith: { first, _ in first })
        var held = report
        let text = report.withoutCellText
        held.holdID = try await store.hold(
            prepared.check.entries.map { ($0, keys[$0.key]) }, reasons: report.breaches.joined(separator: "\n"),
            dataset: prepared.scene.dataset, runID: report.runID ?? 0,
            report: { holdID in
                var told = text
                told.holdID = holdID
                return (try? SyncRunner.json(told)) ?? "{}"
            }, lease: lease)
        return held
    }

    private func publish(
        _ prepared: Prepared, _ report: SyncReport, why: String?, lease: Lease
    ) async throws -> SyncReport {
        let (scene, entries) = (prepared.scene, prepared.reversion.entries)
        let root = try await store.rootHash(
            of: scene.dataset, version: prepared.current.version, changes: entries.map { ($0.key, $0.after) })
        let figures = VersionFigures(
            rootHash: root.root,
            versionHash: VersionFormat.versionHash(schemaHash: prepared.current.schemaHash, rootHash: root.root),
            labelCount: root.labelCount, inserted: report.counts.inserted, updated: report.counts.updated,
            deleted: report.counts.deleted)
        let draft = VersionDraft(
            dataset: scene.dataset, schemaID: prepared.current.schemaID, runID: report.runID ?? 0, actor: actor,
            reason: why ?? "reverted to version \(scene.target.version)",
            references: try await store.references(of: scene.dataset, version: prepared.current.version))
        var report = report
        report.version = draft.version
        report.versionHash = figures.versionHash.hex
        var publication = Publication(runState: .published, report: try SyncRunner.json(report.withoutCellText))
        publication.usedApprovals = prepared.check.used
        // What the first revert of a key noted still is what its sheet was last known to hold.
        publication.newlyReverted =
            entries.filter { scene.exceptions[$0.key]?.reverted == nil }.map { entry in
                NewlyReverted(
                    key: entry.key, state: entry.before.map { .value($0) } ?? .noValue,
                    sheetID: entry.before == nil ? nil : entry.home,
                    labelKey: String(decoding: entry.labelKey, as: UTF8.self))
            }
        let homes = Set(entries.compactMap(\.home)).intersection(scene.activeSheets)
        let isEverywhere = entries.contains { $0.home.map { !scene.activeSheets.contains($0) } ?? true }
        publication.markedSheets = (isEverywhere ? scene.activeSheets : homes).sorted()
        let chunks = ReversionChunks(entries, scene)
        try await store.publish(
            draft, figures: figures, publication: publication, lease: lease,
            nextChunk: { try await chunks.nextChunk() },
            progress: { done in progress(.writing(done: done, total: entries.count)) })
        return report
    }

    // MARK: - Telling

    private func report(
        _ outcome: SyncReport.Outcome, _ prepared: Prepared, limit: Int
    ) async throws -> SyncReport {
        let (scene, reversion) = (prepared.scene, prepared.reversion)
        var report = SyncReport(dataset: dataset, outcome: outcome, baseVersion: prepared.current.version)
        report.revertsTo = scene.target.version
        report.breaches = prepared.breaches.map(\.description)
        report.references = try await store.references(of: scene.dataset, version: prepared.current.version)
            .map { SyncReport.Reference(dataset: $0.dataset, version: $0.version) }
        report.counts.storedBefore = prepared.current.labelCount
        report.counts.inserted = reversion.entries.count { $0.kind == .insert }
        report.counts.updated = reversion.entries.count { $0.kind == .update }
        report.counts.deleted = reversion.entries.count { $0.kind == .delete }
        report.counts.labels = prepared.current.labelCount + report.counts.inserted - report.counts.deleted
        report.counts.unchanged = prepared.current.labelCount - report.counts.updated - report.counts.deleted
        report.counts.approved = prepared.check.used.count
        report.counts.leftOut = reversion.leftOut.count
        let newly = outcome == .published ? reversion.entries.count { scene.exceptions[$0.key]?.reverted == nil } : 0
        report.counts.reverted = scene.exceptions.values.count { $0.reverted != nil } + newly
        report.leftOut = reversion.leftOut.prefix(limit).map { left in
            SyncReport.LeftOut(
                key: String(decoding: left.labelKey, as: UTF8.self), reason: left.reason,
                errors: ReportDetails.problems(left.errors))
        }
        if reversion.shortened > 0 {
            report.notes.append(
                "\(reversion.shortened) former labels come back without values of fields that the schema no longer has."
            )
        }
        if !prepared.breaches.isEmpty || outcome != .held {
            report.changes = try await changes(reversion, scene, limit: limit)
        }
        return report
    }

    private func changes(
        _ reversion: Reversion, _ scene: Reversion.Scene, limit: Int
    ) async throws -> [SyncReport.Change] {
        let told =
            reversion.entries.filter { $0.kind != .insert }.prefix(limit)
            + reversion.entries.filter { $0.kind == .insert }.prefix(limit)
        let now = try await store.labels(
            of: scene.dataset, version: scene.dataset.currentVersion, keys: told.map(\.key))
        let then = try await store.labels(of: scene.dataset, version: scene.target.version, keys: told.map(\.key))
        return told.map { entry in
            let after = entry.after == nil ? nil : then[entry.key].flatMap { scene.carried($0)?.label }
            return SyncReport.Change(
                kind: entry.kind == .insert ? .insert : entry.kind == .update ? .update : .delete,
                key: String(decoding: entry.labelKey, as: UTF8.self), sheet: nil, row: nil, annotator: nil,
                isCost: false, reasons: [],
                cells: scene.schema.cellChanges(from: now[entry.key] ?? [], to: after ?? []))
        }
    }
}

extension GuardCheck {
    /// Counts what a revert would do that nobody has approved.
    init(_ reversion: Reversion, _ approvals: Approvals) {
        self.init(
            reversion.entries.map {
                ChangeEntry(key: $0.key, kind: $0.kind, before: $0.before, after: $0.after, row: nil)
            }, approvals)
    }
}

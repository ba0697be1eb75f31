internal import Foundation
internal import LabelDiff
internal import LabelSchema
package import LabelStore
package import Logging
package import SheetSource
internal import Tabular

/// Puts the values of a version back into the annotators' sheets, by primary key; or, for a plan, stops before writing.
///
/// It writes no label: the next sync finds the values in the sheets, as if somebody had typed them.
package struct RestoreRunner: Sendable {
    let definition: DatasetDefinition
    let request: RestoreRequest
    let store: LabelStore
    private let actor: String
    private let worker: String
    private let logger: Logger
    private let patience: RestorePatience
    let progress: SyncProgress

    /// How often rows that moved while they were written are looked for anew.
    private static let rounds = 3

    package init(
        definition: DatasetDefinition, request: RestoreRequest, store: LabelStore, actor: String, worker: String,
        logger: Logger, patience: RestorePatience = RestorePatience(), progress: @escaping SyncProgress = { _ in }
    ) {
        self.definition = definition
        self.request = request
        self.store = store
        self.actor = actor
        self.worker = worker
        self.patience = patience
        var logger = logger
        logger[metadataKey: "dataset"] = "\(definition.name)"
        self.logger = logger
        self.progress = progress
    }

    // MARK: - Plan

    /// What would be written now, cell by cell.
    ///
    /// Takes no lease and writes nothing.
    ///
    /// - Parameter detailLimit: how many entries of each kind the report tells in full.
    /// - Returns: the report.
    /// - Throws: `RestoreProblem` if nothing of the version can be put back; what the store throws;
    ///   `CancellationError`.
    package func plan(detailLimit: Int = .max) async throws -> RestoreReport {
        let started = ContinuousClock.now
        let (planner, plan) = try await makePlan(detailLimit)
        var report = planner.report(plan, .planned)
        if plan.sheets.allSatisfy({ $0 == nil }) { report.outcome = .failed }
        report.seconds = (ContinuousClock.now - started).inSeconds
        return report
    }

    private func makePlan(_ detailLimit: Int) async throws -> (RestorePlanner, RestorePlan) {
        let dataset = try await store.dataset(definition.name)
        let targets = try await RestoreTargets(request.version, of: dataset, schema: definition.schema, store: store)
        let state = try await StoredState.load(definition, from: store)
        let planner = RestorePlanner(definition, request, targets, records: state.records, progress: progress)
        return (planner, try await planner.plan(detailLimit: detailLimit))
    }

    // MARK: - Restore

    /// Writes what a plan of this moment shows.
    ///
    /// - Parameters:
    ///   - writer: writes to the spreadsheets.
    ///   - why: the reason, for the history.
    ///   - detailLimit: how many entries of each kind the report tells in full.
    /// - Returns: the report, also of what was not written.
    /// - Throws: `StoreError.busy` if another worker writes this dataset; what `plan` throws. What was written until then
    ///   stays written, and doing it again does the rest.
    package func restore(
        writer: any SheetWriter, why: String? = nil, detailLimit: Int = .max
    ) async throws -> RestoreReport {
        let started = ContinuousClock.now
        var report = try await store.withLease(SyncRunner.leaseName(dataset: definition.name), owner: worker) { lease in
            let dataset = try await store.dataset(definition.name)
            let runID = try await store.beginRun(
                dataset, kind: "restore", actor: actor, worker: worker, lease: lease)
            do {
                let (planner, plan) = try await makePlan(detailLimit)
                var report = try await write(plan, planner, writer, dataset, why: why, lease: lease)
                report.runID = runID
                let state: RunState =
                    switch report.outcome {
                    case .failed: .failed
                    case .partial: .partial
                    case .planned, .restored, .unchanged: .unchanged
                    }
                try await store.endRun(runID, state: state, report: try Self.json(report), lease: lease)
                return report
            } catch {
                await end(runID, after: error, lease: lease)
                throw Task.isCancelled ? CancellationError() : error
            }
        }
        report.seconds = (ContinuousClock.now - started).inSeconds
        logger.info(
            "restore \(report.outcome.rawValue)",
            metadata: [
                "run": "\(report.runID ?? 0)", "version": "\(report.version)",
                "written": "\(report.counts.writtenCells)", "skipped": "\(report.counts.skippedCells)",
                "appended": "\(report.counts.appendedRows)", "seconds": "\(report.seconds)",
            ])
        return report
    }

    private func write(
        _ plan: RestorePlan, _ planner: RestorePlanner, _ writer: any SheetWriter, _ dataset: DatasetRecord,
        why: String?, lease: Lease
    ) async throws -> RestoreReport {
        if plan.sheets.allSatisfy({ $0 == nil }) { return planner.report(plan, .failed) }
        if plan.cells.isEmpty, plan.rows.isEmpty {
            return planner.report(plan, plan.failures.isEmpty ? .unchanged : .partial)
        }
        let touched = Set(plan.cells.map(\.sheet) + plan.rows.map(\.sheet))
        try await store.noteRestoring(
            request.version.version, into: touched.sorted().compactMap { planner.records[$0]?.id }, dataset: dataset,
            actor: actor, why: why, lease: lease)
        var writing = RestoreWriting(
            plan, definition, writer: writer, fields: planner.fields, patience: patience, logger: logger
        ) { [progress] done, total in
            try Task.checkCancellation()
            try await lease.renew()
            progress(.writing(done: done, total: total))
        }
        for round in 1...Self.rounds {
            try await writing.writeAll()
            if writing.moved.isEmpty { break }
            if round == Self.rounds {
                writing.giveUp()
            } else {
                try await relocate(&writing, planner)
            }
        }
        var rows = RestoreRows(plan.rows, planner: planner, writer: writer, patience: patience, logger: logger)
        try await rows.appendAll(failures: writing.failures) {
            try Task.checkCancellation()
            try await lease.renew()
        }
        return planner.report(plan, writing, rows)
    }

    /// Reads the sheets of the rows that moved anew, and finds these by their keys.
    private func relocate(_ writing: inout RestoreWriting, _ planner: RestorePlanner) async throws {
        let concerned = Set(writing.moved.map { writing.cells[$0].sheet })
        let (sheets, _) = try await planner.scan(concerned.sorted())
        var places: [Int: [KeyHash: Int]] = [:]
        var differing: [Int: [KeyHash: DifferingRow]] = [:]
        for index in concerned {
            writing.sheets[index] = sheets[index]
            guard let sheet = sheets[index] else { continue }
            places[index] = Dictionary(
                sheet.places.map { ($0.key, Int($0.row)) }, uniquingKeysWith: { first, _ in first })
            differing[index] = Dictionary(sheet.differing.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        }
        writing.relocate { cell in
            guard let row = places[cell.sheet]?[cell.key], let column = sheets[cell.sheet]?.columns[cell.field] else {
                return nil
            }
            // A row that does not differ says what it should.
            return (row, column, differing[cell.sheet]?[cell.key]?.cell(column) ?? cell.after)
        }
    }

    private static func json(_ report: RestoreReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report.withoutCellText), as: UTF8.self)
    }

    /// Notes how a run ended that threw.
    private func end(_ runID: UInt64, after error: any Error, lease: Lease) async {
        let cancelled = Task.isCancelled || error is CancellationError
        var report = RestoreReport(
            dataset: definition.name, version: request.version.version, outcome: .failed)
        report.runID = runID
        report.notes = [cancelled ? "cancelled" : String(describing: type(of: error))]
        let text = (try? Self.json(report)) ?? "{}"
        let (store, logger) = (store, logger)
        // A task of its own: that of the run may have been cancelled, and its end has to be noted all the same.
        await Task {
            do {
                try await store.endRun(runID, state: cancelled ? .cancelled : .failed, report: text, lease: lease)
            } catch {
                logger.warning("the end of the run was not noted", metadata: ["error": "\(error)"])
            }
        }.value
    }
}

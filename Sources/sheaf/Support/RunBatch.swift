import Foundation
import LabelStore
import Sync

/// Runs of several datasets, one after the other: what goes wrong with one is no matter of the others.
struct RunBatch: Sendable {
    let workspace: Workspace
    let store: LabelStore
    var readsAll = false
    var tellsAll = false
    /// Takes the failures of datasets, instead of standard error and the caller; for a service, which goes on.
    var onFailure: (@Sendable (DatasetSettings, Failure) -> Void)?

    enum Kind: Sendable, Equatable {
        case plan
        case sync(reason: String?)
    }

    /// Asks once what changed, and then runs each dataset.
    ///
    /// - Parameters:
    ///   - datasets: those to be run, in order.
    ///   - kind: what is done with them.
    ///   - after: called with each report that came about, once it is told.
    /// - Returns: a report for each dataset that was begun, and how all of it ended: the gravest end of all.
    /// - Throws: `CancellationError`, and what concerns every dataset before the first is begun.
    func run(
        _ datasets: [DatasetSettings], _ kind: Kind,
        after: (SyncReport, DatasetSettings) async throws -> Void = { _, _ in }
    ) async throws -> (reports: [SyncReport], exit: Exit) {
        let console = workspace.console
        let progress = ProgressLine(isShown: !console.isJSON)
        progress.show("asking what changed")
        let changes = try await workspace.changes(in: datasets, store: store, follows: kind != .plan)
        progress.clear()
        var reports: [SyncReport] = []
        var exits: [Exit] = []
        for dataset in datasets {
            if !reports.isEmpty { console.line() }
            do {
                let report = try await run(dataset, kind, changes, progress)
                progress.clear()
                console.lines(
                    SyncText(
                        report: report, style: console.style, language: workspace.language, showsAll: tellsAll
                    ).lines())
                try await after(report, dataset)
                reports.append(report)
                exits.append(Exit(report))
            } catch {
                progress.clear()
                let failure = Failure(error)
                if failure.exit == .cancelled { throw error }
                if let onFailure {
                    onFailure(dataset, failure)
                } else {
                    if datasets.count == 1 { throw error }
                    let style = Style(.auto, descriptor: STDERR_FILENO)
                    Console.note("\(style.red("error:")) \(dataset.name): \(failure.message)")
                    if !failure.hint.isEmpty { Console.note("  \(failure.hint)") }
                }
                var report = SyncReport(dataset: dataset.name, outcome: .failed, baseVersion: 0)
                report.error = SyncReport.Trouble(code: failure.code, message: failure.message, hint: failure.hint)
                reports.append(report)
                exits.append(failure.exit)
                // Without the database there is nothing that the others could do.
                if failure.exit == .store { break }
            }
        }
        return (reports, Exit.gravest(exits))
    }

    private func run(
        _ dataset: DatasetSettings, _ kind: Kind, _ changes: KnownChanges, _ progress: ProgressLine
    ) async throws -> SyncReport {
        let runner = try workspace.runner(
            dataset, store: store, changes: changes, readsAll: readsAll, progress: progress)
        let limit = tellsAll || (workspace.console.isJSON && onFailure == nil) ? Int.max : 1_000
        switch kind {
        case .plan:
            var report = try await runner.plan(detailLimit: limit)
            report.notes += workspace.viewProblems(try workspace.schema(dataset))
            return report
        case .sync(let reason):
            var report = try await runner.sync(reason: reason, detailLimit: limit)
            progress.show("\(dataset.name): looking after the views")
            report.notes += await workspace.reconcileViews(
                of: dataset.name, store, published: report.outcome == .published
            ).warnings
            return report
        }
    }
}

extension Exit {
    /// How a command ends that made this report.
    init(_ report: SyncReport) {
        if report.outcome == .held || (report.outcome == .planned && !report.breaches.isEmpty) {
            self = .held
        } else if !report.sheets.isEmpty, report.sheets.allSatisfy({ $0.failure != nil }) {
            self = .source
        } else {
            self = report.isPartial ? .partial : .success
        }
    }

    /// The gravest of several ends.
    static func gravest(_ exits: [Exit]) -> Exit {
        let order: [Exit] = [.unexpected, .store, .output, .usage, .invalid, .held, .source, .partial, .busy]
        return order.first { exits.contains($0) } ?? .success
    }
}

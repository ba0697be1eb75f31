import ArgumentParser
import LabelStore
import Sync

struct PlanCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what a sync would do, cell by cell. Writes nothing.",
        discussion: """
            Reads the sheets, validates every row and compares with the labels stored.
            Takes no lease: it can be run at any time, beside a sync.

            Examples:
              sheaf plan                              all datasets
              sheaf plan recipe_category --all        every change, not the first ones
              sheaf plan recipe_category --json | jq '.[0].counts'
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The datasets (default: all of the configuration).")
    var datasets: [String] = []
    @Flag(help: "Tell every change and rejection.")
    var all = false

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let selected = try workspace.datasets(datasets)
        return try await workspace.withStore { store in
            let progress = ProgressLine(isShown: !common.json)
            var reports: [SyncReport] = []
            for dataset in selected {
                let runner = try workspace.runner(dataset, store: store, progress: progress)
                let report = try await runner.plan(detailLimit: all || common.json ? .max : 1_000)
                progress.clear()
                if !reports.isEmpty { console.line() }
                console.lines(
                    SyncText(
                        report: report, style: console.style, language: workspace.language, showsAll: all
                    ).lines())
                if let training = try await workspace.trainingForecast(report, dataset: dataset, store: store) {
                    console.line("  Training: \(training)")
                }
                reports.append(report)
            }
            try console.json(reports)
            return Exit.of(reports)
        }
    }
}

struct SyncCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Bring the labels up to what the sheets hold, as a new version.",
        discussion: """
            Pulls the sheets, validates every row, writes only what changed as a new
            immutable version, and starts the training that is due. Where nothing changed
            nothing is written but a record of the run.

            Examples:
              sheaf sync                              all datasets
              sheaf sync recipe_category --wait       and wait for the training job
              sheaf sync --reason "release 2026-11"   why, for the history
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The datasets (default: all of the configuration).")
    var datasets: [String] = []
    @Flag(help: "Wait for the training jobs that this run starts, and show their output.")
    var wait = false
    @Flag(help: "Tell every change and rejection.")
    var all = false
    @Flag(name: .customLong("no-train"), help: "Start no training job; the next sync or relay does.")
    var noTrain = false
    @Option(help: "Why, for the history.")
    var reason: String?

    func validate() throws { try ReasonLimit.check(reason) }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let selected = try workspace.datasets(datasets)
        return try await workspace.withStore { store in
            let progress = ProgressLine(isShown: !common.json)
            var reports: [SyncReport] = []
            for dataset in selected {
                let runner = try workspace.runner(dataset, store: store, progress: progress)
                let report: SyncReport
                do {
                    report = try await runner.sync(reason: reason, detailLimit: all || common.json ? .max : 1_000)
                } catch {
                    progress.clear()
                    throw error
                }
                progress.clear()
                if !reports.isEmpty { console.line() }
                console.lines(
                    SyncText(
                        report: report, style: console.style, language: workspace.language, showsAll: all
                    ).lines())
                reports.append(report)
            }
            var exit = Exit.of(reports)
            if !noTrain {
                let trained = try await workspace.relay(store: store, waits: wait)
                if exit == .success { exit = trained }
            }
            try console.json(reports)
            return exit
        }
    }
}

extension Exit {
    /// How a command ends that made these reports: the gravest of them.
    static func of(_ reports: [SyncReport]) -> Exit {
        if reports.contains(where: { $0.outcome == .held || ($0.outcome == .planned && !$0.breaches.isEmpty) }) {
            return .held
        }
        let unread = reports.filter { !$0.sheets.isEmpty && $0.sheets.allSatisfy { $0.failure != nil } }
        if !unread.isEmpty { return .source }
        return reports.contains(where: \.isPartial) ? .partial : .success
    }
}

import ArgumentParser
import LabelStore
import Sync

struct PlanCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what a sync would do, cell by cell. Writes nothing.",
        discussion: """
            Reads the sheets that may have changed, validates every row and compares
            with the labels stored.
            Takes no lease: it can be run at any time, beside a sync.

            Examples:
              sheaf plan                              all datasets
              sheaf plan recipe_category --all        every change, not the first ones
              sheaf plan recipe_category --full       also sheets that nobody has changed
              sheaf plan recipe_category --json | jq '.[0].counts'
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The datasets (default: all of the configuration).")
    var datasets: [String] = []
    @Flag(help: "Tell every change and rejection.")
    var all = false
    @Flag(help: "Read every sheet, also those that nobody has changed.")
    var full = false

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let selected = try workspace.datasets(datasets)
        return try await workspace.withStore { store in
            let batch = RunBatch(workspace: workspace, store: store, readsAll: full, tellsAll: all)
            let (reports, exit) = try await batch.run(selected, .plan) { report, dataset in
                if let training = try await workspace.trainingForecast(report, dataset: dataset, store: store) {
                    console.line("  Training: \(training)")
                }
            }
            try console.json(reports)
            return exit
        }
    }
}

struct SyncCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Bring the labels up to what the sheets hold, as a new version.",
        discussion: """
            Pulls the sheets that may have changed, validates every row, writes only what
            changed as a new immutable version, and starts the training that is due. Where
            nothing changed nothing is written but a record of the run.

            Examples:
              sheaf sync                              all datasets
              sheaf sync recipe_category --wait       and wait for the training job
              sheaf sync --full                       read every sheet, whatever is known
              sheaf sync --reason "release 2026-11"   why, for the history
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The datasets (default: all of the configuration).")
    var datasets: [String] = []
    @Flag(help: "Wait for the training jobs that this run starts, and show their output.")
    var wait = false
    @Flag(help: "Tell every change and rejection.")
    var all = false
    @Flag(help: "Read every sheet, also those that nobody has changed.")
    var full = false
    @Flag(name: .customLong("no-train"), help: "Start no training job; the next sync or relay does.")
    var noTrain = false
    @Option(help: "Why, for the history.")
    var reason: String?

    func validate() throws { try ReasonLimit.check(reason) }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let selected = try workspace.datasets(datasets)
        return try await workspace.withStore { store in
            let batch = RunBatch(workspace: workspace, store: store, readsAll: full, tellsAll: all)
            var (reports, exit) = try await batch.run(selected, .sync(reason: reason))
            if !noTrain, exit != .store {
                let trained = try await workspace.relay(store: store, waits: wait)
                if exit == .success { exit = trained }
            }
            try console.json(reports)
            return exit
        }
    }
}

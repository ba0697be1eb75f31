import ArgumentParser
import LabelServer
import Logging

struct WatchCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Sync whenever something changes, until told to stop.",
        discussion: """
            A service: it syncs at its start, whenever Google says that something
            changed (google.watch.address), and every ten minutes (google.watch.every),
            since notices may be lost. Training that is due is started too. It goes on
            when a dataset is busy, or the database or Google is out of reach, and tells
            so. SIGTERM ends it in good order, with exit code 0.

            Examples:
              sheaf watch                             all datasets
              sheaf watch recipe_category             one of them
              sheaf watch --json | jq -c .reports     one JSON document a run
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The datasets (default: all of the configuration).")
    var datasets: [String] = []

    var speaksByLog: Bool { true }

    func execute(_ console: Console) async throws -> Exit {
        // What a run has to say goes to the log; reports would show what people typed.
        let workspace = try Workspace(common, console: Console(style: console.style, isJSON: true))
        let selected = try workspace.datasets(datasets)
        // A mistake in a schema is told before anything runs, as by every other command.
        for dataset in selected { _ = try workspace.definition(dataset) }
        return try await workspace.withStore(migrated: false) { store in
            let runs = WatchedRuns(workspace: workspace, store: store, datasets: selected, console: console)
            do {
                try await runs.waitForStore()
                try await workspace.watch(runs).run()
            } catch let error as WatchService.ListenerFailed {
                throw Failure(
                    .usage, code: "listen", "Notices cannot be listened for: \(error).",
                    hint: "Is the port of google.watch.listen taken, or the address not of this machine?")
            } catch  where Task.isCancelled {
                workspace.logger.info("watch ended")
            }
            return Interruption.wasTermination ? .success : .cancelled
        }
    }
}

import ArgumentParser
import LabelDiff
import LabelStore
import Sync

struct RevertCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "revert", abstract: "Set the labels back to those of a former version, as a new version.",
        discussion: """
            The sheets are not touched. What they hold for these keys now is not applied
            again, until somebody types something else or approves it
            (`sheaf approve --reverted`). The guards hold a revert as they hold a sync:
            approve the hold, and run the revert again.

            Left as they are, and listed: labels whose delete waits, and former labels
            that do not satisfy the schema of now.

            Examples:
              sheaf revert recipe_category --to 11 --plan     what would change
              sheaf revert recipe_category --to 11 --why "a bad batch"
              sheaf revert recipe_category --to 11 --key 1234 --key 1235
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.")
    var dataset: String
    @Option(help: ArgumentHelp("The version whose labels come back: a number, a tag, a time.", valueName: "version"))
    var to: String
    @Option(help: ArgumentHelp("Only this key; may be given several times.", valueName: "key"))
    var key: [String] = []
    @Flag(help: "Show what would change, and write nothing.")
    var plan = false
    @Flag(help: "Tell every change.")
    var all = false
    @Option(help: "Why, for the history.")
    var why: String?

    func validate() throws { try ReasonLimit.check(why) }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let settings = try workspace.dataset(dataset)
        return try await workspace.withStore { store in
            let (record, target) = try await VersionReference("\(dataset)@\(to)").resolve(in: store)
            var keys: Set<KeyHash>?
            if !key.isEmpty {
                let schema = try await store.currentSchema(of: record)
                keys = try Set(key.map { try TypedKey($0, of: record, schema).hash })
            }
            let progress = ProgressLine(isShown: !console.isJSON)
            let runner = RevertRunner(
                dataset: record.name, guards: settings.guards, store: store, actor: Workspace.actor,
                worker: Workspace.worker, logger: workspace.logger,
                progress: { progress.show(Workspace.text($0, dataset: dataset)) })
            let wish = RevertRunner.Wish(version: target.version, keys: keys)
            let limit = all || console.isJSON ? Int.max : 1_000
            var report: SyncReport
            do {
                report =
                    plan
                    ? try await runner.plan(wish, detailLimit: limit)
                    : try await runner.revert(wish, why: why, detailLimit: limit)
                if !plan {
                    report.notes += await workspace.reconcileViews(
                        of: record.name, store, published: report.outcome == .published
                    ).warnings
                }
            } catch {
                progress.clear()
                throw error
            }
            progress.clear()
            console.lines(
                SyncText(report: report, style: console.style, language: workspace.language, showsAll: all).lines())
            try console.json(report)
            return Exit(report)
        }
    }
}

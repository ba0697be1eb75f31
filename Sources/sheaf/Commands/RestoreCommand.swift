import ArgumentParser
import LabelSchema
import LabelStore
import SheetSource
import Sync

struct RestoreCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a version's values back into the annotators' sheets.",
        discussion: """
            Finds the row of each label by its primary key, and writes the cells whose
            value differs from that version's: fields with the role label; with --context
            also what annotators were given. Keys, annotators and notes are never
            written. Each cell is looked at right before it is written and right after;
            what somebody types meanwhile stays. No label changes: the next sync finds
            the values in the sheets.

            The account has to be an editor of the spreadsheets. Doing it again does what
            is left; it is safe to stop at any moment.

            Examples:
              sheaf restore recipe_category --to 12 --plan
                                       which cell would go from what to what
              sheaf restore recipe_category --to 12 --why "the import was wrong"
              sheaf restore recipe_category --to 12 --key 1234 --key 1240
              sheaf restore recipe_category --to 12 --sheet レシピ分類 --append
                                       labels whose row is gone get a new one
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.")
    var dataset: String
    @Option(
        help: ArgumentHelp("The version whose values are put back: a number, or another name.", valueName: "version"))
    var to: String
    @Option(help: ArgumentHelp("Only this row, as `sheaf log --key` takes it; may be given again.", valueName: "key"))
    var key: [String] = []
    @Option(
        help: ArgumentHelp(
            "Only cells of this sheet: its title, or its number in `sheaf sheet list`.", valueName: "sheet"))
    var sheet: String?
    @Flag(help: "Show which cell would go from what to what; write nothing.")
    var plan = false
    @Flag(help: "Put back context fields too.")
    var context = false
    @Flag(help: "Give labels whose row is gone a new row, at the end of the sheet where it stood.")
    var append = false
    @Flag(help: "Tell every cell.")
    var all = false
    @Option(help: "Why, for the history.")
    var why: String?

    func validate() throws { try ReasonLimit.check(why) }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let settings = try workspace.dataset(dataset)
        return try await workspace.withStore { store in
            let (record, version) = try await VersionReference(to, of: dataset).resolve(in: store)
            var request = RestoreRequest(version: version)
            let definition = try workspace.definition(settings)
            if !key.isEmpty { request.keys = try key.map { try TypedKey($0, of: record, definition.schema).named } }
            request.sheet = sheet
            request.includesContext = context
            request.appends = append
            let progress = ProgressLine(isShown: !console.isJSON)
            let runner = RestoreRunner(
                definition: definition, request: request, store: store, actor: Workspace.actor,
                worker: Workspace.worker, logger: workspace.logger,
                progress: { event in progress.show(Workspace.text(event, dataset: record.name)) })
            let limit = all || console.isJSON ? Int.max : 1_000
            let report: RestoreReport
            do {
                defer { progress.clear() }
                report =
                    plan
                    ? try await runner.plan(detailLimit: limit)
                    : try await runner.restore(writer: workspace.writer, why: why, detailLimit: limit)
            }
            console.lines(RestoreText(report: report, style: console.style, showsAll: all).lines())
            try console.json(report)
            return Exit(report)
        }
    }
}

extension Exit {
    /// How a command ends that made this report.
    init(_ report: RestoreReport) {
        switch report.outcome {
        case .failed: self = .source
        case .partial: self = .partial
        case .planned: self = report.sheets.contains { $0.failure != nil } ? .partial : .success
        case .restored, .unchanged: self = .success
        }
    }
}

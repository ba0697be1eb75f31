import ArgumentParser
import LabelSchema
import LabelStore
import Sync

struct ViewsCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "views", abstract: "List the SQL views of the labels.",
        discussion: """
            For each dataset there are views with typed columns: the current labels, those
            of every version, what each version changed, and one for each tag. They follow
            the schema and the tags by themselves, after each version that is published;
            --reconcile makes them anew now, such as once a grant was given. A view reads
            the whole dataset: to train, use `sheaf export`.

            Examples:
              sheaf views
              sheaf views recipe_category                 with their columns
              sheaf views --reconcile --why "CREATE VIEW was granted"
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset (default: all of the store).")
    var dataset: String?
    @Flag(help: "Make all of them anew, and drop what is no longer wanted.")
    var reconcile = false
    @Option(help: "Why, for the history.")
    var why: String?

    func validate() throws {
        try ReasonLimit.check(why)
        if why != nil, !reconcile { throw ValidationError("--why goes with --reconcile.") }
    }

    private struct Row: Encodable {
        struct Column: Encodable {
            var name: String
            var type: String
        }

        var dataset: String
        var database: String
        var view: String
        var kind: String
        var tag: String?
        var state: String
        var problem: String?
        var columns: [Column]
    }

    private struct Document: Encodable {
        var views: [Row]
        var made: [String]
        var dropped: [String]
        var warnings: [String]
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let datasets = if let dataset { [try await store.dataset(dataset)] } else { try await store.datasets() }
            var document = Document(views: [], made: [], dropped: [], warnings: [])
            for dataset in datasets {
                if reconcile {
                    let done = try await store.reconcileViews(
                        of: dataset.name, in: workspace.configuration.views, owner: Workspace.worker,
                        anew: true, audited: (Workspace.actor, why))
                    document.made += done.made
                    document.dropped += done.dropped
                    document.warnings += done.warnings.filter { !document.warnings.contains($0) }
                }
                document.views += try await store.views(of: dataset.name, in: workspace.configuration.views)
                    .map { Self.row($0, dataset.name) }
            }
            tell(document, workspace, console)
            try console.json(document)
            return .success
        }
    }

    private static func row(_ view: ViewListing, _ dataset: String) -> Row {
        Row(
            dataset: dataset, database: view.database, view: view.name, kind: view.kind.name,
            tag: view.kind.tag.isEmpty ? nil : view.kind.tag, state: view.state.rawValue, problem: view.problem,
            columns: view.columns.map { Row.Column(name: $0.name, type: $0.type) })
    }

    private func tell(_ document: Document, _ workspace: Workspace, _ console: Console) {
        let style = console.style
        for name in document.made { console.line("\(style.green("made")) \(CellText.shown(name))") }
        for name in document.dropped { console.line("\(style.red("dropped")) \(CellText.shown(name))") }
        for warning in document.warnings { console.line(style.yellow(CellText.shown(warning, limit: 500))) }
        if document.views.isEmpty {
            let isOff = workspace.configuration.views == .nowhere
            console.line(
                isOff ? "There are no views: `views` is off." : "There are no views: nothing is published yet.")
            return
        }
        var table = Table()
        table.add(["view", "dataset", "kind", "state", ""])
        for view in document.views {
            table.add([
                CellText.shown("\(view.database).\(view.view)", limit: 140), view.dataset,
                view.tag.map { "tag \(CellText.shown($0))" } ?? view.kind, view.state,
                CellText.shown(view.problem ?? "", limit: 200),
            ])
        }
        console.lines(table.lines { row, _, text in row == 0 ? style.dim(text) : text })
        guard dataset != nil else { return }
        for view in document.views {
            console.line()
            console.line(CellText.shown(view.view, limit: 140))
            var columns = Table()
            for column in view.columns { columns.add(["  " + CellText.shown(column.name), column.type]) }
            console.lines(columns.lines { _, _, text in text })
        }
    }
}

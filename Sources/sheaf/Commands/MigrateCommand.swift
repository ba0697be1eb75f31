import ArgumentParser
import LabelSchema
import LabelStore

struct MigrateCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Make the tables, or bring them up to this program.",
        discussion: """
            Every table is named sheaf_…; nothing else in the database is touched. Safe to
            run again, and by several at once. The user needs CREATE, ALTER, INDEX and
            DROP beside SELECT, INSERT, UPDATE and DELETE. The SQL views are brought up
            to date, too (`sheaf views`).

            Examples:
              sheaf migrate
              sheaf migrate --status
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Only say what is applied and what is not.")
    var status = false

    private struct Result: Encodable {
        var applied: [Int]
        var pending: [Int]
        var views: Views?

        struct Views: Encodable {
            var made: [String] = []
            var dropped: [String] = []
            var warnings: [String] = []
        }
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore(migrated: false) { store in
            if status {
                let status = try await store.migrationStatus()
                for number in status.applied { console.line("  \(number)  applied") }
                for migration in status.pending { console.line("  \(migration.number)  pending  \(migration.name)") }
                try console.json(Result(applied: status.applied, pending: status.pending.map(\.number)))
                return .success
            }
            let progress = ProgressLine(isShown: !common.json)
            let done = try await store.migrate(owner: Workspace.worker, actor: Workspace.actor) {
                migration, statement, total in
                progress.show("migration \(migration.number), statement \(statement) of \(total)")
            }
            progress.clear()
            for migration in done {
                console.line("\(console.style.green("applied")) migration \(migration.number): \(migration.name)")
            }
            if done.isEmpty { console.line("The tables are up to date.") }
            let views = try await reconcileViews(workspace, store, console)
            let now = try await store.migrationStatus()
            try console.json(Result(applied: now.applied, pending: [], views: views))
            return .success
        }
    }

    /// All datasets of the store, whichever configuration they are in.
    private func reconcileViews(
        _ workspace: Workspace, _ store: LabelStore, _ console: Console
    ) async throws -> Result.Views {
        var views = Result.Views()
        for dataset in try await store.datasets() {
            let done = await workspace.reconcileViews(of: dataset.name, store, published: true)
            views.made += done.made
            views.dropped += done.dropped
            views.warnings += done.warnings.filter { !views.warnings.contains($0) }
        }
        if !views.made.isEmpty { console.line("\(views.made.count.counted("view")) made.") }
        if !views.dropped.isEmpty { console.line("\(views.dropped.count.counted("view")) dropped.") }
        for warning in views.warnings { console.line(console.style.yellow(CellText.shown(warning, limit: 500))) }
        return views
    }
}

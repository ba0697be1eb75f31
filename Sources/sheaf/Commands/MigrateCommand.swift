import ArgumentParser
import LabelStore

struct MigrateCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Make the tables, or bring them up to this program.",
        discussion: """
            Every table is named sheaf_…; nothing else in the database is touched. Safe to
            run again, and by several at once. The user needs CREATE, ALTER, INDEX and
            DROP beside SELECT, INSERT, UPDATE and DELETE.

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
            let now = try await store.migrationStatus()
            try console.json(Result(applied: now.applied, pending: []))
            return .success
        }
    }
}

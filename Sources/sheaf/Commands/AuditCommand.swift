import ArgumentParser
import LabelSchema
import LabelStore

struct AuditCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Show what people changed: who, when, what and why.",
        discussion: """
            The versions that were published, and every other command that changed
            something: approvals, corrected keys, tags, retired sheets and the like. The
            newest is first.

            Examples:
              sheaf audit                            all datasets
              sheaf audit recipe_category --limit 200
              sheaf audit recipe_category --json
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset (default: all).")
    var dataset: String?
    @Option(name: .shortAndLong, help: "How many at most.")
    var limit = 50

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    private struct Row: Encodable {
        var at: String
        var by: String
        var action: String
        var dataset: String?
        var subject: String
        var why: String?
        var version: Int?
        var run: UInt64?
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let changes = try await workspace.withStore { store in
            let datasets = if let dataset { [try await store.dataset(dataset)] } else { try await store.datasets() }
            return try await store.changeLog(of: datasets, includesOthers: dataset == nil, limit: limit)
        }
        var table = Table()
        table.add(["at (UTC)", "by", "what", "dataset", "", "why"])
        for change in changes {
            table.add([
                change.at.shortTime, CellText.shown(change.actor), CellText.shown(change.action), change.dataset ?? "",
                CellText.shown(change.subject, limit: 120), CellText.shown(change.why ?? "", limit: 200),
            ])
        }
        if changes.isEmpty {
            console.line("Nobody has changed anything yet.")
        } else {
            console.lines(table.lines { row, _, text in row == 0 ? console.style.dim(text) : text })
        }
        try console.json(
            changes.map { change in
                Row(
                    at: change.at, by: change.actor, action: change.action, dataset: change.dataset,
                    subject: change.subject, why: change.why, version: change.version, run: change.runID)
            })
        return .success
    }
}

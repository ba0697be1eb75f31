import ArgumentParser
import LabelSchema
import LabelStore
import Sync

struct DiffCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show what differs between two versions, cell by cell.",
        discussion: """
            Examples:
              sheaf diff recipe_category 1 2
              sheaf diff recipe_category 11            from version 11 to the newest
              sheaf diff recipe_category 1 2 --json
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.")
    var dataset: String
    @Argument(help: "The earlier version; 0 is the empty one.")
    var from: Int
    @Argument(help: "The later version (default: the newest).")
    var to: Int?

    private struct Result: Encodable {
        var dataset: String
        var from: Int
        var to: Int
        var inserted = 0
        var updated = 0
        var deleted = 0
        var changes: [SyncReport.Change] = []
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let record = try await store.dataset(dataset)
            let last = try await store.version(to ?? record.currentVersion, of: record)
            var newest = last
            if from != 0 {
                let first = try await store.version(from, of: record)
                if first.version > last.version { newest = first }
            }
            let schema = try LabelSchema.parse(document: try await store.schemaDocument(newest.schemaID))
            var result = Result(dataset: record.name, from: from, to: last.version)
            let diff = VersionDiff(
                store: store, dataset: record, schema: schema,
                lineage: try await SchemaLineage.load(of: record, from: store))
            console.line(
                console.style.bold("\(record.name)@\(from) → \(record.name)@\(last.version)"))
            try await diff.changes(from: from, to: last.version) { page in
                for change in page {
                    console.lines(ChangeText(style: console.style).lines(change))
                    switch change.kind {
                    case .insert: result.inserted += 1
                    case .update: result.updated += 1
                    case .delete: result.deleted += 1
                    }
                }
                if common.json { result.changes += page }
            }
            let style = console.style
            console.line(
                [
                    style.green("+ \(result.inserted.counted("insert"))"),
                    style.yellow("~ \(result.updated.counted("update"))"),
                    style.red("- \(result.deleted.counted("delete"))"),
                ].joined(separator: "   "))
            try console.json(result)
            return .success
        }
    }
}

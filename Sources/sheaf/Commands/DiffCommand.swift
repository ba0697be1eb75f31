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
              sheaf diff recipe_category 2026-11-01    since the end of that day (UTC)
              sheaf diff recipe_category@release-1 recipe_category@release-2
              sheaf diff recipe_category 1 2 --json
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("The dataset, or its earlier version.", valueName: "dataset[@version]"))
    var dataset: String
    @Argument(
        help: ArgumentHelp(
            "The earlier version, unless it was given, and the later one (default: the newest). 0 is the empty version.",
            valueName: "version"))
    var versions: [String] = []

    func validate() throws {
        let needed = dataset.contains("@") ? 0 : 1
        if versions.count < needed { throw ValidationError("Give the earlier version; 0 is the empty one.") }
        if versions.count > needed + 1 { throw ValidationError("Give two versions, not more.") }
    }

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
            let pair = try await VersionPair(dataset, versions, in: store)
            let schema = try LabelSchema.parse(document: try await store.schemaDocument(pair.newest.schemaID))
            let record = pair.dataset
            var result = Result(dataset: record.name, from: pair.fromNumber, to: pair.to.version)
            let diff = VersionDiff(
                store: store, dataset: record, schema: schema,
                lineage: try await SchemaLineage.load(of: record, from: store))
            console.line(
                console.style.bold("\(record.name)@\(result.from) → \(record.name)@\(result.to)"))
            try await diff.changes(from: result.from, to: result.to) { page in
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

import ArgumentParser
import Digest
import LabelSchema
import LabelStore
import Sync

struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "The label schemas that versions were checked against, and what a new one means.",
        discussion: """
            Examples:
              sheaf schema list recipe_category    the schemas that it has had
              sheaf schema diff recipe_category    what the changed schema file would mean
            """,
        subcommands: [SchemaListCommand.self, SchemaShowCommand.self, SchemaDiffCommand.self])
}

struct SchemaListCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the schemas that the versions of a dataset were checked against.",
        discussion: """
            Examples:
              sheaf schema list recipe_category
              sheaf schema list recipe_category --json
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.")
    var dataset: String

    private struct Row: Encodable {
        var schemaHash: String
        var firstVersion: Int
        var lastVersion: Int
        var versions: Int
        var publishedAt: String
        var by: String
        var why: String?
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let schemas = try await workspace.withStore { store in
            try await store.schemas(of: try await store.dataset(dataset))
        }
        var table = Table()
        table.add(["schema", "versions", "first published (UTC)", "by", ""])
        for schema in schemas {
            let span = schema.lastVersion - schema.firstVersion + 1
            let range = span == 1 ? "\(schema.firstVersion)" : "\(schema.firstVersion)–\(schema.lastVersion)"
            table.add([
                String(schema.hash.hex.prefix(12)),
                schema.versionCount == span ? range : "\(range) (\(schema.versionCount) of them)",
                schema.publishedAt.shortTime, CellText.shown(schema.actor), CellText.shown(schema.reason ?? ""),
            ])
        }
        if schemas.isEmpty {
            console.line("Nothing is published yet: run `sheaf sync`.")
        } else {
            console.lines(table.lines { row, _, text in row == 0 ? console.style.dim(text) : text })
        }
        try console.json(
            schemas.map { schema in
                Row(
                    schemaHash: schema.hash.hex, firstVersion: schema.firstVersion, lastVersion: schema.lastVersion,
                    versions: schema.versionCount, publishedAt: schema.publishedAt, by: schema.actor,
                    why: schema.reason)
            })
        return .success
    }
}

struct SchemaShowCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the schema that a version was checked against.",
        discussion: """
            It is shown as YAML; with --json as the canonical document, whose SHA-256 (without
            the line's end) is the schema's hash.

            Examples:
              sheaf schema show recipe_category
              sheaf schema show recipe_category@12 > schemas/recipe_category.yaml
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("A dataset, or one of its versions.", valueName: "dataset[@version]"))
    var version: String

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let (dataset, record) = try await VersionReference(version).resolve(in: store)
            let document = try await store.schemaDocument(record.schemaID)
            if console.isJSON {
                try OutputFile(path: nil).write(document + [UInt8(ascii: "\n")])
                return .success
            }
            let schema = try LabelSchema.parse(document: document)
            console.line("# \(dataset.name)@\(record.version), schema \(record.schemaHash.hex)")
            console.line(String(schema.documentYAML.dropLast()))
            return .success
        }
    }
}

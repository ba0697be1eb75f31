import ArgumentParser
import Foundation
import LabelDiff
import LabelSchema
import LabelStore
import Sync

struct ShowCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a version: who, when and why, its hashes, and its first labels.",
        discussion: """
            Labels come in the order of exports. With --json they are in their canonical
            form.

            Examples:
              sheaf show recipe_category                the newest version
              sheaf show recipe_category@12 --limit 50
              sheaf show recipe_category@release-1 --key 1234
              sheaf show recipe_category@2026-11-01 --limit 0 --json
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("A dataset, or one of its versions.", valueName: "dataset[@version]"))
    var version: String
    @Option(name: .shortAndLong, help: "How many labels at most.")
    var limit = 20
    @Option(help: ArgumentHelp("Only the label with this primary key; several fields with commas.", valueName: "key"))
    var key: String?

    func validate() throws {
        guard 0...10_000 ~= limit else {
            throw ValidationError("--limit is 0 to 10000; `sheaf export` writes all labels.")
        }
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let (dataset, version) = try await VersionReference(version).resolve(in: store)
            let schema = try LabelSchema.parse(document: try await store.schemaDocument(version.schemaID))
            let labels = try await labels(of: version, dataset, schema, store)
            let report = VersionReport(
                dataset: dataset, version: version, runKind: try await store.runKind(of: version),
                tags: try await store.tags(of: dataset).filter { $0.version == version.version },
                references: try await store.references(of: dataset, version: version.version))
            console.lines(report.lines(console.style))
            console.lines(LabelTable(schema: schema, labels: labels).lines(console.style))
            let rest = version.labelCount - labels.count
            if rest > 0, key == nil { console.line(console.style.dim("  and \(rest.counted("label")) more")) }
            if console.isJSON {
                try OutputFile(path: nil).write(Array(try report.document(labels).utf8))
            }
            return .success
        }
    }

    private func labels(
        of version: VersionRecord, _ dataset: DatasetRecord, _ schema: LabelSchema, _ store: LabelStore
    ) async throws -> [[UInt8]] {
        if let key {
            let typed = try TypedKey(key, of: dataset, schema)
            let found = try await store.labels(of: dataset, version: version.version, keys: [typed.hash])
            if let label = found[typed.hash] { return [label] }
            throw StoreError(
                .unknownKey,
                "\(dataset.name)@\(version.version) has no label with the key \(LabelSchema.keyText(typed.json)).",
                hint: "`sheaf log \(dataset.name) --key KEY` tells when it was one.")
        }
        var labels: [[UInt8]] = []
        var after: KeyHash?
        repeat {
            if labels.count >= limit { break }
            let page = try await store.page(of: dataset, version: version.version, after: after, limit: limit)
            labels += page.labels
            after = page.next
        } while after != nil
        return Array(labels.prefix(limit))
    }
}

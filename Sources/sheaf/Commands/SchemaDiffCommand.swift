import ArgumentParser
import Foundation
import LabelSchema
import LabelStore
import Sync

struct SchemaDiffCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show what differs between two schemas, and which stored labels it would cost.",
        discussion: """
            Without FROM and TO the schema of the current version is compared with the
            file that the configuration names. FROM and TO are versions of the dataset,
            or schema files. Ends with 4 if stored labels would no longer be valid: a
            sync with that schema is held where no valid row takes their place.

            Examples:
              sheaf schema diff recipe_category
              sheaf schema diff recipe_category --all
              sheaf schema diff recipe_category 3 12
              sheaf schema diff recipe_category 2026-11-01 latest
              sheaf schema diff recipe_category 12 draft.yaml --json
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.")
    var dataset: String
    @Argument(help: "The older schema: a version, or a file (default: the current version's).")
    var from: String?
    @Argument(help: "The newer schema: a version, or a file (default: the configuration's).")
    var to: String?
    @Flag(help: "Tell every label that would no longer be valid.")
    var all = false

    /// So many labels are told unless all are asked for.
    private static let toldLabels = 20

    /// One of the two schemas, and what it is called.
    private struct Side {
        let name: String
        let schema: LabelSchema
        /// The version that it is the schema of.
        let version: Int?
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let record = try await store.dataset(dataset)
            let old = try await side(from ?? "latest", record, store)
            let new: Side
            if let to {
                new = try await side(to, record, store)
            } else {
                let settings = try workspace.dataset(dataset)
                new = Side(name: settings.schema, schema: try workspace.schema(settings), version: nil)
            }
            var report = SchemaDiffReport(
                dataset: record.name, from: old.name, to: new.name, diff: SchemaDiff(from: old.schema, to: new.schema))
            let limit = all ? Int.max : Self.toldLabels
            if old.schema.document != new.schema.document {
                let version = old.version ?? record.currentVersion
                let progress = ProgressLine(isShown: !console.isJSON)
                report.version = version
                try await SchemaCost(store: store, dataset: record, schema: new.schema).check(version: version) {
                    checked, invalid in
                    report.checkedLabels = checked
                    report.invalidLabels += invalid.count
                    report.labels += invalid.prefix(limit - report.labels.count).map(SchemaDiffReport.Label.init)
                    progress.show("\(record.name): checking \(checked.grouped) labels")
                }
                progress.clear()
            }
            console.lines(report.lines(console.style, workspace.language))
            try console.json(report)
            return report.invalidLabels > 0 ? .held : .success
        }
    }

    private func side(_ text: String, _ record: DatasetRecord, _ store: LabelStore) async throws -> Side {
        if let version = try await version(text, record, store) {
            let document = try await store.schemaDocument(version.schemaID)
            return Side(
                name: "\(record.name)@\(version.version)", schema: try LabelSchema.parse(document: document),
                version: version.version)
        }
        guard let data = FileManager.default.contents(atPath: text) else {
            throw Failure(
                .usage, code: "no-such-schema",
                "`\(CellText.shown(text))` is neither a version of \(record.name) nor a file that can be read.",
                hint: record.currentVersion == 0
                    ? "Nothing is published yet: run `sheaf sync`." : "Its versions are 1 to \(record.currentVersion).")
        }
        return Side(
            name: text,
            schema: try LabelSchema.parse(
                bytes: Array(data), file: text, lists: .besides(schemaFile: text)), version: nil)
    }

    /// The version that a text names; `nil` if it is the name of a file.
    private func version(_ text: String, _ record: DatasetRecord, _ store: LabelStore) async throws -> VersionRecord? {
        if text.hasPrefix("\(record.name)@") { return try await VersionReference(text).resolve(in: store).version }
        guard let name = VersionName(text) else { return nil }
        // A file may be called what a tag may be called.
        if case .tag(let tag) = name, !(try await store.tags(of: record).contains { $0.name == tag }) { return nil }
        return try await store.version(named: name, of: record)
    }
}

import ArgumentParser
import Digest
import Foundation
import LabelDiff
import LabelSchema
import LabelStore
import Tabular

struct ExportCommand: SheafSubcommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case ndjson, csv }

    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the labels of one version.",
        discussion: """
            In the order of the key hash, so that a version gives the same bytes every
            time and everywhere. NDJSON is the labels' canonical form, one a line, as it
            was hashed. A file is written under another name first: a reader never sees
            half of it.

            Examples:
              sheaf export recipe_category@12 > labels.ndjson
              sheaf export recipe_category --format csv --output labels.csv
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "What to export: DATASET@VERSION, or DATASET for the newest version.")
    var version: String
    @Option(help: "ndjson or csv.")
    var format: Format = .ndjson
    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write (default: standard output).", valueName: "file"))
    var output: String?

    private struct Result: Encodable {
        var dataset: String
        var version: Int
        var versionHash: String
        var labels: Int
        var output: String
    }

    func validate() throws {
        if common.json, output == nil || output == "-" {
            throw ValidationError("--json needs --output: both would go to standard output.")
        }
    }

    func execute(_ console: Console) async throws -> Exit {
        let output = output == "-" ? nil : output
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let (dataset, version) = try await VersionReference(version).resolve(in: store)
            let schema = try LabelSchema.parse(document: try await store.schemaDocument(version.schemaID))
            let file = try OutputFile(path: output)
            let progress = ProgressLine(isShown: output != nil)
            do {
                try await write(version, dataset, schema, store, file) { done in
                    progress.show("\(done.grouped) of \(version.labelCount.counted("label"))")
                }
                progress.clear()
                try file.finish()
            } catch {
                progress.clear()
                file.discard()
                throw error
            }
            if let output {
                console.line("\(dataset.name)@\(version.version): \(version.labelCount.counted("label")) in \(output)")
                try console.json(
                    Result(
                        dataset: dataset.name, version: version.version, versionHash: version.versionHash.hex,
                        labels: version.labelCount, output: output))
            }
            return .success
        }
    }

    private func write(
        _ version: VersionRecord, _ dataset: DatasetRecord, _ schema: LabelSchema, _ store: LabelStore,
        _ file: OutputFile, progress: (Int) -> Void
    ) async throws {
        let pageSize = 10_000
        let fields = schema.canonicalFields
        var writer = CSVWriter()
        if format == .csv { writer.append(row: fields.map(\.name)) }
        var after: KeyHash?
        var done = 0
        while true {
            try Task.checkCancellation()
            let page = try await store.page(of: dataset, version: version.version, after: after, limit: pageSize)
            switch format {
            case .ndjson:
                var bytes: [UInt8] = []
                bytes.reserveCapacity(page.labels.reduce(0) { $0 + $1.count + 1 })
                for label in page.labels {
                    bytes += label
                    bytes.append(UInt8(ascii: "\n"))
                }
                try file.write(bytes)
            case .csv:
                for label in page.labels { writer.append(row: schema.row(label, fields: fields)) }
                try file.write(writer.takeBytes())
            }
            done += page.labels.count
            progress(done)
            after = page.keys.last
            if page.labels.count < pageSize { return }
        }
    }
}

extension LabelSchema {
    /// The cells of a label, in the order of `fields`, as an annotator would type them.
    fileprivate func row(_ label: [UInt8], fields: [LabelField]) -> [String] {
        let members = CanonicalLabel.parse(label) ?? []
        let values = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
        return fields.map { field in values[field.name]?.cellText(of: field) ?? "" }
    }
}

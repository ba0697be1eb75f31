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
            half of it. In CSV, an apostrophe is put before text that a spreadsheet
            would run as a formula; --formulas keep writes every text as it is.

            Examples:
              sheaf export recipe_category@12 > labels.ndjson
              sheaf export recipe_category --format csv --output labels.csv
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "What to export: DATASET@VERSION, or DATASET for the newest version.")
    var version: String
    @Option(help: "ndjson or csv.")
    var format: Format = .ndjson
    @Option(help: "In CSV, text that a spreadsheet would run: escape (an apostrophe before it) or keep.")
    var formulas: CSVText.Formulas = .escape
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
        let fields = schema.canonicalFields
        var writer = CSVWriter()
        // A terminal would obey control characters that somebody typed into a cell.
        let isTerminal = output == nil && isatty(STDOUT_FILENO) == 1
        if format == .csv {
            writer.append(row: fields.map { formulas == .escape ? FormulaText.escaped($0.name) : $0.name })
        }
        var done = 0
        try await store.forEachPage(of: dataset, version: version.version, limit: 10_000) { page in
            switch format {
            case .ndjson:
                var bytes: [UInt8] = []
                bytes.reserveCapacity(page.labels.reduce(0) { $0 + $1.count + 1 })
                for label in page.labels {
                    bytes += label
                    bytes.append(UInt8(ascii: "\n"))
                }
                try file.write(isTerminal ? Array(Console.harmless(Data(bytes)).utf8) : bytes)
            case .csv:
                for label in page.labels {
                    writer.append(
                        row: LabelSchema.cells(
                            ofCanonicalLabel: label, fields: fields, escapesFormulas: formulas == .escape))
                }
                let bytes = writer.takeBytes()
                try file.write(isTerminal ? Array(CSVText.harmless(bytes).utf8) : bytes)
            }
            done += page.labels.count
            progress(done)
        }
        // A version without labels still has its header.
        let rest = writer.takeBytes()
        if !rest.isEmpty { try file.write(isTerminal ? Array(CSVText.harmless(rest).utf8) : rest) }
    }
}

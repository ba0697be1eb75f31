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
            would run as a formula; --formulas keep writes every text as it is. Labels
            that were redacted whole are left out, which is told on standard error.

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

    @Flag(help: "In NDJSON, put a tombstone with the hashes in place of each redacted label.")
    var tombstones = false

    private struct Result: Encodable {
        var dataset: String
        var version: Int
        var versionHash: String
        var labels: Int
        /// Labels of it whose text was taken away, and how many of them are not in the file.
        var redacted: Int
        var leftOut: Int
        var output: String
    }

    func validate() throws {
        if tombstones, format != .ndjson { throw ValidationError("--tombstones goes with NDJSON.") }
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
            let redacted = try await store.redactedRows(of: dataset).filter { $0.stands(in: version.version) }
            let leftOut = tombstones ? redacted.count : redacted.count { $0.isWhole }
            let file = try OutputFile(path: output)
            let progress = ProgressLine(isShown: output != nil)
            do {
                try await write(version, dataset, schema, store, redacted, file) { done in
                    progress.show("\(done.grouped) of \(version.labelCount.counted("label"))")
                }
                progress.clear()
                try file.finish()
            } catch {
                progress.clear()
                file.discard()
                throw error
            }
            if leftOut > 0 {
                Console.note(
                    "\(dataset.name)@\(version.version): \(leftOut.counted("redacted label")) "
                        + (tombstones ? "with hashes only" : "left out"))
            }
            let labels = version.labelCount - leftOut
            if let output {
                console.line("\(dataset.name)@\(version.version): \(labels.counted("label")) in \(output)")
                try console.json(
                    Result(
                        dataset: dataset.name, version: version.version, versionHash: version.versionHash.hex,
                        labels: labels, redacted: redacted.count, leftOut: leftOut, output: output))
            }
            return .success
        }
    }

    private func write(
        _ version: VersionRecord, _ dataset: DatasetRecord, _ schema: LabelSchema, _ store: LabelStore,
        _ redacted: [RedactedRow], _ file: OutputFile, progress: (Int) -> Void
    ) async throws {
        let fields = schema.canonicalFields
        var writer = CSVWriter()
        // A terminal would obey control characters that somebody typed into a cell.
        let isTerminal = output == nil && isatty(STDOUT_FILENO) == 1
        if format == .csv {
            writer.append(row: fields.map { formulas == .escape ? FormulaText.escaped($0.name) : $0.name })
        }
        let tombs = Dictionary(
            redacted.filter { tombstones || $0.isWhole }.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
        var done = 0
        try await store.forEachPage(of: dataset, version: version.version, limit: 10_000) { page in
            switch format {
            case .ndjson:
                var bytes: [UInt8] = []
                bytes.reserveCapacity(page.labels.reduce(0) { $0 + $1.count + 1 })
                for (key, label) in zip(page.keys, page.labels) {
                    if label == CanonicalLabel.redacted || tombs[key] != nil {
                        guard tombstones, let tomb = tombs[key] else { continue }
                        bytes += tomb.tombstone
                    } else {
                        bytes += label
                    }
                    bytes.append(UInt8(ascii: "\n"))
                }
                try file.write(isTerminal ? Array(Console.harmless(Data(bytes)).utf8) : bytes)
            case .csv:
                for label in page.labels where label != CanonicalLabel.redacted {
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

extension RedactedRow {
    /// What docs/verify.py takes in place of the label.
    fileprivate var tombstone: [UInt8] {
        Array("{\"$redacted\":{\"key_hash\":\"\(key)\",\"row_hash\":\"\(rowHash)\"}}".utf8)
    }
}

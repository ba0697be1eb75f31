import ArgumentParser
import Foundation
import LabelSchema
import LabelStore
import Sync
import Tabular

struct DiffCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show what differs between two versions, cell by cell.",
        discussion: """
            As text, as JSON, as CSV with a line for each cell that changed, or in the
            tabular diff format of `daff`: `daff patch` makes the CSV export of the
            earlier version into that of the later one. In CSV and daff, an apostrophe is
            put before text that a spreadsheet would run, as in exports; --formulas keep
            writes every text as it is.

            Examples:
              sheaf diff recipe_category 1 2
              sheaf diff recipe_category 11            from version 11 to the newest
              sheaf diff recipe_category 2026-11-01    since the end of that day (UTC)
              sheaf diff recipe_category@release-1 recipe_category@release-2
              sheaf diff recipe_category 1 2 --json
              sheaf diff recipe_category 1 2 --format daff --output changes.csv
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("The dataset, or its earlier version.", valueName: "dataset[@version]"))
    var dataset: String
    @Argument(
        help: ArgumentHelp(
            "The earlier version, unless it was given, and the later one (default: the newest). 0 is the empty version.",
            valueName: "version"))
    var versions: [String] = []
    @Option(help: "text, json, csv or daff (default: text).")
    var format: DiffDocument.Format?
    @Option(help: "In csv and daff, text that a spreadsheet would run: escape (an apostrophe before it) or keep.")
    var formulas: CSVText.Formulas = .escape
    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write (default: standard output).", valueName: "file"))
    var output: String?

    func validate() throws {
        let needed = dataset.contains("@") ? 0 : 1
        if versions.count < needed { throw ValidationError("Give the earlier version; 0 is the empty one.") }
        if versions.count > needed + 1 { throw ValidationError("Give two versions, not more.") }
        if common.json, let format, format != .json, output == nil || output == "-" {
            throw ValidationError("--json with another --format needs --output: both would go to standard output.")
        }
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let pair = try await VersionPair(dataset, versions, in: store)
            let path = output == "-" ? nil : output
            let sink = try DiffSink(path)
            var summary: DiffDocument.Summary
            do {
                let isTabular = format == .daff
                summary =
                    isTabular
                    ? try await writeRows(pair, store, sink) : try await writeChanges(pair, store, sink, console)
                try sink.file.finish()
            } catch {
                sink.file.discard()
                throw error
            }
            if let path {
                summary.output = path
                let counts = [
                    summary.inserted.counted("insert"), summary.updated.counted("update"),
                    summary.deleted.counted("delete"),
                ]
                console.line(
                    "\(summary.dataset)@\(summary.from) → \(summary.dataset)@\(summary.to): "
                        + counts.joined(separator: ", ") + " in \(path)")
                try console.json(summary)
            }
            return .success
        }
    }

    private func summary(_ pair: VersionPair) -> DiffDocument.Summary {
        DiffDocument.Summary(dataset: pair.dataset.name, from: pair.fromNumber, to: pair.to.version)
    }

    private func writeChanges(
        _ pair: VersionPair, _ store: LabelStore, _ sink: DiffSink, _ console: Console
    ) async throws -> DiffDocument.Summary {
        let schema = try LabelSchema.parse(document: try await store.schemaDocument(pair.newest.schemaID))
        let format = format ?? (common.json ? .json : .text)
        var document = DiffDocument(
            summary(pair), format: format, style: output == nil ? console.style : Style(.never), formulas: formulas,
            schema: schema)
        let diff = VersionDiff(
            store: store, dataset: pair.dataset, schema: schema,
            lineage: try await SchemaLineage.load(of: pair.dataset, from: store))
        try sink.write(document.head(), isCSV: format == .csv)
        try await diff.changes(from: pair.fromNumber, to: pair.to.version) { changes in
            try sink.write(try document.page(changes), isCSV: format == .csv)
        }
        try sink.write(try document.tail(), isCSV: false)
        return document.summary
    }

    private func writeRows(
        _ pair: VersionPair, _ store: LabelStore, _ sink: DiffSink
    ) async throws -> DiffDocument.Summary {
        let rows = try await VersionRows(
            from: pair.from, to: pair.to, of: pair.dataset, store: store, escapesFormulas: formulas == .escape)
        var writer = TabularDiffWriter(columns: rows.columns)
        var summary = summary(pair)
        var waiting = 0
        try await rows.forEach { row in
            switch row {
            case .inserted: summary.count(.insert)
            case .deleted: summary.count(.delete)
            case .changed: summary.count(.update)
            case .kept: break
            }
            writer.append(row)
            waiting += 1
            if waiting == 1_000 {
                try sink.write(writer.takeBytes())
                waiting = 0
            }
        }
        writer.finish()
        try sink.write(writer.takeBytes())
        return summary
    }
}

/// Where a diff is written.
private struct DiffSink {
    let file: OutputFile
    /// A terminal would obey control characters that somebody typed into a cell.
    private let isTerminal: Bool

    init(_ path: String?) throws {
        file = try OutputFile(path: path)
        isTerminal = path == nil && isatty(STDOUT_FILENO) == 1
    }

    /// Writes text in which cells are harmless already, or CSV.
    func write(_ text: String, isCSV: Bool) throws {
        try isCSV ? write(Array(text.utf8)) : file.write(Array(text.utf8))
    }

    /// Writes CSV.
    func write(_ csv: [UInt8]) throws {
        try file.write(isTerminal ? Array(CSVText.harmless(csv).utf8) : csv)
    }
}

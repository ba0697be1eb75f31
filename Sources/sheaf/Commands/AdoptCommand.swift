import ArgumentParser
import Foundation
import LabelSchema
import LabelStore
import SheetSource
import Sync

struct AdoptCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Take labels that a team already has as version 1.",
        discussion: """
            The first row of the file, or the names of the table's columns, are matched
            with the schema's titles. Every row is validated as any other; with a mistake
            in one, nothing is written unless told otherwise. Afterwards the sheets take
            over: a label stays until its row turns up in a sheet, and follows that sheet
            from then on.

            Examples:
              sheaf adopt recipe_category --csv old-labels.csv
              sheaf adopt recipe_category --table legacy.recipe_labels --skip-invalid
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset; it must have no version yet.")
    var dataset: String
    @Option(help: ArgumentHelp("A CSV file with a header.", valueName: "file"))
    var csv: String?
    @Option(
        help: ArgumentHelp(
            "How the file's characters are written: utf-8, cp932 (Excel in Japan), utf-16 or auto.", valueName: "name"))
    var encoding: String?
    @Option(help: ArgumentHelp("A table of the store's database server.", valueName: "table"))
    var table: String?
    @Flag(help: "Leave out rows that are not valid.")
    var skipInvalid = false
    @Option(help: "Why, for the history.")
    var reason: String?

    func validate() throws {
        try ReasonLimit.check(reason)
        if (csv == nil) == (table == nil) { throw ValidationError("Give either --csv or --table.") }
        if let encoding, TextEncoding(name: encoding) == nil {
            throw ValidationError("Give utf-8, cp932, utf-16 or auto with --encoding.")
        }
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let settings = try workspace.dataset(dataset)
        return try await workspace.withStore { store in
            let schema = try workspace.schema(settings)
            let definition = DatasetDefinition(
                name: settings.name, schema: schema, sheets: [source(store, schema)],
                guards: Guards(maxChanged: nil, maxDeleted: nil, maxRejected: nil))
            let progress = ProgressLine(isShown: !common.json)
            let runner = SyncRunner(
                definition: definition, store: store, actor: Workspace.actor, worker: Workspace.worker,
                logger: workspace.logger, mode: .adopt(skipsInvalid: skipInvalid),
                progress: { event in
                    if case .writing(let done, let total) = event {
                        progress.show("\(done.grouped) of \(total.counted("label"))")
                    }
                })
            var report: SyncReport
            do {
                report = try await runner.sync(reason: reason)
                report.notes += await workspace.reconcileViews(
                    of: settings.name, store, published: report.outcome == .published
                ).warnings
            } catch {
                progress.clear()
                throw error
            }
            progress.clear()
            console.lines(SyncText(report: report, style: console.style, language: workspace.language).lines())
            if report.outcome == .failed, report.counts.inserted == 0, !report.isPartial {
                console.line("  There is no valid row to adopt.")
            } else if report.outcome == .failed, report.counts.rejected > 0 {
                console.line(
                    "  \(report.counts.rejected.counted("row")) not valid: mend them, or leave them out with --skip-invalid."
                )
            }
            try console.json(report)
            if report.outcome != .failed { return .success }
            return report.isPartial ? .source : .invalid
        }
    }

    private func source(_ store: LabelStore, _ schema: LabelSchema) -> SheetDefinition {
        if let table {
            return SheetDefinition(
                reference: SheetReference(spreadsheet: table), location: "adopted:table:\(table)", annotator: nil,
                reader: TableSource(store: store, columns: Set(schema.fields.flatMap { [$0.title, $0.name] })))
        }
        // As every path of a command line, meant from the folder that the command is run in.
        let path = URL(filePath: csv ?? "").standardizedFileURL
        return SheetDefinition(
            reference: SheetReference(spreadsheet: path.lastPathComponent),
            location: "adopted:csv:\(path.lastPathComponent)",
            annotator: nil,
            reader: CSVFolderSource(
                folder: path.deletingLastPathComponent().path(percentEncoded: false),
                encoding: encoding.flatMap(TextEncoding.init(name:)) ?? .utf8))
    }
}

import ArgumentParser
import LabelSchema
import LabelStore
import Sync

struct BlameCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "blame", abstract: "Show where each cell of a row comes from.",
        discussion: """
            For each cell the newest version in which its value changed: when, by which
            run, from which sheet and row, by which annotator. Fields that were renamed
            and keys that were corrected keep their history.

            Examples:
              sheaf blame recipe_category --key 1234
              sheaf blame recipe_category@12 --key 1234   as it was in version 12
              sheaf blame step_tags --key 1234,2 --json   a key of two fields
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("A dataset, or one of its versions.", valueName: "dataset[@version]"))
    var version: String
    @Option(help: ArgumentHelp("The primary key of the row; several fields with commas.", valueName: "key"))
    var key: String

    private struct Cell: Encodable {
        var field: String
        var title: String
        var value: String?
        var version: Int
        var at: String
        var run: UInt64?
        var kind: String?
        var by: String
        var why: String?
        var sheet: String?
        var row: Int?
        var annotator: String?

        init(_ cell: KeyBlame.Cell) {
            field = cell.field
            title = cell.title
            value = cell.value
            version = cell.origin.version ?? 0
            at = cell.origin.at
            run = cell.origin.runID
            kind = cell.origin.runKind
            by = cell.origin.actor
            why = cell.origin.reason
            sheet = cell.origin.sheet
            row = cell.origin.sheetRow
            annotator = cell.origin.annotator
        }
    }

    private struct Result: Encodable {
        var dataset: String
        var version: Int
        var key: String
        /// Text was taken out of the label.
        var isRedacted: Bool
        var cells: [Cell]
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let (dataset, version) = try await VersionReference(version).resolve(in: store)
            let schema = try LabelSchema.parse(document: try await store.schemaDocument(version.schemaID))
            let key = try TypedKey(key, of: dataset, schema)
            let history = try await KeyHistory(
                of: key.hash, in: dataset.asOf(version), schema: schema, store: store)
            guard history.label != nil else { throw noLabel(key, history, dataset, version) }
            let result = Result(
                dataset: dataset.name, version: version.version, key: key.named.json,
                isRedacted: history.steps.last { $0.kind == .insert || $0.kind == .update }?.isRedacted ?? false,
                cells: KeyBlame(history, schema: schema).cells.map(Cell.init))
            show(result, key, console)
            try console.json(result)
            return .success
        }
    }

    private func noLabel(
        _ key: TypedKey, _ history: KeyHistory, _ dataset: DatasetRecord, _ version: VersionRecord
    ) -> StoreError {
        let text = LabelSchema.keyText(key.json)
        let hint: String
        if let deleted = history.steps.last(where: { $0.kind == .delete })?.version {
            hint = "It was deleted in version \(deleted): try \(dataset.name)@\(deleted - 1), or `sheaf log --key`."
        } else if let later = history.laterKey {
            hint = "It was corrected, and is \(LabelSchema.keyText(Array(later.newKey.utf8))) now."
        } else {
            hint = "It never was one up to then; `sheaf show \(dataset.name)@\(version.version)` shows some that are."
        }
        return StoreError(
            .unknownKey, "\(dataset.name)@\(version.version) has no label with the key \(text).", hint: hint)
    }

    private func show(_ result: Result, _ key: TypedKey, _ console: Console) {
        let style = console.style
        console.line(style.bold("\(result.dataset)@\(result.version), \(LabelSchema.keyText(key.json))"))
        if result.isRedacted { console.line("  " + style.yellow("Text was taken out of this label (`sheaf redact`).")) }
        var table = Table()
        table.add(["", "", "version", "at (UTC)", "run", "by", "annotator, place"])
        for cell in result.cells {
            let place = cell.sheet.map { CellText.shown($0) + (cell.row.map { " row \($0)" } ?? "") }
            let kind = cell.kind.map { $0 == "sync" ? "" : " (\($0))" } ?? ""
            table.add([
                CellText.shown(cell.title), cell.value.map { CellText.shown($0, limit: 40) } ?? "(blank)",
                "\(cell.version)", cell.at.shortTime, "\(cell.run ?? 0)\(kind)", CellText.shown(cell.by),
                [cell.annotator.map { CellText.shown($0) }, place].compactMap(\.self).joined(separator: ", "),
            ])
        }
        console.lines(
            table.lines(indent: 2) { row, column, text in
                row == 0 ? style.dim(text) : column == 2 ? style.cyan(text) : text
            })
    }
}

import ArgumentParser
import LabelSchema
import LabelStore
import SheetSource
import Sync

struct SheetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sheet", abstract: "The sheets of the datasets: list them, retire those that are gone.",
        discussion: """
            Examples:
              sheaf sheet list                  what is known of each of them
              sheaf sheet retire 7 --keep       give up a sheet that is gone
            """,
        subcommands: [SheetListCommand.self, SheetRetireCommand.self], defaultSubcommand: SheetListCommand.self)
}

struct SheetListCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the sheets that the store knows, also those that are gone.",
        discussion: """
            Orphaned sheets left the configuration, or their tab was deleted and made anew.
            Their labels stay until the sheet is retired.

            Examples:
              sheaf sheet list
              sheaf sheet list recipe_category --json
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset (default: all of the configuration).")
    var dataset: String?

    private struct Row: Encodable {
        var sheet: UInt32
        var dataset: String
        var title: String
        var location: String
        var state: String
        var rows: Int
        var pending: Int
        var labels: Int
        var dirty: Bool
        var secondsSinceRead: Int?
        var failure: String?
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let selected = try workspace.datasets(dataset.map { [$0] } ?? [])
        let overviews = try await workspace.withStore { store in
            try await store.sheetOverviews(of: try await store.datasets(named: selected.map(\.name)))
        }
        var table = Table()
        table.rightAligned = [0, 4, 5]
        table.add(["sheet", "dataset", "title", "state", "rows", "labels", "read", ""])
        for overview in overviews {
            let record = overview.record
            table.add([
                "\(record.id)", overview.dataset.name, CellText.shown(record.title), record.stateText,
                record.rowCount.grouped, overview.labelCount.grouped, record.sinceRead.map(Self.ago) ?? "never",
                record.failure ?? (record.isDirty ? "to be read" : ""),
            ])
        }
        console.lines(table.lines())
        try console.json(
            overviews.map { overview in
                let record = overview.record
                return Row(
                    sheet: record.id, dataset: overview.dataset.name, title: record.title, location: record.location,
                    state: record.stateName, rows: record.rowCount, pending: record.pendingCount,
                    labels: overview.labelCount, dirty: record.isDirty,
                    secondsSinceRead: record.sinceRead.map { Int($0.components.seconds) }, failure: record.failure)
            })
        return .success
    }

    private static func ago(_ duration: Duration) -> String {
        let seconds = Int(duration.components.seconds)
        switch seconds {
        case ..<60: return "\(seconds) s ago"
        case ..<3_600: return "\(seconds / 60) min ago"
        case ..<172_800: return "\(seconds / 3_600) h ago"
        default: return "\((seconds / 86_400).grouped) days ago"
        }
    }
}

struct SheetRetireCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "Give up a sheet that is gone; its labels stay, or go.",
        discussion: """
            Nothing is deleted at once. The next sync reads every sheet of the dataset:
            with --keep, labels that no sheet offers stay for good; with --delete they go
            once their absence is proven, under the dataset's guards.

            Examples:
              sheaf sheet retire 7 --keep --why "the annotator has left"
              sheaf sheet retire 7 --delete
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The sheet: its number as `sheaf sheet list` gives it, or its title where only one has it.")
    var sheet: String
    @Flag(help: "Keep the labels that no other sheet offers.")
    var keep = false
    @Flag(help: "Delete the labels that no other sheet offers.")
    var delete = false
    @Option(help: "Why, for the history.")
    var why: String?

    func validate() throws {
        try ReasonLimit.check(why)
        if keep == delete { throw ValidationError("Give --keep or --delete: what becomes of its labels.") }
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let datasets = try await store.datasets()
            let found = try find(try await store.sheetOverviews(of: datasets))
            try check(found, workspace)
            try await store.withLease(
                SyncRunner.leaseName(dataset: found.dataset.name), owner: Workspace.worker
            ) { lease in
                try await store.retire(
                    sheet: found.record.id, of: found.dataset, deletes: delete, actor: Workspace.actor, why: why,
                    lease: lease)
            }
            let labels = found.labelCount.counted("label")
            console.line(
                "Retired sheet \(found.record.id), \(CellText.shown(found.record.title)). "
                    + (delete
                        ? "The next `sheaf sync \(found.dataset.name)` deletes what of its \(labels) no sheet offers."
                        : "Its \(labels) stay unless another sheet offers them."))
            try console.json(["retired": "\(found.record.id)", "dataset": found.dataset.name])
            return .success
        }
    }

    private func find(_ overviews: [SheetOverview]) throws -> SheetOverview {
        if let id = UInt32(sheet), let found = overviews.first(where: { $0.record.id == id }) { return found }
        let named = overviews.filter { $0.record.title == sheet && !$0.record.isRetired }
        guard let first = named.first else {
            throw Failure(
                .usage, code: "unknown-sheet", "The store knows no sheet `\(CellText.shown(sheet))`.",
                hint: "`sheaf sheet list` lists them with their numbers.")
        }
        guard named.count == 1 else {
            throw Failure(
                .usage, code: "unknown-sheet",
                "\(named.count) sheets are called `\(CellText.shown(sheet))`: "
                    + named.map { "\($0.record.id)" }.joined(separator: ", ") + ".", hint: "Give the number.")
        }
        return first
    }

    /// A sheet that people still annotate in is not given up by mistake.
    private func check(_ found: SheetOverview, _ workspace: Workspace) throws {
        let dataset = workspace.configuration.datasets.first { $0.name == found.dataset.name }
        let configured =
            try dataset.map { try workspace.definition($0).sheets.map { Array($0.location.utf8) } } ?? []
        let gone = [
            SheetError.Code.tabMadeAnew, .unknownTab, .spreadsheetNotFound, .spreadsheetTrashed, .notASpreadsheet,
            .tabNotGrid,
        ].map(\.rawValue)
        let isGone = found.record.failure.map(gone.contains) ?? false
        if dataset == nil, found.record.state == .active, !isGone {
            throw Failure(
                .usage, code: "sheet-in-use",
                "Sheet \(found.record.id), \(CellText.shown(found.record.title)), belongs to \(found.dataset.name), "
                    + "which \(workspace.configuration.file) does not have.",
                hint: "Give the configuration of \(found.dataset.name) with --config.")
        }
        guard configured.contains(Array(found.record.location.utf8)), !isGone else { return }
        throw Failure(
            .usage, code: "sheet-in-use",
            "Sheet \(found.record.id), \(CellText.shown(found.record.title)), is in the configuration and not gone.",
            hint: "Take it out of \(workspace.configuration.file) first.")
    }
}

extension SheetRecord {
    var isRetired: Bool { state == .retiredKeep || state == .retiredDelete }

    /// A stable name of what has become of the sheet.
    var stateName: String {
        state == .active && failure == SheetError.Code.tabMadeAnew.rawValue ? "orphaned" : state.rawValue
    }

    fileprivate var stateText: String {
        switch stateName {
        case "retired_keep": "retired, labels kept"
        case "retired_delete": "retired, labels deleted"
        default: stateName
        }
    }
}

extension LabelStore {
    /// Those of the datasets named that the store has.
    fileprivate func datasets(named names: [String]) async throws -> [DatasetRecord] {
        try await datasets().filter { names.contains($0.name) }
    }
}

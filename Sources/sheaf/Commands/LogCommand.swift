import ArgumentParser
import Digest
import LabelSchema
import LabelStore
import Sync

struct LogCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show the versions of a dataset, its runs, or the history of one row.",
        discussion: """
            Examples:
              sheaf log                               the newest versions of all datasets
              sheaf log recipe_category               its versions
              sheaf log recipe_category --runs        its runs, also those that wrote
                                                      nothing
              sheaf log recipe_category --key 1234    one row: who, when, from what to
                                                      what
              sheaf log step_tags --key 1234,2        a key of two fields
              sheaf log step_tags --key '[1234,2]'    as --json prints keys
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset (default: all).")
    var dataset: String?
    @Option(help: ArgumentHelp("The primary key of one row; several fields with commas.", valueName: "key"))
    var key: String?
    @Flag(help: "Runs instead of versions.")
    var runs = false
    @Option(name: .shortAndLong, help: "How many at most.")
    var limit = 50

    func validate() throws {
        if key != nil, dataset == nil { throw ValidationError("--key needs a dataset.") }
        if runs, dataset == nil { throw ValidationError("--runs needs a dataset.") }
        if limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            if let dataset {
                let record = try await store.dataset(dataset)
                if let key {
                    try await showKey(key, record, store, console)
                } else if runs {
                    try await showRuns(record, store, console)
                } else {
                    try await showVersions([record], store, console)
                }
            } else {
                try await showVersions(try await store.datasets(), store, console)
            }
            return .success
        }
    }

    // MARK: - Versions

    private struct Version: Encodable {
        var dataset: String
        var version: Int
        var publishedAt: String
        var actor: String
        var reason: String?
        var run: UInt64
        var labels: Int
        var inserted: Int
        var updated: Int
        var deleted: Int
        var versionHash: String
        var schemaHash: String
    }

    private func showVersions(_ datasets: [DatasetRecord], _ store: LabelStore, _ console: Console) async throws {
        var versions: [Version] = []
        for dataset in datasets {
            versions += try await store.versions(of: dataset, limit: limit).map { version in
                Version(
                    dataset: dataset.name, version: version.version, publishedAt: version.publishedAt,
                    actor: version.actor, reason: version.reason, run: version.runID, labels: version.labelCount,
                    inserted: version.inserted, updated: version.updated, deleted: version.deleted,
                    versionHash: version.versionHash.hex, schemaHash: version.schemaHash.hex)
            }
        }
        var table = Table()
        table.rightAligned = [4, 5, 6, 7]
        table.add(["version", "published (UTC)", "by", "run", "labels", "+", "~", "-", "hash", ""])
        for version in versions {
            table.add([
                "\(version.dataset)@\(version.version)", version.publishedAt.shortTime, CellText.shown(version.actor),
                "\(version.run)", version.labels.grouped, version.inserted.grouped, version.updated.grouped,
                version.deleted.grouped, String(version.versionHash.prefix(12)),
                CellText.shown(version.reason ?? ""),
            ])
        }
        if versions.isEmpty {
            console.line("Nothing is published yet: run `sheaf sync`.")
        } else {
            console.lines(table.lines { row, _, text in row == 0 ? console.style.dim(text) : text })
        }
        try console.json(versions)
    }

    // MARK: - Runs

    private struct Run: Encodable {
        var run: UInt64
        var kind: String
        var state: String
        var actor: String
        var worker: String
        var startedAt: String
        var finishedAt: String?
        var version: Int?
    }

    private func showRuns(_ dataset: DatasetRecord, _ store: LabelStore, _ console: Console) async throws {
        let runs = try await store.runs(of: dataset, limit: limit).map { run in
            Run(
                run: run.id, kind: run.kind, state: run.state.rawValue, actor: run.actor, worker: run.worker,
                startedAt: run.startedAt, finishedAt: run.finishedAt, version: run.version)
        }
        var table = Table()
        table.add(["run", "kind", "state", "version", "by", "started (UTC)", "finished"])
        for run in runs {
            table.add([
                "\(run.run)", run.kind, run.state, run.version.map(String.init) ?? "", CellText.shown(run.actor),
                run.startedAt.shortTime, run.finishedAt?.shortTime ?? "",
            ])
        }
        console.lines(table.lines { row, _, text in row == 0 ? console.style.dim(text) : text })
        try console.json(runs)
    }

    // MARK: - One row

    private struct Step: Encodable {
        var version: Int
        var kind: SyncReport.Change.Kind
        var at: String
        var by: String
        var annotator: String?
        var sheet: String?
        var row: Int?
        var run: UInt64
        var cells: [SyncReport.Change.Cell]
    }

    private func showKey(
        _ typed: String, _ dataset: DatasetRecord, _ store: LabelStore, _ console: Console
    ) async throws {
        guard dataset.currentVersion > 0 else {
            console.line("Nothing is published yet: run `sheaf sync`.")
            try console.json([Step]())
            return
        }
        let current = try await store.version(dataset.currentVersion, of: dataset)
        let schema = try LabelSchema.parse(document: try await store.schemaDocument(current.schemaID))
        let values = typed.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.trimmingPrefix(while: { $0 == " " }) }.map(String.init)
        // As one would type it in the sheet, or as `--json` prints keys.
        let isCanonical = typed.hasPrefix("[") && typed.hasSuffix("]")
        let canonical = isCanonical ? Array(typed.utf8) : nil
        guard let key = schema.key(typed: schema.primaryKey.count == 1 ? [typed] : values) ?? canonical else {
            throw Failure(
                .usage, code: "bad-key", "`\(CellText.shown(typed))` is not a key of \(dataset.name).",
                hint: "Its primary key is \(schema.primaryKey.joined(separator: ", ")).")
        }
        let revisions = try await store.revisions(of: LabelSchema.keyHash(key), in: dataset)
        let steps = try await self.steps(revisions, schema, dataset, store)
        console.line(console.style.bold("\(dataset.name), \(LabelSchema.keyText(key))"))
        if steps.isEmpty { console.line("  It was never a label.") }
        for step in steps {
            var place = step.annotator.map { CellText.shown($0) } ?? ""
            if let sheet = step.sheet {
                place += (place.isEmpty ? "" : ", ") + "\(CellText.shown(sheet)) row \(step.row ?? 0)"
            }
            console.line(
                "  \(console.style.cyan("version \(step.version)"))  \(step.at.shortTime)  run \(step.run) by "
                    + "\(CellText.shown(step.by))\(place.isEmpty ? "" : "  " + console.style.dim(place))")
            if step.kind == .delete {
                console.line("      \(console.style.red("deleted"))")
                continue
            }
            for cell in step.cells {
                let after = CellText.shown(cell.after ?? "(blank)")
                let before =
                    step.kind == .insert ? "" : console.style.red(CellText.shown(cell.before ?? "(blank)")) + " → "
                console.line("      \(cell.title): \(before)\(console.style.green(after))")
            }
        }
        try console.json(steps)
    }

    private func steps(
        _ revisions: [LabelRevision], _ schema: LabelSchema, _ dataset: DatasetRecord, _ store: LabelStore
    ) async throws -> [Step] {
        var steps: [Step] = []
        var before: [UInt8] = []
        for (index, revision) in revisions.enumerated() {
            steps.append(
                Step(
                    version: revision.validFrom, kind: before.isEmpty ? .insert : .update, at: revision.publishedAt,
                    by: revision.actor, annotator: revision.annotator, sheet: revision.sheet, row: revision.sheetRow,
                    run: revision.runID, cells: schema.cellChanges(from: before, to: revision.label)))
            before = revision.label
            let next = index + 1 < revisions.count ? revisions[index + 1].validFrom : nil
            if let end = revision.validTo, end != next {
                let version = try await store.version(end, of: dataset)
                steps.append(
                    Step(
                        version: end, kind: .delete, at: version.publishedAt, by: version.actor, annotator: nil,
                        sheet: nil, row: nil, run: version.runID,
                        cells: schema.cellChanges(from: before, to: [])))
                before = []
            }
        }
        return steps
    }
}

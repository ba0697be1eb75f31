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
                    try await KeyLog(dataset: record, store: store, console: console).show(key)
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
        /// Its labels cannot be read any more, or will be pruned once the grace time is over.
        var isPruned: Bool
        /// Labels of it whose text was taken away, in part or whole.
        var redacted: Int
        var pruneMarkedAt: String?
        /// Dataset versions that its foreign keys were checked against.
        var references: [Reference]
    }

    private struct Reference: Encodable {
        var dataset: String
        var version: Int
    }

    private func showVersions(_ datasets: [DatasetRecord], _ store: LabelStore, _ console: Console) async throws {
        var versions: [Version] = []
        for dataset in datasets {
            let references = try await store.references(of: dataset)
            let redacted = try await store.redactedRows(of: dataset)
            versions += try await store.versions(of: dataset, limit: limit, includingPruned: true).map { version in
                Version(
                    dataset: dataset.name, version: version.version, publishedAt: version.publishedAt,
                    actor: version.actor, reason: version.reason, run: version.runID, labels: version.labelCount,
                    inserted: version.inserted, updated: version.updated, deleted: version.deleted,
                    versionHash: version.versionHash.hex, schemaHash: version.schemaHash.hex,
                    isPruned: version.isPruned,
                    redacted: version.isPruned ? 0 : redacted.count { $0.stands(in: version.version) },
                    pruneMarkedAt: version.pruneMarkedAt,
                    references: (references[version.version] ?? []).map {
                        Reference(dataset: $0.dataset, version: $0.version)
                    })
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
                (version.isPruned ? "pruned " : version.pruneMarkedAt != nil ? "to be pruned " : "")
                    + (version.redacted > 0 ? "\(version.redacted.counted("label")) redacted " : "")
                    + version.references.map { "with \($0.dataset)@\($0.version) " }.joined()
                    + CellText.shown(version.reason ?? ""),
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
}

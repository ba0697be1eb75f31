import ArgumentParser
import LabelSchema
import LabelStore
import Sync

struct GcCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Prune old versions that nothing keeps.",
        discussion: """
            What is kept is said in sheaf.yaml, under `retention` of a dataset; without
            it nothing is ever pruned. Kept in any case: the newest version, tagged ones,
            those that a job trained or is to train, and those that versions of other
            datasets were checked against.

            A version that nothing keeps is marked first, and pruned by the first gc
            after the grace time; a mark is taken back if something keeps the version
            meanwhile. A pruned version says so when it is asked for. Its hashes and
            counts stay in `sheaf log`. Run it by the clock, such as once a night.

            Examples:
              sheaf gc --plan                         what would be marked and pruned
              sheaf gc
              sheaf gc recipe_category --why "disk is full"
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The datasets (default: all of the configuration).")
    var datasets: [String] = []
    @Flag(help: "Show what would be done; write nothing.")
    var plan = false
    @Option(help: "Why, for the history.")
    var why: String?

    func validate() throws { try ReasonLimit.check(why) }

    struct Result: Encodable {
        var dataset: String
        /// `nil`: the dataset has no rule, and nothing is pruned.
        var hasRetention: Bool
        var marked: [Int] = []
        var unmarked: [Int] = []
        var waiting: [Int] = []
        var pruned: [Int] = []
        var versionsLeft = 0
        /// What the rule would not keep, and what does: newest, tag, job, reference.
        var keptBy: [String: [Int]] = [:]
        var rows = 0
        var bytes = 0
        var runs = 0
        var holdEntries = 0
        var isPlan: Bool
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        let selected = try datasets.isEmpty ? workspace.configuration.datasets : datasets.map(workspace.dataset)
        return try await workspace.withStore { store in
            var results: [Result] = []
            var exit = Exit.success
            for settings in selected {
                guard let record = try await store.findDataset(settings.name) else { continue }
                do {
                    let result = try await run(record, settings.retention, store, console)
                    console.lines(lines(result, settings.retention, console.style))
                    results.append(result)
                } catch let error as StoreError where error.code == .busy && selected.count > 1 {
                    // What a worker is busy with is no matter of the other datasets.
                    Console.note("\(record.name): \(error.message) \(error.hint)")
                    exit = .busy
                }
            }
            if results.isEmpty, exit == .success { console.line("Nothing is published yet: run `sheaf sync`.") }
            try console.json(results)
            return exit
        }
    }

    private func run(
        _ dataset: DatasetRecord, _ rule: RetentionRule?, _ store: LabelStore, _ console: Console
    ) async throws -> Result {
        var result = Result(dataset: dataset.name, hasRetention: rule != nil, isPlan: plan)
        guard let rule else { return result }
        if plan {
            let planned = try await store.retentionPlan(of: dataset, rule)
            fill(&result, planned)
            let freed =
                planned.toPrune.isEmpty && planned.unfinished.isEmpty
                ? FreedRows() : try await store.freedRows(of: dataset, keeping: planned.staying)
            (result.rows, result.bytes) = (freed.rows, freed.bytes)
            return result
        }
        let progress = ProgressLine(isShown: !console.isJSON)
        defer { progress.clear() }
        return try await store.withLease(SyncRunner.leaseName(dataset: dataset.name), owner: Workspace.worker) {
            lease in
            _ = try await store.undoAbandonedStaging(dataset, lease: lease)
            let done = try await store.mark(dataset, rule, actor: Workspace.actor, why: why, lease: lease)
            var told = result
            fill(&told, done)
            let freed = try await store.deleteUnneeded(
                of: dataset, pruned: done.toPrune + done.unfinished, keeping: done.staying, lease: lease
            ) { progress.show("\(dataset.name): \($0.rows.grouped) rows deleted") }
            (told.rows, told.bytes) = (freed.rows, freed.bytes)
            if let days = rule.keepDays {
                (told.runs, told.holdEntries) = try await store.deleteOldRecords(
                    of: dataset, days: days, lease: lease)
            }
            return told
        }
    }

    private func fill(_ result: inout Result, _ plan: RetentionPlan) {
        result.marked = plan.toMark
        result.unmarked = plan.toUnmark
        result.waiting = plan.waiting
        result.pruned = plan.toPrune
        result.versionsLeft = plan.staying.count
        for (version, reason) in plan.kept where reason != .rule {
            result.keptBy[reason.rawValue, default: []].append(version)
        }
        result.keptBy = result.keptBy.mapValues { $0.sorted() }
    }

    // MARK: - Telling

    private func lines(_ result: Result, _ rule: RetentionRule?, _ style: Style) -> [String] {
        guard let rule else {
            return ["\(style.bold(result.dataset))  keeps every version: it has no `retention`"]
        }
        var lines = ["\(style.bold(result.dataset))  \(result.versionsLeft.counted("version")) kept (\(rule.text))"]
        let (would, does) = (plan ? "would be " : "", plan ? "" : "were ")
        func add(_ versions: [Int], _ text: String) {
            if !versions.isEmpty { lines.append("  \(Self.list(versions)) \(text)") }
        }
        add(
            result.pruned, "\(would)\(does)pruned: \(result.rows.counted("row")), \(result.bytes.grouped) bytes of text"
        )
        add(result.marked, "\(would)\(does)marked, to be pruned after the grace time")
        add(result.waiting, "marked before; the grace time is not over")
        add(result.unmarked, "\(would)\(does)kept after all: the marks \(plan ? "would go" : "are taken back")")
        for (reason, words) in [("tag", "a tag"), ("job", "a training job"), ("reference", "another dataset")] {
            add(result.keptBy[reason] ?? [], "kept by \(words)")
        }
        if result.pruned.isEmpty, result.rows > 0 {
            lines.append("  \(result.rows.counted("row")) of versions pruned before \(would)\(does)deleted")
        }
        if result.runs + result.holdEntries > 0 {
            lines.append(
                "  \(result.runs.counted("run record")) and \(result.holdEntries.grouped) entries of old holds deleted")
        }
        if lines.count == 1 { lines.append("  nothing to prune") }
        return lines
    }

    private static func list(_ versions: [Int]) -> String {
        let shown = versions.prefix(12).map(String.init).joined(separator: ", ")
        let rest = versions.count > 12 ? " … (\(versions.count.grouped) in all)" : ""
        return (versions.count == 1 ? "version " : "versions ") + shown + rest
    }
}

extension RetentionRule {
    /// The rule in words.
    fileprivate var text: String {
        let parts = [keepVersions.map { "the newest \($0.grouped)" }, keepDays.map { "\($0.counted("day")) back" }]
        let days = grace.components.seconds / 86_400
        let length = days > 0 ? Int(days).counted("day") : "\(grace.components.seconds) s"
        return parts.compactMap(\.self).joined(separator: " and all of ") + ", \(length) of grace"
    }
}

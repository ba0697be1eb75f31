import ArgumentParser
import LabelSchema
import LabelStore
import Sync

struct VerifyCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Recompute the stored hashes and counts from the labels themselves.",
        discussion: """
            Reads the labels of a version and recomputes every hash and count that the
            store keeps of them; looks whether each label satisfies that version's
            schema; and tells each row that differs, with what is stored and what was
            computed. Ends with 11 if anything differs.

            --repair puts stored hashes and counts right where something else that is
            stored confirms the labels. It never changes a label, and never makes a
            lost or altered label look as if it had been published so.

            Examples:
              sheaf verify                            the newest version of each dataset
              sheaf verify recipe_category@3
              sheaf verify recipe_category --all-versions
              sheaf verify --all-versions --repair --plan
              sheaf verify --all-versions --repair --why "bit flip on disk 2"
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "What to verify: DATASET or DATASET@VERSION (default: all datasets of the store).")
    var references: [String] = []
    @Flag(help: "Every published version, in one pass over all rows.")
    var allVersions = false
    @Flag(help: "Put stored hashes and counts right, where that is safe; never labels.")
    var repair = false
    @Flag(help: "With --repair: show what would be put right, and write nothing.")
    var plan = false
    @Option(help: "With --repair: why, for the history.")
    var why: String?

    func validate() throws {
        try ReasonLimit.check(why)
        if plan, !repair { throw ValidationError("--plan goes with --repair: without it nothing is written anyway.") }
        if why != nil, !repair { throw ValidationError("--why goes with --repair.") }
        if allVersions, references.contains(where: { $0.contains("@") }) {
            throw ValidationError("Give --all-versions or DATASET@VERSION, not both.")
        }
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            var reports: [VerificationReport] = []
            for (dataset, scope) in try await targets(store) {
                let report = try await verify(dataset, scope, store, console)
                console.lines(VerificationText(report: report, style: console.style, isPlan: !repair || plan).lines())
                reports.append(report)
            }
            if reports.isEmpty { console.line("The store has no dataset yet: run `sheaf sync`.") }
            try console.json(reports)
            // What could be put right was; what is left is damage.
            return reports.allSatisfy { $0.found == $0.repaired } ? .success : .damaged
        }
    }

    private func targets(_ store: LabelStore) async throws -> [(DatasetRecord, DatasetVerifier.Scope)] {
        if references.isEmpty {
            return try await store.datasets().map { ($0, allVersions ? .all : .one(nil)) }
        }
        var targets: [(DatasetRecord, DatasetVerifier.Scope)] = []
        for text in references {
            guard text.contains("@") else {
                targets.append((try await store.dataset(text), allVersions ? .all : .one(nil)))
                continue
            }
            let (dataset, version) = try await VersionReference(text).resolve(in: store)
            targets.append((dataset, .one(version.version)))
        }
        return targets
    }

    private func verify(
        _ dataset: DatasetRecord, _ scope: DatasetVerifier.Scope, _ store: LabelStore, _ console: Console
    ) async throws -> VerificationReport {
        let progress = ProgressLine(isShown: !console.isJSON)
        defer { progress.clear() }
        let verifier = DatasetVerifier(store: store) { progress.show("\(dataset.name): \($0.grouped) rows") }
        guard repair, !plan else { return try await verifier.verify(dataset, scope).report }
        return try await store.withLease(SyncRunner.leaseName(dataset: dataset.name), owner: Workspace.worker) {
            lease in
            var result = try await verifier.verify(dataset, scope)
            if !result.repairs.isEmpty {
                try await store.repair(
                    result.repairs, of: dataset, actor: Workspace.actor, why: why, lease: lease)
                result.report.repaired = result.repairs.count
            }
            return result.report
        }
    }
}

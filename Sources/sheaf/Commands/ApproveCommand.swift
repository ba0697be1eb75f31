import ArgumentParser
import LabelDiff
import LabelStore
import Sync

struct ApproveCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Let a held run pass: exactly the entries that it showed.",
        discussion: """
            The next sync publishes what the hold showed; whatever the sheets hold beyond
            that is counted again. Who approved, when and why is kept.

            Examples:
              sheaf approve 3 --why "the second sheet was split, on purpose"
              sheaf approve 3 --deletes    also where an unreadable sheet or key makes
                                           deletes wait
              sheaf approve --waiting recipe_category
                                           only the deletes that wait
              sheaf approve --reverted recipe_category
                                           let what the sheets hold count again where
                                           a revert set labels back
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The number of the hold, as `sheaf holds` gives it.")
    var hold: UInt64?
    @Option(
        help: ArgumentHelp("Instead: the deletes of a dataset that wait for a cell or sheet.", valueName: "dataset"))
    var waiting: String?
    @Option(help: ArgumentHelp("Instead: the labels of a dataset that a revert set back.", valueName: "dataset"))
    var reverted: String?
    @Option(
        help: ArgumentHelp("With --reverted: only this key; may be given several times.", valueName: "key"))
    var key: [String] = []
    @Option(help: "Why, for the history.")
    var why: String?
    @Flag(help: "Also let its deletes pass where a cell or sheet blocks them.")
    var deletes = false
    @Option(help: "For how many hours the approval stands.")
    var hours = 72

    func validate() throws {
        try ReasonLimit.check(why)
        let given = [hold != nil, waiting != nil, reverted != nil].count { $0 }
        if given != 1 { throw ValidationError("Give the number of a hold, or --waiting, or --reverted.") }
        if !key.isEmpty, reverted == nil { throw ValidationError("--key goes with --reverted.") }
        if deletes, hold == nil { throw ValidationError("--deletes goes with the number of a hold.") }
        guard (1...8760).contains(hours) else { throw ValidationError("--hours must be from 1 to 8760.") }
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            if let reverted { return try await approveReverted(reverted, store, console) }
            guard let hold else { return try await approveWaiting(store, console) }
            let dataset = try await store.datasetOfHold(hold)
            try await store.withLease(SyncRunner.leaseName(dataset: dataset), owner: Workspace.worker) { lease in
                try await store.approve(
                    hold, actor: Workspace.actor, why: why, pastBlock: deletes, hours: hours, lease: lease)
            }
            let record = try await store.dataset(dataset)
            let isRevert = try await store.holds(of: record).first { $0.id == hold }?.runKind == "revert"
            console.line(
                isRevert
                    ? "Approved hold \(hold). Run the same `sheaf revert \(dataset)` again, which publishes it."
                    : "Approved hold \(hold). `sheaf sync \(dataset)` publishes it.")
            try console.json(["approved": "\(hold)", "dataset": dataset])
            return .success
        }
    }
}

extension ApproveCommand {
    private func approveReverted(_ name: String, _ store: LabelStore, _ console: Console) async throws -> Exit {
        let dataset = try await store.dataset(name)
        var keys: Set<KeyHash>?
        if !key.isEmpty {
            let schema = try await store.currentSchema(of: dataset)
            keys = try Set(key.map { try TypedKey($0, of: dataset, schema).hash })
        }
        let wanted = keys
        let count = try await store.withLease(
            SyncRunner.leaseName(dataset: dataset.name), owner: Workspace.worker
        ) { lease in
            try await store.approveReverted(
                of: dataset, keys: wanted, actor: Workspace.actor, why: why, lease: lease)
        }
        console.line(
            "What the sheets hold for \(count.counted("label")) counts again. `sheaf sync \(dataset.name)` publishes it."
        )
        try console.json(["approved_reverted": "\(count)", "dataset": dataset.name])
        return .success
    }

    private func approveWaiting(_ store: LabelStore, _ console: Console) async throws -> Exit {
        let dataset = try await store.dataset(waiting ?? "")
        let approved = try await store.withLease(
            SyncRunner.leaseName(dataset: dataset.name), owner: Workspace.worker
        ) { lease in
            try await store.approveWaitingDeletes(
                of: dataset, actor: Workspace.actor, why: why, hours: hours, lease: lease)
        }
        console.line(
            "Approved \(approved.deletes.counted("delete")) as hold \(approved.hold). "
                + "`sheaf sync \(dataset.name)` publishes what is still missing.")
        try console.json(["approved": "\(approved.hold)", "dataset": dataset.name])
        return .success
    }
}

/// How long a reason may be: the store keeps it with each version.
enum ReasonLimit {
    static func check(_ reason: String?) throws {
        if let reason, reason.utf8.count > 10_000 { throw ValidationError("A reason may have 10,000 bytes.") }
    }
}

extension String {
    /// A time of the store without its fraction of a second: `2026-11-21 03:25:00`.
    var shortTime: String { String(prefix(19)) }
}

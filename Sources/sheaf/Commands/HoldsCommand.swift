import ArgumentParser
import LabelDiff
import LabelSchema
import LabelStore

struct HoldsCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "holds", abstract: "List the runs that wait for somebody's approval, or show one of them.",
        discussion: """
            Examples:
              sheaf holds
              sheaf holds recipe_category --closed
              sheaf holds 3            exactly what approving hold 3 would let pass
              sheaf holds 3 --json     all of it, as JSON
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("One dataset (default: all), or the number of a hold.", valueName: "dataset|hold"))
    var subject: String?
    @Flag(help: "Also those that are closed or expired.")
    var closed = false
    @Flag(help: "Of one hold: every entry, not the first ones.")
    var all = false

    private struct Hold: Encodable {
        var id: UInt64
        var dataset: String
        var state: String
        /// What kind of run was held.
        var run: String
        var reasons: String
        var counts: [String: Int]
        var createdAt: String
        var approvedBy: String?
        var approvedWhy: String?
        var expiresAt: String?
        var entries: [Entry]?

        init(_ hold: HoldRecord) {
            id = hold.id
            dataset = hold.dataset
            state = hold.state
            run = hold.runKind
            reasons = hold.reasons
            counts = Dictionary(uniqueKeysWithValues: hold.counts.map { ($0.key.rawValue, $0.value) })
            createdAt = hold.createdAt
            approvedBy = hold.approvedBy
            approvedWhy = hold.approvedWhy
            expiresAt = hold.expiresAt
        }
    }

    private struct Entry: Encodable {
        var action: String
        var key: String?
        var keyHash: String
        var beforeHash: String?
        var afterHash: String?
        var used: Bool
    }

    private static let shownEntries = 40

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            if let subject, let number = UInt64(subject) {
                try await show(number, store, console)
                return .success
            }
            let record: DatasetRecord?
            if let subject { record = try await store.dataset(subject) } else { record = nil }
            let holds = try await store.holds(of: record, includingClosed: closed)
            for hold in holds { tell(hold, console) }
            if holds.isEmpty { console.line("Nothing is held.") }
            try console.json(holds.map(Hold.init))
            return .success
        }
    }

    private func tell(_ hold: HoldRecord, _ console: Console) {
        let counts = [HoldAction.insert, .update, .delete, .reject]
            .compactMap { action in hold.counts[action].map { $0.counted(action.rawValue) } }
            .joined(separator: ", ")
        let style = console.style
        console.line(
            "\(style.bold("hold \(hold.id)"))  \(hold.dataset)  \(style.yellow(hold.state))  \(counts)  "
                + style.dim("\(hold.createdAt.shortTime)\(hold.runKind == "revert" ? "  by a revert" : "")"))
        for reason in hold.reasons.split(separator: "\n") { console.line("  \(reason)") }
        if let by = hold.approvedBy {
            let until = hold.state == "approved" ? hold.expiresAt.map { ", until \($0.shortTime) UTC" } ?? "" : ""
            console.line(
                "  approved by \(CellText.shown(by))\(hold.approvedWhy.map { ": \(CellText.shown($0))" } ?? "")\(until)"
            )
        }
    }

    private func show(_ number: UInt64, _ store: LabelStore, _ console: Console) async throws {
        let dataset = try await store.dataset(try await store.datasetOfHold(number))
        guard let hold = try await store.holds(of: dataset, includingClosed: true).first(where: { $0.id == number })
        else {
            throw Failure(
                .usage, code: "unknown-hold", "There is no hold \(number).", hint: "`sheaf holds` lists them.")
        }
        tell(hold, console)
        let limit = all || console.isJSON ? Int(Int32.max) : Self.shownEntries
        let entries = try await store.entries(ofHold: number, limit: limit)
        var table = Table()
        for (entry, key, isUsed) in entries {
            table.add([
                entry.action.rawValue, key.map { LabelSchema.keyText(Array($0.utf8)) } ?? entry.key.description,
                isUsed ? "done" : "",
            ])
        }
        console.lines(table.lines(indent: 2))
        let more = hold.counts.values.reduce(0, +) - entries.count
        if more > 0 { console.line(console.style.dim("  … and \(more.grouped) more (--all)")) }
        var shown = Hold(hold)
        shown.entries = entries.map { entry, key, isUsed in
            Entry(
                action: entry.action.rawValue, key: key, keyHash: entry.key.description,
                beforeHash: entry.before?.description, afterHash: entry.after?.description, used: isUsed)
        }
        try console.json(shown)
    }
}

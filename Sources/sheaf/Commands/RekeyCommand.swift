import ArgumentParser
import LabelSchema
import LabelStore
import Sync

struct RekeyCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey", abstract: "Say that a key was corrected, so that the row keeps its history.",
        discussion: """
            A key that was corrected in its sheet looks like one row deleted and another
            one inserted. This says that they are the same row: `sheaf log --key` tells
            one history, and the guards count one change. No label and no version
            changes, and it may be said before the sync that publishes the new key or
            after it.

            Examples:
              sheaf rekey recipe_category 1234 1243 --why "mistyped"
              sheaf rekey step_tags 1234,2 1234,3      a key of two fields
              sheaf rekey --list recipe_category
              sheaf rekey --undo recipe_category 1243  1243 was another row all along
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.")
    var dataset: String
    @Argument(help: ArgumentHelp("The former key, as `sheaf log --key` takes it, and the new one.", valueName: "key"))
    var keys: [String] = []
    @Flag(help: "List the keys that were corrected.")
    var list = false
    @Flag(help: "Take it back, given the new key.")
    var undo = false
    @Option(help: "Why, for the history.")
    var why: String?

    func validate() throws {
        try ReasonLimit.check(why)
        if list, undo { throw ValidationError("Give --list or --undo, not both.") }
        if list, !keys.isEmpty { throw ValidationError("--list takes no key.") }
        if undo, keys.count != 1 { throw ValidationError("--undo takes one key: the new one.") }
        if !list, !undo, keys.count != 2 { throw ValidationError("Give the former key, and then the new one.") }
    }

    private struct Row: Encodable {
        var from: String
        var to: String
        var by: String
        var why: String?
        var at: String
        var undoneBy: String?
        var undoneAt: String?
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let record = try await store.dataset(dataset)
            if list {
                try await showList(record, store, console)
                return .success
            }
            guard record.currentVersion > 0 else {
                throw Failure(
                    .usage, code: "no-version", "\(record.name) has no labels yet.", hint: "Run `sheaf sync` first.")
            }
            let schema = try await store.currentSchema(of: record)
            let typed = try keys.map { try TypedKey($0, of: record, schema) }
            let texts = typed.map { LabelSchema.keyText($0.json) }
            try await store.withLease(SyncRunner.leaseName(dataset: record.name), owner: Workspace.worker) { lease in
                if undo {
                    try await store.undoRekey(
                        to: typed[0].hash, in: record, actor: Workspace.actor, why: why, lease: lease)
                } else {
                    try await store.rekey(
                        from: typed[0].named, to: typed[1].named, in: record, actor: Workspace.actor, why: why,
                        lease: lease)
                }
            }
            if undo {
                console.line("\(record.name), \(texts[0]): a row of its own again.")
                try console.json(["dataset": record.name, "undone": typed[0].named.json])
            } else {
                console.line("\(record.name), \(texts[0]) is \(texts[1]) now.")
                try console.json(["dataset": record.name, "from": typed[0].named.json, "to": typed[1].named.json])
            }
            return .success
        }
    }

    private func showList(_ record: DatasetRecord, _ store: LabelStore, _ console: Console) async throws {
        let rekeys = try await store.rekeys(of: record, includingUndone: true)
        var table = Table()
        table.add(["former key", "key", "by", "at (UTC)", "", ""])
        for rekey in rekeys {
            table.add([
                LabelSchema.keyText(Array(rekey.oldKey.utf8)), LabelSchema.keyText(Array(rekey.newKey.utf8)),
                CellText.shown(rekey.actor), rekey.createdAt.shortTime,
                rekey.undoneBy.map { "taken back by \(CellText.shown($0))" } ?? "", CellText.shown(rekey.reason ?? ""),
            ])
        }
        if rekeys.isEmpty {
            console.line("No key of \(record.name) was corrected.")
        } else {
            console.lines(table.lines { row, _, text in row == 0 ? console.style.dim(text) : text })
        }
        try console.json(
            rekeys.map { rekey in
                Row(
                    from: rekey.oldKey, to: rekey.newKey, by: rekey.actor, why: rekey.reason, at: rekey.createdAt,
                    undoneBy: rekey.undoneBy, undoneAt: rekey.undoneAt)
            })
    }
}

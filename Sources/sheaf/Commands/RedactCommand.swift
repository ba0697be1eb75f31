import ArgumentParser
import Foundation
import LabelSchema
import LabelStore
import Sync

struct RedactCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "redact", abstract: "Take personal data out of a label and its history, for good.",
        discussion: """
            Removes the text of a label everywhere the store keeps it: the label, all its
            former values, its open problems, what holds showed of it. The hashes stay as
            a tombstone, so every version keeps its own; the versions concerned say so.
            What is gone cannot be brought back but from a backup.

            Without --fields the label goes whole, its key too, and exports leave it out.
            A sheet that still holds the row brings nothing back as long as the row is
            not edited: take the text out of the sheet as well.

            Examples:
              sheaf redact recipe_category --key 1234 --plan
              sheaf redact recipe_category --key 1234 --why "asked to be forgotten"
              sheaf redact recipe_category --key 1234 --fields note --why "a phone number"
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The dataset.")
    var dataset: String
    @Option(help: ArgumentHelp("The primary key of the row; several fields with commas.", valueName: "key"))
    var key: String
    @Option(help: ArgumentHelp("The fields to remove, with commas (default: the whole label).", valueName: "fields"))
    var fields: String?
    @Flag(help: "Also erase who annotated these values.")
    var annotator = false
    @Flag(inversion: .prefixedNo, help: "Also what the row was under keys that were corrected since.")
    var formerKeys = true
    @Flag(help: "Show what would be taken away; write nothing.")
    var plan = false
    @Option(help: "Why, for the history; do not write the personal data here.")
    var why: String?

    func validate() throws {
        try ReasonLimit.check(why)
        if !plan, (why ?? "").isEmpty {
            throw ValidationError("--why is needed: what is redacted is gone, and somebody will ask.")
        }
        if let fields, names(fields).isEmpty { throw ValidationError("--fields names no field.") }
    }

    private struct Row: Encodable {
        var fromVersion: Int
        /// The version that replaced it; `nil` while it is current.
        var toVersion: Int?
        var rowHash: String
        var isWhole: Bool
    }

    private struct Result: Encodable {
        var dataset: String
        var keyHash: String
        var rows: [Row]
        var untouched: Int
        var formerKeys: Int
        var exceptions: Int
        var holdEntries: Int
        var rekeys: Int
        var isPlan: Bool
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let record = try await store.dataset(dataset)
            guard record.currentVersion > 0 else {
                throw Failure(
                    .usage, code: "no-version", "\(record.name) has no labels yet.", hint: "Run `sheaf sync` first.")
            }
            let typed = try TypedKey(key, of: record, try await store.currentSchema(of: record))
            let redactor = Redactor(dataset: record, store: store)
            let removed = fields.map(names)
            do {
                if plan {
                    let planned = try await redactor.plan(typed.hash, fields: removed, includesFormerKeys: formerKeys)
                    try tell(planned, record, console)
                    return .success
                }
                let done = try await store.withLease(
                    SyncRunner.leaseName(dataset: record.name), owner: Workspace.worker
                ) { lease in
                    // A row that is staged would be published with the text that it has.
                    _ = try await store.undoAbandonedStaging(record, lease: lease)
                    let planned = try await redactor.plan(typed.hash, fields: removed, includesFormerKeys: formerKeys)
                    try await store.redact(
                        planned.rows, keys: planned.keys,
                        RedactionWish(
                            fields: try removed.map(Self.json), erasesAnnotator: annotator, actor: Workspace.actor,
                            why: why, subject: "key hash \(typed.hash)"), in: record, lease: lease)
                    return planned
                }
                try tell(done, record, console)
            } catch let refusal as Redactor.Refusal {
                throw Failure(.usage, code: "not-redacted", refusal.message, hint: refusal.hint)
            }
            return .success
        }
    }

    private func names(_ fields: String) -> [String] {
        fields.split(separator: ",").map { $0.trimmingPrefix(while: { $0 == " " }) }.map(String.init)
    }

    private static func json(_ fields: [String]) throws -> String {
        String(decoding: try JSONEncoder().encode(fields), as: UTF8.self)
    }

    private func tell(_ planned: Redactor.Plan, _ record: DatasetRecord, _ console: Console) throws {
        // The key's text is what goes: it is not repeated here.
        let verb = plan ? "would be" : "is"
        console.line(
            "\(console.style.bold(record.name))  \(planned.rows.count.counted("value")) \(verb) redacted\(plan ? "" : " for good")"
        )
        for redaction in planned.rows {
            let row = redaction.row
            let versions =
                row.validTo.map { "versions \(row.validFrom) to \($0 - 1)" } ?? "version \(row.validFrom) and later"
            let what = redaction.left == CanonicalLabel.redacted ? "whole" : "without \(fields ?? "")"
            console.line("  \(versions): \(CellText.shown(what, limit: .max))")
        }
        if planned.untouched > 0 { console.line("  \(planned.untouched.counted("value")) held nothing of it") }
        if planned.keys.count > 1 { console.line("  \((planned.keys.count - 1).counted("former key")) included") }
        let traces = planned.traces
        if traces.exceptions > 0 { console.line("  \(traces.exceptions.counted("open problem")): its cells' text") }
        if fields == nil {
            if traces.holdEntries > 0 { console.line("  \(traces.holdEntries.grouped) entries of holds: the key") }
            if traces.rekeys > 0 { console.line("  \(traces.rekeys.counted("corrected key")): the key") }
        }
        if planned.laterKey != nil {
            console.line("  " + console.style.yellow("The row is known by another key now: redact that one too."))
        }
        if !plan {
            console.line(
                "The sheets and backups still hold it: an edited row comes back as a new value.")
        }
        try console.json(
            Result(
                dataset: record.name, keyHash: planned.keys.first.map { "\($0)" } ?? "",
                rows: planned.rows.map {
                    Row(
                        fromVersion: $0.row.validFrom, toVersion: $0.row.validTo, rowHash: "\($0.row.rowHash)",
                        isWhole: $0.left == CanonicalLabel.redacted)
                }, untouched: planned.untouched, formerKeys: planned.keys.count - 1,
                exceptions: traces.exceptions, holdEntries: fields == nil ? traces.holdEntries : 0,
                rekeys: fields == nil ? traces.rekeys : 0, isPlan: plan))
    }
}

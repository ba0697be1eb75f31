import LabelSchema
import LabelStore
import Sync

/// The history of one row, for `sheaf log --key`.
struct KeyLog {
    let dataset: DatasetRecord
    let store: LabelStore
    let console: Console

    private struct Step: Encodable {
        /// `nil`: its key was corrected, and nothing has been published of it since.
        var version: Int?
        var kind: String
        var at: String
        var by: String
        var annotator: String?
        var sheet: String?
        var row: Int?
        var run: UInt64?
        /// What the run was: sync, adopt, revert.
        var runKind: String?
        /// Of a corrected key, what it was before, and why it was corrected.
        var formerKey: String?
        var why: String?
        /// What stood there before or after is pruned.
        var besidePruned: Bool
        /// Text was taken out of the label since.
        var isRedacted: Bool
        var cells: [SyncReport.Change.Cell]

        init(_ step: KeyHistory.Step) {
            version = step.version
            kind = step.kind.rawValue
            at = step.at
            by = step.actor
            annotator = step.annotator
            sheet = step.sheet
            row = step.sheetRow
            run = step.runID
            runKind = step.runKind
            formerKey = step.formerKey
            why = step.why
            besidePruned = step.besidePruned
            isRedacted = step.isRedacted
            cells = step.cells
        }
    }

    /// Tells the history of the row with a key, as a person typed it.
    func show(_ typed: String) async throws {
        guard dataset.currentVersion > 0 else {
            console.line("Nothing is published yet: run `sheaf sync`.")
            try console.json([Step]())
            return
        }
        let schema = try await store.currentSchema(of: dataset)
        let key = try TypedKey(typed, of: dataset, schema)
        let history = try await KeyHistory(of: key.hash, in: dataset, schema: schema, store: store)
        console.line(console.style.bold("\(dataset.name), \(LabelSchema.keyText(key.json))"))
        if history.steps.isEmpty { console.line("  It was never a label.") }
        for step in history.steps { console.lines(lines(step)) }
        if let later = history.laterKey {
            let text = LabelSchema.keyText(Array(later.newKey.utf8))
            console.line("  " + console.style.yellow("is \(text) now") + " \(said(later.actor, later.reason))")
        }
        try console.json(history.steps.map(Step.init))
    }

    private func lines(_ step: KeyHistory.Step) -> [String] {
        let style = console.style
        if step.kind == .rekey {
            let former = LabelSchema.keyText(Array((step.formerKey ?? "").utf8))
            let until = step.version.map { " until version \($0)" } ?? "; not published since"
            return ["  " + style.yellow("was \(former)\(until)") + " \(said(step.actor, step.why))"]
        }
        var place = step.annotator.map { CellText.shown($0) } ?? ""
        if let sheet = step.sheet {
            place += (place.isEmpty ? "" : ", ") + "\(CellText.shown(sheet)) row \(step.sheetRow ?? 0)"
        }
        var lines = [
            "  \(style.cyan("version \(step.version ?? 0)"))  \(step.at.shortTime)  run \(step.runID ?? 0)\(kind(step)) by "
                + "\(CellText.shown(step.actor))\(place.isEmpty ? "" : "  " + style.dim(place))"
        ]
        if step.kind == .delete {
            return lines + [
                "      \(style.red(step.besidePruned ? "deleted, or changed to what was pruned" : "deleted"))"
            ]
        }
        if step.besidePruned {
            lines.append("      " + style.dim("what it was before version \(step.version ?? 0) was pruned"))
        }
        if step.isRedacted {
            lines.append("      " + style.yellow("redacted since: its text was taken out"))
        } else if step.cells.isEmpty {
            lines.append("      " + style.dim("as before but for names"))
        }
        for cell in step.cells {
            let after = style.green(CellText.shown(cell.after ?? "(blank)"))
            let before = step.kind == .insert ? "" : style.red(CellText.shown(cell.before ?? "(blank)")) + " → "
            lines.append("      \(CellText.shown(cell.title)): \(before)\(after)")
        }
        return lines
    }

    private func kind(_ step: KeyHistory.Step) -> String {
        step.runKind.map { $0 == "sync" || $0.isEmpty ? "" : " (\(CellText.shown($0)))" } ?? ""
    }

    private func said(_ actor: String, _ why: String?) -> String {
        console.style.dim("(rekeyed by \(CellText.shown(actor))\(why.map { ": \(CellText.shown($0))" } ?? ""))")
    }
}

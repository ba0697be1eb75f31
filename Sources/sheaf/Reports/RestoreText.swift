import LabelSchema
import Sync

/// What `sheaf restore` did, or would do, in words.
struct RestoreText {
    let report: RestoreReport
    let style: Style
    var showsAll = false

    private static let shownCells = 40
    private static let shownRows = 10
    private static let shownLeft = 5

    func lines() -> [String] {
        [headline] + sheets() + cells() + rows() + left() + notes() + ending()
    }

    private var headline: String {
        let version = style.bold("\(report.dataset)@\(report.version)")
        return report.outcome == .planned
            ? "Plan: the values of \(version) back into the sheets" : "The values of \(version) back into the sheets"
    }

    private func sheets() -> [String] {
        report.sheets.compactMap { sheet in
            guard let failure = sheet.failure else { return nil }
            return "  \(style.red(CellText.shown(sheet.title))): \(CellText.shown(failure.message, limit: 500))\n"
                + "    \(CellText.shown(failure.hint.sentence, limit: 500))"
        }
    }

    private func cells() -> [String] {
        // What was not written is what a person has to know.
        let told =
            report.outcome == .planned
            ? report.cells : report.cells.filter { $0.state == .skipped } + report.cells.filter { $0.state != .skipped }
        let shown = showsAll ? told[...] : told.prefix(Self.shownCells)
        var lines: [String] = []
        for cell in shown {
            let place = style.dim("\(CellText.shown(cell.sheet))!\(cell.cell)")
            let key = LabelSchema.keyText(Array(cell.key.utf8))
            let mark = cell.state == .skipped ? style.red("!") : style.yellow("~")
            lines.append(
                "  \(mark) \(key)  \(CellText.shown(cell.title)): "
                    + "\(style.red(text(cell.before))) → \(style.green(text(cell.after)))  \(place)")
            if let reason = cell.reason { lines.append("      not written: \(CellText.shown(reason, limit: 500))") }
        }
        let rest = report.counts.plannedCells - shown.count
        if rest > 0 { lines.append(style.dim("  and \(rest.counted("more cell")); --all tells them")) }
        return lines
    }

    private func rows() -> [String] {
        let shown = showsAll ? report.rows[...] : report.rows.prefix(Self.shownRows)
        var lines: [String] = []
        for row in shown {
            let key = LabelSchema.keyText(Array(row.key.utf8))
            let mark = row.state == .skipped ? style.red("!") : style.green("+")
            lines.append("  \(mark) \(key)  a new row  \(style.dim(CellText.shown(row.sheet)))")
            if let reason = row.reason { lines.append("      not written: \(CellText.shown(reason, limit: 500))") }
        }
        let rest = report.counts.plannedRows - shown.count
        if rest > 0 { lines.append(style.dim("  and \(rest.counted("more new row")); --all tells them")) }
        return lines
    }

    private func left() -> [String] {
        var lines: [String] = []
        for kind in RestoreReport.Left.Kind.allCases {
            let count = report.counts.left[kind.rawValue, default: 0]
            guard count > 0 else { continue }
            lines.append("  \(kind.title): \(count.grouped)")
            let all = report.left.filter { $0.kind == kind }
            let shown = showsAll ? all[...] : all.prefix(Self.shownLeft)
            for entry in shown {
                let key = entry.key.map { LabelSchema.keyText(Array($0.utf8)) + "  " } ?? ""
                let sheet = entry.sheet.map { CellText.shown($0) }
                let places = entry.cells.prefix(20).map { cell in
                    sheet.map { "\($0)!\(cell)" } ?? CellText.shown(cell, limit: 200)
                }
                let place = style.dim((places.isEmpty ? sheet.map { [$0] } ?? [] : places).joined(separator: ", "))
                lines.append("    \(key)\(CellText.shown(entry.reason, limit: 500))  \(place)")
            }
            if count > shown.count { lines.append(style.dim("    and \((count - shown.count).grouped) more")) }
        }
        return lines
    }

    private func notes() -> [String] {
        var lines = report.notes.map { "  " + style.yellow(CellText.shown($0, limit: 500)) }
        if report.counts.contextCells > 0 {
            lines.append(
                "  \(report.counts.contextCells.counted("context cell")) differ too; --context puts them back.")
        }
        return lines
    }

    private func ending() -> [String] {
        let counts = report.counts
        let done =
            "\(counts.equalLabels.grouped) of \(counts.labels.counted("label")) stand in the sheets as they were."
        switch report.outcome {
        case .planned:
            let rows = counts.plannedRows > 0 ? " and \(counts.plannedRows.counted("new row"))" : ""
            return [done, "Would write \(counts.plannedCells.counted("cell"))\(rows). Nothing was written."]
        case .unchanged: return [done, "There was nothing to write."]
        case .failed: return [style.red("No sheet could be read; nothing was written.")]
        case .restored, .partial:
            let rows = counts.appendedRows > 0 ? " and \(counts.appendedRows.counted("new row"))" : ""
            var lines = ["Wrote \(counts.writtenCells.counted("cell"))\(rows)."]
            let left = counts.skippedCells + counts.plannedRows - counts.appendedRows
            if left > 0 { lines.append(style.red("\(left.grouped) were not written.")) }
            return lines + ["`sheaf sync \(report.dataset)` publishes what the sheets hold now."]
        }
    }

    private func text(_ value: String?) -> String {
        value.map { CellText.shown($0, limit: 40) } ?? "(blank)"
    }
}

extension RestoreReport.Left.Kind {
    /// What they have in common, for people.
    fileprivate var title: String {
        switch self {
        case .cannotBeTyped: "Values that cannot be put back"
        case .noColumn: "Values without a column"
        case .wouldBeInvalid: "Rows that would not be valid"
        case .duplicate: "Keys that stand in several rows"
        case .unreadableKey: "Rows whose key cannot be read"
        case .missing: "Labels without a row"
        case .rekeyed: "Labels whose key was corrected"
        case .inserted: "Rows that have come since"
        case .redacted: "Labels whose text was taken away"
        case .notWritten: "Rows in files"
        case .overwritten: "Cells of other rows that were overwritten"
        }
    }
}

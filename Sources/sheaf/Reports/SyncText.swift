import LabelSchema
import Sync

/// A plan or a run in words, for a terminal.
struct SyncText {
    let report: SyncReport
    let style: Style
    let language: MessageLanguage
    /// Tell every entry, not the first ones of each kind.
    var showsAll = false

    /// So many entries of a kind are shown unless all are asked for: an update is what a person wants to see.
    private static let shownSheets = 40
    private static let shownUpdates = 40
    private static let shownOthers = 3
    private static let shownRekeys = 10
    private static let shownSchemaChanges = 20
    private static let shownRejections = 40
    private static let shownAliases = 10

    func lines() -> [String] {
        var lines = [headline]
        lines += sheets()
        lines += counts()
        lines += schema()
        lines += changes()
        lines += rekeys()
        lines += rejections()
        lines += warnings()
        lines += waiting()
        lines += leftOut()
        lines += aliases()
        for note in report.notes { lines.append("  " + style.yellow(note)) }
        lines += ending()
        return lines
    }

    private var headline: String {
        let base =
            report.baseVersion == 0
            ? "nothing published yet"
            : "against version \(report.baseVersion), \(report.counts.storedBefore.counted("label"))"
        let isPlan = report.outcome == .planned
        let title: String
        if let target = report.revertsTo {
            title = "\(isPlan ? "Plan to revert" : "Revert of") \(report.dataset) to version \(target)"
        } else {
            title = "\(isPlan ? "Plan for" : "Sync of") \(report.dataset)"
        }
        return "\(style.bold(title)) (\(base))"
    }

    private func sheets() -> [String] {
        var table = Table()
        table.rightAligned = [1]
        let told = report.sheets.filter { $0.wasRead || $0.failure != nil }
        let shown = showsAll ? told[...] : told.prefix(Self.shownSheets)
        for sheet in shown {
            let title = CellText.shown(sheet.title)
            if sheet.failure != nil {
                table.add([title, "not read"])
            } else {
                table.add([title, sheet.rows.counted("row"), "\(sheet.pending.grouped) pending"])
            }
        }
        var lines = table.lines(indent: 2) { row, column, text in
            shown[row].failure != nil && column > 0 ? style.red(text) : text
        }
        if told.count > shown.count {
            lines.append(style.dim("  … and \((told.count - shown.count).counted("sheet")) more"))
        }
        let unread = report.sheets.filter { !$0.wasRead && $0.failure == nil }
        if !unread.isEmpty {
            let rows = unread.reduce(0) { $0 + $1.rows }
            lines.append(
                "  \(unread.count.counted("sheet")) not changed, so not read" + style.dim(" (\(rows.counted("row")))"))
        }
        lines += told.prefix(showsAll ? .max : Self.shownSheets).compactMap { sheet in
            sheet.failure.map {
                "    \(CellText.shown(sheet.title)) (\(CellText.shown(sheet.spreadsheet))): \(message($0))"
            }
        }
        return lines + orphans()
    }

    private func orphans() -> [String] {
        report.orphans.map { orphan in
            style.yellow("  Orphaned: \(CellText.shown(orphan.title)) (\(CellText.shown(orphan.location)))")
                + "; its labels stay until `sheaf sheet retire \(orphan.sheetID) --keep|--delete`."
        }
    }

    private func message(_ failure: SyncReport.Sheet.Failure) -> String {
        let message = failure.messages[language.rawValue] ?? failure.messages["en"] ?? failure.code
        // It may quote titles that somebody typed.
        return CellText.shown(message.sentence, limit: 1_000) + " " + CellText.shown(failure.hint.sentence, limit: 500)
    }

    private func counts() -> [String] {
        guard report.outcome != .failed else { return [] }
        let counts = report.counts
        var parts = [
            style.green("+ \(counts.inserted.counted("insert"))"),
            style.yellow("~ \(counts.updated.counted("update"))"),
            style.red("- \(counts.deleted.counted("delete"))"),
            style.dim("= \(counts.unchanged.grouped) unchanged"),
        ]
        if counts.moved > 0 { parts.append("\(counts.moved.grouped) moved to another sheet") }
        if report.revertsTo != nil { return ["  " + parts.joined(separator: "   ")] }
        var rest = ["\(counts.pending.grouped) pending"]
        if counts.rejected > 0 {
            let new = counts.newlyRejected > 0 ? " (\(counts.newlyRejected.grouped) new)" : ""
            rest.append(style.red("\(counts.rejected.grouped) rejected\(new)"))
        }
        if counts.warnings > 0 { rest.append(style.yellow(counts.warnings.counted("warning"))) }
        if counts.waitingDeletes > 0 { rest.append("\(counts.waitingDeletes.counted("delete")) waiting") }
        if counts.reverted > 0 {
            rest.append("\(counts.reverted.grouped) reverted: what the sheets hold is not applied")
        }
        if counts.approved > 0 { rest.append("\(counts.approved.grouped) approved") }
        let references = report.references.map { "\($0.dataset)@\($0.version)" }
        if !references.isEmpty { rest.append("foreign keys against \(references.joined(separator: ", "))") }
        return ["  " + parts.joined(separator: "   "), "  " + rest.joined(separator: ", ")]
    }

    // MARK: - Changes

    private func changes() -> [String] {
        guard !report.changes.isEmpty else { return [] }
        var lines = ["", style.bold("Changes")]
        for kind in [SyncReport.Change.Kind.update, .delete, .insert] {
            let all = report.changes.filter { $0.kind == kind }
            let limit = showsAll ? Int.max : kind == .update ? Self.shownUpdates : Self.shownOthers
            let shown = all.count > limit ? Array(all.prefix(limit)) : all
            for change in shown { lines += ChangeText(style: style, language: language).lines(change) }
            let total: Int
            switch kind {
            case .insert: total = report.counts.inserted
            case .update: total = report.counts.updated
            case .delete: total = report.counts.deleted
            }
            if total > shown.count {
                lines.append(style.dim("  … and \((total - shown.count).counted(kind.rawValue)) more"))
            }
        }
        return lines
    }

    private func schema() -> [String] {
        let all = report.schemaChanges
        if all.isEmpty { return [] }
        let shown = showsAll ? all[...] : all.prefix(Self.shownSchemaChanges)
        var lines = ["", style.bold("The label schema has changed")]
        for change in shown {
            switch SchemaEffect(rawValue: change.effect) {
            case .harmless?: lines.append("  \(style.green("harmless"))         \(change.description)")
            case .rereads?: lines.append("  \(style.yellow("reads anew"))       \(change.description)")
            case .mayCost?, nil: lines.append("  \(style.red("may cost labels"))  \(change.description)")
            }
        }
        if all.count > shown.count {
            lines.append(style.dim("  … and \((all.count - shown.count).counted("change")) more"))
        }
        return lines
    }

    private func rekeys() -> [String] {
        let all = report.likelyRekeys
        if all.isEmpty { return [] }
        let shown = showsAll ? all[...] : all.prefix(Self.shownRekeys)
        var table = Table()
        for pair in shown {
            let keys = [pair.from, pair.to].map { LabelSchema.keyText(Array($0.utf8)) }
            table.add(["\(keys[0]) → \(keys[1])", "\(CellText.shown(pair.sheet)) row \(pair.row)"])
        }
        var lines = ["", style.bold("Perhaps the same rows under a corrected key")]
        lines += table.lines(indent: 2) { _, column, text in column == 0 ? style.yellow(text) : style.dim(text) }
        if all.count > shown.count {
            lines.append(style.dim("  … and \((all.count - shown.count).counted("pair")) more"))
        }
        return lines + [
            "  `sheaf rekey \(report.dataset) OLD NEW` keeps the history with the row; the guards count it as one change."
        ]
    }

    // MARK: - Rejections

    private func rejections() -> [String] {
        // A plan tells of all; a run, of what no run has told before.
        let isPlan = report.outcome == .planned
        let told = isPlan || showsAll ? report.rejections : report.rejections.filter(\.isNew)
        guard !told.isEmpty else { return [] }
        var lines = ["", style.bold(isPlan || showsAll ? "Rejected" : "Newly rejected")]
        let limit = showsAll ? Int.max : Self.shownRejections
        for rejection in told.prefix(limit) { lines += text(rejection) }
        let total = isPlan || showsAll ? report.counts.rejected : report.counts.newlyRejected
        let more = total - min(limit, told.count)
        if more > 0 { lines.append(style.dim("  … and \(more.counted("row")) more")) }
        return lines
    }

    private func text(_ rejection: SyncReport.Rejection) -> [String] {
        let sheet = CellText.shown(rejection.sheet)
        return rejection.errors.enumerated().map { index, error in
            let cell = error.cell.isEmpty ? "row \(rejection.row)" : error.cell
            let mark = rejection.isNew && report.outcome == .planned ? style.red("new ") : ""
            let message = language == .ja ? error.ja : error.en
            let kept =
                rejection.keepsLabel && index == rejection.errors.count - 1
                ? style.dim(language == .ja ? "（前回の正しいラベルを残します）" : " (its last good label stays)") : ""
            return "  \(style.cyan("\(sheet)!\(cell)"))  \(mark)\(message)\(kept)"
        }
    }

    // MARK: - Warnings and aliases

    private func warnings() -> [String] {
        // Like rejections: a run that was not asked for all has nothing new to tell of them.
        guard report.outcome == .planned || showsAll, !report.warnings.isEmpty else { return [] }
        let shown = showsAll ? report.warnings[...] : report.warnings.prefix(Self.shownRejections)
        var lines = ["", style.bold("Warnings") + style.dim(" (these rows are taken all the same)")]
        for warning in shown {
            let place = "\(CellText.shown(warning.sheet))!\(warning.problem.cell)"
            lines.append("  \(style.cyan(place))  \(language == .ja ? warning.problem.ja : warning.problem.en)")
        }
        let more = report.counts.warnings - shown.count
        if more > 0 { lines.append(style.dim("  … and \(more.counted("warning")) more")) }
        return lines
    }

    private func aliases() -> [String] {
        guard report.outcome == .planned || showsAll, !report.aliases.isEmpty else { return [] }
        let shown = showsAll ? report.aliases[...] : report.aliases.prefix(Self.shownAliases)
        var lines = ["", style.bold("Other spellings that were typed")]
        for alias in shown {
            let words = "\(CellText.shown(alias.spelling)) → \(CellText.shown(alias.value))"
            lines.append("  \(words)  \(style.dim("\(alias.field), \(alias.count.grouped) ×"))")
        }
        let more = report.aliases.count - shown.count
        if more > 0 { lines.append(style.dim("  … and \(more.counted("spelling")) more")) }
        return lines
    }

    private func waiting() -> [String] {
        guard !report.waitingDeletes.isEmpty else { return [] }
        let (referenced, blocked) = (
            report.waitingDeletes.filter(\.isReferenced), report.waitingDeletes.filter { !$0.isReferenced }
        )
        var lines: [String] = []
        if !blocked.isEmpty {
            let blocks = Set(blocked.flatMap(\.blockedBy)).sorted().prefix(10).map { CellText.shown($0) }
            lines += ["", style.bold("Deletes that wait") + " for \(blocks.joined(separator: ", "))"]
            let keys = blocked.prefix(20).map { LabelSchema.keyText(Array($0.key.utf8)) }
            let isCut = report.counts.waitingDeletes - referenced.count > 20
            lines.append("  " + keys.joined(separator: ", ") + (isCut ? ", …" : ""))
        }
        if !referenced.isEmpty {
            lines += ["", style.bold("Deletes that wait") + ", since other labels refer to them"]
            for label in referenced.prefix(20) {
                let holders = label.blockedBy.prefix(5).map { CellText.shown($0) }.joined(separator: ", ")
                lines.append(
                    "  \(LabelSchema.keyText(Array(label.key.utf8)))  \(style.dim("referred to by \(holders)"))")
            }
            if referenced.count > 20 { lines.append("  …") }
        }
        return lines
    }

    // MARK: - Reverts

    private func leftOut() -> [String] {
        if report.leftOut.isEmpty { return [] }
        let shown = showsAll ? report.leftOut[...] : report.leftOut.prefix(Self.shownRejections)
        var lines = ["", style.bold("Left as they are")]
        for label in shown {
            let reason: String
            switch label.reason {
            case .deleteWaits: reason = "its delete waits for a cell or sheet that cannot be read"
            case .redacted: reason = "the text of the former label was taken away"
            case .invalid:
                let errors = label.errors.map { language == .ja ? $0.ja : $0.en }.joined(separator: " ")
                reason = errors.isEmpty ? "the former label is not one of the schema of now" : errors
            }
            lines.append("  \(style.cyan(LabelSchema.keyText(Array(label.key.utf8))))  \(reason)")
        }
        let more = report.counts.leftOut - shown.count
        if more > 0 { lines.append(style.dim("  … and \(more.counted("label")) more")) }
        return lines
    }

    // MARK: - The end

    private func ending() -> [String] {
        switch report.outcome {
        case .published:
            let hash = (report.versionHash ?? "").prefix(12)
            let version = "\(report.dataset)@\(report.version ?? 0)"
            return [
                "",
                "\(style.green("Published \(version)"))  \(report.counts.labels.counted("label"))  \(style.dim("\(hash)  run \(report.runID ?? 0), \(seconds)"))",
            ]
        case .unchanged:
            return [style.green("Nothing to publish") + style.dim("  run \(report.runID ?? 0), \(seconds)")]
        case .held:
            let approve = "  `sheaf approve \(report.holdID ?? 0)` lets it pass; "
            return held("Held: nothing was written.")
                + [
                    report.revertsTo.map { approve + "run `sheaf revert \(report.dataset) --to \($0)` again then." }
                        ?? approve + "`sheaf plan \(report.dataset)` shows it again."
                ]
        case .failed:
            return ["", style.red("Nothing was synced; version \(report.baseVersion) stands as it was.")]
        case .planned:
            if !report.breaches.isEmpty { return held("This would be held:") }
            return report.counts.changes == 0 && !report.schemaChanged ? ["", "Nothing would be published."] : []
        }
    }

    private func held(_ headline: String) -> [String] {
        ["", style.yellow(headline)] + report.breaches.map { "  " + style.yellow($0) }
    }

    private var seconds: String { "\(report.seconds) s" }
}

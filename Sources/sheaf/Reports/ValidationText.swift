import LabelSchema
import Sync

/// What a validation found, for a terminal.
///
/// Whatever stands in files, and the names of files, is made harmless.
struct ValidationText {
    let report: ValidationReport
    let style: Style
    let language: MessageLanguage
    /// So many rows with errors are told.
    let limit: Int

    /// So many kinds of errors, and of aliases, are told.
    private static let shownKinds = 20
    private static let shownFiles = 40

    func lines() -> [String] {
        files() + kinds() + rows() + aliases() + unchecked() + [""] + verdict()
    }

    private func files() -> [String] {
        var lines = [style.bold(CellText.shown(report.schema.title)) + style.dim("  \(path(report.schema.file))")]
        var table = Table()
        table.rightAligned = [1, 2, 3, 4, 5]
        let told = report.files.prefix(Self.shownFiles)
        for file in told { table.add([path(file.name)] + cells(file.counts)) }
        if report.files.count > 1 { table.add(["all \(report.files.count) files"] + cells(report.counts)) }
        lines += table.lines(indent: 2) { row, column, text in
            let counts = row < told.count ? told[row].counts : report.counts
            if column == 4, counts.invalid > 0 { return style.red(text) }
            if column == 5, counts.warnings > 0 { return style.yellow(text) }
            return text
        }
        for file in told {
            for problem in file.problems {
                lines.append("  \(style.cyan(path(file.name)))  \(style.red(words(problem.ja, problem.en)))")
            }
        }
        return lines
    }

    private func cells(_ counts: ValidationReport.Counts) -> [String] {
        [
            counts.rows.counted("row"), "\(counts.valid.grouped) valid", "\(counts.pending.grouped) pending",
            "\(counts.invalid.grouped) invalid", counts.warnings > 0 ? counts.warnings.counted("warning") : "",
        ]
    }

    private func kinds() -> [String] {
        guard !report.errors.isEmpty else { return [] }
        var table = Table()
        table.rightAligned = [0]
        let told = report.errors.prefix(Self.shownKinds)
        for tally in told {
            table.add([
                tally.count.grouped, tally.kind.map { "\(tally.code): \($0)" } ?? tally.code,
                title(of: tally.field), tally.severity == "warning" ? "warning" : "",
            ])
        }
        var lines = ["", style.bold("Errors by kind")]
        lines += table.lines(indent: 2) { row, _, text in told[row].severity == "warning" ? style.yellow(text) : text }
        return lines + more(report.errors.count - told.count, "kind")
    }

    private func rows() -> [String] {
        guard !report.rows.isEmpty || report.rowsOmitted > 0 else { return [] }
        var lines = ["", style.bold("Rows")]
        let told = report.rows.prefix(limit)
        for row in told {
            for error in row.errors {
                let place = report.files.count > 1 ? "\(path(row.file))!\(error.cell)" : error.cell
                let mark = error.severity == "warning" ? style.yellow("warning: ") : ""
                lines.append("  \(style.cyan(place))  \(mark)\(words(error.ja, error.en))")
            }
        }
        let omitted = report.rows.count - told.count + report.rowsOmitted
        if omitted > 0 {
            lines.append(style.dim("  … and \(omitted.counted("row")) more (--limit, or --all)"))
        }
        return lines
    }

    private func aliases() -> [String] {
        guard !report.aliases.isEmpty else { return [] }
        var table = Table()
        table.rightAligned = [0]
        for alias in report.aliases.prefix(Self.shownKinds) {
            table.add([
                alias.count.grouped, "\(CellText.shown(alias.spelling)) → \(CellText.shown(alias.value))",
                title(of: alias.field),
            ])
        }
        return ["", style.bold("Other spellings that were taken")] + table.lines(indent: 2)
            + more(report.aliases.count - Self.shownKinds, "spelling")
    }

    private func title(of name: String?) -> String {
        let field = report.schema.fields.first { $0.name == name }
        return CellText.shown(field.map { words($0.ja, $0.en) } ?? name ?? "")
    }

    private func unchecked() -> [String] {
        guard !report.unchecked.isEmpty else { return [] }
        return ["", style.bold("Not checked")] + report.unchecked.map { "  \(style.yellow(words($0.ja, $0.en)))" }
    }

    private func more(_ count: Int, _ noun: String) -> [String] {
        count > 0 ? [style.dim("  … and \(count.counted(noun)) more")] : []
    }

    private func verdict() -> [String] {
        let time = style.dim("  \(report.seconds) s")
        if report.valid { return [style.green("Valid") + time] }
        let broken = report.files.filter { !$0.problems.isEmpty }.count
        var reasons: [String] = []
        if report.counts.invalid > 0 { reasons.append("\(report.counts.invalid.counted("row")) with errors") }
        if broken > 0 { reasons.append("\(broken.counted("file")) not read to the end") }
        return [style.red("Not valid: \(reasons.joined(separator: ", "))") + time]
    }

    private func words(_ japanese: String, _ english: String) -> String {
        CellText.shown(language == .ja ? japanese : english, limit: 2_000)
    }

    private func path(_ path: String) -> String {
        CellText.shown(path, limit: 500)
    }
}

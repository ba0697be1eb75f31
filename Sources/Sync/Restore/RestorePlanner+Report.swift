internal import LabelSchema
internal import LabelStore
internal import SheetSource
internal import Tabular

/// What a plan, and its writing, came to.
extension RestorePlanner {
    /// The report of a plan of which nothing is written.
    func report(_ plan: RestorePlan, _ outcome: RestoreReport.Outcome) -> RestoreReport {
        report(plan, outcome, cells: plan.cells.map { ($0, .open) }, rows: plan.rows.map { ($0, .open) })
    }

    /// The report of a plan that was written.
    func report(_ plan: RestorePlan, _ writing: RestoreWriting, _ rows: RestoreRows) -> RestoreReport {
        var plan = plan
        let names = names(plan)
        for (cell, key) in writing.overwritten {
            plan.leave(
                .overwritten, key: key, sheet: names[cell.sheet], cells: [A1.cell(column: cell.column, row: cell.row)],
                field: cell.field,
                "the row came here while its neighbour was written: see the spreadsheet's version history")
        }
        let repairs = zip(writing.cells, writing.outcomes).dropFirst(writing.plannedCount)
        for (cell, outcome) in repairs where outcome != .written {
            plan.leave(
                .overwritten, key: cell.keyJSON, sheet: names[cell.sheet],
                cells: [A1.cell(column: cell.column, row: cell.row)], field: cell.field,
                "it held “\(CellText.shown(cell.after.text))”, which could not be put back")
        }
        var report = report(
            plan, .restored, cells: zip(writing.cells, writing.outcomes).prefix(writing.plannedCount).map { $0 },
            rows: zip(rows.rows, rows.outcomes).map { $0 })
        for (index, error) in writing.failures.merging(rows.failures, uniquingKeysWith: { first, _ in first }) {
            report.sheets[index].failure = report.sheets[index].failure ?? .init(error)
        }
        let isWhole =
            report.counts.skippedCells == 0 && report.counts.appendedRows == report.counts.plannedRows
            && report.sheets.allSatisfy { $0.failure == nil } && report.counts.left["overwritten"] == nil
        report.outcome = isWhole ? .restored : .partial
        return report
    }

    private func report(
        _ plan: RestorePlan, _ outcome: RestoreReport.Outcome, cells: [(PlannedCell, RestoreWriting.Outcome)],
        rows: [(PlannedRow, RestoreWriting.Outcome)]
    ) -> RestoreReport {
        var report = RestoreReport(dataset: definition.name, version: request.version.version, outcome: outcome)
        let names = names(plan)
        report.counts = plan.counts
        report.left = plan.left
        report.notes = plan.notes
        report.sheets = definition.sheets.indices.map { index in
            RestoreReport.Sheet(
                title: names[index], spreadsheet: definition.sheets[index].reference.spreadsheet,
                rows: plan.sheets[index]?.rowCount ?? 0, plannedCells: 0, writtenCells: 0,
                failure: plan.failures.first { $0.index == index }.map { failure in
                    .init(code: failure.code, message: failure.messages[.en] ?? "", hint: failure.hint)
                })
        }
        for (cell, outcome) in cells {
            report.sheets[cell.sheet].plannedCells += 1
            switch outcome {
            case .open: break
            case .written:
                report.counts.writtenCells += 1
                report.sheets[cell.sheet].writtenCells += 1
            case .skipped: report.counts.skippedCells += 1
            }
            if report.cells.count < plan.detailLimit { report.cells.append(told(cell, outcome, names)) }
        }
        for (row, outcome) in rows {
            if outcome == .written { report.counts.appendedRows += 1 }
            guard report.rows.count < plan.detailLimit else { continue }
            report.rows.append(
                RestoreReport.Row(
                    key: String(decoding: row.keyJSON, as: UTF8.self), sheet: names[row.sheet], state: outcome.state,
                    reason: outcome.reason))
        }
        return report
    }

    private func told(
        _ cell: PlannedCell, _ outcome: RestoreWriting.Outcome, _ names: [String]
    ) -> RestoreReport.Cell {
        let typing = fields.typing(cell.field)
        return RestoreReport.Cell(
            key: String(decoding: cell.keyJSON, as: UTF8.self), sheet: names[cell.sheet],
            cell: A1.cell(column: cell.column, row: cell.row), field: cell.field,
            title: typing?.field.title ?? cell.field, before: shown(cell.before, typing),
            after: shown(cell.after, typing), state: outcome.state, reason: outcome.reason)
    }

    /// What a cell says, or what stands there where it says nothing.
    private func shown(_ cell: TypedCell, _ typing: FieldTyping?) -> String? {
        guard case .value(let json)? = typing?.read(cell) else { return cell == .empty ? nil : cell.text }
        return CanonicalLabel.parse(Array("{\"v\":".utf8) + json + [UInt8(ascii: "}")])?.first?.value.displayText
    }
}

extension RestoreReport.Sheet.Failure {
    init(_ error: SheetError) {
        self.init(code: error.code.rawValue, message: error.detail, hint: error.hint)
    }
}

extension RestoreWriting.Outcome {
    var state: RestoreReport.Cell.State {
        switch self {
        case .open: .planned
        case .written: .written
        case .skipped: .skipped
        }
    }

    var reason: String? {
        if case .skipped(let reason) = self { reason } else { nil }
    }
}

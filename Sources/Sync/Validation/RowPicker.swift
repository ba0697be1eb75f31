internal import LabelSchema
internal import SheetSource
internal import Tabular

/// Takes a file in once more, and keeps a few of its rows: what only hashes are known of is told by name.
actor RowPicker: RowConsumer {
    private let schema: LabelSchema
    /// In ascending order.
    private let wanted: [UInt32]
    private var next = 0
    private var validator: RowValidator?
    private(set) var rows: [UInt32: PickedRow] = [:]

    init(schema: LabelSchema, rows: [UInt32]) {
        self.schema = schema
        wanted = rows
    }

    func begin(_ identity: SheetIdentity) {}

    func receive(_ batch: RowBatch) throws {
        guard batch.rowCount > 0 else { return }
        if validator == nil {
            switch schema.bind(header: batch.texts(ofRow: 0), headerRow: batch.firstRowNumber) {
            case .bound(let bound): validator = bound
            case .refused(let problems): throw HeaderRefused(problems: problems)
            }
        }
        while next < wanted.count, Int(wanted[next]) < batch.firstRowNumber + batch.rowCount {
            let index = Int(wanted[next]) - batch.firstRowNumber
            next += 1
            guard index >= 0 else { continue }
            let batch = batch.row(index)
            guard let validated = validator?.validate(batch), let row = validated.rows.first else { continue }
            rows[UInt32(truncatingIfNeeded: row.rowNumber)] = PickedRow(
                key: Array(validated.bytes[row.key]), cells: batch.texts(ofRow: 0))
        }
    }
}

/// One row by name.
struct PickedRow: Sendable {
    /// Canonical JSON.
    let key: [UInt8]
    /// What was typed.
    let cells: [String]
}

extension RowBatch {
    /// One row with its own text, so that the text of all is not copied for it.
    fileprivate func row(_ index: Int) -> RowBatch {
        var row = RowBatch(firstRowNumber: firstRowNumber + index)
        for cell in cells[cellRange(ofRow: index)] {
            row.appendCell(cell.kind, bytes[Int(cell.start)..<Int(cell.end)])
        }
        row.endRow()
        return row
    }
}

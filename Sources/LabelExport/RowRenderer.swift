internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import Tabular

/// Writes labels in a form, one after the other.
struct RowRenderer: Sendable {
    private let form: LabelForm
    /// `nil`: whole labels, as they are stored.
    private var columns: LabelColumns?
    private var writer: CSVWriter
    private var lines: [UInt8] = []

    /// - Parameters:
    ///   - form: how they are written.
    ///   - fields: what of them.
    ///   - isWhole: whether those are all fields in their own order.
    init(_ form: LabelForm, _ fields: [LabelField], isWhole: Bool) {
        self.form = form
        writer = CSVWriter(quotesSeparators: form.formulas == .escape)
        columns = form.format == .ndjson && isWhole ? nil : LabelColumns(fields)
    }

    /// What stands before all labels.
    static func header(_ form: LabelForm, _ fields: [LabelField]) -> [UInt8] {
        guard form.format == .csv else { return [] }
        var writer = CSVWriter()
        writer.append(row: fields.map { form.formulas == .escape ? FormulaText.escaped($0.name) : $0.name })
        return writer.takeBytes()
    }

    mutating func append(_ key: KeyHash, _ label: UnsafeBufferPointer<UInt8>) throws {
        let isLabel: Bool
        switch form.format {
        case .ndjson:
            if columns != nil {
                isLabel = columns?.appendObject(label, to: &lines) ?? false
            } else {
                lines.append(contentsOf: label)
                isLabel = true
            }
            lines.append(UInt8(ascii: "\n"))
        case .csv:
            isLabel =
                columns?.appendRow(label, to: &writer, escapesFormulas: form.formulas == .escape) ?? false
        }
        guard isLabel else { throw StoredLabelDamaged(key: key) }
    }

    /// Appends what docs/verify.py takes in place of a label.
    mutating func append(tombstone row: RedactedRow) {
        lines += Array("{\"$redacted\":{\"key_hash\":\"\(row.key)\",\"row_hash\":\"\(row.rowHash)\"}}\n".utf8)
    }

    /// Takes what was written.
    mutating func takeBytes() -> [UInt8] {
        if form.format == .csv { return writer.takeBytes() }
        var taken: [UInt8] = []
        swap(&taken, &lines)
        return taken
    }
}

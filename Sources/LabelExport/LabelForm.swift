/// How labels are written.
package struct LabelForm: Sendable, Hashable {
    package enum Format: String, Sendable, CaseIterable {
        /// The canonical form, one label a line: the very bytes that were hashed.
        case ndjson
        /// A row a label, behind one with the names of the fields.
        case csv
    }

    /// What becomes of text that a spreadsheet would run as a formula, in CSV.
    package enum Formulas: String, Sendable, CaseIterable {
        /// An apostrophe is put before it; see `FormulaText`.
        case escape
        case keep
    }

    package var format: Format
    package var formulas: Formulas
    /// In NDJSON, a line with the hashes stands in place of each label that was redacted.
    package var hasTombstones: Bool

    package init(_ format: Format, formulas: Formulas = .escape, hasTombstones: Bool = false) {
        (self.format, self.formulas, self.hasTombstones) = (format, formulas, hasTombstones)
    }

    /// The media type of the bytes.
    package var mediaType: String {
        switch format {
        case .ndjson: "application/x-ndjson"
        case .csv: "text/csv; charset=utf-8; header=present"
        }
    }

    /// What it is called where one form is told from another.
    var identity: String {
        switch format {
        case .ndjson: hasTombstones ? "ndjson+tombstones" : "ndjson"
        case .csv: "csv+\(formulas.rawValue)"
        }
    }
}

/// What a row came to.
package enum RowKind: UInt8, Sendable, Hashable {
    /// The key is there and every label field is blank: work to do, neither a label nor a rejection.
    case pending
    /// A label.
    case valid
    /// A rejection, with errors.
    case invalid
}

/// One row of a sheet after validation.
///
/// Ranges point into the `bytes` of its batch.
package struct ValidatedRow: Sendable, Hashable {
    /// The row in the sheet, counted from 1.
    package let rowNumber: Int
    package let kind: RowKind
    /// The canonical JSON array of the primary key, such as `[1234]` or `["a","bc"]`.
    ///
    /// Empty if the key cannot be read; the row is then invalid.
    package let key: Range<Int>
    /// The label in canonical form; empty unless the row is valid.
    package let canonical: Range<Int>
    /// What `seen_hash` is taken over.
    ///
    /// For a valid row that is the canonical form. For others it is `{"pending":[…]}` or `{"invalid":[…]}` with the raw
    /// cells of the canonical fields in schema order: text as a string, a number as the literal that the source sent,
    /// `true`, `false`, or `null` for an empty cell.
    package let seen: Range<Int>
    /// The normalised text of the annotator field; may be empty.
    package let annotator: Range<Int>
    /// The row's errors, as a range of the batch's `errors`; of a row that is not invalid, warnings at most.
    package let errors: Range<Int>
    /// The row's tuples, as a range of the batch's `tuples`: one for each of the schema's `tableTuples`, in order.
    ///
    /// Empty unless the row is valid.
    package let tuples: Range<Int>
}

/// How often a spelling was taken for the value it stands for.
package struct AliasCount: Sendable, Hashable {
    /// The name of the field.
    package let field: String
    package let spelling: String
    package let value: String
    package var count: Int

    package init(field: String, spelling: String, value: String, count: Int) {
        self.field = field
        self.spelling = spelling
        self.value = value
        self.count = count
    }
}

/// Some rows of a sheet after validation.
///
/// Only this module can make one, so a valid row has been validated.
package struct ValidatedBatch: Sendable {
    /// The bytes that rows point into.
    package let bytes: [UInt8]
    /// The rows that have something in one of the schema's columns, in sheet order.
    package let rows: [ValidatedRow]
    /// The errors of all rows, in row order and within a row by column.
    package let errors: [CellError]
    /// The tuples of all rows, as ranges of `bytes`: canonical JSON arrays of the values; empty where one is missing.
    package let tuples: [Range<Int>]
    /// The aliases that were typed, in no order, without those that were not.
    package let aliasCounts: [AliasCount]

    init(
        bytes: [UInt8], rows: [ValidatedRow], errors: [CellError], tuples: [Range<Int>] = [],
        aliasCounts: [AliasCount] = []
    ) {
        self.bytes = bytes
        self.rows = rows
        self.errors = errors
        self.tuples = tuples
        self.aliasCounts = aliasCounts
    }

    /// The bytes of a range as text, for messages and tests.
    package func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}

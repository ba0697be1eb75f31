internal import LabelDiff
internal import LabelSchema

/// One kind of error in one field, as it is counted.
struct ErrorKind: Hashable, Sendable {
    let code: String
    let kind: String?
    let field: String?
    let severity: String

    init(code: String, kind: String?, field: String?, severity: String) {
        self.code = code
        self.kind = kind
        self.field = field
        self.severity = severity
    }

    init(_ error: CellError) {
        code = error.code
        // A field's error has its constraint, a key's its reason.
        kind = error.detail["reason"] ?? error.detail["constraint"]
        field = error.field
        severity = error.severity.rawValue
    }
}

/// A row with something to tell of.
struct TroubledRow: Sendable {
    let file: UInt16
    let row: UInt32
    /// Canonical JSON; empty if the key cannot be read.
    let key: [UInt8]
    var errors: [CellError]
}

/// What one batch of rows came to: counts, hashes, and the first rows with errors.
struct CheckedBatch: Sendable {
    private(set) var counts = ValidationReport.Counts()
    private(set) var kinds: [ErrorKind: Int] = [:]
    private(set) var aliases: [AliasCount] = []
    private(set) var keys: [KeyPlace] = []
    /// What other rows have to do with.
    private(set) var table: TableRows.Batch
    private(set) var troubled: [TroubledRow] = []
    /// Rows with errors or warnings, told or not.
    private(set) var troubledCount = 0
    /// The validator that made it, to be used again.
    let validator: RowValidator

    /// Sums up a batch.
    ///
    /// - Parameters:
    ///   - batch: what the validator made of it.
    ///   - validator: the validator.
    ///   - layout: what is kept of the tuples.
    ///   - hasher: names keys and tuples.
    ///   - file: the place of the file among those that are validated.
    ///   - room: so many rows with errors are kept.
    init(
        _ batch: ValidatedBatch, validator: RowValidator, layout: TableRows.Layout, hasher: RunHasher, file: UInt16,
        room: Int
    ) {
        self.validator = validator
        table = TableRows.Batch(layout, capacity: batch.rows.count)
        keys.reserveCapacity(batch.rows.count)
        counts.rows = batch.rows.count
        batch.bytes.withUnsafeBytes { bytes in
            for row in batch.rows {
                switch row.kind {
                case .valid: counts.valid += 1
                case .pending: counts.pending += 1
                case .invalid: counts.invalid += 1
                }
                let number = UInt32(truncatingIfNeeded: row.rowNumber)
                if !row.key.isEmpty, row.kind != .pending {
                    let hash = hasher.hash(UnsafeRawBufferPointer(rebasing: bytes[row.key]))
                    let place = KeyPlace(
                        key: hash, row: number, file: file, kind: row.kind, isTroubled: !row.errors.isEmpty)
                    keys.append(place)
                    if !row.tuples.isEmpty { table.add(place, row.tuples, of: batch.tuples, in: bytes, layout, hasher) }
                }
                if row.errors.isEmpty { continue }
                troubledCount += 1
                let errors = batch.errors[row.errors]
                count(errors)
                if troubled.count < room {
                    troubled.append(
                        TroubledRow(file: file, row: number, key: Array(batch.bytes[row.key]), errors: Array(errors)))
                }
            }
        }
        aliases = batch.aliasCounts
    }

    private mutating func count(_ errors: ArraySlice<CellError>) {
        var hasWarning = false
        for error in errors {
            kinds[ErrorKind(error), default: 0] += 1
            if error.severity == .warning {
                hasWarning = true
                counts.warnings += 1
            } else {
                counts.errors += 1
            }
        }
        if hasWarning { counts.withWarnings += 1 }
    }
}

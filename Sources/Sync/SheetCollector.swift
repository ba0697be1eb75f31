internal import Digest
internal import LabelDiff
package import LabelSchema
internal import SheetSource
internal import Tabular

/// The header of a sheet does not fit the schema: the whole sheet is refused, and nothing of it is written.
package struct HeaderRefused: Error, Sendable {
    package let problems: [HeaderProblem]
}

/// One sheet as a run saw it.
struct SeenSheet: Sendable {
    var identity: SheetIdentity
    var reading: SheetReading
    /// Rows with a readable key, in the order of `SeenRow.precedes`.
    var rows: [SeenRow]
    var unreadable: [UnreadableRow]
    var digest: SHA256Digest
    var pendingCount: Int
    var filledCount: Int
    /// The sheet column of the first primary key field, for messages.
    var keyColumn: Int
}

/// Takes the rows of one sheet as they are read: validates, hashes and spools them, batch by batch.
actor SheetCollector: RowConsumer {
    private let schema: LabelSchema
    private let sheetIndex: UInt16
    private let spool: Spool
    private let onRows: @Sendable (Int) -> Void
    private var validator: RowValidator?
    private var identity: SheetIdentity?
    private var rows: [SeenRow] = []
    private var unreadable: [UnreadableRow] = []
    private var pendingCount = 0
    private var keyColumn = 0

    init(schema: LabelSchema, sheetIndex: UInt16, spool: Spool, onRows: @escaping @Sendable (Int) -> Void) {
        self.schema = schema
        self.sheetIndex = sheetIndex
        self.spool = spool
        self.onRows = onRows
    }

    /// A read begins, perhaps again: what was received before is void.
    func begin(_ identity: SheetIdentity) {
        self.identity = identity
        validator = nil
        rows.removeAll(keepingCapacity: true)
        unreadable = []
        pendingCount = 0
    }

    func receive(_ batch: RowBatch) throws {
        var skipped = 0
        if validator == nil {
            guard batch.rowCount > 0 else { return }
            let header = batch.texts(ofRow: 0)
            switch schema.bind(header: header, headerRow: batch.firstRowNumber) {
            case .bound(let bound):
                validator = bound
                keyColumn = schema.primaryKey.first.flatMap { bound.column(ofField: $0) } ?? 0
            case .refused(let problems):
                throw HeaderRefused(problems: problems)
            }
            skipped = 1
        }
        guard let validated = validator?.validate(batch, skippingFirst: skipped) else { return }
        try take(validated)
        onRows(rows.count + unreadable.count)
    }

    private func take(_ batch: ValidatedBatch) throws {
        var hasher = SHA256Hasher()
        var block: [UInt8] = []
        block.reserveCapacity(batch.bytes.count * 2)
        var offsets: [Int] = []
        offsets.reserveCapacity(batch.rows.count)
        var hashes: [(key: KeyHash, seen: RowHash)] = []
        hashes.reserveCapacity(batch.rows.count)

        batch.bytes.withUnsafeBytes { bytes in
            for row in batch.rows {
                offsets.append(block.count)
                Spool.encode(
                    key: batch.bytes[row.key], canonical: batch.bytes[row.canonical],
                    annotator: batch.bytes[row.annotator],
                    errors: row.errors.isEmpty ? [] : Self.json(batch.errors[row.errors]), into: &block)
                let key =
                    row.key.isEmpty ? (0, 0) : hasher.first16(of: UnsafeRawBufferPointer(rebasing: bytes[row.key]))
                let seen = hasher.first16(of: UnsafeRawBufferPointer(rebasing: bytes[row.seen]))
                hashes.append((KeyHash(key), RowHash(seen)))
            }
        }
        let base = try spool.append(block)
        for (index, row) in batch.rows.enumerated() {
            let offset = base + UInt64(offsets[index])
            let number = UInt32(row.rowNumber)
            if row.key.isEmpty {
                unreadable.append(
                    UnreadableRow(
                        seen: hashes[index].seen, spoolOffset: offset, rowNumber: number, sheet: sheetIndex))
                continue
            }
            let kind: SeenKind
            switch row.kind {
            case .pending: kind = .pending
            case .valid: kind = .valid
            case .invalid: kind = .invalid
            }
            if kind == .pending { pendingCount += 1 }
            rows.append(
                SeenRow(
                    key: hashes[index].key, seen: hashes[index].seen, spoolOffset: offset, rowNumber: number,
                    sheet: sheetIndex, kind: kind))
        }
    }

    /// What was collected, once the source has proven that the read is complete.
    ///
    /// - Throws: `HeaderRefused` if there was not even a header row.
    func finish(_ reading: SheetReading) throws -> SeenSheet {
        guard validator != nil, let identity else {
            throw HeaderRefused(problems: [.emptyHeader(row: 1)])
        }
        rows.sort(by: SeenRow.precedes)
        let sorted = rows
        rows = []
        return SeenSheet(
            identity: identity, reading: reading, rows: sorted, unreadable: unreadable,
            digest: VersionFormat.seenDigest(rows: sorted, unreadable: unreadable), pendingCount: pendingCount,
            filledCount: sorted.count + unreadable.count - pendingCount, keyColumn: keyColumn)
    }

    static func json(_ errors: some Sequence<CellError>) -> [UInt8] {
        var json = [UInt8(ascii: "[")]
        for error in errors {
            if json.count > 1 { json.append(UInt8(ascii: ",")) }
            json.append(contentsOf: error.json())
        }
        json.append(UInt8(ascii: "]"))
        return json
    }
}

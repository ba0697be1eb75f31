internal import Digest
internal import Foundation
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
    /// The sheet columns of the fields that have one, by field name.
    var columns: [String: Int]
    var tuples: TupleTable
    /// What was told of rows that were taken all the same: the first of them, and how many there are.
    var warnings: [CellError]
    var warningCount: Int
    var aliases: AliasTally
}

/// Takes the rows of one sheet as they are read: validates, hashes and spools them, batch by batch.
///
/// While a batch is worked on, the reader goes on with the next: a few batches are under way at once, each with a
/// validator of its own, and their order does not matter, since the rows are sorted by key in the end.
actor SheetCollector: RowConsumer {
    /// So many batches are worked on at once.
    private static let workers = min(4, max(1, ProcessInfo.processInfo.activeProcessorCount))

    /// Room is made for so many rows at most before they come: a grid may be large and blank.
    private static let mostRoom = 2_000_000

    private let schema: LabelSchema
    private let sheetIndex: UInt16
    private let spool: Spool
    private let onRows: @Sendable (Int) -> Void
    /// The fields that had a column when the sheet was last read.
    private let expectedFields: [String]
    private var header: (texts: [String], row: Int)?
    private var idle: [RowValidator] = []
    private var underWay: [Task<DigestedBatch, any Error>] = []
    private var identity: SheetIdentity?
    private var rows: [SeenRow] = []
    private var unreadable: [UnreadableRow] = []
    private var pendingCount = 0
    private var columns: [String: Int] = [:]
    private var tuples: TupleTable
    private var warnings: [CellError] = []
    private var warningCount = 0
    private var aliases = AliasTally()

    /// So many warnings of a sheet are told in full.
    private static let toldWarnings = 1_000

    /// - Parameters:
    ///   - schema: what the rows have to satisfy.
    ///   - sheetIndex: the sheet's place among those of the run.
    ///   - spool: takes the text of the rows.
    ///   - expectedFields: the fields that had a column when the sheet was last read; a column that is gone refuses it,
    ///     also where the schema lets a sheet lack columns.
    ///   - onRows: told how many rows have been taken so far.
    init(
        schema: LabelSchema, sheetIndex: UInt16, spool: Spool, expectedFields: [String] = [],
        onRows: @escaping @Sendable (Int) -> Void
    ) {
        self.expectedFields = expectedFields
        tuples = TupleTable(width: schema.tableTuples.count)
        self.schema = schema
        self.sheetIndex = sheetIndex
        self.spool = spool
        self.onRows = onRows
    }

    /// A read begins, perhaps again: what was received before is void.
    func begin(_ identity: SheetIdentity) {
        self.identity = identity
        header = nil
        idle = []
        underWay = []
        rows.removeAll(keepingCapacity: true)
        // Growing would hold the rows twice for a moment. Room that is not used costs addresses, not memory.
        rows.reserveCapacity(min(identity.rowCount, Self.mostRoom))
        unreadable = []
        pendingCount = 0
        tuples = TupleTable(width: schema.tableTuples.count)
        warnings = []
        warningCount = 0
        aliases = AliasTally()
    }

    func receive(_ batch: RowBatch) async throws {
        guard batch.rowCount > 0 else { return }
        let skipped = header == nil ? 1 : 0
        if header == nil {
            header = (batch.texts(ofRow: 0), batch.firstRowNumber)
            let validator = try bind()
            columns = [:]
            for name in validator.boundFields { columns[name] = validator.column(ofField: name) }
            idle.append(validator)
        }
        if underWay.count >= Self.workers { try await takeOldest() }
        var validator = try idle.popLast() ?? bind()
        let (sheetIndex, spool) = (sheetIndex, spool)
        underWay.append(
            // Detached, since a task of this actor would run on it, one batch after the other.
            Task.detached {
                let validated = validator.validate(batch, skippingFirst: skipped)
                return try DigestedBatch(validated, validator: validator, sheet: sheetIndex, spool: spool)
            })
    }

    /// A validator for this sheet's header.
    private func bind() throws -> RowValidator {
        guard let header else { throw HeaderRefused(problems: [.emptyHeader(row: 1)]) }
        switch schema.bind(header: header.texts, headerRow: header.row) {
        case .bound(let validator):
            let lost = schema.lostColumns(expectedFields, now: validator.boundFields)
            guard lost.isEmpty else { throw HeaderRefused(problems: lost) }
            return validator
        case .refused(let problems): throw HeaderRefused(problems: problems)
        }
    }

    private func takeOldest() async throws {
        let batch = try await underWay.removeFirst().value
        rows.append(contentsOf: batch.rows)
        unreadable.append(contentsOf: batch.unreadable)
        pendingCount += batch.pendingCount
        tuples.add(batch.tuples, rows: batch.tupleRows)
        warningCount += batch.warnings.count
        warnings.append(contentsOf: batch.warnings.prefix(max(0, Self.toldWarnings - warnings.count)))
        aliases.add(batch.aliases)
        idle.append(batch.validator)
        onRows(rows.count + unreadable.count)
    }

    /// What was collected, once the source has proven that the read is complete.
    ///
    /// - Throws: `HeaderRefused` if there was not even a header row; `SpoolError` if a row could not be kept.
    func finish(_ reading: SheetReading) async throws -> SeenSheet {
        while !underWay.isEmpty { try await takeOldest() }
        guard header != nil, let identity else {
            throw HeaderRefused(problems: [.emptyHeader(row: 1)])
        }
        var sorted = rows
        rows = []
        SeenRow.sort(&sorted)
        return SeenSheet(
            identity: identity, reading: reading, rows: sorted, unreadable: unreadable,
            digest: VersionFormat.seenDigest(rows: sorted, unreadable: unreadable), pendingCount: pendingCount,
            filledCount: sorted.count + unreadable.count - pendingCount,
            keyColumn: schema.primaryKey.first.flatMap { columns[$0] } ?? 0, columns: columns, tuples: tuples,
            warnings: warnings, warningCount: warningCount, aliases: aliases)
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

/// What one batch came to: hashes in memory, text in the spool.
private struct DigestedBatch: Sendable {
    private(set) var rows: [SeenRow] = []
    private(set) var unreadable: [UnreadableRow] = []
    private(set) var pendingCount = 0
    /// The tuples of the rows that have any, one row behind the other, and the numbers of those rows.
    private(set) var tuples: [TupleHash] = []
    private(set) var tupleRows: [UInt32] = []
    /// Those of valid rows; a row that is refused tells its own with its errors.
    private(set) var warnings: [CellError] = []
    let aliases: [AliasCount]
    /// The validator that made it, to be used again.
    let validator: RowValidator

    init(_ batch: ValidatedBatch, validator: RowValidator, sheet: UInt16, spool: Spool) throws {
        self.validator = validator
        aliases = batch.aliasCounts
        var hasher = SHA256Hasher()
        var block: [UInt8] = []
        block.reserveCapacity(batch.bytes.count + batch.rows.count * Spool.headerBytes)
        rows.reserveCapacity(batch.rows.count)
        // Offsets are those in the block, until the block's own place in the spool is known.
        batch.bytes.withUnsafeBytes { bytes in
            for row in batch.rows {
                let offset = UInt64(block.count)
                Spool.encode(
                    key: batch.bytes[row.key], canonical: batch.bytes[row.canonical],
                    annotator: batch.bytes[row.annotator],
                    errors: row.errors.isEmpty ? [] : SheetCollector.json(batch.errors[row.errors]), into: &block)
                let seen = RowHash(hasher.first16(of: UnsafeRawBufferPointer(rebasing: bytes[row.seen])))
                let number = UInt32(row.rowNumber)
                if row.key.isEmpty {
                    unreadable.append(
                        UnreadableRow(seen: seen, spoolOffset: offset, rowNumber: number, sheet: sheet))
                    continue
                }
                if row.kind == .pending { pendingCount += 1 }
                if row.kind == .valid, !row.errors.isEmpty { warnings += batch.errors[row.errors] }
                if !row.tuples.isEmpty { tupleRows.append(number) }
                for place in row.tuples {
                    let range = batch.tuples[place]
                    tuples.append(
                        range.isEmpty
                            ? TupleHash.missing
                            : KeyHash(hasher.first16(of: UnsafeRawBufferPointer(rebasing: bytes[range]))))
                }
                rows.append(
                    SeenRow(
                        key: KeyHash(hasher.first16(of: UnsafeRawBufferPointer(rebasing: bytes[row.key]))), seen: seen,
                        spoolOffset: offset, rowNumber: number, sheet: sheet, kind: SeenKind(row.kind)))
            }
        }
        let base = try spool.append(block)
        for index in rows.indices { rows[index].spoolOffset += base }
        for index in unreadable.indices { unreadable[index].spoolOffset += base }
    }
}

extension SeenKind {
    fileprivate init(_ kind: RowKind) {
        switch kind {
        case .pending: self = .pending
        case .valid: self = .valid
        case .invalid: self = .invalid
        }
    }
}

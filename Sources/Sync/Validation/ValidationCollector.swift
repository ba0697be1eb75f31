internal import Foundation
internal import LabelSchema
internal import SheetSource
internal import Tabular

/// Takes the rows of one file in and judges them, on all processors; of the rows it keeps hashes and counts, and the
/// first ones with errors.
actor ValidationCollector: RowConsumer {
    private static let workers = min(8, max(2, ProcessInfo.processInfo.activeProcessorCount))

    private let schema: LabelSchema
    private let hasher: RunHasher
    private let layout: TableRows.Layout
    private let file: UInt16
    private let limit: Int
    private let onRows: @Sendable (_ rows: Int, _ bytes: Int) -> Void
    private var header: (texts: [String], row: Int)?
    private var idle: [RowValidator] = []
    private var underWay: [Task<CheckedBatch, any Error>] = []
    /// Bytes of the rows received.
    private(set) var bytes = 0

    private(set) var counts = ValidationReport.Counts()
    private(set) var kinds: [ErrorKind: Int] = [:]
    private(set) var aliases = AliasTally()
    private(set) var keys = KeyPlaces()
    private(set) var table: TableRows
    private(set) var troubled: [TroubledRow] = []
    private(set) var troubledCount = 0
    /// The columns of the fields that stand in this file.
    private(set) var columns: [String: Int] = [:]

    /// - Parameters:
    ///   - schema: the schema.
    ///   - hasher: names keys and tuples.
    ///   - file: the place of the file among those that are validated.
    ///   - limit: so many rows with errors are kept.
    ///   - onRows: is told of the rows and bytes that were judged.
    init(
        schema: LabelSchema, hasher: RunHasher, file: UInt16, limit: Int,
        onRows: @escaping @Sendable (_ rows: Int, _ bytes: Int) -> Void
    ) {
        self.schema = schema
        self.hasher = hasher
        layout = TableRows.Layout(schema)
        table = TableRows(schema)
        self.file = file
        self.limit = limit
        self.onRows = onRows
    }

    func begin(_ identity: SheetIdentity) {}

    func receive(_ batch: RowBatch) async throws {
        guard batch.rowCount > 0 else { return }
        let skipped = header == nil ? 1 : 0
        if header == nil {
            header = (batch.texts(ofRow: 0), batch.firstRowNumber)
            let validator = try bind()
            for field in schema.fields { columns[field.name] = validator.column(ofField: field.name) }
            idle.append(validator)
        }
        if underWay.count >= Self.workers { try await takeOldest() }
        var validator = try idle.popLast() ?? bind()
        let (layout, hasher, file, room) = (layout, hasher, file, limit - troubled.count)
        bytes += batch.bytes.count
        underWay.append(
            // Detached, since a task of this actor would run on it, one batch after the other.
            Task.detached {
                let validated = validator.validate(batch, skippingFirst: skipped)
                return CheckedBatch(
                    validated, validator: validator, layout: layout, hasher: hasher, file: file, room: room)
            })
    }

    /// A validator for this file's header.
    private func bind() throws -> RowValidator {
        guard let header else { throw HeaderRefused(problems: [.emptyHeader(row: 1)]) }
        switch schema.bind(header: header.texts, headerRow: header.row) {
        case .bound(let validator): return validator
        case .refused(let problems): throw HeaderRefused(problems: problems)
        }
    }

    private func takeOldest() async throws {
        let batch = try await underWay.removeFirst().value
        counts += batch.counts
        kinds.merge(batch.kinds, uniquingKeysWith: +)
        aliases.add(batch.aliases)
        keys.add(batch.keys)
        table.add(batch.table)
        troubled += batch.troubled.prefix(max(0, limit - troubled.count))
        troubledCount += batch.troubledCount
        idle.append(batch.validator)
        onRows(counts.rows, bytes)
    }

    /// Waits for what is under way.
    ///
    /// - Parameter isComplete: whether the file was read to its end.
    /// - Throws: `HeaderRefused` if a whole file has not even a header row.
    func finish(isComplete: Bool) async throws {
        while !underWay.isEmpty { try await takeOldest() }
        if isComplete, header == nil { throw HeaderRefused(problems: [.emptyHeader(row: 1)]) }
    }
}

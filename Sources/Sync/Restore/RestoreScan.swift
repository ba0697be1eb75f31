internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import SheetSource
internal import Tabular

/// A row of a sheet whose cells say something else than the version.
struct DifferingRow: Sendable {
    let key: KeyHash
    /// The primary key as canonical JSON.
    let keyJSON: [UInt8]
    let number: Int
    let kind: RowKind
    let cells: [TypedCell]
    let target: RestoreTargets.Target
    /// The fields that differ, in schema order.
    let fields: [String]

    func cell(_ column: Int) -> TypedCell { column < cells.count ? cells[column] : .empty }
}

/// Where a key stands.
struct SeenKey: Sendable {
    let key: KeyHash
    let row: UInt32
    let isPending: Bool
}

/// One sheet, compared with a version.
struct ScannedSheet: Sendable {
    var identity: SheetIdentity
    /// The header row, by column.
    var header: [TypedCell]
    var headerRow: Int
    var validator: RowValidator
    var columns: [String: Int]
    /// The columns of the primary key.
    var keyColumns: [Int]
    /// Every row with a readable key that was asked for.
    var places: [SeenKey] = []
    var differing: [DifferingRow] = []
    var unreadableRows: [Int] = []
    /// Keys of filled rows that the version has not, each with its row.
    var strangers: [(key: [UInt8], row: Int)] = []
    var rowCount = 0
    var equalCount = 0
    var contextCount = 0
    var lostFields: [String: Int] = [:]

    /// The key of a row as it was seen; nil if it cannot be read.
    func key(ofRow row: Int, _ seen: SeenCells) -> [UInt8]? {
        var cells: [TypedCell] = Array(repeating: .empty, count: (keyColumns.max() ?? -1) + 1)
        for column in keyColumns { cells[column] = seen[SheetCell(row: row, column: column)] }
        var validator = validator
        let batch = validator.validate(RowBatch(row: max(row, headerRow + 1), cells))
        guard let found = batch.rows.first, !found.key.isEmpty else { return nil }
        return Array(batch.bytes[found.key])
    }
}

/// Takes the rows of one sheet and compares each with the label that the version has under its key.
actor RestoreScan: RowConsumer {
    private let plan: RestoreFields
    private let targets: RestoreTargets
    private let keys: Set<KeyHash>?
    private let headerRow: Int
    private let expectedFields: [String]
    private let onRows: @Sendable (Int) -> Void
    private var identity: SheetIdentity?
    private var sheet: ScannedSheet?

    /// - Parameters:
    ///   - plan: the fields that are put back.
    ///   - targets: what the version says.
    ///   - keys: the keys that are asked for; nil for all.
    ///   - reference: the sheet.
    ///   - expectedFields: the fields that had a column when the sheet was last read.
    ///   - onRows: told how many rows have come so far.
    init(
        _ plan: RestoreFields, _ targets: RestoreTargets, keys: Set<KeyHash>?, of reference: SheetReference,
        expectedFields: [String], onRows: @escaping @Sendable (Int) -> Void
    ) {
        self.plan = plan
        self.targets = targets
        self.keys = keys
        headerRow = reference.headerRow
        self.expectedFields = expectedFields
        self.onRows = onRows
    }

    func begin(_ identity: SheetIdentity) {
        self.identity = identity
        sheet = nil
    }

    func receive(_ batch: RowBatch) async throws {
        guard batch.rowCount > 0 else { return }
        let skipped = sheet == nil ? 1 : 0
        if sheet == nil { sheet = try bind(batch) }
        guard var validator = sheet?.validator else { return }
        let validated = validator.validate(batch, skippingFirst: skipped)
        var rows: [(row: ValidatedRow, key: KeyHash)] = []
        for row in validated.rows {
            if row.key.isEmpty {
                sheet?.unreadableRows.append(row.rowNumber)
                continue
            }
            let key = LabelSchema.keyHash(Array(validated.bytes[row.key]))
            if let keys, !keys.contains(key) { continue }
            rows.append((row, key))
        }
        let found = try await targets.load(rows.map(\.key))
        for (row, key) in rows {
            sheet?.places.append(
                SeenKey(key: key, row: UInt32(row.rowNumber), isPending: row.kind == .pending))
            guard let target = found[key] else {
                // A pending row is no label now either.
                if row.kind != .pending {
                    sheet?.strangers.append((Array(validated.bytes[row.key]), row.rowNumber))
                }
                continue
            }
            compare(row, key, target, validated, batch)
        }
        sheet?.rowCount += validated.rows.count
        onRows(sheet?.rowCount ?? 0)
    }

    private func bind(_ batch: RowBatch) throws -> ScannedSheet {
        guard let identity else { throw HeaderRefused(problems: [.emptyHeader(row: headerRow)]) }
        let schema = targets.schema
        switch schema.bind(header: batch.texts(ofRow: 0), headerRow: batch.firstRowNumber) {
        case .refused(let problems): throw HeaderRefused(problems: problems)
        case .bound(let validator):
            let lost = schema.lostColumns(expectedFields, now: validator.boundFields)
            guard lost.isEmpty else { throw HeaderRefused(problems: lost) }
            var columns: [String: Int] = [:]
            for name in validator.boundFields { columns[name] = validator.column(ofField: name) }
            return ScannedSheet(
                identity: identity, header: batch.typedCells(ofRow: 0), headerRow: batch.firstRowNumber,
                validator: validator, columns: columns, keyColumns: schema.primaryKey.compactMap { columns[$0] })
        }
    }

    private func compare(
        _ row: ValidatedRow, _ key: KeyHash, _ target: RestoreTargets.Target, _ validated: ValidatedBatch,
        _ batch: RowBatch
    ) {
        for field in target.lostFields { sheet?.lostFields[field, default: 0] += 1 }
        if row.kind == .valid, validated.bytes[row.canonical].elementsEqual(target.label) {
            sheet?.equalCount += 1
            return
        }
        let cells = batch.typedCells(ofRow: row.rowNumber - batch.firstRowNumber)
        let columns = sheet?.columns ?? [:]
        let differs = { (typing: FieldTyping) in
            RestoreFields.differs(typing, columns[typing.field.name], cells, target)
        }
        let fields = plan.restored.filter(differs).map(\.field.name)
        sheet?.contextCount += plan.context.count(where: differs)
        if fields.isEmpty {
            sheet?.equalCount += 1
            return
        }
        sheet?.differing.append(
            DifferingRow(
                key: key, keyJSON: Array(validated.bytes[row.key]), number: row.rowNumber, kind: row.kind,
                cells: cells, target: target, fields: fields))
    }

    /// What was compared, once the source has proven that the read is complete.
    func finish() throws -> ScannedSheet {
        guard let sheet else { throw HeaderRefused(problems: [.emptyHeader(row: headerRow)]) }
        return sheet
    }
}

/// The fields that are put back, and those that are only counted.
struct RestoreFields: Sendable {
    let restored: [FieldTyping]
    let context: [FieldTyping]

    init(_ schema: LabelSchema, includesContext: Bool) {
        let typings = schema.canonicalFields.compactMap { schema.typing(ofField: $0.name) }
        restored = typings.filter { $0.field.role == .label || (includesContext && $0.field.role == .context) }
        context = includesContext ? [] : typings.filter { $0.field.role == .context }
    }

    func typing(_ name: String) -> FieldTyping? { restored.first { $0.field.name == name } }

    /// Whether a row says something else of a field than the version.
    ///
    /// Of a label that was redacted, a value that is missing says nothing.
    static func differs(
        _ typing: FieldTyping, _ column: Int?, _ cells: [TypedCell], _ target: RestoreTargets.Target
    ) -> Bool {
        let wanted = target.values[typing.field.name]
        if wanted == nil, target.isRedacted { return false }
        let cell = column.map { $0 < cells.count ? cells[$0] : .empty } ?? .empty
        return typing.read(cell) != reading(wanted)
    }

    static func reading(_ value: LabelValue?) -> FieldTyping.Reading {
        guard let value else { return .blank }
        var json: [UInt8] = []
        value.appendJSON(to: &json)
        return .value(json)
    }
}

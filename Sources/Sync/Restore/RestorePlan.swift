internal import LabelDiff
internal import LabelSchema
internal import SheetSource
internal import Tabular

/// One cell that is to hold something else.
struct PlannedCell: Sendable {
    let key: KeyHash
    /// The primary key as canonical JSON.
    let keyJSON: [UInt8]
    let field: String
    /// The sheet's place in the configuration.
    let sheet: Int
    var row: Int
    var column: Int
    let before: TypedCell
    let after: TypedCell
    /// What the cell says then; nil puts back what stood in a cell that was overwritten, whatever that said.
    let meaning: FieldTyping.Reading?

    var place: SheetCell { SheetCell(row: row, column: column) }
}

/// One label that is to get a row of its own.
struct PlannedRow: Sendable {
    let key: KeyHash
    let keyJSON: [UInt8]
    let sheet: Int
    let cells: [TypedCell]
}

/// What is to be written, and what stays as it is.
struct RestorePlan: Sendable {
    /// By the sheets' places in the configuration; nil where a sheet could not be read.
    var sheets: [ScannedSheet?]
    var failures: [SheetFailure] = []
    /// By sheet, row and column.
    var cells: [PlannedCell] = []
    var rows: [PlannedRow] = []
    var left: [RestoreReport.Left] = []
    var counts = RestoreReport.Counts()
    var notes: [String] = []
    let detailLimit: Int

    init(sheets count: Int, detailLimit: Int) {
        sheets = Array(repeating: nil, count: count)
        self.detailLimit = detailLimit
    }

    /// Notes that something stays as it is.
    mutating func leave(
        _ kind: RestoreReport.Left.Kind, key: [UInt8]?, sheet: String? = nil, cells: [String] = [],
        field: String? = nil, _ reason: String
    ) {
        counts.left[kind.rawValue, default: 0] += 1
        guard left.count < detailLimit else { return }
        left.append(
            RestoreReport.Left(
                kind: kind, key: key.map { String(decoding: $0, as: UTF8.self) }, sheet: sheet, cells: cells,
                field: field, reason: reason))
    }
}

/// Where each key stands, over all sheets.
struct KeyStands: Sendable {
    /// A row: which sheet, which row, and whether it is pending.
    struct Stand: Sendable, Equatable {
        let sheet: Int
        let row: Int
        let isPending: Bool
    }

    private var first: [KeyHash: UInt64] = [:]
    private var all: [KeyHash: [UInt64]] = [:]

    mutating func note(_ place: SeenKey, sheet: Int) {
        let packed = UInt64(sheet) << 40 | UInt64(place.row) << 1 | (place.isPending ? 1 : 0)
        guard let known = first[place.key] else {
            first[place.key] = packed
            return
        }
        all[place.key, default: [known]].append(packed)
    }

    func contains(_ key: KeyHash) -> Bool { first[key] != nil }

    private static func stand(_ packed: UInt64) -> Stand {
        Stand(sheet: Int(packed >> 40), row: Int(packed >> 1 & 0x7F_FFFF_FFFF), isPending: packed & 1 == 1)
    }

    func stands(of key: KeyHash) -> [Stand] {
        (all[key] ?? first[key].map { [$0] } ?? []).map(Self.stand)
    }

    /// The one row that a key means; a pending one takes no part beside a filled one.
    func row(of key: KeyHash) -> Stand? {
        let stands = stands(of: key)
        let filled = stands.filter { !$0.isPending }
        if filled.count == 1 { return filled[0] }
        return filled.isEmpty && stands.count == 1 ? stands[0] : nil
    }

    /// The keys of which nobody can say which row they mean.
    var ambiguous: [KeyHash] {
        all.keys.filter { row(of: $0) == nil }.sorted()
    }
}

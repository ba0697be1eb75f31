internal import LabelDiff
internal import LabelSchema

/// What was found in the files so far.
struct ValidationFindings: Sendable {
    /// So many rows with errors are told.
    let limit: Int
    private(set) var files: [ValidationReport.File] = []
    /// For each file, the columns of the fields that stand in it.
    private(set) var columns: [[String: Int]] = []
    /// Rows with errors or warnings, told or not.
    private(set) var troubledCount = 0
    private var kinds: [ErrorKind: Int] = [:]
    private var aliases = AliasTally()
    private var keys = KeyPlaces()
    private var table: TableRows
    private var kept: [TroubledRow] = []
    /// Rows that were valid until others were known.
    private var refused: Set<UInt64> = []

    init(_ schema: LabelSchema, limit: Int) {
        self.limit = limit
        table = TableRows(schema)
    }

    /// Adds a file that was read.
    mutating func add(_ file: ValidationReport.File, from collector: ValidationCollector) async {
        files.append(file)
        columns.append(await collector.columns)
        troubledCount += await collector.troubledCount
        kinds.merge(await collector.kinds, uniquingKeysWith: +)
        aliases.add(await collector.aliases.sorted)
        keys.add(await collector.keys)
        table.add(await collector.table)
        kept += await collector.troubled
        keepFirst()
    }

    /// The rows that share their key with others, by key.
    mutating func takeDuplicates() async -> [[KeyPlace]] {
        await keys.takeDuplicates()
    }

    /// What is wrong with rows only because of others; those that share their key take no part.
    mutating func takeBreaches(offered: [Int: Set<TupleHash>]) async -> [TableRows.Breach] {
        table.isEmpty ? [] : await table.takeBreaches(without: refused, offered: offered)
    }

    /// Counts an error of a row that was not known when the row was judged.
    mutating func count(_ error: ErrorKind, at place: KeyPlace) {
        let file = Int(place.file)
        files[file].counts.errors += 1
        kinds[error, default: 0] += 1
        guard place.kind == .valid, refused.insert(place.id).inserted else { return }
        files[file].counts.valid -= 1
        files[file].counts.invalid += 1
        if !place.isTroubled { troubledCount += 1 }
    }

    /// Adds a row with errors that were not known when it was judged.
    mutating func add(_ row: TroubledRow) {
        kept.append(row)
    }

    /// The first rows with errors or warnings, in the order of the files.
    var troubled: [TroubledRow] {
        var rows: [TroubledRow] = []
        for row in kept.sorted(by: { ($0.file, $0.row) < ($1.file, $1.row) }) {
            if let last = rows.last, last.file == row.file, last.row == row.row {
                // From left to right, as people read.
                rows[rows.count - 1].errors += row.errors
                rows[rows.count - 1].errors.sort { ($0.column ?? 0) < ($1.column ?? 0) }
            } else {
                rows.append(row)
            }
        }
        return Array(rows.prefix(limit))
    }

    /// How often each error was found, the most frequent first.
    var tallies: [ValidationReport.Tally] {
        kinds.map { kind, count in
            ValidationReport.Tally(
                code: kind.code, kind: kind.kind, field: kind.field, severity: kind.severity, count: count)
        }
        .sorted { left, right in
            if left.count != right.count { return left.count > right.count }
            return (left.code, left.field ?? "", left.kind ?? "") < (right.code, right.field ?? "", right.kind ?? "")
        }
    }

    /// The spellings that were taken for a value, the most frequent first.
    var aliasCounts: [ValidationReport.Alias] {
        aliases.sorted.map {
            ValidationReport.Alias(field: $0.field, spelling: $0.spelling, value: $0.value, count: $0.count)
        }
    }

    private mutating func keepFirst() {
        if kept.count > limit { kept.removeLast(kept.count - limit) }
    }
}

internal import LabelDiff
internal import LabelSchema
internal import Tabular

/// One error of a row that only other rows make one.
struct TableError: Sendable {
    enum Cause: Sendable {
        case duplicate
        case breach(TableConstraints.Breach)
    }

    let place: KeyPlace
    let cause: Cause
    /// The rows that hold the value too, up to a few, and how many there are.
    let others: [KeyPlace]
    let otherCount: Int
}

/// The errors that were found over the table: all are counted, those of the first rows are kept.
struct TableErrors: Sendable {
    private let schema: LabelSchema
    private let limit: Int
    private var kept: [TableError] = []

    init(schema: LabelSchema, limit: Int) {
        self.schema = schema
        self.limit = limit
    }

    /// Adds the rows that share one key.
    mutating func add(duplicates group: [KeyPlace], _ findings: inout ValidationFindings) {
        let kind = ErrorKind(
            code: "primary-key", kind: "duplicate", field: schema.primaryKey.first, severity: "error")
        let few = group.prefix(CellError.namedCells + 1)
        for place in group {
            findings.count(kind, at: place)
            keep(
                TableError(
                    place: place, cause: .duplicate, others: few.filter { $0.id != place.id },
                    otherCount: group.count - 1))
        }
    }

    /// Adds a row that breaks a rule.
    mutating func add(_ breach: TableRows.Breach, _ findings: inout ValidationFindings) {
        let kind: ErrorKind
        switch breach.breach {
        case .unique(let index):
            kind = ErrorKind(
                code: "unique-error", kind: "unique", field: schema.uniqueKeys[index].fields.first, severity: "error")
        case .foreign(let index):
            kind = ErrorKind(
                code: "foreign-key", kind: "missing", field: schema.foreignKeys[index].fields.first, severity: "error")
        }
        findings.count(kind, at: breach.place)
        keep(
            TableError(
                place: breach.place, cause: .breach(breach.breach), others: breach.others,
                otherCount: breach.otherCount))
    }

    /// The errors of the first rows, in the order of the files.
    mutating func first() -> [TableError] {
        shorten()
        return kept
    }

    private mutating func keep(_ error: TableError) {
        kept.append(error)
        // Of a column that was filled down there may be any number.
        if kept.count >= 1 << 16, kept.count / 8 > limit { shorten() }
    }

    private mutating func shorten() {
        kept.sort { $0.place.isAbove($1.place) }
        var rows = 0
        var end = 0
        while end < kept.count {
            if end == 0 || kept[end].place.id != kept[end - 1].place.id { rows += 1 }
            if rows > limit { break }
            end += 1
        }
        kept.removeLast(kept.count - end)
    }
}

/// Puts errors over the table into words.
struct TableErrorWords: Sendable {
    let schema: LabelSchema
    /// The names of the files, and the columns of the fields that stand in each.
    let names: [String]
    let columns: [[String: Int]]

    /// One error, in a row whose text is known; nil if the schema has no such key.
    func error(_ error: TableError, in row: PickedRow?) -> CellError? {
        let number = Int(error.place.row)
        switch error.cause {
        case .duplicate:
            let names = schema.primaryKey
            return CellError.duplicateKey(
                field: schema.fields(named: names).first ?? schema.fields[0], column: column(names, error.place),
                rowNumber: number,
                cell: LabelSchema.keyText(row?.key ?? []), otherCells: cells(error, names),
                otherCount: error.otherCount)
        case .breach(.unique(let index)):
            let key = schema.uniqueKeys[index]
            return CellError.notUnique(
                schema.fields(named: key.fields), at: place(key.fields, error, row),
                holders: cells(error, key.fields), holderCount: error.otherCount)
        case .breach(.foreign(let index)):
            let key = schema.foreignKeys[index]
            return CellError.noReference(
                schema.fields(named: key.fields), to: key.reference, at: place(key.fields, error, row))
        }
    }

    private func place(_ names: [String], _ error: TableError, _ row: PickedRow?) -> CellError.Place {
        CellError.Place(
            column: column(names, error.place), rowNumber: Int(error.place.row), cell: typed(names, error.place, row))
    }

    private func column(_ names: [String], _ place: KeyPlace) -> Int? {
        names.first.flatMap { columns[Int(place.file)][$0] }
    }

    private func typed(_ names: [String], _ place: KeyPlace, _ row: PickedRow?) -> String {
        guard let column = column(names, place), let cells = row?.cells, column < cells.count else { return "" }
        return cells[column]
    }

    private func cells(_ error: TableError, _ names: [String]) -> [String] {
        error.others.map { other in
            let cell = A1.cell(column: column(names, other) ?? 0, row: Int(other.row))
            return other.file == error.place.file ? cell : "\(self.names[Int(other.file)])!\(cell)"
        }
    }
}

internal import LabelDiff
internal import LabelSchema
internal import LabelStore
internal import Tabular

/// Puts what rows and labels break over the whole table into errors that name cells and keys.
struct TableWords {
    private let schema: LabelSchema
    private let decided: Decided
    private let names: SheetNames

    init(definition: DatasetDefinition, decided: Decided, state: StoredState) {
        schema = definition.schema
        self.decided = decided
        names = SheetNames(decided.pass, definition, state.records)
    }

    /// The errors of a row.
    ///
    /// - Parameters:
    ///   - breaches: what it breaks.
    ///   - row: its index.
    ///   - others: who else holds a value that has to be unique, by the unique key's place.
    ///   - keys: the keys of the labels among them, as people read them.
    /// - Returns: an error for each breach.
    /// - Throws: `SpoolError`.
    func errors(
        _ breaches: [TableConstraints.Breach], row: Int, others: [Int: TableConstraints.Others], keys: [KeyHash: String]
    ) throws -> [CellError] {
        let values = try values(ofRow: row)
        return breaches.compactMap { breach in
            switch breach {
            case .unique(let place):
                let key = schema.uniqueKeys[place]
                let holders = (others[place]?.holders ?? []).compactMap { holder in
                    switch holder {
                    case .row(let other): cell(of: key.fields[0], row: other)
                    case .label(let label): keys[label]
                    }
                }
                return CellError.notUnique(
                    schema.fields(named: key.fields), at: at(key.fields[0], row, values), holders: holders,
                    holderCount: others[place]?.count)
            case .foreign(let place):
                let key = schema.foreignKeys[place]
                return CellError.noReference(
                    schema.fields(named: key.fields), to: key.reference, at: at(key.fields[0], row, values))
            }
        }
    }

    /// The error of a row that would take away a value which other labels refer to.
    func stillReferenced(row: Int, field name: String, holders: [String]) throws -> CellError {
        let values = try values(ofRow: row)
        let field = schema.fields(named: [name]).first ?? schema.fields[0]
        return CellError.stillReferenced(field, at: at(name, row, values), holders: holders)
    }

    /// The errors of a stored label, which stands in no cell.
    func errors(_ breaches: Set<TableConstraints.Breach>) -> [CellError] {
        schema.errors(ofStoredLabel: breaches)
    }

    /// The error of a stored label that refers to a label which is not there.
    func dangling() -> [CellError] {
        let own = schema.foreignKeys.firstIndex { $0.reference == .itself }
        return own.map { errors([.foreign($0)]) } ?? []
    }

    /// The key of a stored label as people read it.
    func key(of label: [UInt8]) -> String {
        schema.key(ofCanonicalLabel: label).map(LabelSchema.keyText) ?? ""
    }

    private func cell(of field: String, row index: Int) -> String? {
        let row = decided.rows[index]
        guard let column = decided.pass.sheets[Int(row.sheet)]?.columns[field] else { return nil }
        return "\(names.names[Int(row.sheet)])!\(A1.cell(column: column, row: Int(row.rowNumber)))"
    }

    private func at(_ field: String, _ index: Int, _ values: [String: LabelValue]) -> CellError.Place {
        let row = decided.rows[index]
        return CellError.Place(
            column: decided.pass.sheets[Int(row.sheet)]?.columns[field], rowNumber: Int(row.rowNumber),
            cell: values[field]?.displayText ?? "")
    }

    private func values(ofRow index: Int) throws -> [String: LabelValue] {
        let record = try decided.pass.spool.record(at: decided.rows[index].spoolOffset)
        let members = CanonicalLabel.parse(record.canonical) ?? []
        return Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

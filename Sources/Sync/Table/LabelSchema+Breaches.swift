internal import LabelDiff
internal import LabelSchema

extension LabelSchema {
    /// The fields of some names, in the order of the names.
    func fields(named names: [String]) -> [LabelField] {
        names.compactMap { name in fields.first { $0.name == name } }
    }

    /// The errors of a stored label, which stands in no cell: unique keys before references, as the schema has them.
    func errors(ofStoredLabel breaches: Set<TableConstraints.Breach>) -> [CellError] {
        let nowhere = CellError.Place(column: nil, rowNumber: 0, cell: "")
        let unique = uniqueKeys.enumerated().compactMap { place, key in
            breaches.contains(.unique(place))
                ? CellError.notUnique(fields(named: key.fields), at: nowhere, holders: []) : nil
        }
        let foreign = foreignKeys.enumerated().compactMap { place, key in
            breaches.contains(.foreign(place))
                ? CellError.noReference(fields(named: key.fields), to: key.reference, at: nowhere) : nil
        }
        return unique + foreign
    }
}

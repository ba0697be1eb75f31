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

    /// Errors of a stored label, quoting its values where they quote nothing yet.
    ///
    /// - Parameters:
    ///   - label: The label in canonical form, under the names that its fields have now; empty for none.
    ///   - errors: The errors.
    /// - Returns: The same errors.
    func quoting(_ label: [UInt8], in errors: [CellError]) -> [CellError] {
        guard !errors.isEmpty, let members = CanonicalLabel.parse(label) else { return errors }
        return errors.map { error in
            guard error.cell.isEmpty, let value = members.first(where: { $0.name == error.field })?.value else {
                return error
            }
            return error.quoting(value.displayText)
        }
    }
}

/// What is wrong with a row only because of others.
extension CellError {
    /// A value that stands in more than one row, in a field (or some fields together) where each may stand once.
    ///
    /// - Parameters:
    ///   - fields: The fields of the unique key, in its order; the error stands at the first.
    ///   - column: The column of the first field in the sheet, counted from 0.
    ///   - rowNumber: The row in the sheet, counted from 1.
    ///   - cell: What was typed.
    ///   - otherCells: The cells of the other rows, by sheet and A1 notation.
    ///   - otherCount: How many other rows there are, where not all of their cells are given.
    /// - Returns: The error of one of the rows.
    package static func notUnique(
        fields: [LabelField], column: Int?, rowNumber: Int, cell: String, otherCells: [String], otherCount: Int? = nil
    ) -> CellError {
        var detail = fields.first?.messageDetail(code: "unique-error", cause: "unique") ?? [:]
        detail["constraint"] = "unique"
        let named = otherCells.prefix(namedCells)
        detail["otherCells"] = named.joined(separator: ", ")
        let more = (otherCount ?? otherCells.count) - named.count
        if more > 0 { detail["more"] = "\(more)" }
        if fields.count > 1 { detail["fields"] = fields.map(\.title).joined(separator: ", ") }
        return CellError(
            code: "unique-error", field: fields.first?.name, column: column, rowNumber: rowNumber, cell: cell,
            detail: detail)
    }

    /// A value that does not stand where a foreign key says that it does.
    ///
    /// - Parameters:
    ///   - fields: The fields of the foreign key, in its order; the error stands at the first.
    ///   - reference: Where the values should stand; nil for the dataset itself.
    ///   - column: The column of the first field in the sheet, counted from 0.
    ///   - rowNumber: The row in the sheet, counted from 1.
    ///   - cell: What was typed.
    /// - Returns: The error.
    package static func danglingReference(
        fields: [LabelField], reference: String?, column: Int?, rowNumber: Int, cell: String
    ) -> CellError {
        var detail = fields.first?.messageDetail(code: "foreign-key", cause: nil) ?? [:]
        detail["reference"] = reference ?? ""
        if fields.count > 1 { detail["fields"] = fields.map(\.title).joined(separator: ", ") }
        return CellError(
            code: "foreign-key", field: fields.first?.name, column: column, rowNumber: rowNumber, cell: cell,
            detail: detail)
    }
}

/// A rule across the columns of a row, such as `if is_food is false then category is empty`.
package struct RowRule: Sendable {
    /// The sentence as the schema has it.
    package let text: String
    /// What the schema calls it; nil where it has no name.
    package let name: String?
    /// Whether a row that breaks it is taken all the same.
    package let isWarning: Bool
    /// The field in whose column the message stands.
    package let field: String

    /// Places among the schema's fields that the rule names.
    let named: [Int]
    /// Place of `field` among the schema's fields.
    let anchor: Int
    /// The rule over the schema's fields by their places.
    let program: RuleProgram
    /// What the error of a row carries, but for the row's own values.
    let detail: [String: String]
    /// Fields, by name and place, whose values a message shows.
    let shown: [(name: String, place: Int)]
}

extension RowRule {
    /// The code of the error that a row has which breaks a rule.
    package static let code = "row-constraint"

    /// The error of a row.
    ///
    /// - Parameters:
    ///   - column: The column of `field` in the sheet, counted from 0; nil for a stored label.
    ///   - rowNumber: The row in the sheet, counted from 1; 0 for a stored label.
    ///   - cell: What stands in the cell of `field`.
    ///   - values: What stands in the cells of `shown`.
    /// - Returns: The error.
    func error(column: Int?, rowNumber: Int, cell: String, values: [String]) -> CellError {
        var detail = detail
        for (field, value) in zip(shown, values) { detail["value.\(field.name)"] = CellText.kept(value) }
        return CellError(
            code: Self.code, field: field, column: column, rowNumber: rowNumber, cell: cell, detail: detail)
    }
}

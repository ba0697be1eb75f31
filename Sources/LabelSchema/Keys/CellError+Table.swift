/// What is wrong with a row because of other rows.
extension CellError {
    /// Where a row stands, and what it holds in the field at hand.
    package struct Place: Sendable {
        /// The column in the sheet, counted from 0; nil if it has none.
        package let column: Int?
        /// The row in the sheet, counted from 1.
        package let rowNumber: Int
        /// The value as a person reads it.
        package let cell: String

        package init(column: Int?, rowNumber: Int, cell: String) {
            self.column = column
            self.rowNumber = rowNumber
            self.cell = cell
        }
    }

    /// A value that no two labels may share and that another one holds.
    ///
    /// - Parameters:
    ///   - field: The field; of a key of several fields, the first.
    ///   - key: The unique key.
    ///   - place: Where the row stands.
    ///   - holders: Who holds the value too: cells (`レシピ分類!C12`) or keys of labels that stay.
    ///   - holderCount: How many they are, where not all of them are given.
    /// - Returns: The error, with the code `unique-error`.
    package static func notUnique(
        _ field: LabelField, key: UniqueKey, at place: Place, holders: [String], holderCount: Int? = nil
    ) -> CellError {
        var detail = field.messageDetail(code: "unique-error", cause: "unique")
        detail["constraint"] = "unique"
        let named = holders.prefix(namedCells)
        detail["otherCells"] = named.joined(separator: ", ")
        let more = (holderCount ?? holders.count) - named.count
        if more > 0 { detail["more"] = "\(more)" }
        if key.fields.count > 1 { detail["fields"] = key.fields.joined(separator: ", ") }
        return CellError(
            code: "unique-error", field: field.name, column: place.column, rowNumber: place.rowNumber,
            cell: place.cell, detail: detail)
    }

    /// A value that has to stand in another label, and does not.
    ///
    /// - Parameters:
    ///   - field: The field; of a key of several fields, the first.
    ///   - key: The foreign key.
    ///   - place: Where the row stands.
    /// - Returns: The error, with the code `foreign-key`.
    package static func noReference(_ field: LabelField, key: ForeignKey, at place: Place) -> CellError {
        var detail = field.messageDetail(code: "foreign-key", cause: nil)
        detail["reason"] = "missing"
        if case .dataset(let name) = key.reference { detail["reference"] = name }
        if key.fields.count > 1 { detail["fields"] = key.fields.joined(separator: ", ") }
        return CellError(
            code: "foreign-key", field: field.name, column: place.column, rowNumber: place.rowNumber,
            cell: place.cell, detail: detail)
    }

    /// A value that would go while other labels still refer to it.
    ///
    /// - Parameters:
    ///   - field: The field that holds the value.
    ///   - place: Where the row stands.
    ///   - holders: The keys of the labels that refer to it.
    /// - Returns: The error, with the code `foreign-key` and the reason `referenced`.
    package static func stillReferenced(_ field: LabelField, at place: Place, holders: [String]) -> CellError {
        var detail = field.messageDetail(code: "foreign-key", cause: nil)
        detail["reason"] = "referenced"
        detail["otherCells"] = holders.prefix(namedCells).joined(separator: ", ")
        if holders.count > namedCells { detail["more"] = "\(holders.count - namedCells)" }
        return CellError(
            code: "foreign-key", field: field.name, column: place.column, rowNumber: place.rowNumber,
            cell: place.cell, detail: detail)
    }
}

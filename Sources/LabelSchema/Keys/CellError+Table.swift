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
    ///   - fields: The fields of the unique key; the error stands at the first.
    ///   - place: Where the row stands.
    ///   - holders: Who holds the value too: cells (`レシピ分類!C12`) or keys of labels that stay.
    ///   - holderCount: How many they are, where not all of them are given.
    /// - Returns: The error, with the code `unique-error`; nil if there is no field.
    package static func notUnique(
        _ fields: [LabelField], at place: Place, holders: [String], holderCount: Int? = nil
    ) -> CellError? {
        guard let field = fields.first else { return nil }
        var detail = field.messageDetail(code: "unique-error", cause: "unique")
        detail["constraint"] = "unique"
        let named = holders.prefix(namedCells)
        detail["otherCells"] = named.joined(separator: ", ")
        let more = (holderCount ?? holders.count) - named.count
        if more > 0 { detail["more"] = "\(more)" }
        detail.merge(fields.messageDetail) { own, _ in own }
        return CellError(
            code: "unique-error", field: field.name, column: place.column, rowNumber: place.rowNumber,
            cell: place.cell, detail: detail)
    }

    /// A value that has to stand in another label, and does not.
    ///
    /// - Parameters:
    ///   - fields: The fields of the foreign key; the error stands at the first.
    ///   - reference: Where the key points to.
    ///   - place: Where the row stands.
    /// - Returns: The error, with the code `foreign-key`; nil if there is no field.
    package static func noReference(
        _ fields: [LabelField], to reference: ForeignKey.Reference, at place: Place
    ) -> CellError? {
        guard let field = fields.first else { return nil }
        var detail = field.messageDetail(code: "foreign-key", cause: nil)
        detail["reason"] = "missing"
        if case .dataset(let name) = reference { detail["reference"] = name }
        detail.merge(fields.messageDetail) { own, _ in own }
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

extension [LabelField] {
    /// What a message about a key of several fields needs: their names for programs, and their titles by language.
    ///
    /// Empty for a key of one field, whose error names it already.
    var messageDetail: [String: String] {
        if count < 2 { return [:] }
        var detail = ["fields": map(\.name).joined(separator: ", ")]
        for language in MessageLanguage.allCases {
            let titles = map { language.quoted($0.titles[language.rawValue] ?? $0.title) }
            detail["fields.\(language.rawValue)"] = titles.joined(separator: language == .ja ? "" : ", ")
        }
        return detail
    }
}

extension MessageLanguage {
    /// A text in the language's quotation marks.
    func quoted(_ text: String) -> String {
        self == .ja ? "「\(text)」" : "“\(text)”"
    }
}

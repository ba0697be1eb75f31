/// The language of a message.
package enum MessageLanguage: String, Sendable, Hashable, CaseIterable {
    case ja, en
}

/// How grave a problem is.
package enum Severity: String, Sendable, Hashable, CaseIterable {
    /// The row is refused.
    case error
    /// The row is taken all the same.
    case warning
}

/// What is wrong with one cell.
///
/// It is data: reported, stored and shown, never thrown.
///
/// Codes are those of Frictionless where it has one (`type-error`, `constraint-error`, `primary-key`, `extra-cell`),
/// and `cell-error` for a spreadsheet's own errors such as `#N/A`.
package struct CellError: Sendable, Hashable {
    package let code: String
    /// The name of the field.
    package let field: String?
    /// The column in the sheet, counted from 0.
    package let column: Int?
    /// The row in the sheet, counted from 1; 0 for a stored label, which stands in no sheet.
    package let rowNumber: Int
    /// What was typed, cut at 200 characters.
    ///
    /// Not escaped: `message(_:)` does that.
    package let cell: String
    /// For programs: `title`, `reason`, `constraint`, `limit`, `type`, `suggestion`, `allowed`, `otherCells` and more.
    package let detail: [String: String]
    package let severity: Severity

    init(
        code: String, field: String?, column: Int?, rowNumber: Int, cell: String, detail: [String: String],
        severity: Severity = .error
    ) {
        self.severity = severity
        self.code = code
        self.field = field
        self.column = column
        self.rowNumber = rowNumber
        self.cell = CellText.kept(cell)
        self.detail = detail
    }

    /// The same error, quoting another text of its cell: what a person sees there, say.
    package func quoting(_ text: String) -> CellError {
        CellError(
            code: code, field: field, column: column, rowNumber: rowNumber, cell: text, detail: detail,
            severity: severity)
    }

    /// So many of the other cells of a duplicate are named.
    package static let namedCells = 20

    /// A key that stands in more than one row.
    ///
    /// All the rows concerned get one, each naming the cells of the others.
    ///
    /// - Parameters:
    ///   - field: The key field; of a composite key, the first.
    ///   - column: Its column in the sheet, counted from 0.
    ///   - rowNumber: The row in the sheet, counted from 1.
    ///   - cell: What was typed.
    ///   - otherCells: The key cells of the other rows, by sheet and A1 notation (`レシピ分類!A12`).
    ///   - otherCount: How many other rows there are, where not all of their cells are given.
    /// - Returns: The error of one of the rows.
    package static func duplicateKey(
        field: LabelField, column: Int?, rowNumber: Int, cell: String, otherCells: [String], otherCount: Int? = nil
    ) -> CellError {
        var detail = field.messageDetail(code: "primary-key", cause: "duplicate")
        detail["reason"] = "duplicate"
        let named = otherCells.prefix(namedCells)
        detail["otherCells"] = named.joined(separator: ", ")
        let more = (otherCount ?? otherCells.count) - named.count
        if more > 0 { detail["more"] = "\(more)" }
        return CellError(
            code: "primary-key", field: field.name, column: column, rowNumber: rowNumber, cell: cell, detail: detail)
    }
}

extension LabelField {
    /// What a message about this field needs, so that a stored error can be put into words without the schema.
    ///
    /// - Parameters:
    ///   - code: The error's code.
    ///   - cause: What exactly is wrong: a constraint's name or, for a key, `blank`, `unreadable` or `duplicate`. A
    ///     template under this name goes before one under the code.
    /// - Returns: Titles and templates by language.
    func messageDetail(code: String, cause: String?) -> [String: String] {
        var detail = ["title": title]
        for language in MessageLanguage.allCases {
            if let own = titles[language.rawValue], own != title { detail["title.\(language.rawValue)"] = own }
            let exact = cause.flatMap { messages[$0]?[language.rawValue] }
            if let template = exact ?? messages[code]?[language.rawValue] {
                detail["message.\(language.rawValue)"] = template
            }
        }
        return detail
    }
}

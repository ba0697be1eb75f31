import Tabular

/// Why a sheet's header cannot be matched with a schema.
///
/// Any of these refuses the whole sheet.
package enum HeaderProblem: Sendable, Hashable {
    /// No header cell is the title or name of a field. `suggestion` is a header cell that comes near, if there is one.
    case missingColumn(field: String, title: String, suggestion: String?)
    /// Several header cells mean the same field. `columns` count from 0.
    case duplicateHeader(field: String, title: String, columns: [Int], row: Int)
    /// A header cell that is no field, where only fields may stand. `column` counts from 0.
    case extraColumn(header: String, column: Int, row: Int)
    /// The first column that is not in the place that the schema gives it. Columns count from 0.
    case misplacedColumn(title: String, column: Int, expected: Int, row: Int)
    /// The header row has no text at all.
    case emptyHeader(row: Int)

    /// Frictionless' code of the problem.
    package var code: String {
        switch self {
        case .missingColumn: "missing-label"
        case .duplicateHeader: "duplicate-label"
        case .extraColumn: "extra-label"
        case .misplacedColumn: "incorrect-label"
        case .emptyHeader: "blank-header"
        }
    }

    /// The problem in words for the person who keeps the sheet.
    package func message(_ language: MessageLanguage) -> String {
        var values: [String: String] = [:]
        var key = code
        switch self {
        case .missingColumn(_, let title, let suggestion):
            values = ["field": title]
            values["suggestion"] = suggestion
            if suggestion != nil { key += "/near" }
        case .duplicateHeader(_, let title, let columns, let row):
            let cells = columns.map { A1.cell(column: $0, row: row) }
            values = ["field": title, "otherCells": cells.joined(separator: language == .ja ? "、" : ", ")]
        case .extraColumn(let header, let column, let row):
            values = ["cell": header, "otherCells": A1.cell(column: column, row: row)]
        case .misplacedColumn(let title, let column, let expected, let row):
            values = ["field": title, "cell": A1.cell(column: column, row: row)]
            values["otherCells"] = A1.cell(column: expected, row: row)
        case .emptyHeader(let row): values = ["row": "\(row)"]
        }
        return MessageTemplate.filled(UsualMessage[key]?.text(language) ?? "") { place in
            CellText.shown(values[place] ?? "", limit: 400)
        }
    }
}

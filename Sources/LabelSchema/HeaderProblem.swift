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
        switch language {
        case .ja: japanese
        case .en: english
        }
    }

    private var japanese: String {
        switch self {
        case .missingColumn(_, let title, let suggestion):
            let hint = suggestion.map { "「\(CellText.shown($0))」という列がありますが、書き間違いではありませんか？" } ?? ""
            return "「\(title)」の列が見つかりません。見出しを元に戻してください。\(hint)"
        case .duplicateHeader(_, let title, let columns, let row):
            let cells = columns.map { A1.cell(column: $0, row: row) }.joined(separator: "、")
            return "「\(title)」の列が二つ以上あります（\(cells)）。一つだけ残してください。"
        case .extraColumn(let header, let column, let row):
            let cell = A1.cell(column: column, row: row)
            return "「\(CellText.shown(header))」という列（\(cell)）は、このシートでは使えません。列を移すか、見出しを直してください。"
        case .misplacedColumn(let title, let column, let expected, let row):
            let (here, there) = (A1.cell(column: column, row: row), A1.cell(column: expected, row: row))
            return "「\(title)」の列が \(here) にありますが、\(there) に置いてください（列の順番が決まっています）。"
        case .emptyHeader(let row):
            return "見出しの行（\(row)行目）が空です。各列の見出しを入力してください。"
        }
    }

    private var english: String {
        switch self {
        case .missingColumn(_, let title, let suggestion):
            let hint = suggestion.map { " There is a column “\(CellText.shown($0))”: is it a slip of the pen?" } ?? ""
            return "The column “\(title)” is missing. Please put its header back.\(hint)"
        case .duplicateHeader(_, let title, let columns, let row):
            let cells = columns.map { A1.cell(column: $0, row: row) }.joined(separator: ", ")
            return "The column “\(title)” stands there more than once (\(cells)). Please keep only one."
        case .extraColumn(let header, let column, let row):
            let cell = A1.cell(column: column, row: row)
            return "The column “\(CellText.shown(header))” (\(cell)) is not one that this sheet may have. "
                + "Please move it elsewhere, or correct its header."
        case .misplacedColumn(let title, let column, let expected, let row):
            let (here, there) = (A1.cell(column: column, row: row), A1.cell(column: expected, row: row))
            return
                "The column “\(title)” stands in \(here). Please move it to \(there): the columns have a fixed order."
        case .emptyHeader(let row):
            return "The header row (row \(row)) is empty. Please enter a header for each column."
        }
    }
}

internal import LabelStore
internal import SheetSource
internal import Tabular

/// What people call the sheets of a dataset: the tab's title, with the spreadsheet's where several tabs share one.
struct SheetNames: Sendable {
    let names: [String]
    private let keyColumns: [Int]

    init(_ pass: Pass, _ definition: DatasetDefinition, _ records: [SheetRecord?]) {
        let titles = definition.sheets.indices.map { index in
            let known = pass.skipped.contains(index) ? records[index]?.title : nil
            return pass.sheets[index]?.identity.title ?? known ?? definition.sheets[index].displayName
        }
        var count: [String: Int] = [:]
        for title in titles { count[title, default: 0] += 1 }
        names = titles.enumerated().map { index, title in
            guard count[title, default: 0] > 1 else { return title }
            let spreadsheet =
                pass.sheets[index]?.identity.spreadsheetTitle ?? records[index]?.spreadsheetTitle ?? ""
            let reference = definition.sheets[index].reference.spreadsheet
            // Of a file, title and spreadsheet are one: its path tells it apart.
            return spreadsheet == title ? reference : "\(spreadsheet.isEmpty ? reference : spreadsheet) / \(title)"
        }
        keyColumns = pass.sheets.map { $0?.keyColumn ?? 0 }
    }

    /// The cell of a row's key, such as `レシピ分類!A12`.
    func keyCell(sheet: Int, row: UInt32) -> String {
        "\(names[sheet])!\(A1.cell(column: keyColumns[sheet], row: Int(row)))"
    }

    func keyColumn(sheet: Int) -> Int { keyColumns[sheet] }
}

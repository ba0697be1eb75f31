import Tabular

/// How typed values are read.
enum ValueInput: String, Sendable {
    case raw = "RAW"
    case userEntered = "USER_ENTERED"

    init(_ name: String?) throws(APIError) {
        guard let name, name != "INPUT_VALUE_OPTION_UNSPECIFIED" else {
            throw .invalidArgument("'valueInputOption' is required but not specified")
        }
        guard let input = ValueInput(rawValue: name) else {
            throw .invalidEnum("value_input_option", "google.apps.sheets.v4.ValueInputOption", name)
        }
        self = input
    }

    func cell(_ value: JSONValue) throws(APIError) -> CellValue? {
        switch value {
        case .null: return nil
        case .boolean(let value): return .boolean(value)
        case .number(let literal): return .number(literal: NumberLiteral.canonical(literal), format: .automatic)
        case .string(let text):
            guard text.utf16.count <= 50_000 else {
                throw .invalidArgument(
                    "Your input contains more than the maximum of 50000 characters in a single cell.")
            }
            if self == .userEntered { return UserEntered.cell(text) }
            return text.isEmpty ? .empty : .text(text)
        case .array, .object: throw .invalidArgument("Invalid values: list_value or struct_value in a cell")
        }
    }
}

/// A `ValueRange` to be written, by rows; nil cells are left as they are.
struct ValueBlock {
    var rows: [[CellValue?]]

    init(_ body: JSONValue, _ input: ValueInput) throws(APIError) {
        rows = try (body["values"]?.elements ?? []).map { row throws(APIError) in
            guard let cells = row.elements else { throw .invalidArgument("Invalid values[0]: list_value expected") }
            return try cells.map { cell throws(APIError) in try input.cell(cell) }
        }
        guard body["majorDimension"]?.text == "COLUMNS" else { return }
        let columns = rows
        rows = (0..<(columns.map(\.count).max() ?? 0)).map { row in columns.map { row < $0.count ? $0[row] : nil } }
    }

    var width: Int { rows.map(\.count).max() ?? 0 }
    var filled: Int { rows.reduce(0) { $0 + $1.count { $0 != nil } } }
}

extension Spreadsheet {
    static let maximumCells = 10_000_000

    mutating func valuesUpdate(
        _ range: String, _ query: QueryParameters, _ body: JSONValue
    ) throws(APIError) -> JSONValue {
        try update(range, ValueBlock(body, ValueInput(query["valueInputOption"]))).json
    }

    mutating func valuesBatchUpdate(_ body: JSONValue) throws(APIError) -> JSONValue {
        let input = try ValueInput(body["valueInputOption"]?.text)
        var responses: [UpdateSummary] = []
        for data in body["data"]?.elements ?? [] {
            responses.append(try update(data["range"]?.text ?? "", ValueBlock(data, input)))
        }
        return .object([
            "spreadsheetId": .string(id),
            "totalUpdatedRows": .positive(responses.reduce(0) { $0 + $1.rows }),
            "totalUpdatedColumns": .positive(responses.reduce(0) { $0 + $1.columns }),
            "totalUpdatedCells": .positive(responses.reduce(0) { $0 + $1.cells }),
            "totalUpdatedSheets": .positive(Set(responses.map(\.tabIndex)).count),
            "responses": responses.isEmpty ? nil : .array(responses.map(\.json)),
        ])
    }

    /// Writes below the last filled row of the tab. (The real service looks for a table inside the range.)
    mutating func valuesAppend(
        _ range: String, _ query: QueryParameters, _ body: JSONValue
    ) throws(APIError) -> JSONValue {
        let block = try ValueBlock(body, ValueInput(query["valueInputOption"]))
        let target = try resolve(range)
        let grid = tabs[target.tabIndex].grid
        let whole = 0..<grid.columnCount
        let last = grid.lastFilledRow(0..<grid.rowCount, columns: whole)
        let start = max(last.map { $0 + 1 } ?? 0, target.cells.rows.lowerBound)
        if query["insertDataOption"] == "INSERT_ROWS", start < grid.rowCount {
            tabs[target.tabIndex].grid.rowCount += block.rows.count
        }
        let column = target.cells.columns.lowerBound
        try grow(target.tabIndex, rows: start + block.rows.count, columns: column + block.width)
        let summary = write(block, tabIndex: target.tabIndex, row: start, column: column)
        let table = last.map { CellRange(rows: 0..<$0 + 1, columns: whole).notation(title: target.title) }
        return .object([
            "spreadsheetId": .string(id), "tableRange": table.map { .string($0) }, "updates": summary.json,
        ])
    }

    mutating func valuesClear(_ range: String) throws(APIError) -> JSONValue {
        .object(["spreadsheetId": .string(id), "clearedRange": .string(try clear(range))])
    }

    mutating func valuesBatchClear(_ body: JSONValue) throws(APIError) -> JSONValue {
        var cleared: [JSONValue] = []
        for range in body["ranges"]?.elements ?? [] { cleared.append(.string(try clear(range.text ?? ""))) }
        return .object(["spreadsheetId": .string(id), "clearedRanges": .array(cleared)])
    }

    private mutating func clear(_ range: String) throws(APIError) -> String {
        let target = try resolve(range)
        tabs[target.tabIndex].grid.rewriteRows(target.cells.rows) { cells in
            for column in target.cells.columns where column < cells.count { cells[column] = .empty }
        }
        return target.notation
    }

    private mutating func update(_ range: String, _ block: ValueBlock) throws(APIError) -> UpdateSummary {
        let target = try resolve(range)
        let (rows, columns) = (target.cells.rows, target.cells.columns)
        let grid = tabs[target.tabIndex].grid
        let limit =
            target.isSingleCell
            ? (rows: grid.rowCount - rows.lowerBound, columns: grid.columnCount - columns.lowerBound)
            : (rows: rows.count, columns: columns.count)
        if block.rows.count > limit.rows {
            throw .invalidArgument(
                "Requested writing within range [\(target.notation)], but tried writing to row "
                    + "[\(rows.lowerBound + limit.rows + 1)]")
        }
        if block.width > limit.columns {
            let column = A1.column(columns.lowerBound + limit.columns)
            throw .invalidArgument(
                "Requested writing within range [\(target.notation)], but tried writing to column [\(column)]")
        }
        return write(block, tabIndex: target.tabIndex, row: rows.lowerBound, column: columns.lowerBound)
    }

    /// Makes the grid at least this large.
    mutating func grow(_ tabIndex: Int, rows: Int, columns: Int) throws(APIError) {
        tabs[tabIndex].grid.rowCount = max(tabs[tabIndex].grid.rowCount, rows)
        tabs[tabIndex].grid.columnCount = max(tabs[tabIndex].grid.columnCount, columns)
        try checkSize()
    }

    func checkSize() throws(APIError) {
        let cells = tabs.reduce(0) { $0 + $1.grid.rowCount * $1.grid.columnCount }
        guard cells <= Self.maximumCells else {
            throw .invalidArgument(
                "This action would increase the number of cells in the workbook above the limit of "
                    + "\(Self.maximumCells) cells.")
        }
    }

    private mutating func write(_ block: ValueBlock, tabIndex: Int, row: Int, column: Int) -> UpdateSummary {
        let grid = tabs[tabIndex].grid
        let rows = zip(block.rows, grid.encodedRows(row..<row + block.rows.count)).map { values, encoded in
            var cells = RowCodec.decode(encoded)
            while cells.count < column + values.count { cells.append(.empty) }
            for (offset, value) in values.enumerated() {
                if let value { cells[column + offset] = value }
            }
            return RowCodec.encode(cells)[...]
        }
        tabs[tabIndex].grid.replaceRows(row..<row + rows.count, with: rows)
        let cells = CellRange(rows: row..<row + max(1, rows.count), columns: column..<column + max(1, block.width))
        return UpdateSummary(
            id: id, tabIndex: tabIndex, range: cells.notation(title: tabs[tabIndex].title), rows: rows.count,
            columns: block.width, cells: block.filled)
    }
}

/// What one write changed, as answers tell it.
struct UpdateSummary {
    let id: String
    let tabIndex: Int
    let range: String
    let rows: Int
    let columns: Int
    let cells: Int

    var json: JSONValue {
        .object([
            "spreadsheetId": .string(id), "updatedRange": .string(range), "updatedRows": .positive(rows),
            "updatedColumns": .positive(columns), "updatedCells": .positive(cells),
        ])
    }
}

extension JSONValue {
    /// A count, left out when it is zero, as everywhere in Google's answers.
    static func positive(_ value: Int) -> JSONValue? {
        value == 0 ? nil : .integer(value)
    }
}

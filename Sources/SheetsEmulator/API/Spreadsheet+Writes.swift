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

    /// The cell that a value makes; nil for a null, which leaves the cell as it is.
    func cell(_ value: JSONValue, isPlainText: Bool) throws(APIError) -> CellValue? {
        switch value {
        case .null: return nil
        case .boolean(let value): return .boolean(value)
        case .number(let literal): return .number(literal: NumberLiteral.canonical(literal), format: .automatic)
        case .string(let text):
            guard text.utf16.count <= 50_000 else {
                throw .invalidArgument(
                    "Your input contains more than the maximum of 50000 characters in a single cell.")
            }
            if self == .userEntered && !isPlainText { return UserEntered.cell(text) }
            return text.isEmpty ? .empty : .text(text)
        case .array, .object: throw .invalidArgument("Invalid values: list_value or struct_value in a cell")
        }
    }
}

/// A `ValueRange` to be written, by rows; nulls stand for cells that are left as they are.
struct ValueBlock {
    let rows: [[JSONValue]]
    let input: ValueInput

    init(_ body: JSONValue, _ input: ValueInput) throws(APIError) {
        self.input = input
        let given = (body["values"]?.elements ?? []).map { $0.elements ?? [] }
        guard body["majorDimension"]?.text == "COLUMNS" else {
            rows = given
            return
        }
        rows = (0..<(given.map(\.count).max() ?? 0)).map { row in given.map { row < $0.count ? $0[row] : .null } }
    }

    var width: Int { rows.map(\.count).max() ?? 0 }
    var filled: Int { rows.reduce(0) { $0 + $1.count { $0 != .null } } }
}

/// What the answer of a write is to hold besides the counts.
struct WriteAnswer {
    private let options: ReadOptions?

    init(_ query: QueryParameters) throws(APIError) {
        try self.init(
            includes: query["includeValuesInResponse"] == "true", render: query["responseValueRenderOption"],
            dates: query["responseDateTimeRenderOption"], dimension: nil)
    }

    init(includes: Bool, render: String?, dates: String?, dimension: String?) throws(APIError) {
        let options = try ReadOptions(render: render, dates: dates, dimension: dimension)
        self.options = includes ? options : nil
    }

    func data(_ range: ResolvedRange, of spreadsheet: Spreadsheet) -> JSONValue? {
        options.map { spreadsheet.source(range, $0).json }
    }
}

extension Spreadsheet {
    static let maximumCells = 10_000_000

    mutating func valuesUpdate(
        _ range: String, _ query: QueryParameters, _ body: JSONValue
    ) throws(APIError) -> JSONValue {
        try APISchema.sheets.check(body, as: "ValueRange", at: "data")
        let answer = try WriteAnswer(query)
        if let named = body["range"]?.text, try resolve(named).notation != resolve(range).notation {
            throw .invalidArgument("Requested writing within range [\(range)], but the body names range [\(named)]")
        }
        return try update(range, ValueBlock(body, ValueInput(query["valueInputOption"])), answer).json
    }

    mutating func valuesBatchUpdate(_ body: JSONValue) throws(APIError) -> JSONValue {
        try APISchema.sheets.check(body, as: "BatchUpdateValuesRequest")
        let input = try ValueInput(body["valueInputOption"]?.text)
        let answer = try WriteAnswer(
            includes: body["includeValuesInResponse"]?.boolean == true,
            render: body["responseValueRenderOption"]?.text, dates: body["responseDateTimeRenderOption"]?.text,
            dimension: nil)
        var responses: [UpdateSummary] = []
        for (index, data) in (body["data"]?.elements ?? []).enumerated() {
            do throws(APIError) {
                responses.append(try update(data["range"]?.text ?? "", ValueBlock(data, input), answer))
            } catch {
                throw error.prefixed("Invalid data[\(index)]: ")
            }
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

    /// Writes below the last table in the range, or where the range begins if there is none.
    mutating func valuesAppend(
        _ range: String, _ query: QueryParameters, _ body: JSONValue
    ) throws(APIError) -> JSONValue {
        try APISchema.sheets.check(body, as: "ValueRange", at: "data")
        let block = try ValueBlock(body, ValueInput(query["valueInputOption"]))
        let answer = try WriteAnswer(query)
        switch query["insertDataOption"] {
        case nil, "OVERWRITE", "INSERT_ROWS": break
        case let name?:
            throw .invalidEnum(
                "insert_data_option", "google.apps.sheets.v4.AppendValuesRequest.InsertDataOption", name)
        }
        let target = try resolve(range)
        let tab = target.tabIndex
        let table = tabs[tab].grid.lastTable(in: target.cells)
        let row = table?.rows.upperBound ?? target.cells.rows.lowerBound
        let column = table?.columns.lowerBound ?? target.cells.columns.lowerBound
        if query["insertDataOption"] == "INSERT_ROWS", table != nil, row < tabs[tab].grid.rowCount, !block.rows.isEmpty
        {
            restructure(tab, .insert(.rows, at: row, count: block.rows.count))
        }
        tabs[tab].grid.rowCount = max(tabs[tab].grid.rowCount, row + block.rows.count)
        tabs[tab].grid.columnCount = max(tabs[tab].grid.columnCount, column + block.width)
        do throws(Refusal) {
            try checkSize()
        } catch {
            throw .invalidArgument(error.message)
        }
        let summary = try write(block, tab: tab, row: row, column: column, answer)
        return .object([
            "spreadsheetId": .string(id),
            "tableRange": table.map { .string($0.notation(title: target.title)) },
            "updates": summary.json,
        ])
    }

    mutating func valuesClear(_ range: String) throws(APIError) -> JSONValue {
        .object(["spreadsheetId": .string(id), "clearedRange": .string(try clear(range))])
    }

    mutating func valuesBatchClear(_ body: JSONValue) throws(APIError) -> JSONValue {
        try APISchema.sheets.check(body, as: "BatchClearValuesRequest")
        var cleared: [JSONValue] = []
        for range in body["ranges"]?.elements ?? [] { cleared.append(.string(try clear(range.text ?? ""))) }
        return .object([
            "spreadsheetId": .string(id), "clearedRanges": cleared.isEmpty ? nil : .array(cleared),
        ])
    }

    /// Notes and formats stay.
    private mutating func clear(_ range: String) throws(APIError) -> String {
        let target = try resolve(range)
        guard !isProtected(target.tabIndex, target.cells) else { throw .invalidArgument(Self.protectedMessage) }
        tabs[target.tabIndex].grid.clearValues(target.cells)
        return target.notation
    }

    private mutating func update(
        _ range: String, _ block: ValueBlock, _ answer: WriteAnswer
    ) throws(APIError) -> UpdateSummary {
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
        return try write(block, tab: target.tabIndex, row: rows.lowerBound, column: columns.lowerBound, answer)
    }

    private mutating func write(
        _ block: ValueBlock, tab: Int, row: Int, column: Int, _ answer: WriteAnswer
    ) throws(APIError) -> UpdateSummary {
        let cells = CellRange(
            rows: row..<row + max(1, block.rows.count), columns: column..<column + max(1, block.width))
        guard !isProtected(tab, cells) else { throw .invalidArgument(Self.protectedMessage) }
        let grid = tabs[tab].grid
        var values: [[CellValue?]] = []
        values.reserveCapacity(block.rows.count)
        for (offset, given) in block.rows.enumerated() {
            let old = grid.block(ofRow: row + offset, columns: column..<column + given.count)
            var made: [CellValue?] = []
            for (index, value) in given.enumerated() {
                let isPlainText = grid.extras[row + offset, column + index]?.pattern?.kind == .text
                let cell = try block.input.cell(value, isPlainText: isPlainText)
                let isCovered = !tabs[tab].merges.isEmpty && tabs[tab].covers(row: row + offset, column: column + index)
                made.append(isCovered ? nil : cell?.keepingFormat(of: old[index]))
            }
            values.append(made)
        }
        tabs[tab].grid.writeValues(values, row: row, column: column)
        let range = ResolvedRange(tabIndex: tab, title: tabs[tab].title, cells: cells, isSingleCell: false)
        return UpdateSummary(
            id: id, tabIndex: tab, range: range.notation, rows: block.rows.count, columns: block.width,
            cells: block.filled, data: answer.data(range, of: self))
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
    let data: JSONValue?

    var json: JSONValue {
        .object([
            "spreadsheetId": .string(id), "updatedRange": .string(range), "updatedRows": .positive(rows),
            "updatedColumns": .positive(columns), "updatedCells": .positive(cells), "updatedData": data,
        ])
    }
}

extension Grid {
    /// The last block of cells that begins or ends in a range, with blanks all around it, as far as it reaches.
    func lastTable(in range: CellRange) -> CellRange? {
        guard let last = lastFilledRow(range.rows, columns: range.columns) else { return nil }
        let cells = cells(ofRow: last)
        let filled = range.columns.clamped(to: 0..<cells.count).filter { !cells[$0].isEmpty }
        guard let first = filled.first else { return nil }
        var table = CellRange(rows: last..<last + 1, columns: first..<first + 1)
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            let wide = max(0, table.columns.lowerBound - 1)..<min(columnCount, table.columns.upperBound + 1)
            while table.rows.lowerBound > 0, isFilled(row: table.rows.lowerBound - 1, wide) {
                table.rows = table.rows.lowerBound - 1..<table.rows.upperBound
                isGrowing = true
            }
            while table.rows.upperBound < rowCount, isFilled(row: table.rows.upperBound, wide) {
                table.rows = table.rows.lowerBound..<table.rows.upperBound + 1
                isGrowing = true
            }
            let tall = max(0, table.rows.lowerBound - 1)..<min(rowCount, table.rows.upperBound + 1)
            for column in [wide.lowerBound, wide.upperBound - 1] where !table.columns.contains(column) {
                guard lastFilledRow(tall, columns: column..<column + 1) != nil else { continue }
                table.columns =
                    min(column, table.columns.lowerBound)..<max(column + 1, table.columns.upperBound)
                isGrowing = true
            }
        }
        return table
    }

    private func isFilled(row: Int, _ columns: Range<Int>) -> Bool {
        lastFilledRow(row..<row + 1, columns: columns) != nil
    }
}

extension JSONValue {
    /// A count, left out when it is zero, as everywhere in Google's answers.
    static func positive(_ value: Int) -> JSONValue? {
        value == 0 ? nil : .integer(value)
    }
}

/// Requests that write cells: their values, notes, formats and dropdowns.
extension Spreadsheet {
    mutating func updateCells(_ request: JSONValue) throws(Refusal) {
        let edit = CellEdit(mask: try mask(request, of: "CellData"))
        let rows = (request["rows"]?.elements ?? []).map { $0["values"]?.elements ?? [] }
        guard request["start"] == nil else {
            let tab = try gridIndex(request["start"])
            let row = request["start"]?["rowIndex"]?.integer ?? 0
            let column = request["start"]?["columnIndex"]?.integer ?? 0
            let grid = tabs[tab].grid
            guard row >= 0, column >= 0, row < grid.rowCount, column < grid.columnCount else {
                throw .invalid("start is outside the grid")
            }
            let limit = CellRange(rows: row..<grid.rowCount, columns: column..<grid.columnCount)
            return try write(rows, edit, tab: tab, within: limit)
        }
        guard request["range"] != nil else { throw .invalid("Must specify either 'start' or 'range'.") }
        let (tab, cells) = try editableCells(request["range"])
        // Whatever the rows do not cover loses what the mask names: this is how notes of other people get lost.
        edit.clear(cells, of: &tabs[tab].grid)
        try write(rows, edit, tab: tab, within: cells)
    }

    private mutating func write(
        _ rows: [[JSONValue]], _ edit: CellEdit, tab: Int, within limit: CellRange
    ) throws(Refusal) {
        let width = rows.map(\.count).max() ?? 0
        if rows.count > limit.rows.count {
            throw .invalid(
                "Attempting to write row: \(limit.rows.upperBound), beyond the last requested row of: "
                    + "\(limit.rows.upperBound - 1)")
        }
        if width > limit.columns.count {
            throw .invalid(
                "Attempting to write column: \(limit.columns.upperBound), beyond the last requested column of: "
                    + "\(limit.columns.upperBound - 1)")
        }
        guard width > 0 else { return }
        let (top, left) = (limit.rows.lowerBound, limit.columns.lowerBound)
        try checkMayEdit(tab, CellRange(rows: top..<top + rows.count, columns: left..<left + width))
        for (offset, values) in rows.enumerated() {
            try edit.write(values, row: top + offset, column: left, of: &tabs[tab])
        }
    }

    mutating func repeatCell(_ request: JSONValue) throws(Refusal) {
        let edit = CellEdit(mask: try mask(request, of: "CellData"))
        let (tab, cells) = try editableCells(request["range"])
        let data = request["cell"] ?? .object([])
        edit.clear(cells, of: &tabs[tab].grid)
        tabs[tab].grid.extras.update(cells) { edit.extras($0, data) }
        guard edit.writesValues, data["userEnteredValue"] != nil else { return }
        for row in cells.rows {
            try edit.writeValues(
                Array(repeating: data, count: cells.columns.count), row: row, column: cells.columns.lowerBound,
                of: &tabs[tab])
        }
    }

    mutating func appendCells(_ request: JSONValue) throws(Refusal) {
        let tab = try gridIndex(request)
        let edit = CellEdit(mask: try mask(request, of: "CellData"))
        let rows = (request["rows"]?.elements ?? []).map { $0["values"]?.elements ?? [] }
        let grid = tabs[tab].grid
        let whole = CellRange(rows: 0..<grid.rowCount, columns: 0..<grid.columnCount)
        let first = grid.lastFilledRow(whole.rows, columns: whole.columns).map { $0 + 1 } ?? 0
        tabs[tab].grid.rowCount = max(grid.rowCount, first + rows.count)
        tabs[tab].grid.columnCount = max(grid.columnCount, rows.map(\.count).max() ?? 0)
        let limit = CellRange(rows: first..<tabs[tab].grid.rowCount, columns: 0..<tabs[tab].grid.columnCount)
        try write(rows, edit, tab: tab, within: limit)
    }

    mutating func setDataValidation(_ request: JSONValue) throws(Refusal) {
        let (tab, cells) = try editableCells(request["range"])
        let rule = request["rule"]
        if let rule { try Self.check(condition: rule["condition"], in: "rule") }
        tabs[tab].grid.extras.update(cells) { old in
            CellExtras(note: old?.note, format: old?.format, validation: rule, textRuns: old?.textRuns)
        }
    }

    /// What a condition must have, for the types that feedback uses.
    static func check(condition: JSONValue?, in place: String) throws(Refusal) {
        guard let type = condition?["type"]?.text, type != "CONDITION_TYPE_UNSPECIFIED" else {
            throw .invalid("\(place).condition.type must be set.")
        }
        let count = condition?["values"]?.elements?.count ?? 0
        let allowed: ClosedRange<Int>
        switch type {
        case "ONE_OF_LIST": allowed = 1...Int.max
        case "NUMBER_BETWEEN", "NUMBER_NOT_BETWEEN", "DATE_BETWEEN", "DATE_NOT_BETWEEN": allowed = 2...2
        case "BLANK", "NOT_BLANK", "DATE_IS_VALID", "TEXT_IS_EMAIL", "TEXT_IS_URL": allowed = 0...0
        case "BOOLEAN": allowed = 0...2
        case "TEXT_NOT_EQ", "DATE_NOT_EQ": allowed = 1...Int.max
        default: allowed = 1...1
        }
        guard allowed.contains(count) else {
            throw .invalid("\(place).condition.values: a condition of type \(type) cannot have \(count) values.")
        }
    }

    mutating func updateBorders(_ request: JSONValue) throws(Refusal) {
        let (tab, cells) = try editableCells(request["range"])
        let sides = ["top", "bottom", "left", "right"].compactMap { side in
            request[side].map { JSONMember(name: side, value: $0) }
        }
        // The outer edges only matter to what a person sees; here every cell of the range gets them.
        tabs[tab].grid.extras.update(cells) { old in
            let borders = JSONValue.object([JSONMember(name: "borders", value: .object(sides))])
            let mask = FieldMask.parse("borders") ?? .all
            return CellExtras(
                note: old?.note, format: mask.replacing(in: old?.format, by: borders), validation: old?.validation,
                textRuns: old?.textRuns)
        }
    }
}

/// What a mask of CellData lets a request change.
struct CellEdit {
    let mask: FieldMask

    var writesValues: Bool { mask.includes("userEnteredValue") }

    private var writesNumberFormat: Bool {
        mask.includes("userEnteredFormat") && mask.below("userEnteredFormat").includes("numberFormat")
    }

    /// Takes away what the mask names.
    func clear(_ cells: CellRange, of grid: inout Grid) {
        grid.extras.update(cells) { $0.flatMap { extras($0, .object([])) } }
        if writesValues { return grid.clearValues(cells) }
        guard writesNumberFormat else { return }
        grid.rewriteRows(cells.rows) { row in
            for column in cells.columns where column < row.count {
                if case .number(let literal, _) = row[column] {
                    row[column] = .number(literal: literal, format: .automatic)
                }
            }
        }
    }

    func extras(_ old: CellExtras?, _ data: JSONValue) -> CellExtras? {
        var format = old?.format
        if mask.includes("userEnteredFormat") {
            let below = mask.below("userEnteredFormat")
            format = Self.withBothColors(below.replacing(in: format, by: data["userEnteredFormat"]), below)
        }
        return CellExtras(
            note: mask.includes("note") ? data["note"]?.text : old?.note, format: format,
            validation: mask.includes("dataValidation") ? data["dataValidation"] : old?.validation,
            textRuns: mask.includes("textFormatRuns") ? data["textFormatRuns"] : old?.textRuns)
    }

    /// A colour is told twice, as a Color and as a ColorStyle, whichever of the two was set.
    private static func withBothColors(_ format: JSONValue?, _ mask: FieldMask) -> JSONValue? {
        guard let format, mask.includes("backgroundColor") || mask.includes("backgroundColorStyle") else {
            return format
        }
        let color: JSONValue?
        if mask.includes("backgroundColorStyle"), let style = format["backgroundColorStyle"] {
            color = style["rgbColor"]
        } else {
            color = mask.includes("backgroundColor") ? format["backgroundColor"] : nil
        }
        var members = (format.members ?? []).filter { !$0.name.hasPrefix("backgroundColor") }
        if let color {
            members.append(JSONMember(name: "backgroundColor", value: color))
            members.append(JSONMember(name: "backgroundColorStyle", value: .object(["rgbColor": color])))
        }
        return .object(members)
    }

    func write(_ data: [JSONValue], row: Int, column: Int, of tab: inout Tab) throws(Spreadsheet.Refusal) {
        if writesValues { try writeValues(data, row: row, column: column, of: &tab) }
        for (offset, cell) in data.enumerated() {
            let place = CellRange(rows: row..<row + 1, columns: column + offset..<column + offset + 1)
            tab.grid.extras.update(place) { extras($0, cell) }
        }
    }

    func writeValues(_ data: [JSONValue], row: Int, column: Int, of tab: inout Tab) throws(Spreadsheet.Refusal) {
        let old = tab.grid.block(ofRow: row, columns: column..<column + data.count)
        var values: [CellValue] = []
        for (offset, cell) in data.enumerated() {
            let value = try Self.value(cell["userEnteredValue"])
            values.append(tab.covers(row: row, column: column + offset) ? .empty : value.keepingFormat(of: old[offset]))
        }
        tab.grid.writeValues([values], row: row, column: column)
    }

    /// The value that an ExtendedValue says.
    private static func value(_ value: JSONValue?) throws(Spreadsheet.Refusal) -> CellValue {
        guard let member = value?.members?.first else { return .empty }
        switch (member.name, member.value) {
        case ("stringValue", .string(let text)): return text.isEmpty ? .empty : .text(text)
        case ("numberValue", .number(let literal)):
            return .number(literal: NumberLiteral.canonical(literal), format: .automatic)
        case ("boolValue", .boolean(let value)): return .boolean(value)
        case ("formulaValue", .string(let text)):
            guard text.hasPrefix("=") else { throw .invalid("A formula must begin with '='.") }
            return .formula(text, Formula.evaluate(text))
        default: throw .invalid("\(member.name) cannot be set as a user entered value.")
        }
    }
}

extension CellValue {
    /// A number that is put where a formatted one stood is shown as that one was.
    func keepingFormat(of old: CellValue) -> CellValue {
        guard case .number(let literal, .automatic) = self, case .number(_, let format) = old else { return self }
        return .number(literal: literal, format: format)
    }
}

extension Tab {
    /// Whether a cell is in a merged one but not its top left, and so can hold nothing.
    func covers(row: Int, column: Int) -> Bool {
        merges.contains { merge in
            merge.rows.contains(row) && merge.columns.contains(column)
                && (row, column) != (merge.rows.lowerBound, merge.columns.lowerBound)
        }
    }
}

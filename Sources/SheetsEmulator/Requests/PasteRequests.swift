import Foundation

/// Requests that sort, copy, cut and replace what is in cells.
extension Spreadsheet {
    mutating func sortRange(_ request: JSONValue) throws(Refusal) {
        let (tab, cells) = try editableCells(request["range"])
        let keys = (request["sortSpecs"]?.elements ?? []).map { spec in
            Grid.SortKey(
                column: spec["dimensionIndex"]?.integer ?? 0, descending: spec["sortOrder"]?.text == "DESCENDING")
        }
        guard !keys.isEmpty else { throw .invalid("Must specify at least one sort spec.") }
        for key in keys where !cells.columns.contains(key.column) {
            throw .invalid("sortSpecs.dimensionIndex[\(key.column)] is outside the range.")
        }
        if tabs[tab].merges.contains(where: { $0.overlaps(cells) }) {
            throw .invalid("You can't perform a sort on a range that has merged cells.")
        }
        tabs[tab].grid.sort(cells, by: keys)
    }

    /// Moves cells within the spreadsheet: they replace what stands at the destination, and leave blanks behind.
    mutating func cutPaste(_ request: JSONValue) throws(Refusal) {
        let source = try editableCells(request["source"])
        let target = try gridIndex(request["destination"])
        let top = request["destination"]?["rowIndex"]?.integer ?? 0
        let left = request["destination"]?["columnIndex"]?.integer ?? 0
        let place = CellRange(
            rows: top..<top + source.cells.rows.count, columns: left..<left + source.cells.columns.count)
        try checkFits(place, in: target)
        // All is read before anything is written, since the two places may overlap.
        let block = CellBlock(tabs[source.tab].grid, source.cells)
        let paste = try paste(request["pasteType"])
        if paste != .formats { tabs[source.tab].grid.clearValues(source.cells) }
        if paste == .everything { tabs[source.tab].grid.clear(source.cells) }
        put(block, paste, into: place, of: target)
    }

    mutating func copyPaste(_ request: JSONValue) throws(Refusal) {
        let source = try cells(request["source"])
        let destination = try cells(request["destination"])
        var block = CellBlock(tabs[source.tab].grid, source.cells)
        if request["pasteOrientation"]?.text == "TRANSPOSE" { block = block.transposed }
        // A destination of a whole multiple of the source is filled by repeating it; any other one is only a place.
        let wanted = destination.cells
        let rows = wanted.rows.count % block.height == 0 ? wanted.rows.count / block.height : 1
        let columns = wanted.columns.count % block.width == 0 ? wanted.columns.count / block.width : 1
        let paste = try paste(request["pasteType"])
        for row in 0..<rows {
            for column in 0..<columns {
                let top = wanted.rows.lowerBound + row * block.height
                let left = wanted.columns.lowerBound + column * block.width
                let place = CellRange(rows: top..<top + block.height, columns: left..<left + block.width)
                try checkFits(place, in: destination.tab)
                put(block, paste, into: place, of: destination.tab)
            }
        }
    }

    private func checkFits(_ place: CellRange, in tab: Int) throws(Refusal) {
        let grid = tabs[tab].grid
        guard place.rows.lowerBound >= 0, place.columns.lowerBound >= 0, place.rows.upperBound <= grid.rowCount,
            place.columns.upperBound <= grid.columnCount
        else { throw .invalid("Attempting to write outside the grid.") }
        try checkMayEdit(tab, place)
    }

    private enum Paste {
        case everything
        case values
        case formulas
        case formats
        case validation
    }

    private func paste(_ type: JSONValue?) throws(Refusal) -> Paste {
        switch type?.text {
        case nil, "PASTE_NORMAL", "PASTE_NO_BORDERS": return .everything
        case "PASTE_VALUES": return .values
        case "PASTE_FORMULA": return .formulas
        case "PASTE_FORMAT", "PASTE_CONDITIONAL_FORMATTING": return .formats
        case "PASTE_DATA_VALIDATION": return .validation
        case let other?: throw .invalid("Unknown pasteType: \(other)")
        }
    }

    private mutating func put(_ block: CellBlock, _ paste: Paste, into place: CellRange, of tab: Int) {
        let (top, left) = (place.rows.lowerBound, place.columns.lowerBound)
        switch paste {
        case .everything: return tabs[tab].grid.write(block, row: top, column: left)
        case .values:
            return tabs[tab].grid.writeValues(block.values.map { $0.map(\.computed) }, row: top, column: left)
        case .formulas: return tabs[tab].grid.writeValues(block.values, row: top, column: left)
        case .formats, .validation: break
        }
        for (offset, runs) in block.extras.enumerated() {
            let column = left + offset
            func copy(_ range: Range<Int>, _ new: CellExtras?) {
                let cells = CellRange(
                    rows: top + range.lowerBound..<top + range.upperBound, columns: column..<column + 1)
                tabs[tab].grid.extras.update(cells) { old in
                    CellExtras(
                        note: old?.note, format: paste == .formats ? new?.format : old?.format,
                        validation: paste == .validation ? new?.validation : old?.validation, textRuns: old?.textRuns)
                }
            }
            copy(0..<block.height, nil)
            for run in runs { copy(run.range, run.value) }
        }
    }

    // MARK: Find and replace

    mutating func findReplace(_ request: JSONValue) throws(Refusal) -> JSONValue {
        guard let find = request["find"]?.text, !find.isEmpty else { throw .invalid("find must not be empty.") }
        let scopes = ["range", "sheetId", "allSheets"].filter { request[$0] != nil }
        guard scopes.count == 1 else {
            throw .invalid("Exactly one of range, sheetId and allSheets must be set.")
        }
        let search = try TextSearch(request, find: find)
        var places: [(tab: Int, cells: CellRange)] = []
        if request["allSheets"]?.boolean == true {
            for index in tabs.indices where tabs[index].kind == .grid {
                places.append((index, GridBounds().cells(in: tabs[index].grid)))
            }
        } else {
            places = [try cells(request["range"] ?? request)]
        }
        var counts = TextSearch.Counts()
        for (tab, cells) in places {
            var changed: [(row: Int, cells: [CellValue])] = []
            let before = counts.occurrences
            for row in cells.rows.clamped(to: 0..<tabs[tab].grid.storedRows) {
                var values = tabs[tab].grid.cells(ofRow: row)
                if search.replace(in: &values, columns: cells.columns, &counts) { changed.append((row, values)) }
            }
            if counts.occurrences > before { counts.sheets += 1 }
            for (row, values) in changed {
                try checkMayEdit(tab, CellRange(rows: row..<row + 1, columns: cells.columns))
                tabs[tab].grid.setCells(values, ofRow: row)
            }
        }
        return counts.json
    }
}

/// What `findReplace` looks for, and puts in its place.
private struct TextSearch {
    struct Counts {
        var values = 0
        var formulas = 0
        var rows = 0
        var sheets = 0
        var occurrences = 0

        var json: JSONValue {
            .object([
                "valuesChanged": .positive(values), "formulasChanged": .positive(formulas),
                "rowsChanged": .positive(rows), "sheetsChanged": .positive(sheets),
                "occurrencesChanged": .positive(occurrences),
            ])
        }
    }

    private let expression: NSRegularExpression
    private let template: String
    private let includesFormulas: Bool

    init(_ request: JSONValue, find: String) throws(Spreadsheet.Refusal) {
        let isRegex = request["searchByRegex"]?.boolean == true
        var pattern = isRegex ? find : NSRegularExpression.escapedPattern(for: find)
        if request["matchEntireCell"]?.boolean == true { pattern = "^(?:\(pattern))$" }
        let replacement = request["replacement"]?.text ?? ""
        template = isRegex ? replacement : NSRegularExpression.escapedTemplate(for: replacement)
        includesFormulas = request["includeFormulas"]?.boolean == true
        do {
            expression = try NSRegularExpression(
                pattern: pattern, options: request["matchCase"]?.boolean == true ? [] : [.caseInsensitive])
        } catch {
            throw .invalid("Invalid regular expression: \(find)")
        }
    }

    func replace(in cells: inout [CellValue], columns: Range<Int>, _ counts: inout Counts) -> Bool {
        let before = counts.occurrences
        for column in columns.clamped(to: 0..<cells.count) {
            var text = cells[column].displayText
            var isFormula = false
            if case .formula(let formula, _) = cells[column] {
                guard includesFormulas else { continue }
                (text, isFormula) = (formula, true)
            }
            let whole = NSRange(text.startIndex..., in: text)
            let found = expression.numberOfMatches(in: text, range: whole)
            guard found > 0 else { continue }
            cells[column] = UserEntered.cell(
                expression.stringByReplacingMatches(in: text, range: whole, withTemplate: template))
            counts.occurrences += found
            if isFormula { counts.formulas += 1 } else { counts.values += 1 }
        }
        if counts.occurrences > before { counts.rows += 1 }
        return counts.occurrences > before
    }
}

/// Requests that work on whole rows or columns, or shift cells as if they did.
extension Spreadsheet {
    /// Some rows or columns of a tab.
    struct Span {
        var tab: Int
        var axis: Axis
        var range: Range<Int>
    }

    private func axis(_ request: JSONValue?, _ name: String = "dimension") throws(Refusal) -> Axis {
        switch request?[name]?.text {
        case "ROWS": return .rows
        case "COLUMNS": return .columns
        default: throw .invalid("No dimension specified.")
        }
    }

    /// A DimensionRange; it may begin `slack` places after the last one.
    func span(_ request: JSONValue?, mayBegin slack: Int = 0) throws(Refusal) -> Span {
        let tab = try gridIndex(request)
        let axis = try axis(request)
        let count = tabs[tab].grid.count(axis)
        let start = request?["startIndex"]?.integer ?? 0
        let end = request?["endIndex"]?.integer ?? count
        guard start >= 0, start < count + slack else {
            let what = axis == .rows ? "ROWS" : "COLUMNS"
            throw .invalid("range.startIndex[\(start)] is too large: there are \(count) \(what) in the sheet.")
        }
        guard end > start else { throw .invalid("range.endIndex[\(end)] must be after range.startIndex[\(start)]") }
        return Span(tab: tab, axis: axis, range: start..<end)
    }

    private func cells(of span: Span) -> CellRange {
        let grid = tabs[span.tab].grid
        return span.axis == .rows
            ? CellRange(rows: span.range, columns: 0..<grid.columnCount)
            : CellRange(rows: 0..<grid.rowCount, columns: span.range)
    }

    mutating func insertDimension(_ request: JSONValue) throws(Refusal) {
        let inherits = request["inheritFromBefore"]?.boolean == true
        let span = try span(request["range"], mayBegin: inherits ? 1 : 0)
        if inherits && span.range.lowerBound == 0 {
            throw .invalid("Cannot inherit from before when inserting at index 0")
        }
        restructure(span.tab, .insert(span.axis, at: span.range.lowerBound, count: span.range.count))
    }

    mutating func deleteDimension(_ request: JSONValue) throws(Refusal) {
        var span = try span(request["range"])
        let count = tabs[span.tab].grid.count(span.axis)
        span.range = span.range.clamped(to: 0..<count)
        let what = span.axis == .rows ? "rows" : "columns"
        guard span.range.count < count else { throw .invalid("You can't delete all the \(what) on the sheet.") }
        let frozen = span.axis == .rows ? tabs[span.tab].frozenRowCount : tabs[span.tab].frozenColumnCount
        let frozenGone = span.range.clamped(to: 0..<frozen).count
        guard count - span.range.count > frozen - frozenGone else {
            throw .invalid("Sorry, it is not possible to delete all non-frozen \(what).")
        }
        try checkMayEdit(span.tab, cells(of: span))
        restructure(span.tab, .delete(span.axis, span.range))
        if span.axis == .rows {
            tabs[span.tab].frozenRowCount -= frozenGone
        } else {
            tabs[span.tab].frozenColumnCount -= frozenGone
        }
    }

    mutating func moveDimension(_ request: JSONValue) throws(Refusal) {
        let span = try span(request["source"])
        let destination = request["destinationIndex"]?.integer ?? 0
        let count = tabs[span.tab].grid.count(span.axis)
        guard (0...count).contains(destination), span.range.upperBound <= count else {
            throw .invalid("destinationIndex[\(destination)] is outside the grid")
        }
        try checkMayEdit(span.tab, cells(of: span))
        restructure(span.tab, .move(span.axis, span.range, to: destination))
    }

    mutating func appendDimension(_ request: JSONValue) throws(Refusal) {
        let tab = try gridIndex(request)
        let length = request["length"]?.integer ?? 0
        guard length > 0 else { throw .invalid("length must be greater than zero") }
        if try axis(request) == .rows {
            tabs[tab].grid.rowCount += length
        } else {
            tabs[tab].grid.columnCount += length
        }
    }

    mutating func updateDimensionProperties(_ request: JSONValue) throws(Refusal) {
        let span = try span(request["range"])
        let mask = try mask(request, of: "DimensionProperties")
        let properties = request["properties"]
        let range = span.range.clamped(to: 0..<tabs[span.tab].grid.count(span.axis))
        tabs[span.tab].editProperties(span.axis) { list in
            list.update(range) { mask.replacing(in: $0, by: properties) }
        }
    }

    /// `insertRange` and `deleteRange`: the cells below or to the right make room, or move up.
    mutating func shiftRange(_ request: JSONValue, inserting: Bool) throws(Refusal) {
        let (tab, cells) = try editableCells(request["range"])
        let axis = try axis(request, "shiftDimension")
        let grid = tabs[tab].grid
        let isRows = axis == .rows
        let end = CellRange(
            rows: isRows ? cells.rows.lowerBound..<grid.rowCount : cells.rows,
            columns: isRows ? cells.columns : cells.columns.lowerBound..<grid.columnCount)
        let rest = CellRange(
            rows: isRows && !inserting ? cells.rows.upperBound..<grid.rowCount : end.rows,
            columns: !isRows && !inserting ? cells.columns.upperBound..<grid.columnCount : end.columns)
        let filled = grid.filled(rest)
        var (top, left) = (rest.rows.lowerBound, rest.columns.lowerBound)
        let distance = (isRows ? cells.rows.count : cells.columns.count) * (inserting ? 1 : -1)
        if isRows { top += distance } else { left += distance }
        let moved = CellBlock(grid, filled)
        tabs[tab].grid.clear(end)
        tabs[tab].grid.rowCount = max(grid.rowCount, top + filled.rows.count)
        tabs[tab].grid.columnCount = max(grid.columnCount, left + filled.columns.count)
        tabs[tab].grid.write(moved, row: top, column: left)
    }
}

extension Grid {
    func count(_ axis: Axis) -> Int { axis == .rows ? rowCount : columnCount }
}

extension FieldMask {
    /// What the mask names, taken from `new`, and everything else as it was; nil when nothing is left.
    func replacing(in old: JSONValue?, by new: JSONValue?) -> JSONValue? {
        guard !isAll else { return new }
        var members = (old?.members ?? []).filter { !includes($0.name) }
        for (name, below) in named {
            if let value = below.replacing(in: old?[name], by: new?[name]) {
                members.append(JSONMember(name: name, value: value))
            }
        }
        return members.isEmpty ? nil : .object(members)
    }
}

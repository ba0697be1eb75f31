/// Rows or columns.
enum Axis: Sendable {
    case rows
    case columns
}

/// Rows or columns that are put in, taken out or moved.
enum StructureChange: Sendable {
    case insert(Axis, at: Int, count: Int)
    case delete(Axis, Range<Int>)
    /// Before the one that is now at `to`.
    case move(Axis, Range<Int>, to: Int)

    var axis: Axis {
        switch self {
        case .insert(let axis, _, _), .delete(let axis, _), .move(let axis, _, _): axis
        }
    }

    /// Where a row or column (of the axis) stands afterwards; nil when it is gone.
    func newPlace(of place: Int) -> Int? {
        switch self {
        case .insert(_, let start, let count): return place < start ? place : place + count
        case .delete(_, let range):
            if range.contains(place) { return nil }
            return place < range.lowerBound ? place : place - range.count
        case .move(_, let range, let destination):
            let target = destination < range.lowerBound ? destination : max(range.lowerBound, destination - range.count)
            if range.contains(place) { return target + place - range.lowerBound }
            let without = place < range.lowerBound ? place : place - range.count
            return without < target ? without : without + range.count
        }
    }
}

/// A stretch of rows or columns, either end of which may be open.
struct OpenRange: Sendable, Equatable {
    var lower: Int?
    var upper: Int?

    init(_ lower: Int? = nil, _ upper: Int? = nil) {
        self.lower = lower
        self.upper = upper
    }

    init(_ range: Range<Int>) {
        self.init(range.lowerBound, range.upperBound)
    }

    /// The stretch within so many rows or columns.
    func clipped(to count: Int) -> Range<Int> {
        let end = min(upper ?? count, count)
        return min(lower ?? 0, end)..<end
    }

    func contains(_ range: Range<Int>) -> Bool {
        (lower ?? 0) <= range.lowerBound && range.upperBound <= (upper ?? .max)
    }

    /// The stretch after a change; nil when nothing of it is left.
    func applying(_ change: StructureChange) -> OpenRange? {
        switch change {
        case .insert(_, let place, let count):
            return OpenRange(
                lower.map { $0 >= place ? $0 + count : $0 }, upper.map { $0 > place ? $0 + count : $0 })
        case .delete(_, let range):
            func shrunk(_ bound: Int) -> Int {
                bound <= range.lowerBound ? bound : max(range.lowerBound, bound - range.count)
            }
            let rest = OpenRange(lower.map(shrunk), upper.map(shrunk))
            if let upper = rest.upper, upper <= rest.lower ?? 0 { return nil }
            return rest
        case .move(let axis, let range, let destination):
            if let lower, let upper, range.lowerBound <= lower, upper <= range.upperBound,
                let first = change.newPlace(of: lower)
            {
                return OpenRange(first, first + upper - lower)
            }
            if contains(range), (lower ?? 0) <= destination, destination <= (upper ?? .max) { return self }
            let target = destination < range.lowerBound ? destination : max(range.lowerBound, destination - range.count)
            return applying(.delete(axis, range))?.applying(.insert(axis, at: target, count: range.count))
        }
    }
}

/// What a GridRange means on one tab: 0-based, half-open, and open where it names no bound.
struct GridBounds: Sendable, Equatable {
    var rows = OpenRange()
    var columns = OpenRange()

    init(rows: OpenRange = OpenRange(), columns: OpenRange = OpenRange()) {
        self.rows = rows
        self.columns = columns
    }

    init(_ cells: CellRange) {
        self.init(rows: OpenRange(cells.rows), columns: OpenRange(cells.columns))
    }

    func cells(in grid: Grid) -> CellRange {
        CellRange(rows: rows.clipped(to: grid.rowCount), columns: columns.clipped(to: grid.columnCount))
    }

    func contains(_ cells: CellRange) -> Bool {
        rows.contains(cells.rows) && columns.contains(cells.columns)
    }

    func applying(_ change: StructureChange) -> GridBounds? {
        switch change.axis {
        case .rows: rows.applying(change).map { GridBounds(rows: $0, columns: columns) }
        case .columns: columns.applying(change).map { GridBounds(rows: rows, columns: $0) }
        }
    }

    /// The GridRange; recorded answers leave out a `sheetId` of 0, but not a bound of 0, whose absence says "open".
    func json(sheetId: Int) -> JSONValue {
        .object([
            "sheetId": .positive(sheetId),
            "startRowIndex": rows.lower.map { .integer($0) }, "endRowIndex": rows.upper.map { .integer($0) },
            "startColumnIndex": columns.lower.map { .integer($0) },
            "endColumnIndex": columns.upper.map { .integer($0) },
        ])
    }
}

extension CellRange {
    func overlaps(_ other: CellRange) -> Bool {
        rows.overlaps(other.rows) && columns.overlaps(other.columns)
    }

    func contains(_ other: CellRange) -> Bool {
        GridBounds(self).contains(other)
    }
}

/// What a cell has besides its value: a note, a format, a dropdown.
///
/// One object is shared by all the cells that have the same.
final class CellExtras: Sendable, Equatable {
    let note: String?
    /// `userEnteredFormat`, a CellFormat.
    let format: JSONValue?
    /// A DataValidationRule.
    let validation: JSONValue?
    /// A list of TextFormatRun.
    let textRuns: JSONValue?
    /// How the cell shows a number, if its format says so.
    let pattern: NumberPattern?

    /// Nil when there is nothing to keep.
    init?(
        note: String? = nil, format: JSONValue? = nil, validation: JSONValue? = nil, textRuns: JSONValue? = nil
    ) {
        self.note = note?.isEmpty == true ? nil : note
        self.format = format?.members?.isEmpty == false ? format : nil
        self.validation = validation
        self.textRuns = textRuns?.elements?.isEmpty == false ? textRuns : nil
        pattern = format?["numberFormat"].flatMap { NumberPattern($0) }
        guard self.note != nil || self.format != nil || validation != nil || self.textRuns != nil else { return nil }
    }

    static func == (left: CellExtras, right: CellExtras) -> Bool {
        left === right
            || (left.note == right.note && left.format == right.format && left.validation == right.validation
                && left.textRuns == right.textRuns)
    }

    /// The same without its note, as a row that is inserted between such cells has it.
    var withoutNote: CellExtras? {
        note == nil ? self : CellExtras(format: format, validation: validation, textRuns: textRuns)
    }
}

/// The extras of a grid, by column, since most columns have none.
struct CellExtrasTable: Sendable, Equatable {
    private(set) var columns: [Int: RunList<CellExtras>] = [:]

    var isEmpty: Bool { columns.isEmpty }

    subscript(row: Int, column: Int) -> CellExtras? { columns[column]?[row] }

    /// Changes all the cells of a rectangle.
    mutating func update(_ cells: CellRange, _ change: (CellExtras?) -> CellExtras?) {
        for column in cells.columns { editColumn(column) { $0.update(cells.rows, change) } }
    }

    /// The runs of a rectangle, by its columns counted from its left edge.
    func runs(in cells: CellRange) -> [[RunList<CellExtras>.Run]] {
        cells.columns.map { columns[$0]?.runs(in: cells.rows) ?? [] }
    }

    mutating func replace(_ cells: CellRange, with runs: [[RunList<CellExtras>.Run]]) {
        for (column, runs) in zip(cells.columns, runs) { editColumn(column) { $0.replace(cells.rows, with: runs) } }
    }

    private mutating func editColumn(_ column: Int, _ edit: (inout RunList<CellExtras>) -> Void) {
        var list = columns[column] ?? RunList()
        edit(&list)
        columns[column] = list.isEmpty ? nil : list
    }

    /// The row after the last one with extras, in some columns.
    func end(columns wanted: Range<Int>) -> Int {
        columns.lazy.filter { wanted.contains($0.key) }.map(\.value.end).max() ?? 0
    }

    /// The column after the last one with extras in this row.
    func width(ofRow row: Int) -> Int {
        columns.lazy.filter { $0.value[row] != nil }.map { $0.key + 1 }.max() ?? 0
    }

    // MARK: Rows and columns that move

    mutating func apply(_ change: StructureChange) {
        guard !columns.isEmpty else { return }
        switch change {
        case .insert(.rows, let place, let count):
            editAll { $0.insert(at: place, count: count, fill: \.withoutNote) }
        case .delete(.rows, let range): editAll { $0.delete(range) }
        case .move(.rows, let range, let destination): editAll { $0.move(range, to: destination) }
        default:
            var moved: [Int: RunList<CellExtras>] = [:]
            for (column, list) in columns {
                if let place = change.newPlace(of: column) { moved[place] = list }
            }
            columns = moved
        }
    }

    private mutating func editAll(_ edit: (inout RunList<CellExtras>) -> Void) {
        for column in columns.keys { editColumn(column, edit) }
    }

    mutating func permuteRows(_ cells: CellRange, order: [Int]) {
        for column in columns.keys where cells.columns.contains(column) {
            editColumn(column) { $0.permute(cells.rows, order: order) }
        }
    }
}

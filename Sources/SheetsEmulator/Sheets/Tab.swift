/// One tab of a spreadsheet.
struct Tab: Sendable {
    /// What a tab is made of.
    enum Kind: String, Sendable {
        case grid = "GRID"
        /// A chart or picture that fills the tab; it has no cells.
        case object = "OBJECT"
    }

    /// It never changes, whatever becomes of the title.
    var sheetId: Int
    var title: String
    var kind = Kind.grid
    var hidden = false
    var frozenRowCount = 0
    var frozenColumnCount = 0
    var hidesGridlines = false
    var isRightToLeft = false
    /// A ColorStyle.
    var tabColor: JSONValue?
    var grid: Grid
    var merges: [CellRange] = []
    var protectedRanges: [ProtectedRange] = []
    var conditionalFormats: [ConditionalFormat] = []
    var metadata: [DeveloperMetadata] = []
    /// A BasicFilter without its range, and the range.
    var basicFilter: (filter: JSONValue, bounds: GridBounds)?
    /// DimensionProperties, where they are not the usual ones.
    var rowProperties = RunList<JSONValue>()
    var columnProperties = RunList<JSONValue>()

    init(sheetId: Int, title: String, grid: Grid) {
        self.sheetId = sheetId
        self.title = title
        self.grid = grid
    }

    /// The tab's properties as the API tells them.
    ///
    /// Zeros and `false` are left out, but for `sheetId` and `index`: recorded answers hold them, and clients rely on it.
    func properties(index: Int) -> JSONValue {
        .object([
            "sheetId": .integer(sheetId),
            "title": .string(title),
            "index": .integer(index),
            "sheetType": .string(kind.rawValue),
            "gridProperties": kind == .object
                ? nil
                : .object([
                    "rowCount": .integer(grid.rowCount),
                    "columnCount": .integer(grid.columnCount),
                    "frozenRowCount": .positive(frozenRowCount),
                    "frozenColumnCount": .positive(frozenColumnCount),
                    "hideGridlines": hidesGridlines ? .boolean(true) : nil,
                ]),
            "hidden": hidden ? .boolean(true) : nil,
            "tabColor": tabColor?["rgbColor"],
            "rightToLeft": isRightToLeft ? .boolean(true) : nil,
            "tabColorStyle": tabColor,
        ])
    }

    /// Puts rows or columns in, takes them out or moves them, with all that stands on them.
    mutating func apply(_ change: StructureChange) {
        grid.apply(change)
        merges = merges.compactMap { merge in
            guard let bounds = GridBounds(merge).applying(change) else { return nil }
            let cells = bounds.cells(in: grid)
            return cells.rows.count * cells.columns.count > 1 ? cells : nil
        }
        protectedRanges = protectedRanges.compactMap { $0.applying(change) }
        conditionalFormats = conditionalFormats.compactMap { $0.applying(change) }
        metadata = metadata.compactMap { $0.applying(change) }
        basicFilter = basicFilter.flatMap { filter, bounds in bounds.applying(change).map { (filter, $0) } }
        switch change {
        case .insert(let axis, let place, let count):
            editProperties(axis) { $0.insert(at: place, count: count) { _ in nil } }
        case .delete(let axis, let range): editProperties(axis) { $0.delete(range) }
        case .move(let axis, let range, let destination): editProperties(axis) { $0.move(range, to: destination) }
        }
    }

    mutating func editProperties(_ axis: Axis, _ edit: (inout RunList<JSONValue>) -> Void) {
        switch axis {
        case .rows: edit(&rowProperties)
        case .columns: edit(&columnProperties)
        }
    }

    /// Gives the grid another size; what falls outside is gone.
    mutating func resize(rows: Int, columns: Int) {
        if rows < grid.rowCount { apply(.delete(.rows, rows..<grid.rowCount)) }
        if columns < grid.columnCount { apply(.delete(.columns, columns..<grid.columnCount)) }
        grid.rowCount = rows
        grid.columnCount = columns
    }
}

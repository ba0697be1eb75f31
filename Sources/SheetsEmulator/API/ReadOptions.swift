/// How a read of values wants them shown.
struct ReadOptions: Sendable {
    enum Render: String, Sendable {
        case formatted = "FORMATTED_VALUE"
        case unformatted = "UNFORMATTED_VALUE"
        case formula = "FORMULA"
    }

    var render = Render.formatted
    var datesAsText = false
    var byColumns = false

    init() {}

    init(_ query: QueryParameters) throws(APIError) {
        try self.init(
            render: query["valueRenderOption"], dates: query["dateTimeRenderOption"], dimension: query["majorDimension"]
        )
    }

    init(render: String?, dates: String?, dimension: String?) throws(APIError) {
        if let name = render {
            guard let render = Render(rawValue: name) else {
                throw .invalidEnum("value_render_option", "google.apps.sheets.v4.ValueRenderOption", name)
            }
            self.render = render
        }
        switch dates {
        case nil, "SERIAL_NUMBER": break
        case "FORMATTED_STRING": datesAsText = true
        case let name?:
            throw .invalidEnum("date_time_render_option", "google.apps.sheets.v4.DateTimeRenderOption", name)
        }
        switch dimension {
        case nil, "ROWS", "DIMENSION_UNSPECIFIED": break
        case "COLUMNS": byColumns = true
        case let name?: throw .invalidEnum("major_dimension", "google.apps.sheets.v4.Dimension", name)
        }
    }

    /// Cells of a row from some column on, those with a number format of their own shown by it where the options ask.
    func formatted(_ cells: [CellValue], row: Int, column: Int, of grid: Grid) -> [CellValue] {
        guard render == .formatted || (render == .unformatted && datesAsText), !grid.extras.isEmpty else {
            return cells
        }
        return cells.enumerated().map { offset, cell in
            guard case .number = cell.computed, let extras = grid.extras[row, column + offset],
                let pattern = extras.pattern
            else { return cell }
            if render == .unformatted && !pattern.isDateOrTime { return cell.withoutFormat }
            return .text(cell.displayText(extras))
        }
    }

    /// A cell as the answer shows it.
    func show(_ cell: CellValue) -> JSONValue {
        if render == .formatted { return .string(cell.displayText) }
        if render == .formula, case .formula(let text, _) = cell { return .string(text) }
        switch cell.computed {
        case .boolean(let value): return .boolean(value)
        case .number(let literal, let format):
            return datesAsText && format.isDateOrTime ? .string(format.display(literal)) : .number(literal)
        case let other: return .string(other.displayText)
        }
    }
}

extension APIError {
    static func invalidEnum(_ field: String, _ type: String, _ value: String) -> APIError {
        .invalidArgument("Invalid value at '\(field)' (type.googleapis.com/\(type)), \"\(value)\"")
    }
}

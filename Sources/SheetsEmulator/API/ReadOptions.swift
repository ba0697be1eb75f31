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
        if let name = query["valueRenderOption"] {
            guard let render = Render(rawValue: name) else {
                throw .invalidEnum("value_render_option", "google.apps.sheets.v4.ValueRenderOption", name)
            }
            self.render = render
        }
        switch query["dateTimeRenderOption"] {
        case nil, "SERIAL_NUMBER": break
        case "FORMATTED_STRING": datesAsText = true
        case let name?:
            throw .invalidEnum("date_time_render_option", "google.apps.sheets.v4.DateTimeRenderOption", name)
        }
        switch query["majorDimension"] {
        case nil, "ROWS", "DIMENSION_UNSPECIFIED": break
        case "COLUMNS": byColumns = true
        case let name?: throw .invalidEnum("major_dimension", "google.apps.sheets.v4.Dimension", name)
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

/// What a field's reader found wrong with a value, before it is known where the cell stands.
struct CellFailure {
    var code: String
    var detail: [String: String]
    /// It is told, and the value is taken all the same.
    var isWarning = false

    /// The value is not of the field's type.
    static func type(_ type: String, suggestion: String? = nil) -> CellFailure {
        var detail = ["type": type]
        detail["suggestion"] = suggestion
        return CellFailure(code: "type-error", detail: detail)
    }

    /// The value is of the right type, but the field asks for more.
    static func constraint(_ name: String, limit: String? = nil) -> CellFailure {
        var detail = ["constraint": name]
        detail["limit"] = limit
        return CellFailure(code: "constraint-error", detail: detail)
    }

    /// A spreadsheet's own error, such as `#N/A`.
    static let sheetError = CellFailure(code: "cell-error", detail: [:])

    /// A character that nobody types, such as one that moves a terminal's cursor: told, and kept as it is.
    static let controlCharacter = CellFailure(code: "cell-error", detail: ["reason": "control"], isWarning: true)

    /// A member of a stored label for which there is no field.
    static let unknownMember = CellFailure(code: "extra-cell", detail: [:])
}

/// What reading a cell came to.
///
/// The value itself has been appended to the arena.
enum CellOutcome {
    case blank
    case value
    /// Failures were added; nothing was appended.
    case failed
}

extension LabelField {
    /// The error that a failure makes in a cell.
    ///
    /// In a key field it is always a `primary-key` error, since the row cannot be told apart.
    func error(_ failure: CellFailure, column: Int?, rowNumber: Int, cell: String) -> CellError {
        let isKeyError = role == .key && failure.code != "cell-error" && failure.code != "extra-cell"
        let code = isKeyError ? "primary-key" : failure.code
        let reason = failure.detail["constraint"] == "required" ? "blank" : "unreadable"
        var detail = messageDetail(code: code, cause: isKeyError ? reason : failure.detail["constraint"])
        if isKeyError { detail["reason"] = reason }
        if failure.detail["constraint"] != nil { detail["type"] = type.rawValue }
        detail.merge(failure.detail) { _, new in new }
        return CellError(
            code: code, field: name, column: column, rowNumber: rowNumber, cell: cell, detail: detail,
            severity: failure.isWarning ? .warning : .error)
    }
}

extension Spreadsheet {
    /// Carries out `spreadsheets.batchUpdate`, all requests or none.
    ///
    /// The caller works on a copy and keeps it on success.
    mutating func batchUpdate(_ body: JSONValue) throws(APIError) -> JSONValue {
        try APISchema.sheets.check(body, as: "BatchUpdateSpreadsheetRequest")
        guard let requests = body["requests"]?.elements, !requests.isEmpty else {
            throw .invalidArgument("Must specify at least one request.")
        }
        var replies: [JSONValue] = []
        for (index, request) in requests.enumerated() {
            guard let member = request.members?.first else {
                throw .invalidArgument("Invalid requests[\(index)]: No request set.")
            }
            if let second = request.members?.dropFirst().first {
                throw .invalidValue(
                    at: "requests[\(index)]",
                    type: "oneof), oneof field 'kind' is already set. Cannot set '\(second.name)'", .null)
            }
            do throws(Refusal) {
                let reply = try apply(member.name, member.value)
                try checkSize()
                replies.append(.object(reply.map { [JSONMember(name: member.name, value: $0)] } ?? []))
            } catch {
                throw .invalidArgument("Invalid requests[\(index)].\(member.name): \(error.message)")
            }
        }
        var answer = [
            JSONMember(name: "spreadsheetId", value: .string(id)), JSONMember(name: "replies", value: .array(replies)),
        ]
        if body["includeSpreadsheetInResponse"]?.boolean == true {
            let ranges = (body["responseRanges"]?.elements ?? []).compactMap(\.text)
            let withData = body["responseIncludeGridData"]?.boolean == true
            let updated = try resource(ranges: ranges, mask: withData ? .all : Self.maskWithoutData)
            answer.append(JSONMember(name: "updatedSpreadsheet", value: updated))
        }
        return .object(answer)
    }

    /// Why one request cannot be applied.
    struct Refusal: Error {
        let message: String

        static func invalid(_ message: String) -> Refusal { Refusal(message: message) }

        static func noGrid(_ sheetId: Int) -> Refusal { .invalid("No grid with id: \(sheetId)") }

        static let noFields = Refusal(
            message: "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
        static let isProtected = Refusal(message: Spreadsheet.protectedMessage)
    }

    static let protectedMessage =
        "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection "
        + "if you need to edit."

    /// Applies one request, and tells its reply if it has one.
    private mutating func apply(_ kind: String, _ request: JSONValue) throws(Refusal) -> JSONValue? {
        switch kind {
        case "addSheet": return try addSheet(request)
        case "duplicateSheet": return try duplicateSheet(request)
        case "addNamedRange": return try addNamedRange(request)
        case "addProtectedRange": return try addProtectedRange(request)
        case "deleteConditionalFormatRule": return try deleteConditionalFormatRule(request)
        case "updateConditionalFormatRule": return try updateConditionalFormatRule(request)
        case "createDeveloperMetadata": return try createDeveloperMetadata(request)
        case "updateDeveloperMetadata": return try updateDeveloperMetadata(request)
        case "deleteDeveloperMetadata": return try deleteDeveloperMetadata(request)
        case "findReplace": return try findReplace(request)
        case "deleteSheet": try deleteSheet(request)
        case "updateSheetProperties": try updateSheetProperties(request)
        case "updateSpreadsheetProperties": try updateSpreadsheetProperties(request)
        case "insertDimension": try insertDimension(request)
        case "deleteDimension": try deleteDimension(request)
        case "moveDimension": try moveDimension(request)
        case "appendDimension": try appendDimension(request)
        case "updateDimensionProperties": try updateDimensionProperties(request)
        case "autoResizeDimensions": _ = try span(request["dimensions"])
        default: try applyToCells(kind, request)
        }
        return nil
    }

    private mutating func applyToCells(_ kind: String, _ request: JSONValue) throws(Refusal) {
        switch kind {
        case "updateCells": try updateCells(request)
        case "repeatCell": try repeatCell(request)
        case "appendCells": try appendCells(request)
        case "setDataValidation": try setDataValidation(request)
        case "updateBorders": try updateBorders(request)
        case "sortRange": try sortRange(request)
        case "copyPaste": try copyPaste(request)
        case "cutPaste": try cutPaste(request)
        case "insertRange": try shiftRange(request, inserting: true)
        case "deleteRange": try shiftRange(request, inserting: false)
        case "mergeCells": try mergeCells(request)
        case "unmergeCells": try unmergeCells(request)
        case "updateNamedRange": try updateNamedRange(request)
        case "deleteNamedRange": try deleteNamedRange(request)
        case "updateProtectedRange": try updateProtectedRange(request)
        case "deleteProtectedRange": try deleteProtectedRange(request)
        case "addConditionalFormatRule": try addConditionalFormatRule(request)
        case "setBasicFilter": try setBasicFilter(request)
        case "clearBasicFilter": tabs[try gridIndex(request)].basicFilter = nil
        default: throw .invalid("This request is one of Google's that the emulator does not know.")
        }
    }

    // MARK: What requests point at

    /// The tab that a request, range or coordinate names; it must have cells.
    func gridIndex(_ place: JSONValue?) throws(Refusal) -> Int {
        let sheetId = place?["sheetId"]?.integer ?? 0
        guard let index = tabIndex(sheetId: sheetId), tabs[index].kind == .grid else { throw .noGrid(sheetId) }
        return index
    }

    /// A GridRange, with its tab.
    func bounds(_ range: JSONValue?) throws(Refusal) -> (tab: Int, bounds: GridBounds) {
        let tab = try gridIndex(range)
        let rows = try Self.openRange(range, "Row")
        let columns = try Self.openRange(range, "Column")
        return (tab, GridBounds(rows: rows, columns: columns))
    }

    private static func openRange(_ range: JSONValue?, _ kind: String) throws(Refusal) -> OpenRange {
        let (lower, upper) = (range?["start\(kind)Index"]?.integer, range?["end\(kind)Index"]?.integer)
        if let lower, lower < 0 { throw .invalid("range.start\(kind)Index[\(lower)] must not be negative") }
        if let upper, upper <= lower ?? 0 {
            throw .invalid("range.end\(kind)Index[\(upper)] must be after range.start\(kind)Index[\(lower ?? 0)]")
        }
        return OpenRange(lower, upper)
    }

    /// The cells of a GridRange, clipped to the grid, of which there must be some.
    func cells(_ range: JSONValue?) throws(Refusal) -> (tab: Int, cells: CellRange) {
        let (tab, bounds) = try bounds(range)
        let grid = tabs[tab].grid
        let cells = bounds.cells(in: grid)
        guard !cells.rows.isEmpty, !cells.columns.isEmpty else {
            throw .invalid(
                "Range (\(range.map { Self.compact($0) } ?? "")) exceeds grid limits. Max rows: \(grid.rowCount), "
                    + "max columns: \(grid.columnCount)")
        }
        return (tab, cells)
    }

    /// The cells of a GridRange, which the caller must be allowed to edit.
    func editableCells(_ range: JSONValue?) throws(Refusal) -> (tab: Int, cells: CellRange) {
        let (tab, cells) = try cells(range)
        try checkMayEdit(tab, cells)
        return (tab, cells)
    }

    func checkMayEdit(_ tab: Int, _ cells: CellRange) throws(Refusal) {
        if isProtected(tab, cells) { throw .isProtected }
    }

    /// A `fields` mask of a request, for one message.
    func mask(_ request: JSONValue, of message: String) throws(Refusal) -> FieldMask {
        guard let text = request["fields"]?.text, !text.isEmpty else { throw .noFields }
        guard let mask = FieldMask.parse(text) else { throw .invalid("Invalid field mask: \(text)") }
        if let unknown = APISchema.sheets.unknownPath(in: mask, of: message) {
            throw .invalid("Field '\(unknown)' could not be found in request message.")
        }
        return mask
    }

    static func compact(_ value: JSONValue) -> String {
        String(decoding: JSONWriter.bytes(value, pretty: false).dropLast(), as: UTF8.self)
    }

    // MARK: Protection

    /// Whether some protection keeps the caller from editing these cells.
    func isProtected(_ tab: Int, _ cells: CellRange) -> Bool {
        tabs[tab].protectedRanges.contains { range in
            guard !mayEdit(range), range.bounds.cells(in: tabs[tab].grid).overlaps(cells) else { return false }
            return !range.unprotected.contains { $0.contains(cells) }
        }
    }

    func mayEdit(_ range: ProtectedRange) -> Bool {
        guard !range.warningOnly, let caller else { return true }
        return caller == owner || range.users.contains(caller)
    }

    func checkSize() throws(Refusal) {
        let cells = tabs.reduce(0) { $0 + $1.grid.rowCount * $1.grid.columnCount }
        guard cells <= Self.maximumCells else {
            throw .invalid(
                "This action would increase the number of cells in the workbook above the limit of "
                    + "\(Self.maximumCells) cells.")
        }
    }
}

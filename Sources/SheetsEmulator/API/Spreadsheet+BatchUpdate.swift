extension Spreadsheet {
    /// Carries out `spreadsheets.batchUpdate`, all requests or none.
    ///
    /// The caller works on a copy and keeps it on success.
    mutating func batchUpdate(_ body: JSONValue) throws(APIError) -> JSONValue {
        guard let requests = body["requests"]?.elements, !requests.isEmpty else {
            throw .invalidArgument("Must specify at least one request.")
        }
        var replies: [JSONValue] = []
        for (index, request) in requests.enumerated() {
            guard let member = request.members?.first, request.members?.count == 1 else {
                throw .invalidArgument("Invalid requests[\(index)]: exactly one kind of request must be set")
            }
            do throws(Refusal) {
                replies.append(try apply(member.name, member.value))
            } catch {
                throw error.answer(index: index, kind: member.name)
            }
        }
        try checkSize()
        return .object(["spreadsheetId": .string(id), "replies": .array(replies)])
    }

    /// Why one request cannot be applied.
    enum Refusal: Error {
        case invalid(String)
        case unknown

        func answer(index: Int, kind: String) -> APIError {
            switch self {
            case .invalid(let message): .invalidArgument("Invalid requests[\(index)].\(kind): \(message)")
            case .unknown:
                .invalidArgument(
                    "Invalid JSON payload received. Unknown name \"\(kind)\" at 'requests[\(index)]': Cannot find field."
                )
            }
        }
    }

    private mutating func apply(_ kind: String, _ request: JSONValue) throws(Refusal) -> JSONValue {
        switch kind {
        case "insertDimension": try insertDimension(request)
        case "deleteDimension": try deleteDimension(request)
        case "moveDimension": try moveDimension(request)
        case "appendDimension": try appendDimension(request)
        case "sortRange": try sortRange(request)
        case "cutPaste": try cutPaste(request)
        case "updateSheetProperties": try updateSheetProperties(request)
        case "updateSpreadsheetProperties": try updateSpreadsheetProperties(request)
        case "deleteSheet": try deleteSheet(request)
        case "addSheet": return try addSheet(request)
        default: throw .unknown
        }
        return .object([])
    }

    // MARK: Rows and columns

    private struct Span {
        var tabIndex: Int
        var isRows: Bool
        var range: Range<Int>
    }

    func tabIndex(_ request: JSONValue?) throws(Refusal) -> Int {
        let sheetId = request?["sheetId"]?.integer ?? 0
        guard let index = tabIndex(sheetId: sheetId) else { throw .invalid("No grid with id: \(sheetId)") }
        return index
    }

    private func isRows(_ request: JSONValue?) throws(Refusal) -> Bool {
        switch request?["dimension"]?.text {
        case "ROWS": return true
        case "COLUMNS": return false
        default: throw .invalid("No dimension specified.")
        }
    }

    private func span(_ request: JSONValue?, mayBegin slack: Int = 0) throws(Refusal) -> Span {
        let tab = try tabIndex(request)
        let isRows = try isRows(request)
        let count = isRows ? tabs[tab].grid.rowCount : tabs[tab].grid.columnCount
        let start = request?["startIndex"]?.integer ?? 0
        let end = request?["endIndex"]?.integer ?? count
        guard start >= 0, end > start else { throw .invalid("endIndex must be greater than startIndex.") }
        guard start < count + slack else {
            throw .invalid("range.startIndex[\(start)] is too large; the grid has \(count)")
        }
        return Span(tabIndex: tab, isRows: isRows, range: start..<end)
    }

    private mutating func insertDimension(_ request: JSONValue) throws(Refusal) {
        let span = try span(request["range"], mayBegin: 1)
        if span.isRows {
            tabs[span.tabIndex].grid.insertRows(at: span.range.lowerBound, count: span.range.count)
        } else {
            tabs[span.tabIndex].grid.insertColumns(at: span.range.lowerBound, count: span.range.count)
        }
    }

    private mutating func deleteDimension(_ request: JSONValue) throws(Refusal) {
        let span = try span(request["range"])
        let grid = tabs[span.tabIndex].grid
        let count = span.isRows ? grid.rowCount : grid.columnCount
        let range = span.range.clamped(to: 0..<count)
        guard range.count < count else {
            throw .invalid("You can't delete all the \(span.isRows ? "rows" : "columns") on the sheet.")
        }
        if span.isRows {
            tabs[span.tabIndex].grid.deleteRows(range)
        } else {
            tabs[span.tabIndex].grid.deleteColumns(range)
        }
    }

    private mutating func moveDimension(_ request: JSONValue) throws(Refusal) {
        let span = try span(request["source"])
        let destination = request["destinationIndex"]?.integer ?? 0
        let grid = tabs[span.tabIndex].grid
        let count = span.isRows ? grid.rowCount : grid.columnCount
        guard (0...count).contains(destination), span.range.upperBound <= count else {
            throw .invalid("destinationIndex[\(destination)] is outside the grid")
        }
        if span.isRows {
            tabs[span.tabIndex].grid.moveRows(span.range, to: destination)
        } else {
            tabs[span.tabIndex].grid.moveColumns(span.range, to: destination)
        }
    }

    private mutating func appendDimension(_ request: JSONValue) throws(Refusal) {
        let tab = try tabIndex(request)
        let length = request["length"]?.integer ?? 0
        guard length > 0 else { throw .invalid("length must be greater than zero") }
        if try isRows(request) {
            tabs[tab].grid.rowCount += length
        } else {
            tabs[tab].grid.columnCount += length
        }
    }

    // MARK: Tabs

    private func checkTitle(_ title: String, except tab: Int?) throws(Refusal) {
        if let taken = tabIndex(title: title), taken != tab {
            throw .invalid("A sheet with the name \"\(title)\" already exists. Please enter another name.")
        }
    }

    private mutating func updateSheetProperties(_ request: JSONValue) throws(Refusal) {
        let properties = request["properties"]
        let tab = try tabIndex(properties)
        guard let fields = request["fields"]?.text, !fields.isEmpty, let mask = FieldMask.parse(fields) else {
            throw .invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
        }
        if mask.includes("title"), let title = properties?["title"]?.text {
            try checkTitle(title, except: tab)
            tabs[tab].title = title
        }
        if mask.includes("hidden") { tabs[tab].hidden = properties?["hidden"]?.boolean ?? false }
        let grid = properties?["gridProperties"]
        if mask.includes("gridProperties") {
            let below = mask.below("gridProperties")
            if below.includes("frozenRowCount") { tabs[tab].frozenRowCount = grid?["frozenRowCount"]?.integer ?? 0 }
            if below.includes("rowCount"), let rows = grid?["rowCount"]?.integer {
                tabs[tab].grid.resize(rows: rows, columns: tabs[tab].grid.columnCount)
            }
            if below.includes("columnCount"), let columns = grid?["columnCount"]?.integer {
                tabs[tab].grid.resize(rows: tabs[tab].grid.rowCount, columns: columns)
            }
        }
        if mask.includes("index"), let index = properties?["index"]?.integer, tabs.indices.contains(index) {
            tabs.insert(tabs.remove(at: tab), at: index)
        }
    }

    private mutating func updateSpreadsheetProperties(_ request: JSONValue) throws(Refusal) {
        guard let mask = FieldMask.parse(request["fields"]?.text) else { throw .invalid("Invalid fields") }
        let properties = request["properties"]
        if mask.includes("title"), let title = properties?["title"]?.text { self.title = title }
        if mask.includes("locale"), let locale = properties?["locale"]?.text { self.locale = locale }
        if mask.includes("timeZone"), let zone = properties?["timeZone"]?.text { timeZone = zone }
    }

    private mutating func addSheet(_ request: JSONValue) throws(Refusal) -> JSONValue {
        let properties = request["properties"]
        let title = properties?["title"]?.text ?? unusedTitle()
        try checkTitle(title, except: nil)
        let sheetId = properties?["sheetId"]?.integer ?? (tabs.map(\.sheetId).max() ?? 0) + 1
        guard tabIndex(sheetId: sheetId) == nil else {
            throw .invalid("The sheet ID \(sheetId) already exists.")
        }
        let size = properties?["gridProperties"]
        let grid = Grid(
            rowCount: size?["rowCount"]?.integer ?? 1000, columnCount: size?["columnCount"]?.integer ?? 26)
        let index = min(properties?["index"]?.integer ?? tabs.count, tabs.count)
        tabs.insert(Tab(sheetId: sheetId, title: title, grid: grid), at: index)
        return .object(["addSheet": .object(["properties": tabs[index].properties(index: index)])])
    }

    private func unusedTitle() -> String {
        var number = tabs.count + 1
        while tabIndex(title: "Sheet\(number)") != nil { number += 1 }
        return "Sheet\(number)"
    }

    private mutating func deleteSheet(_ request: JSONValue) throws(Refusal) {
        let tab = try tabIndex(request)
        guard tabs.count > 1 else { throw .invalid("You can't remove all the sheets in a document.") }
        tabs.remove(at: tab)
    }
}

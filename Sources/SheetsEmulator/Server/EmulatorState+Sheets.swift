import Foundation

/// Calls of the Sheets API that concern more than one spreadsheet, or find cells by other means than a range.
extension EmulatorState {
    /// `spreadsheets.create`: the new spreadsheet belongs to the caller, and nobody else sees it.
    mutating func create(_ request: Incoming, by grant: Tokens.Grant, now: Date) throws(APIError) -> JSONValue {
        let body = try request.json
        try APISchema.sheets.check(body, as: "Spreadsheet")
        let properties = body["properties"]
        let blank = Tab(sheetId: 0, title: "Sheet1", grid: Grid())
        var spreadsheet = Spreadsheet(
            id: unusedID(), title: properties?["title"]?.text ?? "Untitled spreadsheet",
            locale: properties?["locale"]?.text ?? "en_US", timeZone: properties?["timeZone"]?.text ?? "Etc/GMT",
            sharedWith: [grant.email], tabs: [blank], now: now)
        spreadsheet.owner = grant.email
        spreadsheet.caller = grant.email
        if let sheets = body["sheets"]?.elements, !sheets.isEmpty { try spreadsheet.add(sheets) }
        for named in body["namedRanges"]?.elements ?? [] {
            do throws(Spreadsheet.Refusal) {
                _ = try spreadsheet.addNamedRange(.object(["namedRange": named]))
            } catch {
                throw .invalidArgument("Invalid namedRanges: \(error.message)")
            }
        }
        let mask = try Spreadsheet.mask(request.query, of: "Spreadsheet")
        spreadsheet.touch(at: now, by: grant.email)
        let answer = spreadsheet.resource(nil, mask: mask.isAll ? Spreadsheet.maskWithoutData : mask)
        spreadsheet.caller = nil
        spreadsheets[spreadsheet.id] = spreadsheet
        return answer
    }

    /// An id as long as Google's.
    private func unusedID() -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return "1" + String((0..<43).map { _ in letters[Int.random(in: letters.indices)] })
    }

    /// `spreadsheets.sheets.copyTo`.
    mutating func copySheet(
        of source: Spreadsheet, _ request: Incoming, _ grant: Tokens.Grant, _ now: Date
    ) throws(APIError) -> JSONValue {
        let body = try request.json
        try APISchema.sheets.check(body, as: "CopySheetToAnotherSpreadsheetRequest")
        guard let tab = Int(request.call.range).flatMap({ source.tabIndex(sheetId: $0) }) else {
            throw .invalidArgument("The sheet (\(request.call.range)) does not exist.")
        }
        let destination = body["destinationSpreadsheetId"]?.text ?? ""
        var target = try visible(APICall(method: .sheetsCopyTo, id: destination), to: grant)
        let reply: JSONValue
        do throws(Spreadsheet.Refusal) {
            reply = try target.insertCopy(of: source.tabs[tab])
            try target.checkSize()
        } catch {
            throw .invalidArgument(error.message)
        }
        target.touch(at: now, by: grant.email)
        spreadsheets[target.id] = target
        return reply
    }

    /// The reads that take data filters, or a tag's id.
    func readByFilter(_ spreadsheet: Spreadsheet, _ request: Incoming) throws(APIError) -> JSONValue {
        let body = try request.json
        let mask = try request.call.method.mask(request.query)
        do throws(Spreadsheet.Refusal) {
            switch request.call.method {
            case .developerMetadataGet:
                let found = spreadsheet.allMetadata.first { String($0.tag.id) == request.call.range }
                guard let found else {
                    throw .invalid("No developer metadata with id: \(request.call.range)")
                }
                return mask.apply(to: spreadsheet.json(found))
            case .developerMetadataSearch: return mask.apply(to: try spreadsheet.searchMetadata(body))
            case .valuesBatchGetByDataFilter: return mask.apply(to: try spreadsheet.valuesByDataFilter(body))
            default: return try spreadsheet.resourceByDataFilter(body, request.query, mask)
            }
        } catch {
            throw .invalidArgument(error.message)
        }
    }
}

extension Spreadsheet {
    /// The tabs of a new spreadsheet, as `spreadsheets.create` is told them.
    mutating func add(_ sheets: [JSONValue]) throws(APIError) {
        let blank = tabs
        tabs = []
        for (index, sheet) in sheets.enumerated() {
            var properties = sheet["properties"]?.members ?? []
            if tabs.isEmpty, !properties.contains(where: { $0.name == "sheetId" }) {
                properties.append(JSONMember(name: "sheetId", value: .integer(0)))
            }
            do throws(Refusal) {
                _ = try addSheet(.object(["properties": .object(properties)]))
                guard let tab = tabs.indices.last else { continue }
                try add(sheet["data"]?.elements ?? [], to: tab)
            } catch {
                throw .invalidArgument("Invalid sheets[\(index)]: \(error.message)")
            }
        }
        if tabs.isEmpty { tabs = blank }
    }

    private mutating func add(_ data: [JSONValue], to tab: Int) throws(Refusal) {
        let edit = CellEdit(
            mask: FieldMask.parse("userEnteredValue,userEnteredFormat,note,dataValidation,textFormatRuns") ?? .all)
        for part in data {
            let (top, left) = (part["startRow"]?.integer ?? 0, part["startColumn"]?.integer ?? 0)
            for (offset, row) in (part["rowData"]?.elements ?? []).enumerated() {
                let cells = row["values"]?.elements ?? []
                tabs[tab].grid.rowCount = max(tabs[tab].grid.rowCount, top + offset + 1)
                tabs[tab].grid.columnCount = max(tabs[tab].grid.columnCount, left + cells.count)
                try edit.write(cells, row: top + offset, column: left, of: &tabs[tab])
            }
        }
    }

    /// Puts the copy of another spreadsheet's tab behind the others.
    mutating func insertCopy(of tab: Tab) throws(Refusal) -> JSONValue {
        var copy = tab
        copy.sheetId = try unusedSheetId(nil)
        copy.title = unusedCopyTitle(of: tab.title)
        copy.protectedRanges = []
        copy.metadata = []
        copy.hidden = false
        tabs.append(copy)
        return copy.properties(index: tabs.count - 1)
    }

    // MARK: Data filters

    /// The cells that a data filter means; a tag means its row, column or tab.
    private func ranges(_ filter: JSONValue) throws(Refusal) -> [ResolvedRange] {
        if let text = filter["a1Range"]?.text {
            do throws(APIError) {
                return [try resolve(text)]
            } catch {
                throw .invalid("Unable to parse range: \(text)")
            }
        }
        if filter["gridRange"] != nil {
            let (tab, cells) = try cells(filter["gridRange"])
            return [ResolvedRange(tabIndex: tab, title: tabs[tab].title, cells: cells, isSingleCell: false)]
        }
        return try metadata(matching: [filter]).compactMap { tab, tag in
            guard let tab, tabs[tab].kind == .grid else { return nil }
            let span = tag.span
            let bounds = GridBounds(
                rows: span?.axis == .rows ? span?.range ?? OpenRange() : OpenRange(),
                columns: span?.axis == .columns ? span?.range ?? OpenRange() : OpenRange())
            return ResolvedRange(
                tabIndex: tab, title: tabs[tab].title, cells: bounds.cells(in: tabs[tab].grid), isSingleCell: false)
        }
    }

    private func filters(_ body: JSONValue, _ message: String) throws(Refusal) -> [JSONValue] {
        do throws(APIError) {
            try APISchema.sheets.check(body, as: message)
        } catch {
            throw .invalid(error.body["error"]?["message"]?.text ?? "Invalid JSON payload received.")
        }
        return body["dataFilters"]?.elements ?? []
    }

    func resourceByDataFilter(
        _ body: JSONValue, _ query: QueryParameters, _ mask: FieldMask
    ) throws(Refusal) -> JSONValue {
        let filters = try filters(body, "GetSpreadsheetByDataFilterRequest")
        var wanted: [ResolvedRange] = []
        for filter in filters { wanted += try ranges(filter) }
        let usual = body["includeGridData"]?.boolean == true ? FieldMask.all : Self.maskWithoutData
        return resource(filters.isEmpty ? nil : wanted, mask: mask.isAll && !query.asksForAll ? usual : mask)
    }

    func valuesByDataFilter(_ body: JSONValue) throws(Refusal) -> JSONValue {
        let filters = try filters(body, "BatchGetValuesByDataFilterRequest")
        guard !filters.isEmpty else { throw .invalid("At least one data filter must be set.") }
        let options: ReadOptions
        do throws(APIError) {
            options = try ReadOptions(
                render: body["valueRenderOption"]?.text, dates: body["dateTimeRenderOption"]?.text,
                dimension: body["majorDimension"]?.text)
        } catch {
            throw .invalid("Invalid render options.")
        }
        var found: [JSONValue] = []
        for filter in filters {
            for range in try ranges(filter) {
                found.append(
                    .object(["valueRange": source(range, options).json, "dataFilters": .array([filter])]))
            }
        }
        return .object(["spreadsheetId": .string(id), "valueRanges": found.isEmpty ? nil : .array(found)])
    }

    func searchMetadata(_ body: JSONValue) throws(Refusal) -> JSONValue {
        let filters = try filters(body, "SearchDeveloperMetadataRequest")
        let found = try metadata(matching: filters)
        var matched: [JSONValue] = []
        for candidate in found {
            var hits: [JSONValue] = []
            for filter in filters where try matches(candidate, filter) { hits.append(filter) }
            matched.append(.object(["developerMetadata": json(candidate), "dataFilters": .array(hits)]))
        }
        return .object(["matchedDeveloperMetadata": matched.isEmpty ? nil : .array(matched)])
    }
}

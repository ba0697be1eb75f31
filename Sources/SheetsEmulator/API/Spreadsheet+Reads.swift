import Foundation

extension Spreadsheet {
    /// `spreadsheets.get`.
    func resource(_ query: QueryParameters) throws(APIError) -> JSONValue {
        let mask = try Self.mask(query, of: "Spreadsheet")
        // `includeGridData` counts only where no mask says what to include.
        let usual = query["includeGridData"] == "true" ? FieldMask.all : Self.maskWithoutData
        return try resource(ranges: query.all("ranges"), mask: mask.isAll && !query.asksForAll ? usual : mask)
    }

    /// The spreadsheet, or the tabs that some ranges are on with the cells of these ranges, as far as a mask names it.
    func resource(ranges: [String], mask: FieldMask) throws(APIError) -> JSONValue {
        var wanted: [ResolvedRange]?
        if !ranges.isEmpty { wanted = try ranges.map { range throws(APIError) in try resolve(range) } }
        return resource(wanted, mask: mask)
    }

    func resource(_ wanted: [ResolvedRange]?, mask: FieldMask) -> JSONValue {
        let shown = tabs.indices.filter { index in wanted?.contains { $0.tabIndex == index } ?? true }
        let sheetMask = mask.below("sheets")
        let sheets = shown.map { index in
            sheet(index, ranges: wanted.map { $0.filter { $0.tabIndex == index }.map(\.cells) }, mask: sheetMask)
        }
        let whole = JSONValue.object([
            "spreadsheetId": .string(id),
            "properties": properties,
            "namedRanges": namedRanges.isEmpty ? nil : .array(namedRanges.map(\.json)),
            "spreadsheetUrl": .string("https://docs.google.com/spreadsheets/d/\(id)/edit"),
            "developerMetadata": metadata.isEmpty ? nil : .array(metadata.map { $0.json(sheetId: nil) }),
        ])
        guard mask.includes("sheets"), var members = mask.apply(to: whole).members else {
            return mask.apply(to: whole)
        }
        let place = members.firstIndex { ["namedRanges", "spreadsheetUrl", "developerMetadata"].contains($0.name) }
        members.insert(JSONMember(name: "sheets", value: .array(sheets)), at: place ?? members.count)
        return .object(members)
    }

    /// A Sheet, already cut to what the mask names.
    private func sheet(_ index: Int, ranges: [CellRange]?, mask: FieldMask) -> JSONValue {
        let tab = tabs[index]
        func list(_ values: [JSONValue]) -> JSONValue? { values.isEmpty ? nil : .array(values) }
        let filter = tab.basicFilter.map { filter, bounds in
            JSONValue.object(
                [JSONMember(name: "range", value: bounds.json(sheetId: tab.sheetId))] + (filter.members ?? []))
        }
        let whole = JSONValue.object([
            "properties": tab.properties(index: index),
            "merges": list(tab.merges.map { GridBounds($0).json(sheetId: tab.sheetId) }),
            "conditionalFormats": list(tab.conditionalFormats.map { $0.json(sheetId: tab.sheetId) }),
            "basicFilter": filter,
            "protectedRanges": list(
                tab.protectedRanges.map { $0.json(sheetId: tab.sheetId, mayEdit: mayEdit($0)) }),
            "developerMetadata": list(
                tab.metadata.filter { $0.span == nil }.map { $0.json(sheetId: tab.sheetId) }),
        ])
        guard mask.includes("data"), tab.kind == .grid, case .object(var members) = mask.apply(to: whole) else {
            return mask.apply(to: whole)
        }
        let reader = GridDataReader(tab: tab, mask: mask.below("data"))
        let data = JSONValue.array(ranges?.map { reader.data($0) } ?? [reader.data(GridBounds().cells(in: tab.grid))])
        members.insert(JSONMember(name: "data", value: data), at: members.first?.name == "properties" ? 1 : 0)
        return .object(members)
    }

    private var properties: JSONValue {
        .object([
            "title": .string(title), "locale": .string(locale), "autoRecalc": .string("ON_CHANGE"),
            "timeZone": .string(timeZone), "defaultFormat": DefaultFormat.spreadsheet,
            "spreadsheetTheme": DefaultFormat.theme,
        ])
    }

    /// Everything but the cells.
    static let maskWithoutData =
        FieldMask.parse(
            "spreadsheetId,properties,namedRanges,spreadsheetUrl,developerMetadata,sheets(properties,merges,"
                + "conditionalFormats,basicFilter,protectedRanges,developerMetadata)") ?? .all

    func valuesGet(_ range: String, _ query: QueryParameters, pretty: Bool) throws(APIError) -> ValuesStream {
        let mask = try Self.mask(query, of: "ValueRange")
        return .single(try source(range, ReadOptions(query)), mask: mask, pretty: pretty)
    }

    func valuesBatchGet(_ query: QueryParameters, pretty: Bool) throws(APIError) -> ValuesStream {
        let mask = try Self.mask(query, of: "BatchGetValuesResponse")
        let options = try ReadOptions(query)
        let sources = try query.all("ranges").map { range throws(APIError) in try source(range, options) }
        return .batch(spreadsheetId: id, sources, mask: mask, pretty: pretty)
    }

    func source(_ range: String, _ options: ReadOptions) throws(APIError) -> ValueRangeSource {
        source(try resolve(range), options)
    }

    func source(_ range: ResolvedRange, _ options: ReadOptions) -> ValueRangeSource {
        ValueRangeSource(
            grid: tabs[range.tabIndex].grid, cells: range.cells, notation: range.notation, options: options)
    }

    /// The mask of a call, for the message that it answers.
    static func mask(_ query: QueryParameters, of message: String) throws(APIError) -> FieldMask {
        let text = query["fields"] ?? query["$fields"]
        guard let mask = FieldMask.parse(text) else { throw .invalidField(text ?? "") }
        if let unknown = APISchema.sheets.unknownPath(in: mask, of: message) { throw .invalidField(unknown) }
        return mask
    }
}

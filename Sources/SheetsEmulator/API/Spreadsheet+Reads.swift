import Foundation

extension Spreadsheet {
    /// `spreadsheets.get` without grid data.
    func resource(_ query: QueryParameters) throws(APIError) -> JSONValue {
        let mask = try Self.mask(query, known: Self.knownFields)
        var shown = tabs.indices.map { $0 }
        let ranges = query.all("ranges")
        if !ranges.isEmpty {
            let named = try ranges.map { range throws(APIError) in try resolve(range).tabIndex }
            shown = shown.filter { named.contains($0) }
        }
        let whole = JSONValue.object([
            "spreadsheetId": .string(id),
            "properties": .object([
                "title": .string(title), "locale": .string(locale), "autoRecalc": .string("ON_CHANGE"),
                "timeZone": .string(timeZone),
            ]),
            "sheets": .array(shown.map { .object(["properties": tabs[$0].properties(index: $0)]) }),
            "spreadsheetUrl": .string("https://docs.google.com/spreadsheets/d/\(id)/edit"),
        ])
        return mask.apply(to: whole)
    }

    func valuesGet(_ range: String, _ query: QueryParameters, pretty: Bool) throws(APIError) -> ValuesStream {
        let mask = try Self.mask(query, known: ["range", "majorDimension", "values"])
        return .single(try source(range, ReadOptions(query)), mask: mask, pretty: pretty)
    }

    func valuesBatchGet(_ query: QueryParameters, pretty: Bool) throws(APIError) -> ValuesStream {
        let mask = try Self.mask(query, known: ["spreadsheetId", "valueRanges", "range", "majorDimension", "values"])
        let options = try ReadOptions(query)
        let sources = try query.all("ranges").map { range throws(APIError) in try source(range, options) }
        return .batch(spreadsheetId: id, sources, mask: mask, pretty: pretty)
    }

    func source(_ range: String, _ options: ReadOptions) throws(APIError) -> ValueRangeSource {
        let resolved = try resolve(range)
        return ValueRangeSource(
            grid: tabs[resolved.tabIndex].grid, cells: resolved.cells, notation: resolved.notation, options: options)
    }

    private static func mask(_ query: QueryParameters, known: Set<String>) throws(APIError) -> FieldMask {
        let text = query["fields"] ?? query["$fields"]
        guard let mask = FieldMask.parse(text) else { throw .invalidField(text ?? "") }
        if let unknown = mask.names.subtracting(known.union(["*"])).min() { throw .invalidField(unknown) }
        return mask
    }

    /// Names that may stand in a mask: those that the emulator answers, and those of the discovery document
    /// that it never has anything to say about.
    private static let knownFields: Set<String> = [
        "spreadsheetId", "properties", "title", "locale", "autoRecalc", "timeZone", "sheets", "spreadsheetUrl",
        "sheetId", "index", "sheetType", "gridProperties", "rowCount", "columnCount", "frozenRowCount",
        "frozenColumnCount", "hidden", "namedRanges", "namedRangeId", "name", "range", "data", "rowData", "values",
        "merges", "developerMetadata", "protectedRanges", "conditionalFormats", "basicFilter", "tabColor",
        "rightToLeft", "hideGridlines", "defaultFormat", "spreadsheetTheme", "startRow", "startColumn", "note",
        "userEnteredValue", "effectiveValue", "formattedValue", "dataValidation", "startRowIndex", "endRowIndex",
        "startColumnIndex", "endColumnIndex",
    ]
}

/// What the discovery document says of the Sheets methods besides their paths.
extension APIMethod {
    /// The message that the method answers; nil for methods of other APIs.
    var answerMessage: String? {
        switch self {
        case .spreadsheetsGet, .spreadsheetsCreate, .spreadsheetsGetByDataFilter: "Spreadsheet"
        case .spreadsheetsBatchUpdate: "BatchUpdateSpreadsheetResponse"
        case .valuesGet: "ValueRange"
        case .valuesBatchGet: "BatchGetValuesResponse"
        case .valuesBatchGetByDataFilter: "BatchGetValuesByDataFilterResponse"
        case .valuesUpdate: "UpdateValuesResponse"
        case .valuesBatchUpdate: "BatchUpdateValuesResponse"
        case .valuesAppend: "AppendValuesResponse"
        case .valuesClear: "ClearValuesResponse"
        case .valuesBatchClear: "BatchClearValuesResponse"
        case .developerMetadataGet: "DeveloperMetadata"
        case .developerMetadataSearch: "SearchDeveloperMetadataResponse"
        case .sheetsCopyTo: "SheetProperties"
        default: nil
        }
    }

    /// The parameters of the query that this method takes, besides those that every method takes.
    private var ownParameters: Set<String> {
        switch self {
        case .spreadsheetsGet: ["ranges", "includeGridData", "excludeTablesInBandedRanges", "commentsViewMode"]
        case .valuesGet: ["valueRenderOption", "dateTimeRenderOption", "majorDimension"]
        case .valuesBatchGet: ["ranges", "valueRenderOption", "dateTimeRenderOption", "majorDimension"]
        case .valuesUpdate, .valuesAppend:
            [
                "valueInputOption", "insertDataOption", "includeValuesInResponse", "responseValueRenderOption",
                "responseDateTimeRenderOption",
            ]
        default: []
        }
    }

    private static let usualParameters: Set<String> = [
        "$.xgafv", "access_token", "alt", "callback", "fields", "key", "oauth_token", "prettyPrint", "quotaUser",
        "uploadType", "upload_protocol",
    ]

    /// Refuses a query with a parameter that the method does not have.
    func check(_ query: QueryParameters) throws(APIError) {
        guard answerMessage != nil else { return }
        for name in query.names {
            let bare = name.hasPrefix("$") && name != "$.xgafv" ? String(name.dropFirst()) : name
            guard !Self.usualParameters.contains(bare), !ownParameters.contains(name) else { continue }
            let description =
                "Invalid JSON payload received. Unknown name \"\(name)\": Cannot bind query parameter. "
                + "Field '\(name)' could not be found in request message."
            throw APIError(
                400, "INVALID_ARGUMENT", description, details: [APIError.badRequest(field: "", description)])
        }
    }

    /// The mask that a call's answer is cut to.
    func mask(_ query: QueryParameters) throws(APIError) -> FieldMask {
        guard let answerMessage else { return .all }
        return try Spreadsheet.mask(query, of: answerMessage)
    }
}

/// The methods that the emulator speaks, by the names that Google's discovery documents give them.
enum APIMethod: String, Sendable, CaseIterable {
    case token = "token"
    case spreadsheetsGet = "spreadsheets.get"
    case spreadsheetsCreate = "spreadsheets.create"
    case spreadsheetsGetByDataFilter = "spreadsheets.getByDataFilter"
    case spreadsheetsBatchUpdate = "spreadsheets.batchUpdate"
    case valuesGet = "spreadsheets.values.get"
    case valuesBatchGet = "spreadsheets.values.batchGet"
    case valuesUpdate = "spreadsheets.values.update"
    case valuesBatchUpdate = "spreadsheets.values.batchUpdate"
    case valuesAppend = "spreadsheets.values.append"
    case valuesClear = "spreadsheets.values.clear"
    case valuesBatchClear = "spreadsheets.values.batchClear"
    case valuesBatchGetByDataFilter = "spreadsheets.values.batchGetByDataFilter"
    case developerMetadataGet = "spreadsheets.developerMetadata.get"
    case developerMetadataSearch = "spreadsheets.developerMetadata.search"
    case sheetsCopyTo = "spreadsheets.sheets.copyTo"
    case driveAboutGet = "drive.about.get"
    case driveChangesList = "drive.changes.list"
    case driveChangesStart = "drive.changes.getStartPageToken"
    case driveChangesWatch = "drive.changes.watch"
    case driveChannelsStop = "drive.channels.stop"
    case driveCommentsList = "drive.comments.list"
    case driveFilesCopy = "drive.files.copy"
    case driveFilesCreate = "drive.files.create"
    case driveFilesDelete = "drive.files.delete"
    case driveFilesExport = "drive.files.export"
    case driveFilesGet = "drive.files.get"
    case driveFilesList = "drive.files.list"
    case driveFilesUpdate = "drive.files.update"
    case driveFilesWatch = "drive.files.watch"
    case drivePermissionsCreate = "drive.permissions.create"
    case drivePermissionsDelete = "drive.permissions.delete"
    case drivePermissionsList = "drive.permissions.list"

    var isDrive: Bool { rawValue.hasPrefix("drive.") }

    var writes: Bool {
        switch self {
        case .spreadsheetsCreate, .spreadsheetsBatchUpdate, .valuesUpdate, .valuesBatchUpdate, .valuesAppend,
            .valuesClear, .valuesBatchClear, .sheetsCopyTo:
            true
        default: false
        }
    }

    /// Reads for which the discovery document asks for a scope that allows writing.
    private var readsWithWriteScope: Bool {
        switch self {
        case .spreadsheetsGetByDataFilter, .valuesBatchGetByDataFilter, .developerMetadataGet, .developerMetadataSearch:
            true
        default: false
        }
    }

    private static let scopePrefix = "https://www.googleapis.com/auth/"

    /// The scopes of which one must have been granted.
    var scopes: Set<String> {
        let names: [String]
        if isDrive {
            names = driveScopes
        } else if writes || readsWithWriteScope {
            names = ["spreadsheets", "drive", "drive.file"]
        } else {
            names = ["spreadsheets", "spreadsheets.readonly", "drive", "drive.readonly", "drive.file"]
        }
        return Set(names.map { Self.scopePrefix + $0 })
    }

    var service: String { isDrive ? "drive.googleapis.com" : "sheets.googleapis.com" }
}

/// A request recognised as a call of one method on one resource.
struct APICall: Sendable, Equatable {
    let method: APIMethod
    /// The spreadsheet or file.
    var id = ""
    /// The range in the path, decoded, or whatever else the path names inside the spreadsheet.
    var range = ""
    /// The permission in the path.
    var permission = ""

    /// Recognises a call by HTTP method and path (still percent-encoded).
    ///
    /// Ranges hold colons of their own, so a verb such as `:append` is looked for only at the very end.
    static func parse(httpMethod: String, path: String) -> APICall? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        switch (segments.first, segments.count) {
        case ("token", 1): return httpMethod == "POST" ? APICall(method: .token) : nil
        case ("drive", 3...): return drive(httpMethod, segments)
        case ("v4", 2) where httpMethod == "POST" && segments[1] == "spreadsheets":
            return APICall(method: .spreadsheetsCreate)
        case ("v4", 3...): return sheets(httpMethod, segments)
        default: return nil
        }
    }

    private static func sheets(_ httpMethod: String, _ segments: [String]) -> APICall? {
        guard segments[1] == "spreadsheets" else { return nil }
        let (name, verb) = splitVerb(segments[2])
        guard let id = name.percentDecoded() else { return nil }
        switch (httpMethod, segments.count, verb) {
        case ("GET", 3, nil): return APICall(method: .spreadsheetsGet, id: id)
        case ("POST", 3, "batchUpdate"): return APICall(method: .spreadsheetsBatchUpdate, id: id)
        case ("POST", 3, "getByDataFilter"): return APICall(method: .spreadsheetsGetByDataFilter, id: id)
        case ("GET", 5, nil) where segments[3] == "developerMetadata":
            return segments[4].percentDecoded().map { APICall(method: .developerMetadataGet, id: id, range: $0) }
        case ("POST", 5, nil) where segments[3] == "sheets":
            let (sheetId, verb) = splitVerb(segments[4])
            return verb == "copyTo" ? APICall(method: .sheetsCopyTo, id: id, range: sheetId) : nil
        case (_, 4, nil): return collection(httpMethod, id, segments[3])
        case (_, 5, nil) where segments[3] == "values": return values(httpMethod, id, segments[4])
        default: return nil
        }
    }

    private static func collection(_ httpMethod: String, _ id: String, _ segment: String) -> APICall? {
        switch (httpMethod, segment.percentDecoded()) {
        case ("GET", "values:batchGet"): APICall(method: .valuesBatchGet, id: id)
        case ("POST", "values:batchUpdate"): APICall(method: .valuesBatchUpdate, id: id)
        case ("POST", "values:batchClear"): APICall(method: .valuesBatchClear, id: id)
        case ("POST", "values:batchGetByDataFilter"): APICall(method: .valuesBatchGetByDataFilter, id: id)
        case ("POST", "developerMetadata:search"): APICall(method: .developerMetadataSearch, id: id)
        default: nil
        }
    }

    private static func values(_ httpMethod: String, _ id: String, _ segment: String) -> APICall? {
        let (name, verb) = httpMethod == "POST" ? splitVerb(segment) : (segment, nil)
        guard let range = name.percentDecoded() else { return nil }
        switch (httpMethod, verb) {
        case ("GET", nil): return APICall(method: .valuesGet, id: id, range: range)
        case ("PUT", nil): return APICall(method: .valuesUpdate, id: id, range: range)
        case ("POST", "append"): return APICall(method: .valuesAppend, id: id, range: range)
        case ("POST", "clear"): return APICall(method: .valuesClear, id: id, range: range)
        default: return nil
        }
    }

    private static func splitVerb(_ segment: String) -> (String, String?) {
        for verb in ["batchUpdate", "getByDataFilter", "append", "clear", "copyTo"] {
            for colon in [":", "%3A", "%3a"] where segment.hasSuffix(colon + verb) {
                return (String(segment.dropLast(colon.count + verb.count)), verb)
            }
        }
        return (segment, nil)
    }
}

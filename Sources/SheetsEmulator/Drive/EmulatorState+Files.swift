import Digest
import Foundation

/// `files`: one file, and what makes, changes and deletes it.
extension EmulatorState {
    func getFile(_ id: String, _ caller: DriveCaller) throws(APIError) -> JSONValue {
        let file = try visibleFile(id, to: caller)
        guard caller.query["alt"] != "media" else {
            throw .drive(
                403, domain: "global", reason: "fileNotDownloadable",
                message: "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
                location: "alt", locationType: "parameter")
        }
        return DriveFile.resource(file, caller, try fileMask(caller))
    }

    private func fileMask(_ caller: DriveCaller) throws(APIError) -> FieldMask {
        try caller.mask(of: DriveFile.members, default: DriveFile.defaultFields)
    }

    mutating func createFile(_ body: JSONValue, _ caller: DriveCaller) throws(APIError) -> JSONValue {
        let mask = try fileMask(caller)
        guard body["mimeType"]?.text == DriveFile.mimeType else {
            throw .drive(
                400, domain: "global", reason: "invalid",
                message: "This emulator keeps spreadsheets only (\(DriveFile.mimeType)).")
        }
        var file = Spreadsheet(
            id: try newID(body), title: body["name"]?.text ?? "Untitled", locale: "en_US", timeZone: "Etc/GMT",
            sharedWith: [caller.email], tabs: [Tab(sheetId: 0, title: "Sheet1", grid: Grid())], now: caller.now)
        file.owner = caller.email
        spreadsheets[file.id] = file
        return DriveFile.resource(file, caller, mask)
    }

    mutating func copyFile(
        _ id: String, _ body: JSONValue, _ caller: DriveCaller
    ) throws(APIError) -> JSONValue {
        let (original, mask) = (try visibleFile(id, to: caller), try fileMask(caller))
        var file = Spreadsheet(
            id: try newID(body), title: body["name"]?.text ?? "Copy of \(original.title)", locale: original.locale,
            timeZone: original.timeZone, sharedWith: [caller.email], tabs: original.tabs, now: caller.now)
        file.namedRanges = original.namedRanges
        file.owner = caller.email
        spreadsheets[file.id] = file
        return DriveFile.resource(file, caller, mask)
    }

    /// The id that the client wants, or a new one that looks like Google's.
    private func newID(_ body: JSONValue) throws(APIError) -> String {
        guard let wanted = body["id"]?.text else { return "1" + base64URL(secureRandomBytes(32)) }
        guard spreadsheets[wanted] == nil else {
            throw .drive(
                409, domain: "global", reason: "fileIdInUse", message: "A file already exists with the provided ID.")
        }
        return wanted
    }

    mutating func updateFile(
        _ id: String, _ body: JSONValue, _ caller: DriveCaller
    ) throws(APIError) -> JSONValue {
        var file = try writableFile(id, caller)
        let mask = try fileMask(caller)
        if let trashed = body["trashed"]?.boolean {
            guard file.owner == nil || file.owner == caller.email else {
                throw .drive(
                    403, domain: "global", reason: "insufficientFilePermissions",
                    message: "The user does not have sufficient permissions for file \(id).")
            }
            file.trashed = trashed
        }
        if let name = body["name"]?.text { file.title = name }
        file.touchMetadata(at: caller.now)
        spreadsheets[id] = file
        return DriveFile.resource(file, caller, mask)
    }

    mutating func deleteFile(_ id: String, _ caller: DriveCaller) throws(APIError) {
        let file = try visibleFile(id, to: caller)
        // A file that a test put here has no owner: whoever may write it stands in for one.
        guard file.owner == caller.email || (file.owner == nil && file.isWritable(by: caller.email)) else {
            throw .drive(
                403, domain: "global", reason: "insufficientFilePermissions",
                message: "The user does not have sufficient permissions for this file.")
        }
        spreadsheets.remove(id, at: caller.now)
    }

    func exportFile(_ id: String, _ caller: DriveCaller) throws(APIError) -> Answer {
        let file = try visibleFile(id, to: caller)
        guard let type = caller.query["mimeType"], !type.isEmpty else {
            throw .driveParameter("required", "mimeType", "Required parameter: mimeType")
        }
        guard let bytes = DriveExport.bytes(file, as: type) else {
            throw .driveParameter(
                "badRequest", "convertTo", "The requested conversion is not supported.")
        }
        guard bytes.count <= DriveExport.maximumBytes else {
            throw .drive(
                403, domain: "global", reason: "exportSizeLimitExceeded",
                message: "This file is too large to be exported.")
        }
        return .bytes(bytes, type: type)
    }

    // MARK: Listing

    func listFiles(_ caller: DriveCaller) throws(APIError) -> JSONValue {
        try caller.refuseSharedDrive()
        let pageSize = try caller.pageSize()
        let mask = try caller.mask(
            of: ["kind", "nextPageToken", "incompleteSearch", "files"],
            default: "kind,nextPageToken,incompleteSearch,files(\(DriveFile.defaultFields))")
        let fileMask = mask.below("files")
        try DriveFile.check(fileMask)
        let (query, order) = (try DriveQuery(caller.query["q"]), try DriveOrder(caller.query["orderBy"]))
        let start = try pageStart(caller)
        let found = spreadsheets.all
            .filter { $0.sharedWith.contains(caller.email) && query.matches($0, for: caller.email) }
            .sorted { order.puts($0, before: $1) }
        let page = found.dropFirst(start).prefix(pageSize)
        let whole = JSONValue.object([
            "kind": .string("drive#fileList"),
            "nextPageToken": page.endIndex < found.endIndex ? .string(pageToken(page.endIndex)) : nil,
            "incompleteSearch": .boolean(false),
            "files": .array(page.map { DriveFile.resource($0, caller, fileMask) }),
        ])
        return mask.apply(to: whole)
    }

    private func pageToken(_ start: Int) -> String {
        "~!!~" + base64URL(Array("\(spreadsheets.log.token(0)):\(start)".utf8))
    }

    private func pageStart(_ caller: DriveCaller) throws(APIError) -> Int {
        guard let token = caller.query["pageToken"] else { return 0 }
        let bytes = token.hasPrefix("~!!~") ? base64URLDecoded(String(token.dropFirst(4))) : nil
        let parts = String(decoding: bytes ?? [], as: UTF8.self).split(separator: ":")
        guard parts.count == 2, parts[0] == spreadsheets.log.token(0), let start = Int(parts[1]) else {
            throw .driveParameter("invalid", "pageToken", "Invalid Value")
        }
        return start
    }
}

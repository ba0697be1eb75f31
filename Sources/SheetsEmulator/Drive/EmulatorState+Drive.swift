import Foundation

/// What Drive's methods answer.
extension EmulatorState {
    /// Who calls, and when.
    struct DriveCaller {
        let email: String
        let now: Date
        let query: QueryParameters
        /// The address that clients reach this server by.
        let host: String
    }

    mutating func answerDrive(
        _ request: Incoming, for grant: Tokens.Grant, now: Date, _ configuration: EmulatorConfiguration
    ) throws(APIError) -> Answer {
        spreadsheets.log.reveal(now: now, delay: settings.noticeDelay)
        let caller = DriveCaller(email: grant.email, now: now, query: request.query, host: request.host)
        let id = request.call.id
        switch request.call.method {
        case .driveAboutGet: return .json(try about(caller))
        case .driveChangesStart: return .json(try startPageToken(caller))
        case .driveChangesList: return .json(try listChanges(caller))
        case .driveCommentsList: return .json(try listComments(id, caller))
        case .driveFilesGet: return .json(try getFile(id, caller))
        case .driveFilesList: return .json(try listFiles(caller))
        case .driveFilesExport: return try exportFile(id, caller)
        case .drivePermissionsList: return .json(try listPermissions(id, caller))
        default: return try changeDrive(request, caller, pushNeedsHTTPS: configuration.pushNeedsHTTPS)
        }
    }

    private mutating func changeDrive(
        _ request: Incoming, _ caller: DriveCaller, pushNeedsHTTPS: Bool
    ) throws(APIError) -> Answer {
        let (call, body) = (request.call, try Self.driveBody(request.body))
        switch call.method {
        case .driveFilesCreate: return .json(try createFile(body, caller))
        case .driveFilesCopy: return .json(try copyFile(call.id, body, caller))
        case .driveFilesUpdate: return .json(try updateFile(call.id, body, caller))
        case .driveFilesDelete: try deleteFile(call.id, caller)
        case .drivePermissionsCreate: return .json(try createPermission(call.id, body, caller))
        case .drivePermissionsDelete: try deletePermission(call.permission, of: call.id, caller)
        case .driveChannelsStop: try channels.stop(body, account: caller.email)
        case .driveChangesWatch:
            let place = try changesPlace(caller)
            return .json(try watch(.changes(after: place), body, caller, pushNeedsHTTPS: pushNeedsHTTPS))
        default:
            let file = try visibleFile(call.id, to: caller)
            return .json(try watch(.file(file.id), body, caller, pushNeedsHTTPS: pushNeedsHTTPS))
        }
        return .noContent
    }

    private static func driveBody(_ bytes: [UInt8]) throws(APIError) -> JSONValue {
        guard !bytes.isEmpty else { return .object([]) }
        do {
            return try JSONParser.parse(bytes)
        } catch {
            throw .drive(400, domain: "global", reason: "parseError", message: "Parse Error")
        }
    }

    private func about(_ caller: DriveCaller) throws(APIError) -> JSONValue {
        try caller.requireFields()
        let whole = JSONValue.object([
            "kind": .string("drive#about"), "user": DriveFile.user(caller.email, me: caller.email),
            "storageQuota": .object(["usage": .string("0"), "usageInDrive": .string("0")]),
            "maxUploadSize": .string("5242880000000"),
        ])
        return try caller.mask(of: ["kind", "user", "storageQuota", "maxUploadSize"], default: "*").apply(to: whole)
    }

    /// No file has comments here; clients ask for them when they copy one.
    private func listComments(_ id: String, _ caller: DriveCaller) throws(APIError) -> JSONValue {
        _ = try visibleFile(id, to: caller)
        try caller.requireFields()
        let whole = JSONValue.object(["kind": .string("drive#commentList"), "comments": .array([])])
        return try caller.mask(of: ["kind", "comments", "nextPageToken"], default: "*").apply(to: whole)
    }

    // MARK: Changes

    private func startPageToken(_ caller: DriveCaller) throws(APIError) -> JSONValue {
        try caller.refuseSharedDrive()
        let whole = JSONValue.object([
            "kind": .string("drive#startPageToken"), "startPageToken": .string(spreadsheets.log.token()),
        ])
        return try caller.mask(of: ["kind", "startPageToken"], default: "*").apply(to: whole)
    }

    private func changesPlace(_ caller: DriveCaller) throws(APIError) -> Int {
        try caller.refuseSharedDrive()
        guard let token = caller.query["pageToken"] else {
            throw .driveParameter("required", "pageToken", "Required parameter: pageToken")
        }
        guard let place = spreadsheets.log.place(token) else {
            throw .driveParameter("invalid", "pageToken", "Invalid Value")
        }
        return place
    }

    private func listChanges(_ caller: DriveCaller) throws(APIError) -> JSONValue {
        let start = try changesPlace(caller)
        let pageSize = try caller.pageSize()
        let mask = try caller.mask(
            of: ["kind", "changes", "nextPageToken", "newStartPageToken"],
            default: "kind,nextPageToken,newStartPageToken,"
                + "changes(kind,type,changeType,time,removed,fileId,file(kind,id,name,mimeType))")
        let fileMask = mask.below("changes").below("file")
        try DriveFile.check(fileMask)
        let (withRemoved, onlyMine) = (caller.flag("includeRemoved", or: true), caller.flag("restrictToMyDrive"))
        let found = spreadsheets.log.latest(after: start, for: caller.email).filter { _, event in
            let file = spreadsheets[event.fileId]
            let isSeen = file?.isVisible(to: caller.email) == true
            return (withRemoved || isSeen) && (!onlyMine || file?.owner == caller.email)
        }
        let page = found.prefix(pageSize)
        let isLast = page.count == found.count
        let whole = JSONValue.object([
            "kind": .string("drive#changeList"),
            "nextPageToken": isLast ? nil : page.last.map { .string(spreadsheets.log.token($0.place)) },
            "newStartPageToken": isLast ? .string(spreadsheets.log.token()) : nil,
            "changes": .array(page.map { change($0.event, caller, fileMask) }),
        ])
        return mask.apply(to: whole)
    }

    /// An entry of the feed, with the file as it is now; who may not see it now is told that it is removed.
    private func change(_ event: ChangeLog.Event, _ caller: DriveCaller, _ fileMask: FieldMask) -> JSONValue {
        let file = spreadsheets[event.fileId].flatMap { $0.isVisible(to: caller.email) ? $0 : nil }
        return .object([
            "kind": .string("drive#change"), "type": .string("file"), "changeType": .string("file"),
            "time": .string(DriveFile.timestamp(event.time)), "removed": .boolean(file == nil),
            "fileId": .string(event.fileId),
            "file": file.map { DriveFile.resource($0, caller, fileMask) },
        ])
    }

    func visibleFile(_ id: String, to caller: DriveCaller) throws(APIError) -> Spreadsheet {
        guard let file = spreadsheets[id], file.isVisible(to: caller.email) else { throw .driveFileNotFound(id) }
        return file
    }

    func writableFile(_ id: String, _ caller: DriveCaller) throws(APIError) -> Spreadsheet {
        let file = try visibleFile(id, to: caller)
        guard file.isWritable(by: caller.email) else {
            throw .drive(
                403, domain: "global", reason: "insufficientFilePermissions",
                message: "The user does not have sufficient permissions for file \(id).")
        }
        return file
    }
}

extension EmulatorState.DriveCaller {
    /// The `fields` mask, whose names at the top must be known.
    func mask(of known: Set<String>, default text: String) throws(APIError) -> FieldMask {
        let asked = query["fields"] ?? query["$fields"] ?? text
        guard let mask = FieldMask.parse(asked) else { throw .invalidDriveField(asked) }
        if let unknown = mask.memberNames.subtracting(known.union(["*"])).min() { throw .invalidDriveField(unknown) }
        return mask
    }

    func requireFields() throws(APIError) {
        guard query["fields"] == nil else { return }
        throw .driveParameter("required", "fields", "The 'fields' parameter is required for this method.")
    }

    func flag(_ name: String, or absent: Bool = false) -> Bool {
        query[name].map { $0.lowercased() == "true" } ?? absent
    }

    func pageSize(default absent: Int = 100) throws(APIError) -> Int {
        guard let text = query["pageSize"] else { return absent }
        guard let size = Int(text), (1...1000).contains(size) else {
            throw .driveParameter(
                "invalidParameter", "pageSize",
                "Invalid value '\(text)'. Values must be within the range: [1, 1000]")
        }
        return size
    }

    /// There are no shared drives here.
    func refuseSharedDrive() throws(APIError) {
        if let drive = query["driveId"] ?? query["teamDriveId"] {
            throw .driveParameter("notFound", "driveId", "Shared drive not found: \(drive)", status: 404)
        }
    }
}

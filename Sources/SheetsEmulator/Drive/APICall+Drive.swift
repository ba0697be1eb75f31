extension APICall {
    /// Recognises a call of Drive by the segments of its path.
    static func drive(_ httpMethod: String, _ segments: [String]) -> APICall? {
        guard segments[1] == "v3" else { return nil }
        switch (httpMethod, segments[2], segments.count) {
        case ("GET", "about", 3): return APICall(method: .driveAboutGet)
        case ("GET", "changes", 3): return APICall(method: .driveChangesList)
        case ("GET", "changes", 4) where segments[3] == "startPageToken": return APICall(method: .driveChangesStart)
        case ("POST", "changes", 4) where segments[3] == "watch": return APICall(method: .driveChangesWatch)
        case ("POST", "channels", 4) where segments[3] == "stop": return APICall(method: .driveChannelsStop)
        case ("GET", "files", 3): return APICall(method: .driveFilesList)
        case ("POST", "files", 3): return APICall(method: .driveFilesCreate)
        case (_, "files", 4...): return file(httpMethod, Array(segments.dropFirst(3)))
        default: return nil
        }
    }

    private static func file(_ httpMethod: String, _ segments: [String]) -> APICall? {
        let path = segments.compactMap { $0.percentDecoded() }
        guard path.count == segments.count else { return nil }
        let method: APIMethod
        switch (httpMethod, path.dropFirst().first, path.count) {
        case ("GET", nil, _): method = .driveFilesGet
        case ("PATCH", nil, _): method = .driveFilesUpdate
        case ("DELETE", nil, _): method = .driveFilesDelete
        case ("GET", "export", 2): method = .driveFilesExport
        case ("GET", "comments", 2): method = .driveCommentsList
        case ("POST", "copy", 2): method = .driveFilesCopy
        case ("POST", "watch", 2): method = .driveFilesWatch
        case ("GET", "permissions", 2): method = .drivePermissionsList
        case ("POST", "permissions", 2): method = .drivePermissionsCreate
        case ("DELETE", "permissions", 3): method = .drivePermissionsDelete
        default: return nil
        }
        return APICall(method: method, id: path[0], permission: path.count == 3 ? path[2] : "")
    }
}

extension APIMethod {
    /// The scopes of Drive's methods as the discovery document lists them, without their common start.
    var driveScopes: [String] {
        switch self {
        case .driveCommentsList: ["drive", "drive.file", "drive.meet.readonly", "drive.readonly"]
        case .driveFilesExport: ["drive", "drive.file", "drive.readonly", "drive.meet.readonly"]
        case .driveFilesCreate, .driveFilesDelete: ["drive", "drive.appdata", "drive.file"]
        case .driveFilesCopy: ["drive", "drive.appdata", "drive.file", "drive.photos.readonly"]
        case .driveFilesUpdate: ["drive", "drive.appdata", "drive.file", "drive.metadata", "drive.scripts"]
        case .drivePermissionsCreate, .drivePermissionsDelete: ["drive", "drive.file"]
        default:
            [
                "drive", "drive.appdata", "drive.file", "drive.meet.readonly", "drive.metadata",
                "drive.metadata.readonly", "drive.photos.readonly", "drive.readonly",
            ]
        }
    }
}

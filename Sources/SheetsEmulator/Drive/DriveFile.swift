import Foundation

/// A spreadsheet as Drive shows it.
enum DriveFile {
    static let mimeType = "application/vnd.google-apps.spreadsheet"
    static let defaultFields = "kind,id,name,mimeType"

    /// The members of the discovery document's `File`.
    static let members: Set<String> = [
        "appProperties", "capabilities", "clientEncryptionDetails", "contentHints", "contentRestrictions",
        "copyRequiresWriterPermission", "createdTime", "description", "downloadRestrictions", "driveId",
        "explicitlyTrashed", "exportLinks", "fileExtension", "folderColorRgb", "fullFileExtension",
        "hasAugmentedPermissions", "hasThumbnail", "headRevisionId", "iconLink", "id", "imageMediaMetadata",
        "inheritedPermissionsDisabled", "isAppAuthorized", "kind", "labelInfo", "lastModifyingUser",
        "linkShareMetadata", "md5Checksum", "mimeType", "modifiedByMe", "modifiedByMeTime", "modifiedTime", "name",
        "originalFilename", "ownedByMe", "owners", "parents", "permissionIds", "permissions", "properties",
        "quotaBytesUsed", "resourceKey", "sha1Checksum", "sha256Checksum", "shared", "sharedWithMeTime",
        "sharingUser", "shortcutDetails", "size", "spaces", "starred", "teamDriveId", "thumbnailLink",
        "thumbnailVersion", "trashed", "trashedTime", "trashingUser", "version", "videoMediaMetadata", "viewedByMe",
        "viewedByMeTime", "viewersCanCopyContent", "webContentLink", "webViewLink", "writersCanShare",
    ]

    static func check(_ mask: FieldMask) throws(APIError) {
        if let unknown = mask.memberNames.subtracting(members.union(["*"])).min() { throw .invalidDriveField(unknown) }
    }

    static func resource(
        _ file: Spreadsheet, _ caller: EmulatorState.DriveCaller, _ mask: FieldMask
    ) -> JSONValue {
        let isOwned = file.owner == caller.email
        let canEdit = file.isWritable(by: caller.email)
        let editor = file.lastEditor ?? file.owner
        let whole = JSONValue.object([
            "kind": .string("drive#file"), "id": .string(file.id), "name": .string(file.title),
            "mimeType": .string(mimeType), "starred": .boolean(false), "trashed": .boolean(file.trashed),
            "explicitlyTrashed": .boolean(file.trashed),
            "parents": isOwned ? .array([.string(root(of: caller.email))]) : nil,
            "spaces": .array([.string("drive")]), "version": .string(String(file.version)),
            "webViewLink": .string("https://docs.google.com/spreadsheets/d/\(file.id)/edit?usp=drivesdk"),
            "createdTime": mask.includes("createdTime") ? .string(timestamp(file.created)) : nil,
            "modifiedTime": mask.includes("modifiedTime") ? .string(timestamp(file.modified)) : nil,
            "modifiedByMe": .boolean(file.lastEditor == caller.email),
            "owners": file.owner.map { .array([user($0, me: caller.email)]) },
            "lastModifyingUser": editor.map { user($0, me: caller.email) },
            "shared": .boolean(file.sharedWith.contains { $0 != file.owner }), "ownedByMe": .boolean(isOwned),
            "capabilities": .object([
                "canEdit": .boolean(canEdit), "canCopy": .boolean(true), "canDownload": .boolean(true),
                "canShare": .boolean(canEdit), "canRename": .boolean(canEdit), "canTrash": .boolean(isOwned),
                "canDelete": .boolean(isOwned),
            ]),
            "permissions": canEdit && mask.includes("permissions") ? .array(DrivePermission.all(of: file)) : nil,
            "permissionIds": canEdit && mask.includes("permissionIds")
                ? .array(file.sharedWith.sorted().map { .string(DrivePermission.id(of: $0)) }) : nil,
            "exportLinks": mask.includes("exportLinks") ? exportLinks(file, host: caller.host) : nil,
            "size": .string("1024"), "quotaBytesUsed": .string("1024"),
        ])
        return mask.apply(to: whole)
    }

    static func user(_ email: String, me: String) -> JSONValue {
        .object([
            "kind": .string("drive#user"), "displayName": .string(email), "me": .boolean(email == me),
            "permissionId": .string(DrivePermission.id(of: email)), "emailAddress": .string(email),
        ])
    }

    /// The folder that an account's own files stand in.
    static func root(of email: String) -> String { "root-" + DrivePermission.id(of: email) }

    private static func exportLinks(_ file: Spreadsheet, host: String) -> JSONValue {
        .object(
            DriveExport.types.map { type in
                let encoded = type.split(separator: "/").joined(separator: "%2F")
                return JSONMember(
                    name: type,
                    value: .string("http://\(host)/drive/v3/files/\(file.id)/export?mimeType=\(encoded)"))
            })
    }

    /// A time as Drive writes it, with milliseconds.
    static func timestamp(_ date: Date) -> String {
        let style = Date.ISO8601FormatStyle.iso8601.year().month().day()
        return date.formatted(style.time(includingFractionalSeconds: true).timeZone(separator: .omitted))
    }
}

extension APIError {
    static func invalidDriveField(_ field: String) -> APIError {
        .driveParameter("invalidParameter", "fields", "Invalid field selection \(field)")
    }

    /// A refusal that names the parameter at fault.
    static func driveParameter(
        _ reason: String, _ parameter: String, _ message: String, status: Int = 400
    ) -> APIError {
        .drive(
            status, domain: "global", reason: reason, message: message, location: parameter,
            locationType: "parameter")
    }
}

import Digest

/// Who may see and change a file, as Drive shows it.
enum DrivePermission {
    /// Stable for an account, and the same on all files, as Google's are.
    static func id(of principal: String) -> String {
        guard principal != Spreadsheet.anyone else { return "anyoneWithLink" }
        return String(digest(principal).first16.0)
    }

    /// What opaque ids are made of.
    static func digest(_ text: String) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update(text)
        return hasher.finish()
    }

    static func all(of file: Spreadsheet) -> [JSONValue] {
        file.sharedWith.sorted().map { resource($0, of: file) }
    }

    static func resource(_ principal: String, of file: Spreadsheet) -> JSONValue {
        let isAnyone = principal == Spreadsheet.anyone
        let role = file.owner == principal ? "owner" : file.readers.contains(principal) ? "reader" : "writer"
        return .object([
            "kind": .string("drive#permission"), "id": .string(id(of: principal)),
            "type": .string(isAnyone ? "anyone" : "user"), "role": .string(role),
            "emailAddress": isAnyone ? nil : .string(principal), "displayName": isAnyone ? nil : .string(principal),
            "allowFileDiscovery": isAnyone ? .boolean(false) : nil,
            "deleted": isAnyone ? nil : .boolean(false), "pendingOwner": isAnyone ? nil : .boolean(false),
        ])
    }
}

extension EmulatorState {
    private static let permissionMembers: Set<String> = [
        "allowFileDiscovery", "deleted", "displayName", "domain", "emailAddress", "expirationTime", "id",
        "inheritedPermissionsDisabled", "kind", "pendingOwner", "permissionDetails", "photoLink", "role", "type",
        "view",
    ]

    func listPermissions(_ id: String, _ caller: DriveCaller) throws(APIError) -> JSONValue {
        let file = try writableFile(id, caller)
        let mask = try caller.mask(
            of: ["kind", "nextPageToken", "permissions"], default: "kind,nextPageToken,permissions(id,type,kind,role)")
        let whole = JSONValue.object([
            "kind": .string("drive#permissionList"), "permissions": .array(DrivePermission.all(of: file)),
        ])
        return mask.apply(to: whole)
    }

    mutating func createPermission(
        _ id: String, _ body: JSONValue, _ caller: DriveCaller
    ) throws(APIError) -> JSONValue {
        var file = try writableFile(id, caller)
        let mask = try caller.mask(of: Self.permissionMembers, default: "id,type,kind,role")
        let principal: String
        switch body["type"]?.text {
        case "anyone": principal = Spreadsheet.anyone
        case "user", "group":
            guard let email = body["emailAddress"]?.text, email.contains("@") else {
                throw .driveParameter(
                    "invalid", "permission.emailAddress",
                    "The specified emailAddress is invalid or not applicable "
                        + "for the given permission type.")
            }
            principal = email
        default:
            throw .driveParameter("required", "permission.type", "The permission type field is required.")
        }
        switch body["role"]?.text {
        case "reader", "commenter": file.readers.insert(principal)
        case "writer", "fileOrganizer", "organizer": file.readers.remove(principal)
        case "owner" where caller.flag("transferOwnership"):
            file.readers.remove(principal)
            file.owner = principal
        default: throw .driveParameter("required", "permission.role", "The permission role field is required.")
        }
        file.sharedWith.insert(principal)
        file.touchMetadata(at: caller.now)
        spreadsheets[id] = file
        return mask.apply(to: DrivePermission.resource(principal, of: file))
    }

    mutating func deletePermission(
        _ permission: String, of id: String, _ caller: DriveCaller
    ) throws(APIError) {
        var file = try visibleFile(id, to: caller)
        guard let principal = file.sharedWith.first(where: { DrivePermission.id(of: $0) == permission }) else {
            throw .drive(
                404, domain: "global", reason: "notFound", message: "Permission not found: \(permission).")
        }
        // Whoever may not write may still let go of a file himself.
        if principal != caller.email { file = try writableFile(id, caller) }
        file.sharedWith.remove(principal)
        file.readers.remove(principal)
        file.touchMetadata(at: caller.now)
        spreadsheets[id] = file
    }
}

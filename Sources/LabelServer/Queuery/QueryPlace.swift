package import QueryUnload

/// Where results go, each under a name of its own.
package enum QueryPlace: Sendable {
    /// A folder of this machine, whose files this server gives out.
    case folder(String)
    /// A bucket, which gives them out itself.
    case objects(ObjectDestination)

    /// Where the files of one result go.
    ///
    /// - Throws: `ObjectStorageError`.
    func destination(_ name: String) throws -> any UnloadDestination {
        switch self {
        case .folder(let folder): FolderDestination(folder: "\(folder)/\(name)")
        case .objects(let objects): try objects.under(name)
        }
    }
}

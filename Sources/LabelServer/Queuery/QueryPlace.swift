internal import QueryUnload

/// Where results go, each under a name of its own.
package enum QueryPlace: Sendable {
    /// A folder of this machine, whose files this server gives out.
    case folder(String)

    /// Where the files of one result go.
    func destination(_ name: String) -> any UnloadDestination {
        switch self {
        case .folder(let folder): FolderDestination(folder: "\(folder)/\(name)")
        }
    }
}

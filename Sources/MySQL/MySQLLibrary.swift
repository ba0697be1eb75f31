internal import CMySQL

/// The client library as a whole.
enum MySQLLibrary {
    /// Initialises the library once, before any thread uses it; false when that failed.
    static let isReady: Bool = sheaf_library_init() == 0

    static let notReady = MySQLError(.connectFailed, "the MySQL client library could not be initialised")
}

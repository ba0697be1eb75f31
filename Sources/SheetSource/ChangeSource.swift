/// A file that may have changed.
package struct FileChange: Sendable, Equatable {
    package let fileID: String
    /// Its version now; nil where the source does not tell, as for a file that is gone or out of reach.
    package let version: String?

    package init(fileID: String, version: String?) {
        self.fileID = fileID
        self.version = version
    }
}

/// One page of a list of changes.
package struct ChangePage: Sendable {
    package let changes: [FileChange]
    /// Where the list goes on, or where the next look at it begins.
    package let nextToken: String
    /// Whether there is nothing after this page.
    package let isLast: Bool

    package init(changes: [FileChange], nextToken: String, isLast: Bool) {
        self.changes = changes
        self.nextToken = nextToken
        self.isLast = isLast
    }
}

/// A source that keeps a list of what changed, so that nobody need read what did not.
package protocol ChangeSource: Sendable {
    /// A name for this list, the same in every run: whose list it is, and where.
    func feedName() async -> String

    /// The token from which the list tells what changes from now on.
    func startToken() async throws(SheetError) -> String

    /// What changed since a token.
    ///
    /// - Throws: `SheetError.Code.changeTokenRejected` if the source does not know the token (any more): what changed
    ///   since cannot be known then.
    func changes(since token: String) async throws(SheetError) -> ChangePage
}

package import LabelStore
package import Logging
package import SheetSource

/// What is known of changes in the sheets of a source, before a run.
package enum KnownChanges: Sendable {
    /// Nobody has asked: every sheet is read.
    case unknown
    /// The store's marks tell which sheets are dirty; so do these files, which nobody has marked.
    case marked(alsoChanged: [String: String?])
    /// The source could not say, so none of its sheets can be read now.
    case unavailable(SheetError)
}

/// Follows a source's list of changes, so that a run reads only the sheets that may have changed.
///
/// That a sheet is dirty is stored in the transaction that moves the token on: whatever becomes of the run that asked,
/// the sheet is read by the next one.
package struct ChangeFeed: Sendable {
    private let source: any ChangeSource
    private let store: LabelStore
    private let logger: Logger

    /// How often other workers may move the feed meanwhile before every sheet is read instead.
    private static let patience = 20

    package init(source: any ChangeSource, store: LabelStore, logger: Logger) {
        self.source = source
        self.store = store
        self.logger = logger
    }

    /// Asks what changed since the last time, and marks the sheets concerned.
    ///
    /// - Returns: what is known now; `unavailable` if the source cannot say.
    /// - Throws: what the store throws; `CancellationError`.
    package func follow() async throws -> KnownChanges {
        let feed = await source.feedName()
        do {
            var overtaken = 0
            var passed: Set<String> = []
            while overtaken < Self.patience {
                guard let token = try await store.pageToken(ofFeed: feed) else {
                    if try await begin(feed, insteadOf: nil) { return .marked(alsoChanged: [:]) }
                    overtaken += 1
                    continue
                }
                guard let page = try await page(since: token) else {
                    logger.warning("changes are followed anew; every sheet is read", metadata: ["feed": "\(feed)"])
                    if try await begin(feed, insteadOf: token) { return .marked(alsoChanged: [:]) }
                    overtaken += 1
                    continue
                }
                try Self.check(page, after: token, &passed)
                // Whether another worker was faster or not: the next look begins where the feed stands now.
                if try await !move(feed, from: token, page) {
                    overtaken += 1
                } else if page.isLast {
                    return .marked(alsoChanged: [:])
                }
            }
            return .unknown
        } catch let error as SheetError {
            if error.code == .cancelled { throw CancellationError() }
            return .unavailable(error)
        }
    }

    /// Asks what changed since the last time, and writes nothing: for a plan.
    ///
    /// - Returns: what is known now; `unknown` where nobody has followed the changes so far.
    /// - Throws: what the store throws; `CancellationError`.
    package func look() async throws -> KnownChanges {
        do {
            guard var token = try await store.pageToken(ofFeed: await source.feedName()) else { return .unknown }
            var changed: [String: String?] = [:]
            var passed: Set<String> = []
            while true {
                guard let page = try await page(since: token) else { return .unknown }
                try Self.check(page, after: token, &passed)
                for change in page.changes { changed.updateValue(change.version, forKey: change.fileID) }
                if page.isLast { return .marked(alsoChanged: changed) }
                token = page.nextToken
            }
        } catch let error as SheetError {
            if error.code == .cancelled { throw CancellationError() }
            return .unavailable(error)
        }
    }

    /// A list whose pages lead back to where it was would be read for ever.
    private static func check(
        _ page: ChangePage, after token: String, _ passed: inout Set<String>
    ) throws(SheetError) {
        if page.isLast { return }
        passed.insert(token)
        guard passed.contains(page.nextToken) else { return }
        throw SheetError(.malformedAnswer, "the list of changes leads back to where it was")
    }

    /// A page of the list; `nil` if the source does not know the token.
    private func page(since token: String) async throws -> ChangePage? {
        do {
            return try await source.changes(since: token)
        } catch let error where error.code == .changeTokenRejected {
            return nil
        }
    }

    /// Begins the feed, or begins it anew: what happened before is not known, so every sheet is dirty.
    private func begin(_ feed: String, insteadOf old: String?) async throws -> Bool {
        // The token comes before any sheet is read: what changes after it will be told.
        let start = try await source.startToken()
        // A source that does not take its own new token refuses something else: following it anew in every run, and
        // reading every sheet each time, would be no answer to that.
        if old != nil, try await page(since: start) == nil {
            throw SheetError(
                .requestRefused, "Google Drive refuses to list changes, also from the place that it has just given",
                hint: "run again with --verbose, and see that nothing stands between this machine and Google")
        }
        return try await store.moveFeed(feed, from: old, to: start, files: [], marksAll: true)
    }

    private func move(_ feed: String, from token: String, _ page: ChangePage) async throws -> Bool {
        // The account sees files that are no sheets of ours.
        let known = try await store.knownFiles(among: page.changes.map(\.fileID))
        let files = page.changes.filter { known.contains($0.fileID) }
        if files.isEmpty, page.nextToken == token { return true }
        return try await store.moveFeed(
            feed, from: token, to: page.nextToken,
            files: files.map { NoticedFile(id: $0.fileID, version: $0.version) })
    }
}

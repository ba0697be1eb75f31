internal import MySQL

/// A file that a list of changes told of.
package struct NoticedFile: Sendable, Equatable {
    package let id: String
    /// The version that it has now, where the notice says so.
    package let version: String?

    package init(id: String, version: String?) {
        self.id = id
        self.version = version
    }
}

extension LabelStore {
    /// Where the next look at a list of changes begins; `nil` before the first.
    ///
    /// - Parameter feed: whose list it is.
    /// - Returns: the token.
    /// - Throws: `MySQLError`.
    package func pageToken(ofFeed feed: String) async throws -> String? {
        try await pool.withConnection { connection in
            try connection.rows("SELECT page_token FROM sheaf_feeds WHERE feed = ?", [.text(feed)])
                .first?.text("page_token")
        }
    }

    /// Moves a feed on, and marks the sheets of the files it told of as dirty, in one transaction.
    ///
    /// Behind no lease, since one list concerns many datasets: the token itself is the fence. Whoever finds another one
    /// than it began from has been overtaken, and its marks are those of the other. A mark only ever adds to a counter.
    ///
    /// - Parameters:
    ///   - feed: whose list it is.
    ///   - old: the token that the list was asked for with; `nil` for a feed that begins.
    ///   - new: where the next look begins.
    ///   - files: what the list told; files that no sheet stands in are left alone.
    ///   - marksAll: marks every sheet that hears of changes, since what happened before `new` is not known.
    /// - Returns: `false` if another worker has moved the feed: nothing was written.
    /// - Throws: `MySQLError`.
    package func moveFeed(
        _ feed: String, from old: String?, to new: String, files: [NoticedFile], marksAll: Bool = false
    ) async throws -> Bool {
        do {
            return try await pool.withTransaction { connection in
                guard try Self.moveToken(feed, from: old, to: new, connection) else { return false }
                if marksAll {
                    _ = try connection.execute(
                        "UPDATE sheaf_sheets SET marked = marked + 1 WHERE file_id IS NOT NULL AND state = 'active'")
                }
                for file in files {
                    _ = try connection.execute(
                        """
                        UPDATE sheaf_sheets SET marked = marked + 1, noticed_version = COALESCE(?, noticed_version)
                        WHERE file_id = ?
                        """, [file.version.map { String($0.prefix(64)) }.value, .text(file.id)])
                }
                return true
            }
        } catch let error as MySQLError where error.kind == .duplicateKey {
            // Another worker has begun the same feed.
            return false
        }
    }

    private static func moveToken(
        _ feed: String, from old: String?, to new: String, _ connection: isolated MySQLConnection
    ) throws -> Bool {
        let moved =
            if let old {
                try connection.execute(
                    """
                    UPDATE sheaf_feeds SET page_token = ?, moved_at = UTC_TIMESTAMP(6)
                    WHERE feed = ? AND page_token = ?
                    """, [.text(new), .text(feed), .text(old)])
            } else {
                try connection.execute(
                    "INSERT INTO sheaf_feeds (feed, page_token, moved_at) VALUES (?, ?, UTC_TIMESTAMP(6))",
                    [.text(feed), .text(new)])
            }
        return moved.affectedRows == 1
    }

    /// Which of some files hold a sheet.
    package func knownFiles(among ids: [String]) async throws -> Set<String> {
        try await pool.withConnection { connection in
            var known: Set<String> = []
            for start in stride(from: 0, to: ids.count, by: 500) {
                let some = ids[start..<min(start + 500, ids.count)].map { MySQLValue.text($0) }
                for row in try connection.rows(
                    "SELECT DISTINCT file_id FROM sheaf_sheets WHERE file_id IN (\(markers(some.count)))", some)
                {
                    known.insert(try row.text("file_id"))
                }
            }
            return known
        }
    }
}

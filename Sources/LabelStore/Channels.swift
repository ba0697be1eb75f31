package import Digest
internal import MySQL

/// A channel through which a source says that something changed.
package struct StoredChannel: Sendable, Equatable {
    package let id: String
    /// Empty where the channel was asked for, and whether it was opened is not known.
    package let resourceID: String
    /// SHA-256 of the secret that its messages carry.
    package let tokenHash: SHA256Digest
    /// How long it will live, by the database's clock; negative if it has expired.
    package let expiresIn: Duration

    package init(id: String, resourceID: String, tokenHash: SHA256Digest, expiresIn: Duration) {
        (self.id, self.resourceID) = (id, resourceID)
        (self.tokenHash, self.expiresIn) = (tokenHash, expiresIn)
    }
}

extension LabelStore {
    /// Notes a channel before it is asked for, so that whatever becomes of the asking, its messages are known and it can
    /// be stopped.
    ///
    /// - Parameters:
    ///   - id: the channel's id.
    ///   - feed: the list of changes that it tells of.
    ///   - tokenHash: SHA-256 of its secret; the secret itself is never stored.
    ///   - lifetime: how long it is to live.
    /// - Throws: `MySQLError`.
    package func addChannel(
        _ id: String, feed: String, tokenHash: SHA256Digest, lifetime: Duration
    ) async throws {
        // Run again after a lost answer, it finds its own row.
        _ = try await pool.withTransaction { connection in
            try connection.execute(
                """
                INSERT INTO sheaf_channels (channel_id, feed, resource_id, token_hash, opened_at, expires_at)
                VALUES (?, ?, '', ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL ? SECOND)
                ON DUPLICATE KEY UPDATE token_hash = VALUES(token_hash)
                """,
                [.text(id), .text(feed), .bytes(tokenHash.bytes), .int(max(0, lifetime.components.seconds))])
        }
    }

    /// Notes what the source said when it opened a channel.
    package func setChannel(_ id: String, resourceID: String, lifetime: Duration) async throws {
        _ = try await pool.withTransaction { connection in
            try connection.execute(
                """
                UPDATE sheaf_channels
                SET resource_id = ?, expires_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND WHERE channel_id = ?
                """, [.text(String(resourceID.prefix(255))), .int(max(0, lifetime.components.seconds)), .text(id)])
        }
    }

    /// The channels of a feed, whoever opened them, in the order of their opening.
    package func channels(ofFeed feed: String) async throws -> [StoredChannel] {
        try await pool.withConnection { connection in
            try connection.rows(
                "\(Self.channelColumns) WHERE feed = ? ORDER BY opened_at, channel_id", [.text(feed)]
            ).map(StoredChannel.init)
        }
    }

    /// A channel of a feed; `nil` if there is none of this id.
    package func channel(_ id: String, ofFeed feed: String) async throws -> StoredChannel? {
        try await pool.withConnection { connection in
            try connection.rows(
                "\(Self.channelColumns) WHERE channel_id = ? AND feed = ?", [.text(id), .text(feed)]
            ).first.map(StoredChannel.init)
        }
    }

    /// Forgets a channel that is stopped or has expired: its messages are those of a stranger from then on.
    package func deleteChannel(_ id: String) async throws {
        _ = try await pool.withTransaction { connection in
            try connection.execute("DELETE FROM sheaf_channels WHERE channel_id = ?", [.text(id)])
        }
    }

    private static let channelColumns = """
        SELECT channel_id, resource_id, token_hash,
            TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), expires_at) AS expires_in
        FROM sheaf_channels
        """
}

extension StoredChannel {
    fileprivate init(_ row: ResultRow) throws {
        let id = try row.text("channel_id")
        guard let hash = try row.digest("token_hash") else {
            throw StoreError.damaged("the channel \(id) has no token hash")
        }
        self.init(
            id: id, resourceID: try row.text("resource_id"), tokenHash: hash,
            expiresIn: .microseconds(try row.int("expires_in")))
    }
}

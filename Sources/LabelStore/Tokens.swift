package import Digest
internal import Foundation
internal import MySQL

/// What a token lets its holder do; each role may do what those before it may.
package enum TokenRole: String, Sendable, CaseIterable, Comparable {
    /// Reads datasets, schemas, versions, labels, differences and histories.
    case reader
    /// Also reads runs, rejections and holds, and approves a hold.
    case `operator`
    /// Also reads tokens and the audit.
    case admin

    package static func < (left: TokenRole, right: TokenRole) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// A token, without its secret.
package struct TokenRecord: Sendable {
    /// Whether it opens anything, by the database's clock.
    package enum State: String, Sendable { case active, expired, revoked }

    package let id: UInt64
    package let publicID: String
    package let name: String
    package let role: TokenRole
    /// The datasets that it is for; `nil`: all of them.
    package let datasets: [String]?
    /// Whether its holder may send SELECTs of their own.
    package let mayQuery: Bool
    package let secretHash: SHA256Digest
    package let actor: String
    package let createdAt: String
    package let expiresAt: String?
    package let revokedAt: String?
    package let lastUsedAt: String?
    package let state: State

    /// Whether a text is this token's.
    package func isOpened(by text: TokenText) -> Bool {
        text.publicID == publicID && constantTimeEqual(text.secretHash.bytes, secretHash.bytes)
    }
}

/// What a token is to be.
package struct NewToken: Sendable {
    package var name: String
    package var role: TokenRole
    package var datasets: [String]?
    package var mayQuery: Bool
    /// `nil`: it never expires.
    package var lifetime: Duration?

    package init(
        name: String, role: TokenRole, datasets: [String]? = nil, mayQuery: Bool = false, lifetime: Duration? = nil
    ) {
        (self.name, self.role, self.datasets) = (name, role, datasets)
        (self.mayQuery, self.lifetime) = (mayQuery, lifetime)
    }
}

extension LabelStore {
    /// Makes a token; its text is nowhere else afterwards.
    ///
    /// - Parameters:
    ///   - new: what it is to be.
    ///   - actor: who makes it.
    ///   - why: their reason.
    /// - Returns: the token's text.
    /// - Throws: `StoreError.unknownDataset` if one of its datasets is not there; `.notAllowed` for a name that is none.
    package func createToken(_ new: NewToken, actor: String, why: String?) async throws -> TokenText {
        guard !new.name.isEmpty, new.name.unicodeScalars.count <= 100 else {
            throw StoreError(
                .notAllowed, "A token's name has from 1 to 100 characters.", hint: "Say who or what it is for.")
        }
        for name in new.datasets ?? [] { _ = try await dataset(name) }
        let datasets: MySQLValue
        if let names = new.datasets {
            datasets = .text(String(decoding: try JSONEncoder().encode(names), as: UTF8.self))
        } else {
            datasets = .null
        }
        let text = TokenText.random()
        try await pool.withTransaction { connection in
            // Looked up, since a retried transaction may have been committed.
            let known = try connection.rows(
                "SELECT 1 FROM sheaf_tokens WHERE public_id = ?", [.text(text.publicID)])
            guard known.isEmpty else { return }
            _ = try connection.execute(
                """
                INSERT INTO sheaf_tokens (public_id, name, role, datasets, may_query, secret_hash, actor, created_at,
                    expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL ? SECOND)
                """,
                [
                    .text(text.publicID), .text(new.name), .text(new.role.rawValue), datasets,
                    .int(new.mayQuery ? 1 : 0), .bytes(text.secretHash.bytes), .text(actor),
                    new.lifetime.map { .int($0.components.seconds) } ?? .null,
                ])
            try Self.audit(
                "token create", dataset: .null, subject: "\(text.publicID) (\(new.role.rawValue)): \(new.name)",
                actor: actor, why: why, connection)
        }
        return text
    }

    /// All tokens, the newest first.
    package func tokens() async throws -> [TokenRecord] {
        try await pool.withConnection { connection in
            try connection.rows(Self.selectTokens + " ORDER BY token_id DESC").map(Self.tokenRecord)
        }
    }

    /// The token with a public id, whatever its state.
    package func token(publicID: String) async throws -> TokenRecord? {
        try await pool.withConnection { connection in
            try connection.rows(Self.selectTokens + " WHERE public_id = ?", [.text(publicID)]).first
                .map(Self.tokenRecord)
        }
    }

    /// Takes a token away, for good.
    ///
    /// - Parameters:
    ///   - publicID: its public id.
    ///   - actor: who does.
    ///   - why: their reason.
    /// - Returns: the token as it was before; one that was revoked already stays so.
    /// - Throws: `StoreError.unknownToken`.
    package func revokeToken(publicID: String, actor: String, why: String?) async throws -> TokenRecord {
        guard let record = try await token(publicID: publicID) else {
            throw StoreError(.unknownToken, "There is no such token.", hint: "`sheaf token list` lists them.")
        }
        try await pool.withTransaction { connection in
            let change = try connection.execute(
                """
                UPDATE sheaf_tokens SET revoked_at = UTC_TIMESTAMP(6) WHERE public_id = ? AND revoked_at IS NULL
                """, [.text(publicID)])
            guard change.affectedRows > 0 else { return }
            try Self.audit(
                "token revoke", dataset: .null, subject: "\(publicID) (\(record.role.rawValue)): \(record.name)",
                actor: actor, why: why, connection)
        }
        return record
    }

    /// Notes that a token was used now, unless that was noted within the last minute.
    package func noteUse(ofToken id: UInt64) async throws {
        try await pool.withTransaction { connection in
            _ = try connection.execute(
                """
                UPDATE sheaf_tokens SET last_used_at = UTC_TIMESTAMP(6)
                WHERE token_id = ? AND (last_used_at IS NULL OR last_used_at < UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE)
                """, [.uint(id)])
        }
    }

    private static let selectTokens = """
        SELECT token_id, public_id, name, role, datasets, may_query, secret_hash, actor,
            CAST(created_at AS CHAR) AS created, CAST(expires_at AS CHAR) AS expires,
            CAST(revoked_at AS CHAR) AS revoked, CAST(last_used_at AS CHAR) AS used,
            CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= UTC_TIMESTAMP(6) THEN 'expired'
                ELSE 'active' END AS state
        FROM sheaf_tokens
        """

    private static func tokenRecord(_ row: ResultRow) throws -> TokenRecord {
        guard let role = TokenRole(rawValue: try row.text("role")),
            let state = TokenRecord.State(rawValue: try row.text("state")),
            let hash = try row.digest("secret_hash")
        else { throw StoreError.damaged("a token without a role or a hash") }
        var datasets: [String]?
        if let names = try row.optionalText("datasets") {
            guard let list = try? JSONDecoder().decode([String].self, from: Data(names.utf8)) else {
                throw StoreError.damaged("a token whose list of datasets cannot be read")
            }
            datasets = list
        }
        return TokenRecord(
            id: UInt64(try row.int("token_id")), publicID: try row.text("public_id"), name: try row.text("name"),
            role: role, datasets: datasets, mayQuery: try row.int("may_query") != 0, secretHash: hash,
            actor: try row.text("actor"), createdAt: try row.text("created"),
            expiresAt: try row.optionalText("expires"), revokedAt: try row.optionalText("revoked"),
            lastUsedAt: try row.optionalText("used"), state: state)
    }
}

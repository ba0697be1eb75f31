/// Where a query of the Queuery protocol stands.
///
/// ```
/// pending ──▶ running ──▶ success ──▶ expired
///    │           ├──────▶ failed
///    └───────────┴──────▶ cancelled
/// ```
package enum QueryState: String, Sendable, CaseIterable {
    case pending, running, success, failed, cancelled, expired

    package var isFinal: Bool { self != .pending && self != .running }
}

/// A query, without its statement.
package struct QueryRecord: Sendable, Equatable {
    package let id: UInt64
    package let tokenID: UInt64
    /// What the token is called; `nil` if it is gone.
    package let tokenName: String?
    package let state: QueryState
    /// Whether the client asked for the columns' types.
    package let wantsTypes: Bool
    package let format: String
    /// Where its files lie: a name under the folder or prefix of queries.
    package let place: String?
    /// A JSON document: columns and files.
    package let result: String?
    package let error: String?
    package let rows: Int?
    package let bytes: Int?
    package let worker: String?
    /// UTC, `2026-11-21 03:25:00.000000`, as the three below.
    package let createdAt: String
    package let startedAt: String?
    package let finishedAt: String?
    package let expiresAt: String?
    /// How long it ran, or has been running.
    package let duration: Duration?
    /// How long its files will still be there; negative if they are due to go.
    package let expiresIn: Duration?
    /// What it asks, where that was wanted.
    package let statement: String?
}

/// A query that a server has taken.
package struct ClaimedQuery: Sendable, Equatable {
    package let id: UInt64
    package let statement: String
    package let format: String
    package let wantsTypes: Bool
}

/// What a query gave, for the store.
package struct QueryOutcome: Sendable {
    /// A JSON document: columns and files.
    package var result: String
    package var rows: Int
    package var bytes: Int
    /// How long its files are kept.
    package var lifetime: Duration

    package init(result: String, rows: Int, bytes: Int, lifetime: Duration) {
        (self.result, self.rows, self.bytes, self.lifetime) = (result, rows, bytes, lifetime)
    }
}

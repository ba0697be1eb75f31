internal import Logging
package import MySQL
internal import Synchronization

/// Who holds a lease, for the message to whoever came second.
package struct LeaseHolder: Sendable, Equatable {
    package let owner: String
    /// Seconds until the lease may be taken over, by the database's clock.
    package let expiresIn: Int
}

/// The right to write one dataset, held by one worker at a time.
///
/// The token is the fence: it grows each time the lease changes hands, and every writing transaction begins with an
/// UPDATE that proves that token and step are still ours. The step tells a transaction whose answer was lost from one
/// that never happened. An UPDATE and not `SELECT … FOR UPDATE`, which a Galera cluster does not certify across nodes.
package actor Lease {
    package nonisolated let name: String
    package nonisolated let owner: String
    package nonisolated let token: UInt64
    /// The longest that a lease lasts unless it is renewed.
    ///
    /// One that would last longer was written before the database's clock was set back, and nobody has renewed it since:
    /// else it would stand for as long as the clock went back. Whoever holds it all the same is fenced off.
    static let longest = 600
    /// A condition: the lease is held by somebody.
    static let stands =
        "(expires_at >= UTC_TIMESTAMP(6) AND expires_at <= UTC_TIMESTAMP(6) + INTERVAL \(longest) SECOND)"
    private let pool: MySQLPool
    private let seconds: Int
    private var step: UInt64 = 0
    private var isWriting = false
    /// A write failed or was called off: nobody here knows whether it was committed.
    private var stepIsUncertain = false
    private var lane = Lane.closed

    /// What is known of the second lane.
    private enum Lane {
        case closed
        case inUse
        /// A write there failed or was called off, and may be under way in the server still.
        case uncertain
    }

    init(name: String, owner: String, token: UInt64, seconds: Int, pool: MySQLPool) {
        self.name = name
        self.owner = owner
        self.token = token
        self.seconds = seconds
        self.pool = pool
    }

    private struct AlreadyCommitted: Error {}

    /// Runs one writing transaction behind the fence.
    ///
    /// The body may run more than once, and must only depend on the database.
    ///
    /// - Throws: `StoreError.leaseLost` if another worker has taken over; nothing was written then.
    package func write<R: Sendable>(
        _ body: @escaping @Sendable (isolated MySQLConnection) throws -> R
    ) async throws -> R {
        guard !isWriting else {
            throw StoreError(
                .leaseLost, "Two writes at once under the lease \(name).", hint: "This is a defect in Sheaf.")
        }
        isWriting = true
        defer { isWriting = false }
        if stepIsUncertain { try await readStep() }
        stepIsUncertain = true

        let (name, owner, token, step, seconds) = (name, owner, token, step, seconds)
        let closesLane = lane == .uncertain
        let result = Mutex<R?>(nil)
        do {
            try await pool.withTransaction { connection in
                let fence = try connection.execute(
                    """
                    UPDATE sheaf_leases SET step = step + 1, expires_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
                    WHERE name = ? AND owner = ? AND token = ? AND step = ?
                    """,
                    [.int(Int64(seconds)), .text(name), .text(owner), .uint(token), .uint(step)])
                if fence.affectedRows != 1 {
                    let rows = try connection.rows(
                        "SELECT owner, token, step FROM sheaf_leases WHERE name = ?", [.text(name)])
                    // The transaction was committed and only its answer was lost.
                    if let row = rows.first, UInt64(try row.int("token")) == token,
                        UInt64(try row.int("step")) == step + 1, result.withLock({ $0 != nil })
                    {
                        throw AlreadyCommitted()
                    }
                    throw Self.lost(name)
                }
                if closesLane { try Self.closeLane(of: name, connection) }
                let value = try body(connection)
                result.withLock { $0 = value }
            }
        } catch is AlreadyCommitted {
        }
        self.step += 1
        stepIsUncertain = false
        if closesLane { lane = .closed }
        guard let value = result.withLock({ $0 }) else { throw Self.lost(name) }
        return value
    }

    /// Finds out how far the lease has come, which only its owner can move.
    private func readStep() async throws {
        let (name, owner, token) = (name, owner, token)
        let step = try await pool.withConnection { connection in
            try connection.rows(
                "SELECT step FROM sheaf_leases WHERE name = ? AND owner = ? AND token = ?",
                [.text(name), .text(owner), .uint(token)]
            ).first.map { UInt64(try $0.int("step")) }
        }
        guard let step else { throw Self.lost(name) }
        self.step = step
    }

    /// Puts the expiry off; for long work between two writes, such as a slow pull.
    ///
    /// - Throws: `StoreError.leaseLost` if another worker has taken over.
    package nonisolated func renew() async throws {
        let (name, owner, token, seconds) = (name, owner, token, seconds)
        let renewed = try await pool.withTransaction { connection in
            try connection.execute(
                """
                UPDATE sheaf_leases SET expires_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
                WHERE name = ? AND owner = ? AND token = ?
                """, [.int(Int64(seconds)), .text(name), .text(owner), .uint(token)]
            ).affectedRows
        }
        if renewed != 1 { throw Self.lost(name) }
    }

    /// Gives the lease back, so that the next worker need not wait for its expiry.
    ///
    /// Losing it meanwhile is no error.
    package nonisolated func release() async throws {
        let (name, owner, token) = (name, owner, token)
        _ = try await pool.withTransaction { connection in
            try connection.execute(
                """
                UPDATE sheaf_leases SET expires_at = '1970-01-01 00:00:01' WHERE name = ? AND owner = ? AND token = ?
                """, [.text(name), .text(owner), .uint(token)])
        }
    }

    /// Opens a second lane, with a fence of its own: a transaction on it and one on the lease do not wait for each other.
    ///
    /// The lane is a row beside that of the lease, and is fenced as the lease is, since they change hands together:
    /// - The row is made, or given this token, in a transaction behind the lease's own fence.
    /// - Whoever takes the lease changes the lane's row in the same transaction. So a write on the lane is either over when
    ///   the lease changes hands, or finds another token and writes nothing; in a cluster, one of the two is refused.
    /// - After a failure a write on the lane may be under way in the server still. The next write of the lease changes the
    ///   lane's row first, which waits for that one; what comes later finds another step.
    ///
    /// - Returns: the lane; `secondLaneEnded` or `secondLaneFailed` is to be called once nobody uses it any more.
    /// - Throws: `StoreError.leaseLost` if another worker has taken over.
    func openSecondLane() async throws -> Lease {
        let (name, owner, token) = (name, owner, token)
        try await write { connection in
            _ = try connection.execute(
                """
                INSERT INTO sheaf_leases (name, owner, token, step, expires_at)
                VALUES (?, ?, ?, 0, '1970-01-01 00:00:01') ON DUPLICATE KEY UPDATE owner = ?, token = ?, step = 0
                """,
                [.text(Self.laneName(name)), .text(owner), .uint(token), .text(owner), .uint(token)])
        }
        lane = .inUse
        return Lease(name: Self.laneName(name), owner: owner, token: token, seconds: seconds, pool: pool)
    }

    /// All that was written on the second lane is committed.
    func secondLaneEnded() { lane = .closed }

    /// A write on the second lane failed or was called off.
    func secondLaneFailed() { lane = .uncertain }

    static func laneName(_ name: String) -> String { "\(name)#2" }

    private static func closeLane(of name: String, _ connection: isolated MySQLConnection) throws {
        _ = try connection.execute(
            "UPDATE sheaf_leases SET step = step + 1 WHERE name = ?", [.text(laneName(name))])
    }

    private static func lost(_ name: String) -> StoreError {
        StoreError(
            .leaseLost, "Another worker has taken over the lease \(name); this one has stopped.",
            hint: "Nothing half-done is visible. Run the command again if the other worker has ended.")
    }
}

extension LabelStore {
    /// Takes a lease.
    ///
    /// - Parameters:
    ///   - name: what is leased, such as a dataset.
    ///   - owner: says who holds it, for people; a random suffix makes it unique.
    ///   - seconds: how long the lease lasts unless it is renewed or used; 600 at most.
    /// - Returns: the lease, whose token is greater than that of any owner before.
    /// - Throws: `StoreError.busy`, naming its owner, while another worker holds it; `MySQLError`.
    package func acquireLease(_ name: String, owner: String, seconds: Int = 30) async throws -> Lease {
        let unique = "\(owner)#\(UInt64.random(in: 0...UInt64.max))"
        let seconds = min(seconds, Lease.longest)
        try await ensureLeaseRow(name)
        // Run again after a lost answer, this finds itself as the owner: hence the second condition.
        let token = try await pool.withTransaction { connection -> UInt64? in
            let taken = try connection.execute(
                """
                UPDATE sheaf_leases SET owner = ?, token = LAST_INSERT_ID(token + 1), step = 0,
                    expires_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
                WHERE name = ? AND (NOT \(Lease.stands) OR owner = ?)
                """, [.text(unique), .int(Int64(seconds)), .text(name), .text(unique)])
            guard taken.affectedRows == 1 else { return nil }
            // Its second lane goes with it, if there ever was one.
            _ = try connection.execute(
                "UPDATE sheaf_leases SET owner = ?, token = ?, step = 0 WHERE name = ?",
                [.text(unique), .uint(taken.lastInsertID), .text(Lease.laneName(name))])
            return taken.lastInsertID
        }
        guard let token else {
            let holder = try await leaseHolder(name)
            throw StoreError(
                .busy,
                "\(name) is being worked on by \(holder?.owner ?? "another worker").",
                hint: holder.map { "Its lease lasts \($0.expiresIn) s more unless it is renewed; try again then." }
                    ?? "Try again.")
        }
        return Lease(name: name, owner: unique, token: token, seconds: seconds, pool: pool)
    }

    /// Runs `body` while a background task keeps the lease alive; gives the lease back at the end, also after an error.
    package func withLease<R: Sendable>(
        _ name: String, owner: String, seconds: Int = 30, _ body: (Lease) async throws -> R
    ) async throws -> R {
        let lease = try await acquireLease(name, owner: owner, seconds: seconds)
        let logger = logger
        let heartbeat = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(max(1, seconds / 3)))
                do {
                    try await lease.renew()
                } catch is CancellationError {
                    return
                } catch {
                    // The next write behind the fence decides; a renewal that failed is only a warning.
                    logger.warning("lease not renewed", metadata: ["lease": "\(name)", "error": "\(error)"])
                }
            }
        }
        let result: Result<R, any Error>
        do { result = .success(try await body(lease)) } catch { result = .failure(error) }
        heartbeat.cancel()
        // Not in the (perhaps cancelled) task of the run: the lease is given back in any case.
        let release = await Task { try await lease.release() }.result
        if case .failure(let error) = release {
            logger.warning("lease not released", metadata: ["lease": "\(name)", "error": "\(error)"])
        }
        return try result.get()
    }

    /// Who holds a lease now; `nil` if nobody does.
    package func leaseHolder(_ name: String) async throws -> LeaseHolder? {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT owner, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), expires_at) AS expires_in FROM sheaf_leases
                WHERE name = ? AND \(Lease.stands)
                """, [.text(name)]
            ).first.map { row in
                let owner = try row.text("owner").split(separator: "#").first.map(String.init) ?? ""
                return LeaseHolder(owner: owner, expiresIn: Int(try row.int("expires_in")))
            }
        }
    }

    private func ensureLeaseRow(_ name: String) async throws {
        let exists = try await pool.withConnection { connection in
            try !connection.rows("SELECT 1 FROM sheaf_leases WHERE name = ?", [.text(name)]).isEmpty
        }
        if exists { return }
        do {
            _ = try await pool.withTransaction { connection in
                try connection.execute(
                    """
                    INSERT INTO sheaf_leases (name, owner, token, step, expires_at)
                    VALUES (?, '', 0, 0, '1970-01-01 00:00:01')
                    """, [.text(name)])
            }
        } catch let error as MySQLError where error.kind == .duplicateKey {
            // Another worker made it at the same time, which is as good.
        }
    }
}

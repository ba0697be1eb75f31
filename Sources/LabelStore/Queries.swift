internal import MySQL

extension LabelStore {
    // MARK: - Asking

    /// Notes a query that is to be run.
    ///
    /// - Parameters:
    ///   - statement: what the client sent: data, and never logged.
    ///   - tokenID: whose it is.
    ///   - format: what the files are to look like.
    ///   - wantsTypes: whether the client asked for the columns' types.
    ///   - waiting: so many of the token's may wait at most.
    /// - Returns: its number; `nil` if too many wait.
    /// - Throws: `MySQLError`.
    package func addQuery(
        _ statement: String, tokenID: UInt64, format: String, wantsTypes: Bool, atMost waiting: Int
    ) async throws -> UInt64? {
        // Run again after a lost answer, it would be there twice: one more result that nobody fetches, and that expires.
        try await pool.withTransaction { connection -> UInt64? in
            let count = try connection.rows(
                "SELECT COUNT(*) FROM sheaf_queries WHERE token_id = ? AND state = 'pending'", [.uint(tokenID)]
            ).first?.int(0)
            guard count ?? 0 < Int64(waiting) else { return nil }
            return try connection.execute(
                """
                INSERT INTO sheaf_queries (token_id, state, statement, wants_types, format, created_at)
                VALUES (?, 'pending', ?, ?, ?, UTC_TIMESTAMP(6))
                """, [.uint(tokenID), .text(statement), .int(wantsTypes ? 1 : 0), .text(format)]
            ).lastInsertID
        }
    }

    /// A query.
    ///
    /// - Parameters:
    ///   - id: its number.
    ///   - tokenID: whose it must be; `nil` takes anyone's.
    /// - Returns: the query; `nil` if there is none of this number, or if it is another token's.
    /// - Throws: `MySQLError`.
    package func query(_ id: UInt64, tokenID: UInt64? = nil) async throws -> QueryRecord? {
        let record = try await pool.withConnection { connection in
            try connection.rows("\(Self.queryColumns(statement: false)) WHERE q.query_id = ?", [.uint(id)])
                .first.map(QueryRecord.init)
        }
        guard let record, tokenID == nil || record.tokenID == tokenID else { return nil }
        return record
    }

    /// The newest queries.
    ///
    /// - Parameters:
    ///   - states: only those; empty takes all.
    ///   - limit: how many at most.
    ///   - statement: whether with what they ask.
    /// - Returns: them, the newest first.
    /// - Throws: `MySQLError`.
    package func queries(in states: [QueryState] = [], limit: Int, statement: Bool = false) async throws
        -> [QueryRecord]
    {
        let condition = states.isEmpty ? "" : "WHERE q.state IN (\(markers(states.count)))"
        return try await pool.withConnection { connection in
            try connection.rows(
                "\(Self.queryColumns(statement: statement)) \(condition) ORDER BY q.query_id DESC LIMIT ?",
                states.map { .text($0.rawValue) } + [.int(Int64(limit))]
            ).map(QueryRecord.init)
        }
    }

    /// Cancels a query: at once while it waits; who runs it is told.
    ///
    /// - Parameters:
    ///   - id: the query.
    ///   - actor: who wants it, for the audit; `nil` if it is whoever sent it.
    ///   - why: why, for the audit.
    /// - Returns: whether it waited or ran.
    /// - Throws: `MySQLError`.
    package func cancelQuery(_ id: UInt64, by actor: String? = nil, why: String? = nil) async throws -> Bool {
        try await pool.withTransaction { connection in
            let isOpen = try Self.cancel(id, connection)
            if isOpen, let actor {
                try Self.audit(
                    "cancel-query", dataset: .null, subject: "query \(id)", actor: actor, why: why, connection)
            }
            return isOpen
        }
    }

    private static func cancel(_ id: UInt64, _ connection: isolated MySQLConnection) throws -> Bool {
        let ended = try connection.execute(
            """
            UPDATE sheaf_queries SET state = 'cancelled', error = 'The query was cancelled.',
                cancel_asked_at = UTC_TIMESTAMP(6), finished_at = UTC_TIMESTAMP(6)
            WHERE query_id = ? AND state = 'pending'
            """, [.uint(id)])
        if ended.affectedRows > 0 { return true }
        try connection.execute(
            """
            UPDATE sheaf_queries SET cancel_asked_at = UTC_TIMESTAMP(6)
            WHERE query_id = ? AND state = 'running' AND cancel_asked_at IS NULL
            """, [.uint(id)])
        let rows = try connection.rows(
            "SELECT COUNT(*) FROM sheaf_queries WHERE query_id = ? AND state = 'running'", [.uint(id)])
        return try rows.first?.int(0) == 1
    }

    // MARK: - Running

    /// Takes the query that has waited longest, of those tokens that have the fewest running: so a hundred queries of one
    /// token keep nobody else's waiting behind all of them.
    ///
    /// - Parameters:
    ///   - worker: who takes it: this server, and no other process ever.
    ///   - place: where its files will lie.
    /// - Returns: the query; `nil` if none waits, or another server was faster.
    /// - Throws: `MySQLError`.
    package func claimQuery(worker: String, place: String) async throws -> ClaimedQuery? {
        try await pool.withTransaction { connection -> ClaimedQuery? in
            let waiting = try connection.rows(
                """
                SELECT q.query_id FROM sheaf_queries q
                LEFT JOIN (
                    SELECT token_id, COUNT(*) AS running FROM sheaf_queries WHERE state = 'running' GROUP BY token_id
                ) r ON r.token_id = q.token_id
                WHERE q.state = 'pending' ORDER BY COALESCE(r.running, 0), q.query_id LIMIT 1
                """)
            guard let id = try waiting.first?.uint(0) else { return nil }
            let taken = try connection.execute(
                """
                UPDATE sheaf_queries
                SET state = 'running', worker = ?, place = ?, started_at = UTC_TIMESTAMP(6),
                    heartbeat_at = UTC_TIMESTAMP(6)
                WHERE query_id = ? AND state = 'pending'
                """, [.text(worker), .text(place), .uint(id)])
            guard taken.affectedRows == 1 else { return nil }
            return try connection.rows(
                "SELECT statement, format, wants_types FROM sheaf_queries WHERE query_id = ?", [.uint(id)]
            ).first.map { row in
                ClaimedQuery(
                    id: id, statement: try row.text(0), format: try row.text(1), wantsTypes: try row.int(2) == 1)
            }
        }
    }

    /// Says that a server is alive and runs its queries.
    ///
    /// - Returns: those of its queries that somebody wants to be cancelled.
    /// - Throws: `MySQLError`.
    package func beatQueries(worker: String) async throws -> [UInt64] {
        try await pool.withTransaction { connection in
            try connection.execute(
                "UPDATE sheaf_queries SET heartbeat_at = UTC_TIMESTAMP(6) WHERE state = 'running' AND worker = ?",
                [.text(worker)])
            return try connection.rows(
                """
                SELECT query_id FROM sheaf_queries
                WHERE state = 'running' AND worker = ? AND cancel_asked_at IS NOT NULL
                """, [.text(worker)]
            ).map { row in try row.uint(0) }
        }
    }

    /// Notes what a query gave.
    ///
    /// - Returns: whether it stands: not if the server was taken for dead meanwhile.
    /// - Throws: `MySQLError`.
    package func finishQuery(_ id: UInt64, worker: String, place: String, _ outcome: QueryOutcome) async throws -> Bool
    {
        try await pool.withTransaction { connection in
            let written = try connection.execute(
                """
                UPDATE sheaf_queries
                SET state = 'success', result = ?, row_count = ?, byte_count = ?, finished_at = UTC_TIMESTAMP(6),
                    expires_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND
                WHERE query_id = ? AND state = 'running' AND worker = ?
                """,
                [
                    .text(outcome.result), .int(Int64(outcome.rows)), .int(Int64(outcome.bytes)),
                    .int(outcome.lifetime.components.seconds), .uint(id), .text(worker),
                ])
            if written.affectedRows == 1 { return true }
            // Run again after a lost answer: it stands already.
            let rows = try connection.rows(
                "SELECT COUNT(*) FROM sheaf_queries WHERE query_id = ? AND state = 'success' AND place = ?",
                [.uint(id), .text(place)])
            return try rows.first?.int(0) == 1
        }
    }

    /// Notes that a query came to nothing.
    ///
    /// - Parameters:
    ///   - id: the query.
    ///   - worker: who runs it.
    ///   - state: `failed` or `cancelled`.
    ///   - error: why, for the client.
    /// - Throws: `MySQLError`.
    package func endQuery(_ id: UInt64, worker: String, as state: QueryState, error: String) async throws {
        try await pool.withTransaction { connection in
            try connection.execute(
                """
                UPDATE sheaf_queries SET state = ?, error = ?, finished_at = UTC_TIMESTAMP(6)
                WHERE query_id = ? AND state = 'running' AND worker = ?
                """,
                [.text(state.rawValue), .text(String(error.prefix(4_000))), .uint(id), .text(worker)])
        }
    }

    // MARK: - Clearing up

    /// Notes that queries have failed whose server has not been heard of for a while.
    ///
    /// - Returns: how many.
    /// - Throws: `MySQLError`.
    @discardableResult
    package func failLostQueries(silentFor silence: Duration) async throws -> Int {
        let summary = try await pool.withTransaction { connection in
            try connection.execute(
                """
                UPDATE sheaf_queries SET state = 'failed', finished_at = UTC_TIMESTAMP(6),
                    error = 'The server that ran the query has ended. Send the query again.'
                WHERE state = 'running' AND heartbeat_at < UTC_TIMESTAMP(6) - INTERVAL ? SECOND
                """, [.int(silence.components.seconds)])
        }
        return Int(summary.affectedRows)
    }

    /// Results whose time is over, oldest first, and what is left of queries that came to nothing.
    ///
    /// - Parameter limit: how many at most.
    /// - Returns: them.
    /// - Throws: `MySQLError`.
    package func queriesWithoutUse(limit: Int) async throws -> [QueryRecord] {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                \(Self.queryColumns(statement: false))
                WHERE (q.state = 'success' AND q.expires_at < UTC_TIMESTAMP(6))
                    OR (q.state IN ('failed', 'cancelled') AND q.place IS NOT NULL)
                ORDER BY q.query_id LIMIT ?
                """, [.int(Int64(limit))]
            ).map(QueryRecord.init)
        }
    }

    /// Notes that the files of a query are gone.
    package func noteQueryCleared(_ id: UInt64) async throws {
        try await pool.withTransaction { connection in
            try connection.execute(
                """
                UPDATE sheaf_queries SET state = CASE state WHEN 'success' THEN 'expired' ELSE state END, place = NULL
                WHERE query_id = ?
                """, [.uint(id)])
        }
    }

    /// Forgets queries that ended long ago.
    ///
    /// - Parameters:
    ///   - age: how long ago.
    ///   - limit: how many at once.
    /// - Throws: `MySQLError`.
    package func forgetQueries(olderThan age: Duration, limit: Int = 1_000) async throws {
        try await pool.withTransaction { connection in
            try connection.execute(
                """
                DELETE FROM sheaf_queries
                WHERE state IN ('failed', 'cancelled', 'expired') AND place IS NULL
                    AND finished_at < UTC_TIMESTAMP(6) - INTERVAL ? SECOND
                ORDER BY query_id LIMIT ?
                """, [.int(age.components.seconds), .int(Int64(limit))])
        }
    }

    // MARK: - Rows

    private static func queryColumns(statement: Bool) -> String {
        """
        SELECT q.query_id, q.token_id, t.name AS token_name, q.state, q.wants_types, q.format, q.place, q.result, q.error,
            q.row_count, q.byte_count, q.worker, CAST(q.created_at AS CHAR) AS created,
            CAST(q.started_at AS CHAR) AS started, CAST(q.finished_at AS CHAR) AS finished,
            CAST(q.expires_at AS CHAR) AS expires,
            TIMESTAMPDIFF(MICROSECOND, q.started_at, COALESCE(q.finished_at, UTC_TIMESTAMP(6))) AS duration,
            TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), q.expires_at) AS expires_in,
            \(statement ? "q.statement" : "NULL") AS statement
        FROM sheaf_queries q LEFT JOIN sheaf_tokens t ON t.token_id = q.token_id
        """
    }
}

extension QueryRecord {
    init(_ row: ResultRow) throws {
        guard let state = QueryState(rawValue: try row.text("state")) else {
            throw StoreError.damaged("a query in a state that there is not")
        }
        self.init(
            id: try row.uint("query_id"), tokenID: try row.uint("token_id"),
            tokenName: try row.optionalText("token_name"), state: state, wantsTypes: try row.int("wants_types") == 1,
            format: try row.text("format"), place: try row.optionalText("place"),
            result: try row.optionalText("result"), error: try row.optionalText("error"),
            rows: try row.optionalNumber("row_count"), bytes: try row.optionalNumber("byte_count"),
            worker: try row.optionalText("worker"), createdAt: try row.text("created"),
            startedAt: try row.optionalText("started"), finishedAt: try row.optionalText("finished"),
            expiresAt: try row.optionalText("expires"),
            duration: try row.optionalInt("duration").map { .microseconds($0) },
            expiresIn: try row.optionalInt("expires_in").map { .microseconds($0) },
            statement: try row.optionalText("statement"))
    }
}

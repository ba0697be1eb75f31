internal import MySQL

extension LabelStore {
    /// Notes that a run begins.
    ///
    /// Runs of this dataset that never ended are noted as abandoned: we hold the lease, so their workers are gone.
    package func beginRun(
        _ dataset: DatasetRecord, kind: String, actor: String, worker: String, lease: Lease
    ) async throws -> UInt64 {
        try await lease.write { connection in
            _ = try connection.execute(
                """
                UPDATE sheaf_runs SET state = 'abandoned', finished_at = UTC_TIMESTAMP(6)
                WHERE dataset_id = ? AND state = 'running'
                """, [.uint(UInt64(dataset.id))])
            return try connection.execute(
                """
                INSERT INTO sheaf_runs (dataset_id, kind, state, actor, worker, started_at)
                VALUES (?, ?, 'running', ?, ?, UTC_TIMESTAMP(6))
                """, [.uint(UInt64(dataset.id)), .text(kind), .text(actor), .text(worker)]
            ).lastInsertID
        }
    }

    /// Notes how a run ended that published nothing.
    ///
    /// - Parameters:
    ///   - run: the number that `beginRun` gave.
    ///   - state: how it ended.
    ///   - report: the run's report, as JSON.
    ///   - marking: sheets whose read failed: they stay dirty and lose their digest.
    ///   - dataset: its open holds are closed, since the sheets ask for nothing any more; `nil` leaves them.
    ///   - lease: that of the run's dataset.
    /// - Throws: `StoreError.leaseLost` if another worker has taken over; `MySQLError`.
    package func endRun(
        _ run: UInt64, state: RunState, report: String, marking: [UnreadSheet] = [],
        closingHolds dataset: DatasetRecord? = nil, lease: Lease
    ) async throws {
        try await lease.write { connection in
            try Self.markUnread(marking, connection)
            if let dataset { try Self.closeHolds(dataset: dataset, runID: run, connection) }
            try Self.finish(run, state: state, version: nil, report: report, connection)
        }
    }

    /// The last runs of a dataset, newest first.
    package func runs(of dataset: DatasetRecord, limit: Int) async throws -> [RunRecord] {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT run_id, kind, state, actor, worker, CAST(started_at AS CHAR) AS started,
                    CAST(finished_at AS CHAR) AS finished, version, report
                FROM sheaf_runs WHERE dataset_id = ? ORDER BY run_id DESC LIMIT ?
                """, [.uint(UInt64(dataset.id)), .int(Int64(limit))]
            ).map { row in
                let state = try row.text("state")
                guard let state = RunState(rawValue: state) else { throw StoreError.damaged("run state \(state)") }
                return RunRecord(
                    id: UInt64(try row.int("run_id")), kind: try row.text("kind"), state: state,
                    actor: try row.text("actor"), worker: try row.text("worker"),
                    startedAt: try row.text("started"), finishedAt: try row.optionalText("finished"),
                    version: try row.optionalNumber("version"), report: try row.optionalText("report"))
            }
        }
    }

    static func finish(
        _ run: UInt64, state: RunState, version: Int?, report: String, _ connection: isolated MySQLConnection
    ) throws {
        _ = try connection.execute(
            """
            UPDATE sheaf_runs SET state = ?, version = ?, report = ?, finished_at = UTC_TIMESTAMP(6)
            WHERE run_id = ? AND state = 'running'
            """,
            [.text(state.rawValue), version.map { .int(Int64($0)) } ?? .null, .text(report), .uint(run)])
    }
}

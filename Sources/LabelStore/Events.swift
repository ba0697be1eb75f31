internal import Digest
internal import MySQL

/// A moment by the database's clock: microseconds since 1970, UTC.
///
/// Workers' clocks differ; the database has one. So whoever decides by time asks the store for it, and tests hand in
/// another.
package struct StoreTime: Sendable, Hashable, Comparable {
    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    package static func < (left: StoreTime, right: StoreTime) -> Bool { left.microseconds < right.microseconds }

    package static func + (time: StoreTime, duration: Duration) -> StoreTime {
        StoreTime(microseconds: time.microseconds + duration.microseconds)
    }

    /// How long it is from one moment to another; negative if the other was first.
    package static func - (left: StoreTime, right: StoreTime) -> Duration {
        .microseconds(left.microseconds - right.microseconds)
    }
}

extension Duration {
    fileprivate var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

/// What happened, as the transaction wrote it in which it happened.
package struct EventRecord: Sendable, Equatable {
    package let id: UInt64
    package let dataset: DatasetRecord
    /// `version_published`; others may follow.
    package let kind: String
    package let version: Int?
    /// JSON.
    package let payload: String
}

/// All that decides whether a version of a dataset is to be trained, as of one transaction.
package struct TrainingSituation: Sendable, Equatable {
    package var version: Int
    package var publishedAt: StoreTime
    /// The newest version that was trained or is being trained; 0 if none.
    package var lastTrained: Int
    /// Rows inserted, updated and deleted since that version.
    package var changes: Int
    /// When the pipeline's last job was started.
    package var lastStartedAt: StoreTime?
    /// The newest version that a job waits for.
    package var newestWaiting: Int?

    package init(
        version: Int, publishedAt: StoreTime, lastTrained: Int = 0, changes: Int, lastStartedAt: StoreTime? = nil,
        newestWaiting: Int? = nil
    ) {
        self.version = version
        self.publishedAt = publishedAt
        self.lastTrained = lastTrained
        self.changes = changes
        self.lastStartedAt = lastStartedAt
        self.newestWaiting = newestWaiting
    }
}

/// What became of a version that was considered for training.
package enum RelayOutcome: Sendable, Equatable {
    /// Another worker relayed this event, or a job for the version is there already.
    case doneBefore
    /// The policy wants no job.
    case noJob
    case inserted(job: UInt64)
}

extension LabelStore {
    /// The time by the database's clock.
    package func now() async throws -> StoreTime {
        try await pool.withConnection { connection in
            let row = try connection.rows("SELECT \(microseconds(of: "UTC_TIMESTAMP(6)")) AS now").first
            guard let time = try row?.time("now") else { throw StoreError.damaged("a database without a clock") }
            return time
        }
    }

    /// Events that nobody has relayed yet, oldest first.
    package func unrelayedEvents(limit: Int = 1_000) async throws -> [EventRecord] {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT e.event_id, e.kind, e.version, e.payload, d.dataset_id, d.name, d.current_version
                FROM sheaf_events e JOIN sheaf_datasets d ON d.dataset_id = e.dataset_id
                WHERE e.relayed_at IS NULL ORDER BY e.event_id LIMIT ?
                """, [.int(Int64(limit))]
            ).map { row in
                EventRecord(
                    id: try row.uint("event_id"),
                    dataset: DatasetRecord(
                        id: UInt32(try row.int("dataset_id")), name: try row.text("name"),
                        currentVersion: Int(try row.int("current_version"))),
                    kind: try row.text("kind"), version: try row.optionalNumber("version"),
                    payload: try row.text("payload"))
            }
        }
    }

    /// Marks an event as relayed that makes no job: of a dataset without training, or of a kind that trains nothing.
    ///
    /// - Returns: whether it was this worker that did.
    package func markRelayed(_ event: EventRecord) async throws -> Bool {
        let id = event.id
        return try await pool.withTransaction { try Self.claim(event: id, $0) }
    }

    /// Turns a version into a waiting job, if the policy wants one, and marks the event as relayed in the same
    /// transaction: so an event leads to its job exactly once, however often and by however many it is delivered.
    ///
    /// A new job supersedes those that wait for an older version of the same pipeline, unless a person asked for them.
    ///
    /// - Parameters:
    ///   - dataset: whose version it is.
    ///   - version: a published version.
    ///   - event: what announced the version; `nil` when a version is looked at again, as after a change of the policy.
    ///   - pipeline: the training's name.
    ///   - launcher: the kind of launcher that is to start the job.
    ///   - decide: gives the time before which the job must not start, or `nil` for no job. It runs inside the
    ///     transaction, perhaps more than once.
    /// - Returns: what became of the version.
    /// - Throws: `MySQLError`, `StoreError`; then neither the job nor the mark was written.
    package func considerTraining(
        _ dataset: DatasetRecord, version: Int, event: EventRecord?, pipeline: String, launcher: String,
        decide: @escaping @Sendable (TrainingSituation) -> StoreTime?
    ) async throws -> RelayOutcome {
        let key = JobRecord.idempotencyKey(
            store: try await identity(), dataset: dataset.name, version: version, pipeline: pipeline, retry: 0)
        let eventID = event?.id
        do {
            return try await pool.withTransaction { connection in
                if let eventID, try !Self.claim(event: eventID, connection) { return .doneBefore }
                let known = try connection.rows(
                    "SELECT 1 FROM sheaf_jobs WHERE idempotency_key = ?", [.bytes(key.bytes)])
                if !known.isEmpty { return .doneBefore }
                guard
                    let situation = try Self.situation(
                        dataset.id, version: version, pipeline: pipeline, connection),
                    let notBefore = decide(situation)
                else { return .noJob }
                try Self.supersede(dataset.id, pipeline: pipeline, by: version, connection)
                let job = NewJob(
                    dataset: dataset.id, version: version, pipeline: pipeline, retry: 0, key: key, launcher: launcher,
                    changes: situation.changes)
                return .inserted(job: try Self.insert(job, notBefore: notBefore, connection))
            }
        } catch let error as MySQLError where error.kind == .duplicateKey {
            // Another worker inserted the same job between our look and our insert, which is as good.
            if let event { _ = try await markRelayed(event) }
            return .doneBefore
        }
    }

    /// What would decide about a version now, or about one that is only planned.
    ///
    /// - Parameters:
    ///   - dataset: as the store knows it now.
    ///   - pipeline: the training's name.
    ///   - planned: the changes of a version that a run would publish; `nil` asks about the current version.
    /// - Returns: `nil` if there is neither a version nor a planned one.
    /// - Throws: `MySQLError`.
    package func trainingSituation(
        _ dataset: DatasetRecord, pipeline: String, planned: Int? = nil
    ) async throws -> TrainingSituation? {
        let now = try await now()
        return try await pool.withConnection { connection in
            let current = try Self.situation(
                dataset.id, version: dataset.currentVersion, pipeline: pipeline, connection)
            guard let planned else { return current }
            var situation = current ?? TrainingSituation(version: 0, publishedAt: now, changes: 0)
            situation.version = dataset.currentVersion + 1
            situation.publishedAt = now
            situation.changes += planned
            return situation
        }
    }

    private static func claim(event: UInt64, _ connection: isolated MySQLConnection) throws -> Bool {
        try connection.execute(
            "UPDATE sheaf_events SET relayed_at = UTC_TIMESTAMP(6) WHERE event_id = ? AND relayed_at IS NULL",
            [.uint(event)]
        ).affectedRows == 1
    }

    private static func situation(
        _ dataset: UInt32, version: Int, pipeline: String, _ connection: isolated MySQLConnection
    ) throws -> TrainingSituation? {
        let (datasetID, version) = (MySQLValue.uint(UInt64(dataset)), version)
        let published = try connection.rows(
            """
            SELECT \(microseconds(of: past("published_at"))) AS published FROM sheaf_versions
            WHERE dataset_id = ? AND version = ? AND state = 'published'
            """, [datasetID, .int(Int64(version))])
        guard let publishedAt = try published.first?.time("published") else { return nil }
        // A failed or cancelled job trained nothing: its changes count again.
        let jobs = try connection.rows(
            """
            SELECT MAX(CASE WHEN state IN ('starting', 'running', 'succeeded') THEN version END) AS trained,
                MAX(CASE WHEN state = 'waiting' THEN version END) AS waiting,
                MAX(\(microseconds(of: past("started_at")))) AS started
            FROM sheaf_jobs WHERE dataset_id = ? AND pipeline = ?
            """, [datasetID, .text(pipeline)]
        ).first
        let trained = try jobs?.optionalNumber("trained") ?? 0
        let changes = try connection.rows(
            """
            SELECT COALESCE(SUM(inserted + updated + deleted), 0) AS changes FROM sheaf_versions
            WHERE dataset_id = ? AND state = 'published' AND version > ? AND version <= ?
            """, [datasetID, .int(Int64(trained)), .int(Int64(version))]
        ).first
        return TrainingSituation(
            version: version, publishedAt: publishedAt, lastTrained: trained,
            changes: try changes?.optionalNumber("changes") ?? 0, lastStartedAt: try jobs?.time("started"),
            newestWaiting: try jobs?.optionalNumber("waiting"))
    }

    private static func supersede(
        _ dataset: UInt32, pipeline: String, by version: Int, _ connection: isolated MySQLConnection
    ) throws {
        _ = try connection.execute(
            """
            UPDATE sheaf_jobs SET state = 'superseded', finished_at = UTC_TIMESTAMP(6), message = ?
            WHERE dataset_id = ? AND pipeline = ? AND retry = 0 AND version < ? AND state IN ('waiting')
            """,
            [
                .text("superseded by version \(version)"), .uint(UInt64(dataset)), .text(pipeline),
                .int(Int64(version)),
            ])
    }
}

// MARK: - Times to and from SQL

/// An expression that gives a DATETIME(6) as microseconds since 1970.
func microseconds(of expression: String) -> String {
    "TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', \(expression))"
}

/// An expression that gives a moment as it is, and one that is yet to come, since the database's clock was set back, as now.
func past(_ expression: String) -> String { "LEAST(\(expression), UTC_TIMESTAMP(6))" }

/// An expression that makes a DATETIME(6) of a bound number of microseconds since 1970.
let boundTime = "(CAST('1970-01-01 00:00:00' AS DATETIME(6)) + INTERVAL ? MICROSECOND)"

extension StoreTime {
    var value: MySQLValue { .int(microseconds) }
}

extension ResultRow {
    func time(_ column: String) throws -> StoreTime? {
        try optionalInt(column).map(StoreTime.init(microseconds:))
    }
}

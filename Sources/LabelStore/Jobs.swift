package import Digest
internal import MySQL

struct NewJob: Sendable {
    let dataset: UInt32
    let version: Int
    let pipeline: String
    let retry: Int
    let key: SHA256Digest
    let launcher: String
    let changes: Int
}

// MARK: - Reading

extension LabelStore {
    /// Jobs, newest first.
    ///
    /// - Parameters:
    ///   - dataset: only those of this dataset.
    ///   - states: only those in one of these states.
    ///   - limit: how many at most.
    /// - Returns: the jobs, each with its metrics and how long it took.
    /// - Throws: `MySQLError`, `StoreError`.
    package func jobs(
        dataset: String? = nil, states: Set<JobState> = Set(JobState.allCases), limit: Int = 100
    ) async throws -> [JobRecord] {
        if states.isEmpty { return [] }
        let chosen = states.map { MySQLValue.text($0.rawValue) }
        let condition = "j.state IN (\(markers(chosen.count)))" + (dataset == nil ? "" : " AND d.name = ?")
        let named = dataset.map { [MySQLValue.text($0)] } ?? []
        return try await jobs(
            where: condition + " ORDER BY j.job_id DESC LIMIT ?", chosen + named + [.int(Int64(limit))])
    }

    /// A job that must be there.
    ///
    /// - Throws: `StoreError.unknownJob`.
    package func job(_ id: UInt64) async throws -> JobRecord {
        if let found = try await jobs(where: "j.job_id = ?", [.uint(id)]).first { return found }
        throw StoreError(.unknownJob, "There is no job \(id).", hint: "`sheaf jobs` lists them.")
    }

    /// The jobs that wait and may start by this time, oldest first, where no other job of their pipeline is under way:
    /// of two trainings at once the older version might end last.
    ///
    /// A job that is yet to be made was made before the database's clock was set back: it has waited long enough.
    package func dueJobs(at time: StoreTime) async throws -> [JobRecord] {
        try await jobs(
            where: """
                j.state = 'waiting' AND (j.not_before <= \(boundTime)
                    OR j.created_at > UTC_TIMESTAMP(6) + INTERVAL 1 HOUR) AND NOT EXISTS (
                    SELECT 1 FROM sheaf_jobs o WHERE o.dataset_id = j.dataset_id AND o.pipeline = j.pipeline
                        AND o.state IN ('starting', 'running')
                ) ORDER BY j.not_before, j.job_id
                """, [time.value])
    }

    /// The attempts of a job, oldest first.
    package func attempts(of job: UInt64) async throws -> [AttemptRecord] {
        try await attempts(where: "a.job_id = ? ORDER BY a.attempt", [.uint(job)])
    }

    /// The attempts whose end nobody has noted, those of cancelled jobs included.
    package func openAttempts() async throws -> [AttemptRecord] {
        try await attempts(
            where: """
                j.state IN ('starting', 'running', 'cancelled') AND a.outcome = 'running' ORDER BY a.job_id, a.attempt
                """, [])
    }

    private func attempts(where condition: String, _ values: [MySQLValue]) async throws -> [AttemptRecord] {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT a.job_id, a.attempt, a.token_hash, a.outcome, a.worker, CAST(a.started_at AS CHAR) AS started,
                    CAST(a.finished_at AS CHAR) AS finished, a.exit_code, a.message, a.job_folder
                FROM sheaf_job_attempts a JOIN sheaf_jobs j ON j.job_id = a.job_id WHERE \(condition)
                """, values
            ).map(Self.attemptRecord)
        }
    }

    private static func attemptRecord(_ row: ResultRow) throws -> AttemptRecord {
        let outcome = try row.text("outcome")
        guard let outcome = AttemptOutcome(rawValue: outcome), let token = try row.digest("token_hash") else {
            throw StoreError.damaged("attempt outcome \(outcome)")
        }
        return AttemptRecord(
            job: try row.uint("job_id"), number: Int(try row.int("attempt")), tokenHash: token, outcome: outcome,
            worker: try row.text("worker"), startedAt: try row.text("started"),
            finishedAt: try row.optionalText("finished"), exitCode: try row.optionalNumber("exit_code"),
            message: try row.optionalText("message"), folder: try row.optionalText("job_folder"))
    }

    private func jobs(where condition: String, _ values: [MySQLValue]) async throws -> [JobRecord] {
        let duration = "TIMESTAMPDIFF(MICROSECOND, j.started_at, COALESCE(j.finished_at, UTC_TIMESTAMP(6)))"
        return try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT j.job_id, d.name, j.version, j.pipeline, j.retry, j.state, j.launcher, j.changes,
                    \(microseconds(of: "j.not_before")) AS not_before, CAST(j.created_at AS CHAR) AS created,
                    CAST(j.started_at AS CHAR) AS started, CAST(j.finished_at AS CHAR) AS finished,
                    \(duration) AS duration, j.attempts, j.message, j.metrics, j.artifact_uri, j.artifact_sha256
                FROM sheaf_jobs j JOIN sheaf_datasets d ON d.dataset_id = j.dataset_id WHERE \(condition)
                """, values
            ).map(Self.jobRecord)
        }
    }

    private static func jobRecord(_ row: ResultRow) throws -> JobRecord {
        let state = try row.text("state")
        guard let state = JobState(rawValue: state), let notBefore = try row.time("not_before") else {
            throw StoreError.damaged("job state \(state)")
        }
        return JobRecord(
            id: try row.uint("job_id"), dataset: try row.text("name"), version: Int(try row.int("version")),
            pipeline: try row.text("pipeline"), retry: Int(try row.int("retry")), state: state,
            launcher: try row.text("launcher"), changes: Int(try row.int("changes")), notBefore: notBefore,
            createdAt: try row.text("created"), startedAt: try row.optionalText("started"),
            finishedAt: try row.optionalText("finished"),
            duration: try row.optionalInt("duration").map { .microseconds($0) },
            attempts: Int(try row.int("attempts")), message: try row.optionalText("message"),
            metrics: try row.optionalText("metrics"), artifactURI: try row.optionalText("artifact_uri"),
            artifactSHA256: try row.digest("artifact_sha256"))
    }
}

// MARK: - From state to state: each step is one conditional UPDATE, which one worker wins

extension LabelStore {
    /// Takes a waiting job for its next attempt: waiting to starting, which one of several workers does.
    ///
    /// What an earlier attempt reported is dropped: a lost attempt's metrics say nothing of the next one's model.
    ///
    /// - Parameters:
    ///   - job: the job.
    ///   - number: the attempt, one more than the job has had.
    ///   - tokenHash: SHA-256 of the token; the token itself is never stored.
    ///   - worker: who takes it, for people.
    ///   - folder: where the attempt's files stand, for a command.
    /// - Returns: whether it is ours.
    /// - Throws: `MySQLError`.
    package func beginAttempt(
        job: UInt64, number: Int, tokenHash: SHA256Digest, worker: String, folder: String?
    ) async throws -> Bool {
        try await pool.withTransaction { connection in
            let taken = try connection.execute(
                """
                UPDATE sheaf_jobs SET state = 'starting', attempts = attempts + 1, message = NULL, metrics = NULL,
                    artifact_uri = NULL, artifact_sha256 = NULL, started_at = COALESCE(started_at, UTC_TIMESTAMP(6))
                WHERE job_id = ? AND attempts = ? AND state IN ('waiting')
                """, [.uint(job), .int(Int64(number - 1))])
            guard taken.affectedRows == 1 else {
                // Ours after all, if it was committed and only the answer was lost.
                return try !connection.rows(
                    "SELECT 1 FROM sheaf_job_attempts WHERE job_id = ? AND attempt = ? AND token_hash = ?",
                    [.uint(job), .int(Int64(number)), .bytes(tokenHash.bytes)]
                ).isEmpty
            }
            _ = try connection.execute(
                """
                INSERT INTO sheaf_job_attempts (job_id, attempt, token_hash, outcome, worker, started_at, job_folder)
                VALUES (?, ?, ?, 'running', ?, UTC_TIMESTAMP(6), ?)
                """,
                [.uint(job), .int(Int64(number)), .bytes(tokenHash.bytes), .text(worker), folder.value])
            return true
        }
    }

    /// Notes that the trainer is about to start: starting to running.
    ///
    /// - Returns: false if it must not: the job was cancelled, or has another attempt by now.
    package func markRunning(job: UInt64, attempt: Int) async throws -> Bool {
        try await pool.withTransaction { connection in
            let job = MySQLValue.uint(job)
            let attempt = MySQLValue.int(Int64(attempt))
            let moved = try connection.execute(
                "UPDATE sheaf_jobs SET state = 'running' WHERE job_id = ? AND attempts = ? AND state IN ('starting')",
                [job, attempt])
            if moved.affectedRows == 1 { return true }
            return try !connection.rows(
                "SELECT 1 FROM sheaf_jobs WHERE job_id = ? AND attempts = ? AND state = 'running'", [job, attempt]
            ).isEmpty
        }
    }

    /// Notes how an attempt ended, and what becomes of its job: succeeded, failed, or waiting for a further attempt.
    ///
    /// Only the first note of an attempt counts. A job that was cancelled meanwhile stays so.
    ///
    /// - Parameters:
    ///   - job: the job.
    ///   - attempt: which of its attempts.
    ///   - outcome: how it ended.
    ///   - exitCode: the trainer's, if it ended by itself.
    ///   - message: the same for people.
    ///   - nextAttemptAt: when the next attempt may start; `nil` if this was the last.
    /// - Returns: whether it was this call that ended the attempt.
    /// - Throws: `MySQLError`.
    package func finishAttempt(
        job: UInt64, attempt: Int, outcome: AttemptOutcome, exitCode: Int?, message: String, nextAttemptAt: StoreTime?
    ) async throws -> Bool {
        try await pool.withTransaction { connection in
            let ended = try connection.execute(
                """
                UPDATE sheaf_job_attempts SET outcome = ?, exit_code = ?, message = ?, finished_at = UTC_TIMESTAMP(6)
                WHERE job_id = ? AND attempt = ? AND outcome = 'running'
                """,
                [
                    .text(outcome.rawValue), MySQLValue(exitCode), .text(message), .uint(job), .int(Int64(attempt)),
                ])
            guard ended.affectedRows == 1 else { return false }
            let place: [MySQLValue] = [.text(message), .uint(job), .int(Int64(attempt))]
            if outcome != .succeeded, let nextAttemptAt {
                _ = try connection.execute(
                    """
                    UPDATE sheaf_jobs SET state = 'waiting', not_before = \(boundTime), message = ?
                    WHERE job_id = ? AND attempts = ? AND state IN ('starting', 'running')
                    """, [nextAttemptAt.value] + place)
            } else {
                _ = try connection.execute(
                    """
                    UPDATE sheaf_jobs SET state = '\(outcome == .succeeded ? "succeeded" : "failed")',
                        finished_at = UTC_TIMESTAMP(6), message = ?
                    WHERE job_id = ? AND attempts = ? AND state IN ('starting', 'running')
                    """, place)
            }
            return true
        }
    }

    /// Stores what a job reports of itself: only the newest attempt's token counts, and only while that attempt runs.
    ///
    /// - Throws: `StoreError.notAllowed`, saying why.
    package func report(_ report: JobReport, job id: UInt64, tokenHash: SHA256Digest) async throws {
        let current = try await job(id)
        try await pool.withTransaction { connection in
            let counts = """
                state IN ('starting', 'running') AND EXISTS (
                    SELECT 1 FROM sheaf_job_attempts a WHERE a.job_id = sheaf_jobs.job_id
                        AND a.attempt = sheaf_jobs.attempts AND a.token_hash = ? AND a.outcome = 'running')
                """
            let token = MySQLValue.bytes(tokenHash.bytes)
            let stored = try connection.execute(
                """
                UPDATE sheaf_jobs SET metrics = COALESCE(?, metrics), artifact_uri = COALESCE(?, artifact_uri),
                    artifact_sha256 = COALESCE(?, artifact_sha256)
                WHERE job_id = ? AND \(counts)
                """,
                [
                    report.metrics.value, report.artifactURI.value, MySQLValue(report.artifactSHA256?.bytes),
                    .uint(id), token,
                ])
            if stored.affectedRows == 1 { return }
            // A report that says nothing new changes no row, and is as welcome.
            let same = try connection.rows(
                "SELECT 1 FROM sheaf_jobs WHERE job_id = ? AND \(counts)", [.uint(id), token])
            if !same.isEmpty { return }
            let known = try connection.rows(
                "SELECT attempt FROM sheaf_job_attempts WHERE job_id = ? AND token_hash = ?", [.uint(id), token]
            ).first.map { Int(try $0.int("attempt")) }
            throw Self.refusal(of: known, current)
        }
    }

    private static func refusal(of attempt: Int?, _ job: JobRecord) -> StoreError {
        switch attempt {
        case nil:
            StoreError(
                .notAllowed, "The token is not one of job \(job.id).",
                hint: "A trainer finds job and token in SHEAF_JOB and SHEAF_ATTEMPT_TOKEN.")
        case .some(let attempt) where attempt < job.attempts:
            StoreError(
                .notAllowed, "The token is of attempt \(attempt) of job \(job.id), which has had \(job.attempts).",
                hint: "Only the newest attempt's report counts; this one may end.")
        case .some:
            StoreError(
                .notAllowed, "Job \(job.id) takes no reports any more: it is \(job.state.rawValue).",
                hint: "A report counts only while its attempt runs.")
        }
    }

    /// Cancels a job that is not at its end; whoever supervises a running one sees it and stops the trainer.
    ///
    /// - Throws: `StoreError.notAllowed` if the job has ended.
    package func cancel(job id: UInt64, by actor: String, why: String? = nil) async throws {
        let message = "cancelled by \(actor)"
        let datasetID = MySQLValue.uint(UInt64(try await dataset(try await job(id).dataset).id))
        let moved = try await pool.withTransaction { connection in
            let moved = try connection.execute(
                """
                UPDATE sheaf_jobs SET state = 'cancelled', finished_at = UTC_TIMESTAMP(6), message = ?
                WHERE job_id = ? AND state IN ('waiting', 'starting', 'running')
                """, [.text(message), .uint(id)]
            ).affectedRows
            if moved == 1 {
                try Self.audit(
                    "cancel job", dataset: datasetID, subject: "job \(id)", actor: actor, why: why, connection)
            }
            return moved
        }
        if moved == 1 { return }
        let job = try await job(id)
        // Committed before, with only the answer lost.
        if job.state == .cancelled, job.message == message { return }
        throw StoreError(.notAllowed, "Job \(id) is \(job.state.rawValue) already.", hint: "")
    }

    /// Asks for the same training once more, as a new job that may start at once.
    ///
    /// - Throws: `StoreError.notAllowed` while the job, or another one for the same version, has not ended.
    package func retry(job id: UInt64, by actor: String, why: String? = nil) async throws -> JobRecord {
        let job = try await job(id)
        let dataset = try await dataset(job.dataset)
        try await requirePublished(job.version, of: dataset)
        let store = try await identity()
        let now = try await now()
        do {
            // Run again after a lost answer, it would take its own job for somebody else's.
            let inserted = try await pool.withTransaction(retries: .unfenced) { connection -> UInt64 in
                let same = try connection.rows(
                    """
                    SELECT MAX(retry) AS retry,
                        MAX(CASE WHEN state IN ('waiting', 'starting', 'running') THEN job_id END) AS unfinished
                    FROM sheaf_jobs WHERE dataset_id = ? AND version = ? AND pipeline = ?
                    """, [.uint(UInt64(dataset.id)), .int(Int64(job.version)), .text(job.pipeline)]
                ).first
                if let unfinished = try same?.optionalNumber("unfinished") {
                    throw StoreError(
                        .notAllowed, "Job \(unfinished) for \(job.dataset)@\(job.version) has not ended.",
                        hint: "Wait for its end, or cancel it: `sheaf jobs cancel \(unfinished)`.")
                }
                let retry = (try same?.optionalNumber("retry") ?? job.retry) + 1
                let key = JobRecord.idempotencyKey(
                    store: store, dataset: job.dataset, version: job.version, pipeline: job.pipeline, retry: retry)
                let again = NewJob(
                    dataset: dataset.id, version: job.version, pipeline: job.pipeline, retry: retry, key: key,
                    launcher: job.launcher, changes: job.changes)
                try Self.audit(
                    "retry job", dataset: .uint(UInt64(dataset.id)), subject: "job \(id)", actor: actor, why: why,
                    connection)
                return try Self.insert(again, notBefore: now, message: "asked for by \(actor)", connection)
            }
            return try await self.job(inserted)
        } catch let error as MySQLError where error.kind == .duplicateKey {
            throw StoreError(
                .notAllowed, "Somebody else asked for the same training at the same moment.",
                hint: "`sheaf jobs` shows it.")
        }
    }

    static func insert(
        _ job: NewJob, notBefore: StoreTime, message: String? = nil, _ connection: isolated MySQLConnection
    ) throws -> UInt64 {
        try connection.execute(
            """
            INSERT INTO sheaf_jobs (dataset_id, version, pipeline, retry, idempotency_key, state, launcher, changes,
                not_before, created_at, attempts, message)
            VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?, \(boundTime), UTC_TIMESTAMP(6), 0, ?)
            """,
            [
                .uint(UInt64(job.dataset)), .int(Int64(job.version)), .text(job.pipeline), .int(Int64(job.retry)),
                .bytes(job.key.bytes), .text(job.launcher), .int(Int64(job.changes)), notBefore.value, message.value,
            ]
        ).lastInsertID
    }
}

internal import Logging
internal import MySQL

/// Which versions of a dataset are kept, beside those that something refers to.
package struct RetentionRule: Sendable, Equatable {
    /// So many of the newest versions; `nil`: the rule does not go by number.
    package var keepVersions: Int?
    /// Versions younger than so many days, and records of runs and holds; `nil`: the rule does not go by age.
    package var keepDays: Int?
    /// How long a version stays after it was marked.
    package var grace: Duration

    package init(keepVersions: Int?, keepDays: Int?, grace: Duration) {
        self.keepVersions = keepVersions
        self.keepDays = keepDays
        self.grace = grace
    }
}

/// Why a version is kept.
package enum KeepReason: String, Sendable {
    case newest, rule, tag, job
    /// A version of another dataset was checked against it.
    case reference
}

/// What becomes of each version of a dataset under a rule.
package struct RetentionPlan: Sendable {
    /// What is kept that the rule alone would not keep, and why.
    package var kept: [Int: KeepReason] = [:]
    /// Not kept by anything any more: marked, and pruned once the grace time is over.
    package var toMark: [Int] = []
    /// Marked before, and kept by something now.
    package var toUnmark: [Int] = []
    /// Marked, and still in the grace time.
    package var waiting: [Int] = []
    /// Marked so long ago that they are pruned now.
    package var toPrune: [Int] = []
    /// Pruned before, by a worker that did not come to delete all that nobody needs any more.
    package var unfinished: [Int] = []
    /// Published versions that stay, also marked ones.
    package var staying: [Int] = []
}

/// Rows that no kept version needs.
package struct FreedRows: Sendable, Equatable {
    package var rows = 0
    /// Of their labels' text.
    package var bytes = 0

    package init() {}
}

extension LabelStore {
    // MARK: - Looking

    /// What a rule makes of the versions of a dataset now; writes nothing.
    package func retentionPlan(of dataset: DatasetRecord, _ rule: RetentionRule) async throws -> RetentionPlan {
        try await pool.withTransaction { connection in try Self.plan(dataset, rule, connection) }
    }

    private static func plan(
        _ dataset: DatasetRecord, _ rule: RetentionRule, _ connection: isolated MySQLConnection
    ) throws -> RetentionPlan {
        let id = MySQLValue.uint(UInt64(dataset.id))
        let referring = try referringReasons(dataset, connection)
        var plan = RetentionPlan()
        var newer = 0
        for row in try connection.rows(
            """
            SELECT v.version, v.state, TIMESTAMPDIFF(SECOND, v.published_at, UTC_TIMESTAMP(6)) AS age,
                TIMESTAMPDIFF(SECOND, v.prune_marked_at, UTC_TIMESTAMP(6)) AS marked, v.pruned_at IS NULL AS unpruned,
                d.current_version
            FROM sheaf_versions v JOIN sheaf_datasets d ON d.dataset_id = v.dataset_id
            WHERE v.dataset_id = ? AND v.version <= d.current_version ORDER BY v.version DESC
            """, [id])
        {
            let version = Int(try row.int("version"))
            let state = try row.text("state")
            if state == "pruned", try row.int("unpruned") == 1 { plan.unfinished.append(version) }
            guard state == "published" else { continue }
            newer += 1
            let marked = try row.optionalNumber("marked")
            let isYoung = try rule.keepDays.map { try row.int("age") < Int64($0) * 86_400 } ?? false
            let isOneOfTheNewest = rule.keepVersions.map { newer <= $0 } ?? false
            let isNewest = try row.int("current_version") == Int64(version)
            if isNewest || isYoung || isOneOfTheNewest || referring[version] != nil {
                plan.kept[version] =
                    isNewest ? .newest : isYoung || isOneOfTheNewest ? .rule : referring[version] ?? .rule
                plan.staying.append(version)
                if marked != nil { plan.toUnmark.append(version) }
            } else if let marked, marked >= Int(rule.grace.components.seconds) {
                plan.toPrune.append(version)
            } else {
                plan.staying.append(version)
                if marked == nil { plan.toMark.append(version) } else { plan.waiting.append(version) }
            }
        }
        // From oldest to newest.
        plan.toMark.reverse()
        plan.toUnmark.reverse()
        plan.waiting.reverse()
        plan.toPrune.reverse()
        plan.unfinished.reverse()
        plan.staying.reverse()
        return plan
    }

    /// The versions that tags, training jobs and other datasets refer to.
    private static func referringReasons(
        _ dataset: DatasetRecord, _ connection: isolated MySQLConnection
    ) throws -> [Int: KeepReason] {
        let id = MySQLValue.uint(UInt64(dataset.id))
        var reasons: [Int: KeepReason] = [:]
        // A job that failed, was cancelled or superseded trained nothing.
        let queries: [(KeepReason, String)] = [
            (
                .reference,
                """
                SELECT DISTINCT r.target_version AS version FROM sheaf_version_references r
                JOIN sheaf_versions v ON v.dataset_id = r.dataset_id AND v.version = r.version
                WHERE r.target_dataset_id = ? AND v.state <> 'pruned'
                """
            ),
            (
                .job,
                """
                SELECT DISTINCT version FROM sheaf_jobs
                WHERE dataset_id = ? AND state IN ('waiting', 'starting', 'running', 'succeeded')
                """
            ),
            (.tag, "SELECT DISTINCT version FROM sheaf_tags WHERE dataset_id = ?"),
        ]
        for (reason, query) in queries {
            for row in try connection.rows(query, [id]) { reasons[Int(try row.int("version"))] = reason }
        }
        return reasons
    }

    /// How much of the history nobody needs once only these versions are kept; reads that part of the history.
    package func freedRows(of dataset: DatasetRecord, keeping kept: [Int]) async throws -> FreedRows {
        try await pool.withConnection { connection in
            var freed = FreedRows()
            for gap in Self.gaps(between: kept) {
                for row in try connection.rows(
                    """
                    SELECT COUNT(*) AS n, COALESCE(SUM(LENGTH(label)), 0) AS bytes FROM sheaf_history
                    WHERE dataset_id = ? AND valid_to > ? AND valid_to <= ? AND valid_from > ?
                    """,
                    [
                        .uint(UInt64(dataset.id)), .int(Int64(gap.after)), .int(Int64(gap.before)),
                        .int(Int64(gap.after)),
                    ])
                {
                    freed.rows += Int(try row.int("n"))
                    freed.bytes += Int(try row.int("bytes"))
                }
            }
            return freed
        }
    }

    /// Where versions are missing between two that are kept: what began behind the one and ended by the other stands in
    /// none that is kept.
    private static func gaps(between kept: [Int]) -> [(after: Int, before: Int)] {
        zip([0] + kept, kept).filter { $1 - $0 > 1 }.map { (after: $0, before: $1) }
    }

    // MARK: - Pruning

    /// Marks what nothing keeps any more, takes marks back, and makes what was marked long ago unreadable.
    ///
    /// A version is pruned before a row of it is deleted, so that a reader sees it whole or not at all.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - rule: what is kept.
    ///   - actor: who asks.
    ///   - why: their reason, kept in the audit.
    ///   - lease: that of the dataset.
    /// - Returns: what was done. What is deleted then is for `deleteUnneeded` to do.
    /// - Throws: `StoreError.leaseLost` if another worker has taken over; `MySQLError`.
    package func mark(
        _ dataset: DatasetRecord, _ rule: RetentionRule, actor: String, why: String?, lease: Lease
    ) async throws -> RetentionPlan {
        let id = MySQLValue.uint(UInt64(dataset.id))
        return try await lease.write { connection in
            // Behind the fence, so that no tag comes in between.
            let plan = try Self.plan(dataset, rule, connection)
            try Self.set("prune_marked_at = NULL", plan.toUnmark, id, connection)
            try Self.set("prune_marked_at = UTC_TIMESTAMP(6)", plan.toMark, id, connection)
            try Self.set("state = 'pruned'", plan.toPrune, id, connection)
            for (action, versions) in [
                ("gc: marked", plan.toMark), ("gc: kept after all", plan.toUnmark), ("gc: pruned", plan.toPrune),
            ] where !versions.isEmpty {
                try Self.audit(
                    action, dataset: id, subject: Self.ranges(versions), actor: actor, why: why, connection)
            }
            return plan
        }
    }

    private static func set(
        _ assignment: String, _ versions: [Int], _ id: MySQLValue, _ connection: isolated MySQLConnection
    ) throws {
        for some in versions.chunked(keysPerStatement) {
            _ = try connection.execute(
                """
                UPDATE sheaf_versions SET \(assignment)
                WHERE dataset_id = ? AND state = 'published' AND version IN (\(markers(some.count)))
                """, [id] + some.map { .int(Int64($0)) })
        }
    }

    /// Deletes, in bounded transactions, the history that no version needs which is not pruned.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - pruned: versions that were pruned and not yet finished with; only history around them is looked at.
    ///   - kept: all versions that are not pruned, oldest first.
    ///   - lease: that of the dataset.
    ///   - progress: called after each transaction with what was freed so far.
    /// - Returns: what was freed.
    /// - Throws: `StoreError.leaseLost` if another worker has taken over; `MySQLError`. What is left the next call deletes.
    package func deleteUnneeded(
        of dataset: DatasetRecord, pruned: [Int], keeping kept: [Int], lease: Lease,
        progress: (FreedRows) -> Void = { _ in }
    ) async throws -> FreedRows {
        let id = MySQLValue.uint(UInt64(dataset.id))
        var freed = FreedRows()
        for gap in Self.gaps(between: kept) {
            let within = pruned.filter { gap.after < $0 && $0 < gap.before }
            if within.isEmpty { continue }
            // By the version that closed them, which a key finds; the first one in the gap closes only what is needed.
            for closedBy in (gap.after + 2)...gap.before {
                while true {
                    try Task.checkCancellation()
                    let some = try await lease.write { connection in
                        try Self.deleteClosed(by: closedBy, begunAfter: gap.after, id, connection)
                    }
                    freed.rows += some.rows
                    freed.bytes += some.bytes
                    if some.rows > 0 { progress(freed) }
                    if some.rows < Self.rowsPerTransaction { break }
                }
            }
            try await lease.write { connection in
                for some in within.chunked(keysPerStatement) {
                    _ = try connection.execute(
                        """
                        UPDATE sheaf_versions SET pruned_at = UTC_TIMESTAMP(6)
                        WHERE dataset_id = ? AND state = 'pruned' AND pruned_at IS NULL
                            AND version IN (\(markers(some.count)))
                        """, [id] + some.map { .int(Int64($0)) })
                }
            }
        }
        if freed.rows > 0 {
            logger.notice(
                "pruned history",
                metadata: ["dataset": "\(dataset.name)", "rows": "\(freed.rows)", "bytes": "\(freed.bytes)"])
        }
        return freed
    }

    private static let rowsPerTransaction = 5_000

    private static func deleteClosed(
        by version: Int, begunAfter: Int, _ id: MySQLValue, _ connection: isolated MySQLConnection
    ) throws -> FreedRows {
        var freed = FreedRows()
        let keys = try connection.rows(
            """
            SELECT key_hash, LENGTH(label) AS bytes FROM sheaf_history FORCE INDEX (closed)
            WHERE dataset_id = ? AND valid_to = ? AND valid_from > ? ORDER BY key_hash LIMIT ?
            """, [id, .int(Int64(version)), .int(Int64(begunAfter)), .int(Int64(rowsPerTransaction))]
        ).map { row in
            freed.bytes += Int(try row.int("bytes"))
            return try row.keyHash("key_hash").value
        }
        for some in keys.chunked(keysPerStatement) {
            freed.rows += Int(
                try connection.execute(
                    """
                    DELETE FROM sheaf_history WHERE dataset_id = ? AND valid_to = ? AND valid_from > ?
                        AND key_hash IN (\(markers(some.count)))
                    """, [id, .int(Int64(version)), .int(Int64(begunAfter))] + some
                ).affectedRows)
        }
        return freed
    }

    /// `1 to 4, 7`: as short as the column that keeps it.
    static func ranges(_ versions: [Int]) -> String {
        var parts: [String] = []
        var rest = versions[...]
        while let first = rest.popFirst() {
            var last = first
            while rest.first == last + 1 { last = rest.removeFirst() }
            parts.append(first == last ? "\(first)" : "\(first) to \(last)")
        }
        let text = (versions.count == 1 ? "version " : "versions ") + parts.joined(separator: ", ")
        return text.count <= 255 ? text : String(text.prefix(230)) + "… (\(versions.count) in all)"
    }

    // MARK: - Records

    /// Deletes records of runs that published nothing, and what holds showed that are over, once they are old.
    ///
    /// In bounded transactions. The audit stays, and so do holds and who approved them.
    ///
    /// - Returns: how many run records and entries of holds went.
    package func deleteOldRecords(
        of dataset: DatasetRecord, days: Int, lease: Lease
    ) async throws -> (runs: Int, holdEntries: Int) {
        let parameters: [MySQLValue] = [.uint(UInt64(dataset.id)), .int(Int64(days)), .int(Int64(keysPerStatement))]
        var (runs, entries) = (0, 0)
        while true {
            let some = try await lease.write { connection in
                // A problem that is open, or a hold that waits, tells by its run since when.
                let ids = try connection.rows(
                    """
                    SELECT r.run_id FROM sheaf_runs r
                    WHERE r.dataset_id = ? AND r.version IS NULL AND r.state <> 'running'
                        AND r.finished_at < UTC_TIMESTAMP(6) - INTERVAL ? DAY
                        AND NOT EXISTS (SELECT 1 FROM sheaf_exceptions e
                            WHERE e.dataset_id = r.dataset_id AND e.opened_run = r.run_id)
                        AND NOT EXISTS (SELECT 1 FROM sheaf_holds h
                            WHERE h.dataset_id = r.dataset_id AND h.run_id = r.run_id
                                AND h.state IN ('open', 'approved', 'staging'))
                        AND NOT EXISTS (SELECT 1 FROM sheaf_versions v
                            WHERE v.dataset_id = r.dataset_id AND v.run_id = r.run_id)
                    ORDER BY r.run_id LIMIT ?
                    """, parameters
                ).map { MySQLValue.uint(UInt64(try $0.int("run_id"))) }
                if ids.isEmpty { return 0 }
                return Int(
                    try connection.execute(
                        "DELETE FROM sheaf_runs WHERE run_id IN (\(markers(ids.count)))", ids
                    ).affectedRows)
            }
            runs += some
            if some < keysPerStatement { break }
        }
        while true {
            let some = try await lease.write { connection in
                let rows = try connection.rows(
                    """
                    SELECT e.hold_id, e.key_hash FROM sheaf_hold_entries e JOIN sheaf_holds h ON h.hold_id = e.hold_id
                    WHERE h.dataset_id = ? AND h.state IN ('closed', 'expired')
                        AND h.created_at < UTC_TIMESTAMP(6) - INTERVAL ? DAY
                    ORDER BY e.hold_id, e.key_hash LIMIT ?
                    """, parameters)
                var byHold: [Int64: [MySQLValue]] = [:]
                for row in rows {
                    byHold[try row.int("hold_id"), default: []].append(try row.keyHash("key_hash").value)
                }
                var deleted = 0
                for (hold, keys) in byHold {
                    deleted += Int(
                        try connection.execute(
                            "DELETE FROM sheaf_hold_entries WHERE hold_id = ? AND key_hash IN (\(markers(keys.count)))",
                            [.int(hold)] + keys
                        ).affectedRows)
                }
                return deleted
            }
            entries += some
            if some == 0 { break }
        }
        return (runs, entries)
    }
}

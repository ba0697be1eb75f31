internal import MySQL

/// Something that somebody changed: an entry of the audit, or a version that a run published.
package struct ChangeRecord: Sendable, Equatable {
    /// UTC, `2026-11-21 03:25:00.000000`.
    package let at: String
    package let actor: String
    /// Such as `tag` or `retire --keep`; of a version, what its run was: `sync`, `adopt`, `revert`.
    package let action: String
    /// `nil` if it concerns no one dataset.
    package let dataset: String?
    /// What was changed, in words.
    package let subject: String
    package let why: String?
    /// The version that was published, and the run.
    package let version: Int?
    package let runID: UInt64?
}

extension LabelStore {
    /// What people changed, the newest first: who, when, what and why.
    ///
    /// - Parameters:
    ///   - datasets: whose changes.
    ///   - includesOthers: also those that concern no dataset.
    ///   - limit: how many at most.
    /// - Returns: the changes.
    /// - Throws: `MySQLError`.
    package func changeLog(
        of datasets: [DatasetRecord], includesOthers: Bool, limit: Int
    ) async throws -> [ChangeRecord] {
        var changes: [ChangeRecord] = []
        for dataset in datasets {
            changes += try await published(dataset, limit: limit)
            changes += try await audited("dataset_id = ?", [.uint(UInt64(dataset.id))], dataset.name, limit: limit)
        }
        if includesOthers { changes += try await audited("dataset_id IS NULL", [], nil, limit: limit) }
        return Array(changes.sorted { $0.at > $1.at }.prefix(limit))
    }

    /// What the run of a version was: `sync`, `adopt`, `revert`.
    package func runKind(of version: VersionRecord) async throws -> String? {
        try await pool.withConnection { connection in
            try connection.rows("SELECT kind FROM sheaf_runs WHERE run_id = ?", [.uint(version.runID)])
                .first?.text("kind")
        }
    }

    /// Pruned versions are told too: that they were published does not change.
    private func published(_ dataset: DatasetRecord, limit: Int) async throws -> [ChangeRecord] {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT v.version, v.actor, v.reason, v.run_id, v.inserted, v.updated, v.deleted,
                    CAST(v.published_at AS CHAR) AS published, COALESCE(r.kind, '') AS kind
                FROM sheaf_versions v LEFT JOIN sheaf_runs r ON r.run_id = v.run_id
                WHERE v.dataset_id = ? AND v.version <= ? AND v.state IN ('published', 'pruned')
                ORDER BY v.version DESC LIMIT ?
                """, [.uint(UInt64(dataset.id)), .int(Int64(dataset.currentVersion)), .int(Int64(limit))]
            ).map { row in
                let version = Int(try row.int("version"))
                let counts = [try row.int("inserted"), try row.int("updated"), try row.int("deleted")]
                return ChangeRecord(
                    at: try row.text("published"), actor: try row.text("actor"), action: try row.text("kind"),
                    dataset: dataset.name, subject: "version \(version): +\(counts[0]) ~\(counts[1]) -\(counts[2])",
                    why: try row.optionalText("reason"), version: version, runID: UInt64(try row.int("run_id")))
            }
        }
    }

    private func audited(
        _ condition: String, _ parameters: [MySQLValue], _ dataset: String?, limit: Int
    ) async throws -> [ChangeRecord] {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT CAST(at AS CHAR) AS happened, actor, action, subject, why FROM sheaf_audit
                WHERE \(condition) ORDER BY audit_id DESC LIMIT ?
                """, parameters + [.int(Int64(limit))]
            ).map { row in
                ChangeRecord(
                    at: try row.text("happened"), actor: try row.text("actor"), action: try row.text("action"),
                    dataset: dataset, subject: try row.text("subject"), why: try row.optionalText("why"),
                    version: nil, runID: nil)
            }
        }
    }
}

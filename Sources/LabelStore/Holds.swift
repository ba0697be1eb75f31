package import Digest
package import LabelDiff
internal import MySQL

/// What an entry of a hold would do.
package enum HoldAction: String, Sendable {
    case insert, update, delete, reject
}

/// One entry of a hold, exactly: an approval covers this change of this key and no other.
package struct HoldEntry: Hashable, Sendable {
    package let key: KeyHash
    package let action: HoldAction
    package let before: RowHash?
    package let after: RowHash?

    package init(key: KeyHash, action: HoldAction, before: RowHash?, after: RowHash?) {
        self.key = key
        self.action = action
        self.before = before
        self.after = after
    }

    /// SHA-256 over a set of entries: equal plans share one hold.
    package static func digest(of entries: some Sequence<HoldEntry>) -> SHA256Digest {
        var hasher = SHA256Hasher()
        let nothing = [UInt8](repeating: 0, count: 16)
        for entry in entries.sorted(by: { ($0.key, $0.action.rawValue) < ($1.key, $1.action.rawValue) }) {
            hasher.update(entry.key.bytes)
            hasher.update(entry.action.rawValue)
            hasher.update(entry.before?.bytes ?? nothing)
            hasher.update(entry.after?.bytes ?? nothing)
        }
        return hasher.finish()
    }
}

/// An approved entry that a run publishes, and so uses up.
package struct HoldEntryKey: Hashable, Sendable {
    package let holdID: UInt64
    package let entry: HoldEntry

    package init(holdID: UInt64, entry: HoldEntry) {
        self.holdID = holdID
        self.entry = entry
    }
}

/// A held run.
package struct HoldRecord: Sendable {
    package let id: UInt64
    package let dataset: String
    package let state: String
    package let reasons: String
    /// What kind of run was held: `sync` or `revert`.
    package let runKind: String
    package let createdAt: String
    package let approvedBy: String?
    package let approvedWhy: String?
    package let pastBlock: Bool
    package let expiresAt: String?
    package let counts: [HoldAction: Int]
}

/// What people have approved and no run has published yet.
package struct Approvals: Sendable {
    package var entries: [HoldEntry: UInt64] = [:]
    /// For each key the label whose delete was approved in spite of what blocks deletes.
    package var deletesPastBlock: [KeyHash: RowHash] = [:]

    package init() {}
}

extension LabelStore {
    /// A key as the columns for people hold it: one that is longer than they can hold is left out, and goes by its hash.
    static func storable(_ labelKey: String?) -> String? {
        labelKey.flatMap { $0.utf8.count <= 60_000 ? $0 : nil }
    }

    /// The holds that wait for somebody, newest first; all of them on request.
    package func holds(of dataset: DatasetRecord?, includingClosed: Bool = false) async throws -> [HoldRecord] {
        try await pool.withConnection { connection in
            var conditions: [String] = []
            var values: [MySQLValue] = []
            if let dataset {
                conditions.append("h.dataset_id = ?")
                values.append(.uint(UInt64(dataset.id)))
            }
            // One that is still being written is none yet.
            conditions.append(includingClosed ? "h.state <> 'staging'" : "h.state IN ('open', 'approved')")
            let filter = "WHERE " + conditions.joined(separator: " AND ")
            let rows = try connection.rows(
                """
                SELECT h.hold_id, d.name, h.state, h.reasons, CAST(h.created_at AS CHAR) AS created, h.approved_by,
                    h.approved_why, h.past_block, CAST(h.expires_at AS CHAR) AS expires,
                    h.state = 'approved' AND h.expires_at < UTC_TIMESTAMP(6) AS expired,
                    COALESCE(r.kind, '') AS run_kind
                FROM sheaf_holds h JOIN sheaf_datasets d ON d.dataset_id = h.dataset_id
                LEFT JOIN sheaf_runs r ON r.run_id = h.run_id \(filter)
                ORDER BY h.hold_id DESC
                """, values)
            return try rows.map { row in
                let id = UInt64(try row.int("hold_id"))
                var counts: [HoldAction: Int] = [:]
                for count in try connection.rows(
                    "SELECT action, COUNT(*) AS n FROM sheaf_hold_entries WHERE hold_id = ? GROUP BY action",
                    [.uint(id)])
                {
                    if let action = HoldAction(rawValue: try count.text("action")) {
                        counts[action] = Int(try count.int("n"))
                    }
                }
                return HoldRecord(
                    id: id, dataset: try row.text("name"),
                    state: try row.int("expired") == 1 ? "expired" : try row.text("state"),
                    reasons: try row.text("reasons"), runKind: try row.text("run_kind"),
                    createdAt: try row.text("created"),
                    approvedBy: try row.optionalText("approved_by"), approvedWhy: try row.optionalText("approved_why"),
                    pastBlock: try row.int("past_block") == 1, expiresAt: try row.optionalText("expires"),
                    counts: counts)
            }
        }
    }

    /// What a hold showed, in key order: an approval covers exactly this.
    ///
    /// - Parameters:
    ///   - holdID: the hold.
    ///   - limit: how many entries at most.
    /// - Returns: each entry, with the primary key as canonical JSON where the store keeps it.
    /// - Throws: `MySQLError`.
    package func entries(
        ofHold holdID: UInt64, limit: Int
    ) async throws -> [(entry: HoldEntry, labelKey: String?, isUsed: Bool)] {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT key_hash, action, before_hash, after_hash, label_key, used_by IS NOT NULL AS used
                FROM sheaf_hold_entries WHERE hold_id = ? ORDER BY key_hash, action LIMIT ?
                """, [.uint(holdID), .int(Int64(limit))]
            ).compactMap { row in
                guard let action = HoldAction(rawValue: try row.text("action")) else { return nil }
                let entry = HoldEntry(
                    key: try row.keyHash("key_hash"), action: action, before: try row.rowHash("before_hash"),
                    after: try row.rowHash("after_hash"))
                return (entry, try row.optionalText("label_key"), try row.int("used") == 1)
            }
        }
    }

    /// The dataset that a hold belongs to.
    package func datasetOfHold(_ holdID: UInt64) async throws -> String {
        try await pool.withConnection { connection in
            let rows = try connection.rows(
                """
                SELECT d.name FROM sheaf_holds h JOIN sheaf_datasets d ON d.dataset_id = h.dataset_id
                WHERE h.hold_id = ?
                """, [.uint(holdID)])
            guard let row = rows.first else {
                throw StoreError(.unknownHold, "There is no hold \(holdID).", hint: "`sheaf holds` lists them.")
            }
            return try row.text("name")
        }
    }

    /// The approvals of a dataset that stand: given, not expired and not used up.
    package func approvals(of dataset: DatasetRecord) async throws -> Approvals {
        try await pool.withConnection { connection in
            var approvals = Approvals()
            for row in try connection.rows(
                """
                SELECT e.hold_id, e.key_hash, e.action, e.before_hash, e.after_hash, h.past_block
                FROM sheaf_hold_entries e JOIN sheaf_holds h ON h.hold_id = e.hold_id
                JOIN sheaf_datasets d ON d.dataset_id = h.dataset_id
                WHERE h.dataset_id = ? AND h.state = 'approved' AND h.expires_at >= UTC_TIMESTAMP(6)
                    AND (e.used_by IS NULL OR (e.used_by = d.staged_run AND d.staged_decision > d.current_decision))
                """, [.uint(UInt64(dataset.id))])
            {
                guard let action = HoldAction(rawValue: try row.text("action")) else { continue }
                let entry = HoldEntry(
                    key: try row.keyHash("key_hash"), action: action, before: try row.rowHash("before_hash"),
                    after: try row.rowHash("after_hash"))
                approvals.entries[entry] = UInt64(try row.int("hold_id"))
                if action == .delete, try row.int("past_block") == 1, let before = entry.before {
                    approvals.deletesPastBlock[entry.key] = before
                }
            }
            return approvals
        }
    }
}

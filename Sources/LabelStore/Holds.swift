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
    /// Stores a hold with exactly the entries shown; an equal open one is found again instead.
    ///
    /// - Returns: the hold's number.
    package func hold(
        _ entries: [(entry: HoldEntry, labelKey: String?)], reasons: String, dataset: DatasetRecord, runID: UInt64,
        report: (UInt64) -> String, lease: Lease
    ) async throws -> UInt64 {
        let digest = HoldEntry.digest(of: entries.map(\.entry))
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        let known: UInt64? = try await pool.withConnection { connection in
            try connection.rows(
                "SELECT hold_id FROM sheaf_holds WHERE dataset_id = ? AND state = 'open' AND entries_hash = ?",
                [datasetID, .bytes(digest.bytes)]
            ).first.map { UInt64(try $0.int("hold_id")) }
        }
        if let known {
            try await endRun(runID, state: .held, report: report(known), lease: lease)
            return known
        }
        let holdID = try await lease.write { connection in
            let holdID = try connection.execute(
                """
                INSERT INTO sheaf_holds (dataset_id, state, entries_hash, reasons, run_id, created_at, past_block)
                VALUES (?, 'open', ?, ?, ?, UTC_TIMESTAMP(6), 0)
                """, [datasetID, .bytes(digest.bytes), .text(reasons), .uint(runID)]
            ).lastInsertID
            try Self.insert(entries, hold: holdID, connection)
            return holdID
        }
        try await endRun(runID, state: .held, report: report(holdID), lease: lease)
        return holdID
    }

    private static func insert(
        _ entries: [(entry: HoldEntry, labelKey: String?)], hold holdID: UInt64,
        _ connection: isolated MySQLConnection
    ) throws {
        let columns = ["hold_id", "key_hash", "action", "before_hash", "after_hash", "label_key"]
        var rows = BulkRows(columnCount: columns.count)
        for (entry, labelKey) in entries.sorted(by: { $0.entry.key < $1.entry.key }) {
            rows.append(uint: holdID)
            rows.append(bytes: entry.key.bytes)
            rows.append(text: entry.action.rawValue)
            rows.append(value: entry.before.value)
            rows.append(value: entry.after.value)
            rows.append(value: storable(labelKey).value)
        }
        _ = try connection.insert(into: "sheaf_hold_entries", columns: columns, rows: rows)
    }

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
            if !includingClosed { conditions.append("h.state IN ('open', 'approved')") }
            let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
            let rows = try connection.rows(
                """
                SELECT h.hold_id, d.name, h.state, h.reasons, CAST(h.created_at AS CHAR) AS created, h.approved_by,
                    h.approved_why, h.past_block, CAST(h.expires_at AS CHAR) AS expires,
                    h.state = 'approved' AND h.expires_at < UTC_TIMESTAMP(6) AS expired
                FROM sheaf_holds h JOIN sheaf_datasets d ON d.dataset_id = h.dataset_id \(filter)
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
                    reasons: try row.text("reasons"), createdAt: try row.text("created"),
                    approvedBy: try row.optionalText("approved_by"), approvedWhy: try row.optionalText("approved_why"),
                    pastBlock: try row.int("past_block") == 1, expiresAt: try row.optionalText("expires"),
                    counts: counts)
            }
        }
    }

    /// Approves exactly the entries of a hold, and has the dataset's sheets read and decided anew.
    ///
    /// - Parameters:
    ///   - holdID: the number of the hold.
    ///   - actor: who approves.
    ///   - why: their reason, kept with the approval.
    ///   - pastBlock: also approve its deletes where a cell blocks them: a separate approval.
    ///   - hours: how long the approval stands if no run publishes.
    ///   - lease: that of the dataset.
    /// - Throws: `StoreError.unknownHold`; `StoreError.notAllowed` if a later run has published; `StoreError.leaseLost`.
    package func approve(
        _ holdID: UInt64, actor: String, why: String?, pastBlock: Bool, hours: Int, lease: Lease
    ) async throws {
        try await lease.write { connection in
            let rows = try connection.rows(
                """
                SELECT dataset_id, state, state = 'approved' AND expires_at < UTC_TIMESTAMP(6) AS expired
                FROM sheaf_holds WHERE hold_id = ?
                """, [.uint(holdID)])
            guard let row = rows.first else {
                throw StoreError(.unknownHold, "There is no hold \(holdID).", hint: "`sheaf holds` lists them.")
            }
            let state = try row.int("expired") == 1 ? "expired" : try row.text("state")
            guard state == "open" || state == "approved" else {
                throw StoreError(
                    .notAllowed, "Hold \(holdID) is \(state) and can be approved no more.",
                    hint: "Run `sheaf sync`: what is still too much is held anew.")
            }
            let datasetID = MySQLValue.int(try row.int("dataset_id"))
            _ = try connection.execute(
                """
                UPDATE sheaf_holds SET state = 'approved', approved_by = ?, approved_why = ?, past_block = ?,
                    approved_at = UTC_TIMESTAMP(6), expires_at = UTC_TIMESTAMP(6) + INTERVAL ? HOUR
                WHERE hold_id = ?
                """, [.text(actor), why.value, .int(pastBlock ? 1 : 0), .int(Int64(hours)), .uint(holdID)])
            try Self.markConcerned(hold: holdID, datasetID, connection)
            try Self.audit("approve", dataset: datasetID, subject: "hold \(holdID)", actor: actor, why: why, connection)
        }
    }

    /// Approves the deletes that wait for a cell or sheet that cannot be read, as a hold of their own.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - actor: who approves.
    ///   - why: why, for the history.
    ///   - hours: how long the approval stands if no run publishes.
    ///   - lease: that of the dataset.
    /// - Returns: the hold's number and how many deletes it has.
    /// - Throws: `StoreError.notAllowed` if no delete waits.
    package func approveWaitingDeletes(
        of dataset: DatasetRecord, actor: String, why: String?, hours: Int, lease: Lease
    ) async throws -> (hold: UInt64, deletes: Int) {
        try await lease.write { connection in
            let datasetID = MySQLValue.uint(UInt64(dataset.id))
            let waiting = try connection.rows(
                """
                SELECT key_hash, seen_hash, label_key FROM sheaf_exceptions
                WHERE dataset_id = ? AND kind = 'delete_waiting' ORDER BY key_hash
                """, [datasetID]
            ).map { row in
                let entry = HoldEntry(
                    key: try row.keyHash("key_hash"), action: .delete, before: try row.rowHash("seen_hash"), after: nil)
                return (entry, try row.optionalText("label_key"))
            }
            guard !waiting.isEmpty else {
                throw StoreError(
                    .notAllowed, "No delete of \(dataset.name) waits.",
                    hint: "`sheaf plan \(dataset.name)` shows what a sync would do.")
            }
            let run = try connection.rows(
                "SELECT COALESCE(MAX(run_id), 0) AS run FROM sheaf_runs WHERE dataset_id = ?", [datasetID])
            let holdID = try connection.execute(
                """
                INSERT INTO sheaf_holds (dataset_id, state, entries_hash, reasons, run_id, created_at, approved_by,
                    approved_why, approved_at, past_block, expires_at)
                VALUES (?, 'approved', ?, 'deletes that waited for a cell or sheet that cannot be read', ?,
                    UTC_TIMESTAMP(6), ?, ?, UTC_TIMESTAMP(6), 1, UTC_TIMESTAMP(6) + INTERVAL ? HOUR)
                """,
                [
                    datasetID, .bytes(HoldEntry.digest(of: waiting.map(\.0)).bytes),
                    .int(try run.first?.int("run") ?? 0),
                    .text(actor), why.value, .int(Int64(hours)),
                ]
            ).lastInsertID
            try Self.insert(waiting, hold: holdID, connection)
            try Self.markConcerned(hold: holdID, datasetID, connection)
            try Self.audit(
                "approve", dataset: datasetID, subject: "hold \(holdID)", actor: actor, why: why, connection)
            return (holdID, waiting.count)
        }
    }

    /// Marks the sheets that hold the labels of a hold's entries: the next run decides them anew.
    ///
    /// Rows without a label need no mark: the run that was held left those of their sheets standing. Of labels whose sheet
    /// was given up, it is the sheets still read that prove that nobody offers them.
    private static func markConcerned(
        hold holdID: UInt64, _ datasetID: MySQLValue, _ connection: isolated MySQLConnection
    ) throws {
        let homes = try connection.rows(
            """
            SELECT DISTINCT l.home_sheet_id AS home FROM sheaf_hold_entries e
            JOIN sheaf_labels l ON l.dataset_id = ? AND l.key_hash = e.key_hash
            WHERE e.hold_id = ? AND l.home_sheet_id IS NOT NULL
            """, [datasetID, .uint(holdID)]
        ).compactMap { try $0.optionalID("home") }
        let active = try connection.rows(
            "SELECT sheet_id FROM sheaf_sheets WHERE dataset_id = ? AND state = 'active'", [datasetID]
        ).compactMap { try $0.optionalID("sheet_id") }
        try mark(Set(homes).isSubset(of: active) ? homes : active, connection)
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
                WHERE h.dataset_id = ? AND h.state = 'approved' AND h.expires_at >= UTC_TIMESTAMP(6)
                    AND e.used_by IS NULL
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

    /// Uses approved entries up, in every hold that has them: of two holds that show the same change, neither may let it
    /// pass a second time.
    static func useApprovals(
        _ used: [HoldEntryKey], dataset: DatasetRecord, runID: UInt64, _ connection: isolated MySQLConnection
    ) throws {
        if used.isEmpty { return }
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        for (action, entries) in Dictionary(grouping: used, by: \.entry.action) {
            for start in stride(from: 0, to: entries.count, by: keysPerStatement) {
                let keys = entries[start..<min(start + keysPerStatement, entries.count)].map(\.entry.key.value)
                _ = try connection.execute(
                    """
                    UPDATE sheaf_hold_entries SET used_by = ?
                    WHERE action = ? AND used_by IS NULL AND key_hash IN (\(markers(keys.count))) AND hold_id IN
                        (SELECT hold_id FROM sheaf_holds WHERE dataset_id = ? AND state = 'approved')
                    """, [.uint(runID), .text(action.rawValue)] + keys + [datasetID])
            }
        }
        _ = try connection.execute(
            """
            UPDATE sheaf_holds SET state = 'closed', closed_by = ?
            WHERE dataset_id = ? AND state = 'approved' AND NOT EXISTS
                (SELECT 1 FROM sheaf_hold_entries e WHERE e.hold_id = sheaf_holds.hold_id AND e.used_by IS NULL)
            """, [.uint(runID), datasetID])
    }

    /// A run that publishes, or finds nothing to do, closes what waits for approval: what comes later is counted anew.
    static func closeHolds(dataset: DatasetRecord, runID: UInt64, _ connection: isolated MySQLConnection) throws {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        _ = try connection.execute(
            "UPDATE sheaf_holds SET state = 'closed', closed_by = ? WHERE dataset_id = ? AND state = 'open'",
            [.uint(runID), datasetID])
        _ = try connection.execute(
            """
            UPDATE sheaf_holds SET state = 'expired', closed_by = ?
            WHERE dataset_id = ? AND state = 'approved' AND expires_at < UTC_TIMESTAMP(6)
            """, [.uint(runID), datasetID])
    }

    /// Notes who did what, when and why.
    static func audit(
        _ action: String, dataset: MySQLValue, subject: String, actor: String, why: String?,
        _ connection: isolated MySQLConnection
    ) throws {
        _ = try connection.execute(
            """
            INSERT INTO sheaf_audit (at, actor, action, dataset_id, subject, why)
            VALUES (UTC_TIMESTAMP(6), ?, ?, ?, ?, ?)
            """, [.text(actor), .text(action), dataset, .text(subject), why.value])
    }
}

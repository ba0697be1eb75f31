internal import Digest
package import LabelDiff
internal import MySQL

extension LabelStore {
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
                FROM sheaf_holds WHERE hold_id = ? AND state <> 'staging'
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
            try Self.approve(
                holdID, datasetID, actor: actor, why: why, pastBlock: pastBlock, hours: hours, connection)
        }
    }

    /// Approves the deletes that wait for a cell or sheet that cannot be read, as a hold of their own.
    ///
    /// Approved again, the same deletes are the same hold, which then stands for longer.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - actor: who approves.
    ///   - why: why, for the history.
    ///   - hours: how long the approval stands if no run publishes.
    ///   - lease: that of the dataset.
    /// - Returns: the hold's number and how many deletes it has.
    /// - Throws: `StoreError.notAllowed` if no delete waits; `StoreError.leaseLost`.
    package func approveWaitingDeletes(
        of dataset: DatasetRecord, actor: String, why: String?, hours: Int, lease: Lease
    ) async throws -> (hold: UInt64, deletes: Int) {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        _ = try await undoAbandonedHolds(dataset, lease: lease)
        let waiting = try await waitingDeletes(of: dataset)
        guard !waiting.isEmpty else {
            throw StoreError(
                .notAllowed, "No delete of \(dataset.name) waits.",
                hint: "`sheaf plan \(dataset.name)` shows what a sync would do.")
        }
        let digest = HoldEntry.digest(of: waiting.map(\.entry))
        let (known, run) = try await pool.withConnection { connection in
            let known = try connection.rows(
                """
                SELECT h.hold_id FROM sheaf_holds h WHERE h.dataset_id = ? AND h.entries_hash = ? AND h.past_block = 1
                    AND h.state = 'approved' AND h.expires_at >= UTC_TIMESTAMP(6) AND NOT EXISTS
                    (SELECT 1 FROM sheaf_hold_entries e WHERE e.hold_id = h.hold_id AND e.used_by IS NOT NULL)
                """, [datasetID, .bytes(digest.bytes)]
            ).first.map { UInt64(try $0.int("hold_id")) }
            let run = try connection.rows(
                "SELECT COALESCE(MAX(run_id), 0) AS run FROM sheaf_runs WHERE dataset_id = ?", [datasetID])
            return (known, UInt64(try run.first?.int("run") ?? 0))
        }
        let approve: @Sendable (UInt64, isolated MySQLConnection) throws -> Void = { holdID, connection in
            try Self.approve(
                holdID, datasetID, actor: actor, why: why, pastBlock: true, hours: hours, connection)
        }
        if let known {
            try await lease.write { try approve(known, $0) }
            return (known, waiting.count)
        }
        let holdID = try await stageHold(
            waiting, digest: digest, reasons: "deletes that waited for a cell or sheet that cannot be read",
            datasetID: datasetID, runID: run, lease: lease, finish: approve)
        return (holdID, waiting.count)
    }

    /// Ends that keys are reverted: what the sheets hold for them counts again.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - keys: the keys; `nil` for every one that is reverted.
    ///   - actor: who approves.
    ///   - why: why, for the history.
    ///   - lease: that of the dataset.
    /// - Returns: how many keys they were.
    /// - Throws: `StoreError.notAllowed` if none of them is reverted; `StoreError.leaseLost`.
    package func approveReverted(
        of dataset: DatasetRecord, keys: Set<KeyHash>?, actor: String, why: String?, lease: Lease
    ) async throws -> Int {
        _ = try await undoAbandonedStaging(dataset, lease: lease)
        let reverted = try await openExceptions(of: dataset).byKey.compactMapValues(\.reverted)
            .filter { keys?.contains($0.key) ?? true }
        guard !reverted.isEmpty else {
            throw StoreError(
                .notAllowed,
                keys == nil ? "No label of \(dataset.name) is reverted." : "None of these labels is reverted.",
                hint: "`sheaf plan \(dataset.name)` counts those that are.")
        }
        var publication = Publication(runState: .unchanged, report: "")
        publication.reverted = reverted.keys.sorted().map { RevertedChange(key: $0, reverted: nil) }
        let decision = DecisionSteps(publication)
        let active = try await sheets(of: dataset).filter { $0.state == .active }.map(\.id)
        // What stands in no sheet that is read is for all of them to prove.
        let homes = Set(reverted.values.map(\.sheetID))
        let concerned = homes.allSatisfy { $0.map(active.contains) ?? false } ? homes.compactMap { $0 } : active
        try await stage(decision, dataset: dataset, runID: 0, lease: lease)
        try await lease.write { connection in
            try Self.settle(decision, dataset: dataset, runID: 0, connection)
            try Self.mark(concerned.sorted(), connection)
            try Self.audit(
                "approve reverted", dataset: .uint(UInt64(dataset.id)), subject: "\(reverted.count) keys",
                actor: actor, why: why, connection)
        }
        try await deleteEnded(decision, dataset, lease: lease)
        return reverted.count
    }

    private func waitingDeletes(
        of dataset: DatasetRecord
    ) async throws -> [(entry: HoldEntry, labelKey: String?)] {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT e.key_hash, e.seen_hash, e.label_key
                FROM sheaf_exceptions e JOIN sheaf_datasets d ON d.dataset_id = e.dataset_id
                WHERE e.dataset_id = ? AND e.kind = 'delete_waiting' AND \(Self.isOpen) ORDER BY e.key_hash
                """, [.uint(UInt64(dataset.id))]
            ).map { row in
                let entry = HoldEntry(
                    key: try row.keyHash("key_hash"), action: .delete, before: try row.rowHash("seen_hash"), after: nil)
                return (entry, try row.optionalText("label_key"))
            }
        }
    }

    private static func approve(
        _ holdID: UInt64, _ datasetID: MySQLValue, actor: String, why: String?, pastBlock: Bool, hours: Int,
        _ connection: isolated MySQLConnection
    ) throws {
        _ = try connection.execute(
            """
            UPDATE sheaf_holds SET state = 'approved', approved_by = ?, approved_why = ?, past_block = ?,
                approved_at = UTC_TIMESTAMP(6), expires_at = UTC_TIMESTAMP(6) + INTERVAL ? HOUR
            WHERE hold_id = ?
            """, [.text(actor), why.value, .int(pastBlock ? 1 : 0), .int(Int64(hours)), .uint(holdID)])
        try markConcerned(hold: holdID, datasetID, connection)
        try audit("approve", dataset: datasetID, subject: "hold \(holdID)", actor: actor, why: why, connection)
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

    /// Uses approved entries up, in every hold that has them: of two holds that show the same change, neither may let it
    /// pass a second time.
    ///
    /// What a hold shows of the same key, but from or to another value, was not published and stands.
    static func useApprovals(
        _ used: [HoldEntryKey], dataset: DatasetRecord, runID: UInt64, _ connection: isolated MySQLConnection
    ) throws {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        for (action, entries) in Dictionary(grouping: used.map(\.entry), by: \.action) {
            for some in entries.chunked(keysPerStatement) {
                let published = Set(some)
                var byHold: [Int64: [MySQLValue]] = [:]
                for row in try connection.rows(
                    """
                    SELECT e.hold_id, e.key_hash, e.before_hash, e.after_hash
                    FROM sheaf_hold_entries e JOIN sheaf_holds h ON h.hold_id = e.hold_id
                    WHERE h.dataset_id = ? AND h.state = 'approved' AND e.action = ? AND e.used_by IS NULL
                        AND e.key_hash IN (\(markers(some.count)))
                    """, [datasetID, .text(action.rawValue)] + some.map(\.key.value))
                {
                    let entry = HoldEntry(
                        key: try row.keyHash("key_hash"), action: action, before: try row.rowHash("before_hash"),
                        after: try row.rowHash("after_hash"))
                    if published.contains(entry) { byHold[try row.int("hold_id"), default: []].append(entry.key.value) }
                }
                for (hold, keys) in byHold {
                    _ = try connection.execute(
                        """
                        UPDATE sheaf_hold_entries SET used_by = ?
                        WHERE hold_id = ? AND action = ? AND key_hash IN (\(markers(keys.count)))
                        """, [.uint(runID), .int(hold), .text(action.rawValue)] + keys)
                }
            }
        }
    }

    /// Closes the approved holds of which nothing is left.
    static func closeUsedHolds(
        dataset: DatasetRecord, runID: UInt64, _ used: [HoldEntryKey], _ connection: isolated MySQLConnection
    ) throws {
        if used.isEmpty { return }
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        _ = try connection.execute(
            """
            UPDATE sheaf_holds SET state = 'closed', closed_by = ?
            WHERE dataset_id = ? AND state = 'approved' AND NOT EXISTS
                (SELECT 1 FROM sheaf_hold_entries e WHERE e.hold_id = sheaf_holds.hold_id AND e.used_by IS NULL)
            """, [.uint(runID), datasetID])
    }

    /// Takes back that a run used approvals up: it never published.
    func giveBackApprovals(usedBy runID: UInt64, _ dataset: DatasetRecord, lease: Lease) async throws {
        let holds = try await pool.withConnection { connection in
            try connection.rows(
                "SELECT hold_id FROM sheaf_holds WHERE dataset_id = ? AND state = 'approved'",
                [.uint(UInt64(dataset.id))]
            ).map { MySQLValue.int(try $0.int("hold_id")) }
        }
        for holdID in holds {
            while try await lease.write({ connection in
                let keys = try connection.rows(
                    """
                    SELECT DISTINCT key_hash FROM sheaf_hold_entries WHERE hold_id = ? AND used_by = ?
                    LIMIT \(keysPerStatement)
                    """, [holdID, .uint(runID)]
                ).map { try $0.keyHash("key_hash").value }
                if keys.isEmpty { return false }
                _ = try connection.execute(
                    """
                    UPDATE sheaf_hold_entries SET used_by = NULL
                    WHERE hold_id = ? AND used_by = ? AND key_hash IN (\(markers(keys.count)))
                    """, [holdID, .uint(runID)] + keys)
                return true
            }) {}
        }
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
}

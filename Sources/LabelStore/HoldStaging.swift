internal import Digest
internal import LabelDiff
internal import MySQL

/// Writing holds: the entries in bounded transactions, and the hold is there from the last one on.
extension LabelStore {
    /// Stores a hold with exactly the entries shown, and ends its run; an equal open one is found again instead.
    ///
    /// - Parameters:
    ///   - entries: what the run would do, each with the primary key as canonical JSON.
    ///   - reasons: the guards that were exceeded, a line each.
    ///   - dataset: the dataset of the run.
    ///   - runID: the run.
    ///   - report: makes the run's report for the hold's number.
    ///   - lease: that of the dataset.
    /// - Returns: the hold's number.
    /// - Throws: `StoreError.leaseLost`; `MySQLError`. What was staged stays unseen then, until it is undone.
    package func hold(
        _ entries: [(entry: HoldEntry, labelKey: String?)], reasons: String, dataset: DatasetRecord, runID: UInt64,
        report: @escaping @Sendable (UInt64) -> String, lease: Lease
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
        return try await stageHold(
            entries, digest: digest, reasons: reasons, datasetID: datasetID, runID: runID, lease: lease
        ) { holdID, connection in
            _ = try connection.execute("UPDATE sheaf_holds SET state = 'open' WHERE hold_id = ?", [.uint(holdID)])
            try Self.finish(runID, state: .held, version: nil, report: report(holdID), connection)
        }
    }

    /// Writes a hold piece by piece; the last transaction also runs `finish`, which makes it one that counts.
    func stageHold(
        _ entries: [(entry: HoldEntry, labelKey: String?)], digest: SHA256Digest, reasons: String,
        datasetID: MySQLValue, runID: UInt64, lease: Lease,
        finish: @escaping @Sendable (UInt64, isolated MySQLConnection) throws -> Void
    ) async throws -> UInt64 {
        let sorted = entries.sorted { $0.entry.key < $1.entry.key }
        let chunks = sorted.isEmpty ? [[]] : sorted.chunked(rowsPerTransaction)
        var staged: UInt64?
        for (index, chunk) in chunks.enumerated() {
            try Task.checkCancellation()
            let (known, isLast) = (staged, index == chunks.count - 1)
            staged = try await lease.write { connection in
                let holdID =
                    try known
                    ?? connection.execute(
                        """
                        INSERT INTO sheaf_holds (dataset_id, state, entries_hash, reasons, run_id, created_at, past_block)
                        VALUES (?, 'staging', ?, ?, ?, UTC_TIMESTAMP(6), 0)
                        """, [datasetID, .bytes(digest.bytes), .text(reasons), .uint(runID)]
                    ).lastInsertID
                try Self.insert(chunk, hold: holdID, connection)
                if isLast { try finish(holdID, connection) }
                return holdID
            }
        }
        guard let staged else { throw StoreError.damaged("a hold without a number") }
        return staged
    }

    /// Deletes holds that a worker began and never finished.
    ///
    /// - Returns: whether there were any.
    func undoAbandonedHolds(_ dataset: DatasetRecord, lease: Lease) async throws -> Bool {
        let abandoned = try await pool.withConnection { connection in
            try connection.rows(
                "SELECT hold_id FROM sheaf_holds WHERE dataset_id = ? AND state = 'staging'",
                [.uint(UInt64(dataset.id))]
            ).map { MySQLValue.int(try $0.int("hold_id")) }
        }
        for holdID in abandoned {
            while try await lease.write({ connection in
                let keys = try connection.rows(
                    "SELECT DISTINCT key_hash FROM sheaf_hold_entries WHERE hold_id = ? LIMIT \(keysPerStatement)",
                    [holdID]
                ).map { try $0.keyHash("key_hash").value }
                if keys.isEmpty {
                    _ = try connection.execute("DELETE FROM sheaf_holds WHERE hold_id = ?", [holdID])
                    return false
                }
                _ = try connection.execute(
                    "DELETE FROM sheaf_hold_entries WHERE hold_id = ? AND key_hash IN (\(markers(keys.count)))",
                    [holdID] + keys)
                return true
            }) {}
        }
        return !abandoned.isEmpty
    }

    private static func insert(
        _ entries: [(entry: HoldEntry, labelKey: String?)], hold holdID: UInt64,
        _ connection: isolated MySQLConnection
    ) throws {
        if entries.isEmpty { return }
        let columns = ["hold_id", "key_hash", "action", "before_hash", "after_hash", "label_key"]
        var rows = BulkRows(columnCount: columns.count)
        for (entry, labelKey) in entries {
            rows.append(uint: holdID)
            rows.append(bytes: entry.key.bytes)
            rows.append(text: entry.action.rawValue)
            rows.append(value: entry.before.value)
            rows.append(value: entry.after.value)
            rows.append(value: storable(labelKey).value)
        }
        _ = try connection.insert(into: "sheaf_hold_entries", columns: columns, rows: rows)
    }
}

internal import LabelDiff
internal import Logging
internal import MySQL

/// Writing exceptions: staged under the number of the next decision, seen once that is the current one.
///
/// A row that ends keeps its place until then, so that a crash at any instant leaves what was open as it was.
extension LabelStore {
    // MARK: - Staging

    /// Stages all but the last piece of what a run decided.
    func stage(_ decision: DecisionSteps, dataset: DatasetRecord, runID: UInt64, lease: Lease) async throws {
        for steps in decision.transactions.dropLast() {
            try Task.checkCancellation()
            try await lease.write { connection in
                let number = try Self.nextDecision(dataset, connection)
                _ = try connection.execute(
                    "UPDATE sheaf_datasets SET staged_decision = ?, staged_run = ? WHERE dataset_id = ?",
                    [.int(number), .uint(runID), .uint(UInt64(dataset.id))])
                try Self.apply(steps, decision: number, dataset: dataset, runID: runID, connection)
            }
        }
    }

    /// Writes the last piece, and makes the decision the current one.
    static func settle(
        _ decision: DecisionSteps, dataset: DatasetRecord, runID: UInt64, _ connection: isolated MySQLConnection
    ) throws {
        guard let steps = decision.transactions.last else { return }
        let number = try nextDecision(dataset, connection)
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        try apply(steps, decision: number, dataset: dataset, runID: runID, connection)
        if decision.isSingle {
            // Nobody has seen it in between: what ended can go at once.
            for keys in concerned(steps).chunked(keysPerStatement) {
                try deleteEnded(keys, through: number, datasetID, connection)
            }
        }
        _ = try connection.execute(
            """
            UPDATE sheaf_datasets SET current_decision = ?, staged_decision = ?, staged_run = NULL
            WHERE dataset_id = ?
            """, [.int(number), .int(decision.isSingle ? 0 : number), datasetID])
    }

    private static func nextDecision(_ dataset: DatasetRecord, _ connection: isolated MySQLConnection) throws -> Int64 {
        let rows = try connection.rows(
            "SELECT current_decision FROM sheaf_datasets WHERE dataset_id = ?", [.uint(UInt64(dataset.id))])
        guard let row = rows.first else { throw StoreError.damaged("no row of dataset \(dataset.name)") }
        return try row.int("current_decision") + 1
    }

    private static func apply(
        _ steps: [DecisionSteps.Step], decision: Int64, dataset: DatasetRecord, runID: UInt64,
        _ connection: isolated MySQLConnection
    ) throws {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        for step in steps {
            switch step {
            case .settle(let keys):
                for some in keys.chunked(keysPerStatement) {
                    _ = try connection.execute(
                        """
                        UPDATE sheaf_exceptions SET decided_to = ?
                        WHERE dataset_id = ? AND key_hash IN (\(markers(some.count)))
                            AND kind IN ('invalid', 'duplicate', 'delete_waiting')
                            AND decided_from < ? AND decided_to IS NULL
                        """, [.int(decision), datasetID] + some.map(\.value) + [.int(decision)])
                }
            case .endUnreadable(let problems):
                for problem in problems {
                    _ = try connection.execute(
                        """
                        UPDATE sheaf_exceptions SET decided_to = ?
                        WHERE dataset_id = ? AND key_hash = ? AND kind = 'unreadable_key' AND sheet_id = ?
                            AND ordinal = ? AND decided_from < ? AND decided_to IS NULL
                        """,
                        [
                            .int(decision), datasetID, problem.seen.value, .uint(UInt64(problem.sheetID)),
                            .uint(UInt64(problem.ordinal)), .int(decision),
                        ])
                }
            case .moveReverted(let changes): try moveReverted(changes, decision: decision, datasetID, connection)
            case .setReverted(let keys):
                try setReverted(keys, decision: decision, dataset: dataset, runID: runID, connection)
            case .open(let exceptions):
                try open(exceptions, decision: decision, dataset: dataset, runID: runID, connection)
            case .useApprovals(let used): try useApprovals(used, dataset: dataset, runID: runID, connection)
            }
        }
    }

    /// Notes where the keys of a revert stand now, and forgets those that are no longer reverted.
    private static func moveReverted(
        _ changes: [RevertedChange], decision: Int64, _ datasetID: MySQLValue, _ connection: isolated MySQLConnection
    ) throws {
        let moves = changes.compactMap { change in change.reverted.map { (key: change.key, sheetID: $0.sheetID) } }
        for (sheetID, keys) in Dictionary(grouping: moves, by: \.sheetID).sorted(by: { $0.key ?? 0 < $1.key ?? 0 }) {
            for some in keys.chunked(keysPerStatement) {
                _ = try connection.execute(
                    """
                    INSERT INTO sheaf_exceptions (dataset_id, key_hash, kind, sheet_id, ordinal, decided_from, seen_hash,
                        state_sheet_id, sheet_row, label_key, errors, opened_run, opened_at)
                    SELECT dataset_id, key_hash, kind, sheet_id, ordinal, CAST(? AS UNSIGNED), seen_hash, ?, sheet_row,
                        label_key, errors, opened_run, opened_at
                    FROM sheaf_exceptions FORCE INDEX (PRIMARY)
                    WHERE dataset_id = ? AND key_hash IN (\(markers(some.count))) AND kind = 'reverted'
                        AND decided_from < ? AND decided_to IS NULL
                    """,
                    [.int(decision), sheetID.value, datasetID] + some.map(\.key.value) + [.int(decision)])
            }
        }
        for some in changes.map(\.key).chunked(keysPerStatement) {
            _ = try connection.execute(
                """
                UPDATE sheaf_exceptions SET decided_to = ?
                WHERE dataset_id = ? AND key_hash IN (\(markers(some.count))) AND kind = 'reverted'
                    AND decided_from < ? AND decided_to IS NULL
                """, [.int(decision), datasetID] + some.map(\.value) + [.int(decision)])
        }
    }

    // MARK: - Opening

    private static let columns = [
        "dataset_id", "key_hash", "kind", "sheet_id", "ordinal", "decided_from", "seen_hash", "state_sheet_id",
        "sheet_row", "label_key", "errors", "opened_run", "opened_at",
    ]

    private struct OpenedKey: Hashable {
        let key: KeyHash
        let seen: RowHash
    }

    /// Since when the problems of some keys are open: one that is only in another row now is as old as it was.
    private static func openedBefore(
        _ exceptions: [ExceptionToStore], decision: Int64, _ datasetID: MySQLValue,
        _ connection: isolated MySQLConnection
    ) throws -> [OpenedKey: (run: UInt64, at: String)] {
        var opened: [OpenedKey: (run: UInt64, at: String)] = [:]
        for some in Array(Set(exceptions.map(\.key))).chunked(keysPerStatement) {
            for row in try connection.rows(
                """
                SELECT key_hash, seen_hash, opened_run, CAST(opened_at AS CHAR) AS opened
                FROM sheaf_exceptions FORCE INDEX (PRIMARY)
                WHERE dataset_id = ? AND key_hash IN (\(markers(some.count))) AND kind <> 'reverted'
                    AND decided_from < ? AND (decided_to IS NULL OR decided_to = ?)
                """, [datasetID] + some.map(\.value) + [.int(decision), .int(decision)])
            {
                guard let seen = try row.rowHash("seen_hash") else { continue }
                opened[OpenedKey(key: try row.keyHash("key_hash"), seen: seen)] = (
                    UInt64(try row.int("opened_run")), try row.text("opened")
                )
            }
        }
        return opened
    }

    /// Stores problems, each open since it was first seen.
    private static func open(
        _ exceptions: [ExceptionToStore], decision: Int64, dataset: DatasetRecord, runID: UInt64,
        _ connection: isolated MySQLConnection
    ) throws {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        let opened = try openedBefore(exceptions, decision: decision, datasetID, connection)
        let now = try clock(connection)
        var rows = BulkRows(columnCount: columns.count)
        for exception in exceptions {
            rows.append(uint: UInt64(dataset.id))
            rows.append(bytes: exception.key.bytes)
            rows.append(text: exception.problem.kind.rawValue)
            rows.append(uint: UInt64(exception.problem.sheetID))
            rows.append(uint: UInt64(exception.problem.ordinal))
            rows.append(int: decision)
            rows.append(bytes: exception.problem.seen.bytes)
            rows.appendNull()
            rows.append(uint: UInt64(exception.problem.rowNumber))
            rows.append(value: storable(exception.labelKey).value)
            rows.append(value: exception.errors.value)
            let since = opened[OpenedKey(key: exception.key, seen: exception.problem.seen)]
            rows.append(uint: since?.run ?? runID)
            rows.append(text: since?.at ?? now)
        }
        _ = try connection.insert(into: "sheaf_exceptions", columns: columns, rows: rows)
    }

    private static func setReverted(
        _ keys: [NewlyReverted], decision: Int64, dataset: DatasetRecord, runID: UInt64,
        _ connection: isolated MySQLConnection
    ) throws {
        let now = try clock(connection)
        var rows = BulkRows(columnCount: columns.count)
        for reverted in keys {
            rows.append(uint: UInt64(dataset.id))
            rows.append(bytes: reverted.key.bytes)
            rows.append(text: "reverted")
            rows.append(uint: 0)
            rows.append(uint: 0)
            rows.append(int: decision)
            if case .value(let hash) = reverted.state { rows.append(bytes: hash.bytes) } else { rows.appendNull() }
            rows.append(value: reverted.sheetID.value)
            rows.append(uint: 0)
            rows.append(value: storable(reverted.labelKey).value)
            rows.appendNull()
            rows.append(uint: runID)
            rows.append(text: now)
        }
        _ = try connection.insert(into: "sheaf_exceptions", columns: columns, rows: rows)
    }

    private static func clock(_ connection: isolated MySQLConnection) throws -> String {
        try connection.rows("SELECT CAST(UTC_TIMESTAMP(6) AS CHAR) AS now").first?.text("now") ?? ""
    }

    // MARK: - Clearing up

    /// The keys whose rows some steps may have ended.
    private static func concerned(_ steps: [DecisionSteps.Step]) -> [KeyHash] {
        steps.flatMap { step -> [KeyHash] in
            switch step {
            case .settle(let keys): keys
            case .endUnreadable(let problems): problems.map { KeyHash(high: $0.seen.high, low: $0.seen.low) }
            case .moveReverted(let changes): changes.map(\.key)
            case .setReverted, .open, .useApprovals: []
            }
        }
    }

    private static func deleteEnded(
        _ keys: [KeyHash], through decision: Int64, _ datasetID: MySQLValue, _ connection: isolated MySQLConnection
    ) throws {
        _ = try connection.execute(
            """
            DELETE FROM sheaf_exceptions
            WHERE dataset_id = ? AND key_hash IN (\(markers(keys.count))) AND decided_to <= ?
            """, [datasetID] + keys.map(\.value) + [.int(decision)])
    }

    /// After a decision of several transactions: rows that ended with it go, in fenced chunks.
    func deleteEnded(_ decision: DecisionSteps, _ dataset: DatasetRecord, lease: Lease) async throws {
        if decision.isSingle { return }
        try await clearStagedDecision(dataset, lease: lease)
    }

    /// Clears up after a decision: one that became the current one leaves rows that ended, one that never did is undone.
    ///
    /// - Returns: whether something was undone.
    @discardableResult
    func clearStagedDecision(_ dataset: DatasetRecord, lease: Lease) async throws -> Bool {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        let staged = try await pool.withConnection { connection -> (number: Int64, current: Int64, run: UInt64?)? in
            guard
                let row = try connection.rows(
                    "SELECT staged_decision, current_decision, staged_run FROM sheaf_datasets WHERE dataset_id = ?",
                    [datasetID]
                ).first
            else { return nil }
            return (
                try row.int("staged_decision"), try row.int("current_decision"),
                try row.optionalInt("staged_run").map { UInt64($0) }
            )
        }
        guard let staged, staged.number > 0 else { return false }
        let isUndone = staged.number > staged.current
        let number = MySQLValue.int(staged.number)
        let condition = isUndone ? "(decided_from = ? OR decided_to = ?)" : "decided_to <= ?"
        var last: KeyHash?
        repeat {
            let behind = last
            last = try await lease.write { connection in
                let keys = try connection.rows(
                    """
                    SELECT DISTINCT key_hash FROM sheaf_exceptions FORCE INDEX (PRIMARY)
                    WHERE dataset_id = ?\(behind == nil ? "" : " AND key_hash > ?") AND \(condition)
                    ORDER BY key_hash LIMIT \(keysPerStatement)
                    """, [datasetID] + (behind.map { [$0.value] } ?? []) + (isUndone ? [number, number] : [number])
                ).map { try $0.keyHash("key_hash") }
                if keys.isEmpty { return nil }
                let these = "dataset_id = ? AND key_hash IN (\(markers(keys.count)))"
                let values = [datasetID] + keys.map(\.value)
                if isUndone {
                    _ = try connection.execute(
                        "DELETE FROM sheaf_exceptions WHERE \(these) AND decided_from = ?", values + [number])
                    _ = try connection.execute(
                        "UPDATE sheaf_exceptions SET decided_to = NULL WHERE \(these) AND decided_to = ?",
                        values + [number])
                } else {
                    try Self.deleteEnded(keys, through: staged.number, datasetID, connection)
                }
                return keys.last
            }
        } while last != nil
        if isUndone, let run = staged.run { try await giveBackApprovals(usedBy: run, dataset, lease: lease) }
        try await lease.write { connection in
            _ = try connection.execute(
                "UPDATE sheaf_datasets SET staged_decision = 0, staged_run = NULL WHERE dataset_id = ?", [datasetID])
        }
        return isUndone
    }
}

extension Array {
    /// Pieces of at most `size` elements, in order.
    func chunked(_ size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}

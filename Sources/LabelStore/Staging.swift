package import LabelDiff
internal import Logging
internal import MySQL

/// A label to be written: the new value of an insert or update.
package struct StagedLabel: Sendable {
    package let key: KeyHash
    package let rowHash: RowHash
    /// Canonical JSON.
    package let label: [UInt8]
    /// Provenance.
    package let sheetID: UInt32?
    package let sheetRow: UInt32?
    package let annotator: String?
    package let homeSheetID: UInt32?

    /// A label to be written.
    ///
    /// - Parameters:
    ///   - key: its key.
    ///   - rowHash: the hash of `label`.
    ///   - label: canonical JSON.
    ///   - sheetID: where it was typed; its home too, if there is no other.
    ///   - sheetRow: in which row.
    ///   - annotator: by whom.
    ///   - homeSheetID: where its key was last seen, if that is not where it was typed.
    package init(
        key: KeyHash, rowHash: RowHash, label: [UInt8], sheetID: UInt32?, sheetRow: UInt32?, annotator: String?,
        homeSheetID: UInt32? = nil
    ) {
        self.homeSheetID = homeSheetID ?? sheetID
        self.key = key
        self.rowHash = rowHash
        self.label = label
        self.sheetID = sheetID
        self.sheetRow = sheetRow
        self.annotator = annotator
    }
}

/// A part of a change set, small enough for one transaction.
///
/// Labels and keys are in key order.
package struct StagedChunk: Sendable {
    package var inserts: [StagedLabel] = []
    package var updates: [StagedLabel] = []
    package var deletes: [KeyHash] = []

    package init() {}

    package var isEmpty: Bool { inserts.isEmpty && updates.isEmpty && deletes.isEmpty }
    package var count: Int { inserts.count + updates.count + deletes.count }
}

/// The version that a run is about to write.
package struct VersionDraft: Sendable {
    package let dataset: DatasetRecord
    package let version: Int
    package let schemaID: UInt32
    package let runID: UInt64
    package let actor: String
    package let reason: String?
    /// The dataset versions that its foreign keys were checked against.
    package let references: [VersionReferenced]

    package init(
        dataset: DatasetRecord, schemaID: UInt32, runID: UInt64, actor: String, reason: String?,
        references: [VersionReferenced] = []
    ) {
        self.references = references
        self.dataset = dataset
        version = dataset.currentVersion + 1
        self.schemaID = schemaID
        self.runID = runID
        self.actor = actor
        self.reason = reason
    }
}

/// How many keys one statement names.
///
/// `key_hash IN (1,000 values)` is fast, where thousands of tuples are not. A SELECT has to say `FORCE INDEX (PRIMARY)`
/// with it: a server that has not counted its rows again since a large load, or that counts many small datasets beside a
/// large one, takes the key by `dataset_id` alone otherwise, and reads the whole dataset. An UPDATE or DELETE does not.
let keysPerStatement = 1000

extension LabelStore {
    /// Undoes a version that a worker began and never published; the last published version is not touched.
    ///
    /// In fenced chunks: holds and exceptions that were staged go; history rows closed by the version go back, with every
    /// column, over the staged row of the same key; then labels that it added go; then the version row. Only then may its
    /// number be used again.
    ///
    /// - Returns: the number of the version that was undone; `nil` if there was none.
    package func undoAbandonedStaging(_ dataset: DatasetRecord, lease: Lease) async throws -> Int? {
        if try await undoAbandonedHolds(dataset, lease: lease) {
            logger.notice("undid an abandoned hold", metadata: ["dataset": "\(dataset.name)"])
        }
        if try await clearStagedDecision(dataset, lease: lease) {
            logger.notice("undid abandoned exceptions", metadata: ["dataset": "\(dataset.name)"])
        }
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        let staged = try await pool.withConnection { connection in
            try connection.rows(
                "SELECT version FROM sheaf_versions WHERE dataset_id = ? AND state = 'staging'", [datasetID]
            ).first.map { Int(try $0.int("version")) }
        }
        guard let staged else { return nil }
        let version = MySQLValue.int(Int64(staged))

        while try await lease.write({ connection in
            let keys = try connection.rows(
                "SELECT key_hash FROM sheaf_history WHERE dataset_id = ? AND valid_to = ? ORDER BY key_hash LIMIT ?",
                [datasetID, version, .int(Int64(keysPerStatement))]
            ).map { try $0.keyHash("key_hash").value }
            if keys.isEmpty { return false }
            _ = try connection.execute(
                "DELETE FROM sheaf_labels WHERE dataset_id = ? AND key_hash IN (\(markers(keys.count)))",
                [datasetID] + keys)
            _ = try connection.execute(
                """
                INSERT INTO sheaf_labels (dataset_id, key_hash, valid_from, row_hash, label, sheet_id, sheet_row,
                    annotator, run_id, home_sheet_id, redacted_hash)
                SELECT dataset_id, key_hash, valid_from, row_hash, label, sheet_id, sheet_row,
                    annotator, run_id, home_sheet_id, redacted_hash
                FROM sheaf_history FORCE INDEX (PRIMARY)
                WHERE dataset_id = ? AND valid_to = ? AND key_hash IN (\(markers(keys.count)))
                """, [datasetID, version] + keys)
            _ = try connection.execute(
                """
                DELETE FROM sheaf_history
                WHERE dataset_id = ? AND valid_to = ? AND key_hash IN (\(markers(keys.count)))
                """, [datasetID, version] + keys)
            return true
        }) {}

        while try await lease.write({ connection in
            let keys = try connection.rows(
                "SELECT key_hash FROM sheaf_labels WHERE dataset_id = ? AND valid_from = ? LIMIT ?",
                [datasetID, version, .int(Int64(keysPerStatement))]
            ).map { try $0.keyHash("key_hash").value }
            if keys.isEmpty { return false }
            _ = try connection.execute(
                "DELETE FROM sheaf_labels WHERE dataset_id = ? AND key_hash IN (\(markers(keys.count)))",
                [datasetID] + keys)
            return true
        }) {}

        try await lease.write { connection in
            _ = try connection.execute(
                "DELETE FROM sheaf_versions WHERE dataset_id = ? AND version = ? AND state = 'staging'",
                [datasetID, version])
            _ = try connection.execute(
                "DELETE FROM sheaf_version_references WHERE dataset_id = ? AND version = ?", [datasetID, version])
        }
        logger.notice(
            "undid an abandoned version", metadata: ["dataset": "\(dataset.name)", "version": "\(staged)"])
        return staged
    }

    /// Notes homes that moved without a change of value: bookkeeping, in fenced chunks.
    package func moveHomes(
        _ homes: [(key: KeyHash, sheetID: UInt32)], dataset: DatasetRecord, lease: Lease
    ) async throws {
        for (sheetID, moves) in Dictionary(grouping: homes, by: \.sheetID).sorted(by: { $0.key < $1.key }) {
            for start in stride(from: 0, to: moves.count, by: keysPerStatement) {
                let keys = moves[start..<min(start + keysPerStatement, moves.count)].map(\.key.value)
                try await lease.write { connection in
                    _ = try connection.execute(
                        """
                        UPDATE sheaf_labels SET home_sheet_id = ?
                        WHERE dataset_id = ? AND key_hash IN (\(markers(keys.count)))
                        """, [.uint(UInt64(sheetID)), .uint(UInt64(dataset.id))] + keys)
                }
            }
        }
    }

    static func insertStagingVersion(_ draft: VersionDraft, _ connection: isolated MySQLConnection) throws {
        _ = try connection.execute(
            """
            INSERT INTO sheaf_versions (dataset_id, version, state, parent, schema_id, run_id, label_count, inserted,
                updated, deleted, actor, reason, created_at)
            VALUES (?, ?, 'staging', ?, ?, ?, 0, 0, 0, 0, ?, ?, UTC_TIMESTAMP(6))
            """,
            [
                .uint(UInt64(draft.dataset.id)), .int(Int64(draft.version)), .int(Int64(draft.dataset.currentVersion)),
                .uint(UInt64(draft.schemaID)), .uint(draft.runID), .text(draft.actor), draft.reason.value,
            ])
        try insert(draft.references, draft, connection)
    }

    static func stage(_ chunk: ChunkRows, _ draft: VersionDraft, _ connection: isolated MySQLConnection) throws {
        let datasetID = MySQLValue.uint(UInt64(draft.dataset.id))
        for keys in chunk.replaced.chunked(keysPerStatement).map({ $0.map(\.value) }) {
            let moved = try connection.execute(
                """
                INSERT INTO sheaf_history (dataset_id, key_hash, valid_to, valid_from, row_hash, label, sheet_id,
                    sheet_row, annotator, run_id, home_sheet_id, redacted_hash)
                SELECT dataset_id, key_hash, ?, valid_from, row_hash, label, sheet_id,
                    sheet_row, annotator, run_id, home_sheet_id, redacted_hash
                FROM sheaf_labels FORCE INDEX (PRIMARY)
                WHERE dataset_id = ? AND key_hash IN (\(markers(keys.count)))
                """, [.int(Int64(draft.version)), datasetID] + keys
            ).affectedRows
            guard moved == keys.count else {
                throw StoreError.damaged("\(keys.count) labels were to be replaced and \(moved) were found")
            }
        }
        for keys in chunk.deleted.chunked(keysPerStatement).map({ $0.map(\.value) }) {
            _ = try connection.execute(
                "DELETE FROM sheaf_labels WHERE dataset_id = ? AND key_hash IN (\(markers(keys.count)))",
                [datasetID] + keys)
        }
        if chunk.inserted.count > 0 {
            _ = try connection.insert(into: "sheaf_labels", columns: ChunkRows.columns, rows: chunk.inserted)
        }
        if chunk.updated.count > 0 {
            // In place: deleting a row to insert it anew costs the server two thirds more.
            _ = try connection.insert(
                into: "sheaf_labels", columns: ChunkRows.columns, rows: chunk.updated,
                onDuplicate: ChunkRows.onDuplicate)
        }
    }
}

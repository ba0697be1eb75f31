package import LabelDiff
internal import MySQL

extension LabelStore {
    /// The keys that may differ between two versions: those whose label began or ended in between, in key order.
    ///
    /// - Parameters:
    ///   - dataset: the dataset of both versions.
    ///   - from: the earlier version, 0 for the empty one.
    ///   - to: the later version.
    /// - Returns: each key once; that of a label that was changed and changed back is among them.
    /// - Throws: `MySQLError`.
    package func keysChanged(in dataset: DatasetRecord, from: Int, to: Int) async throws -> [KeyHash] {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        let bounds: [MySQLValue] = [datasetID, .int(Int64(from)), .int(Int64(to))]
        return try await pool.withConnection { connection in
            var keys: [KeyHash] = []
            try connection.forEachRow(
                """
                SELECT key_hash FROM sheaf_labels WHERE dataset_id = ? AND valid_from > ? AND valid_from <= ?
                UNION SELECT key_hash FROM sheaf_history WHERE dataset_id = ? AND valid_from > ? AND valid_from <= ?
                UNION SELECT key_hash FROM sheaf_history WHERE dataset_id = ? AND valid_to > ? AND valid_to <= ?
                ORDER BY key_hash
                """, bounds + bounds + bounds
            ) { row in
                keys.append(KeyHash(row.word16(0)))
            }
            return keys
        }
    }

    /// Every published value that a key ever had, oldest first.
    package func revisions(of key: KeyHash, in dataset: DatasetRecord) async throws -> [LabelRevision] {
        try await pool.withConnection { connection in
            let current = MySQLValue.int(Int64(dataset.currentVersion))
            return try connection.rows(
                """
                SELECT l.valid_from, l.valid_to, l.row_hash, l.label, l.sheet_row, l.annotator, l.run_id,
                    s.title, CAST(v.published_at AS CHAR) AS published, v.actor
                FROM (
                    SELECT dataset_id, valid_from, valid_to, row_hash, label, sheet_id, sheet_row, annotator, run_id
                    FROM sheaf_history WHERE dataset_id = ? AND key_hash = ? AND valid_from <= ?
                    UNION ALL
                    SELECT dataset_id, valid_from, NULL, row_hash, label, sheet_id, sheet_row, annotator, run_id
                    FROM sheaf_labels WHERE dataset_id = ? AND key_hash = ? AND valid_from <= ?
                ) l
                JOIN sheaf_versions v ON v.dataset_id = l.dataset_id AND v.version = l.valid_from
                LEFT JOIN sheaf_sheets s ON s.sheet_id = l.sheet_id
                ORDER BY l.valid_from
                """,
                [
                    .uint(UInt64(dataset.id)), key.value, current, .uint(UInt64(dataset.id)), key.value, current,
                ]
            ).map { row in
                guard let rowHash = try row.rowHash("row_hash") else {
                    throw StoreError.damaged("a label without a hash")
                }
                let validTo = try row.optionalNumber("valid_to")
                return LabelRevision(
                    validFrom: Int(try row.int("valid_from")),
                    // Closed by a version that is still being staged: nobody can see that yet.
                    validTo: validTo.flatMap { $0 > dataset.currentVersion ? nil : $0 }, rowHash: rowHash,
                    label: try row.bytes("label"), sheet: try row.optionalText("title"),
                    sheetRow: try row.optionalNumber("sheet_row"), annotator: try row.optionalText("annotator"),
                    runID: UInt64(try row.int("run_id")), publishedAt: try row.text("published"),
                    actor: try row.text("actor"))
            }
        }
    }

    /// The published values of some keys, with the version that each came with; those that were redacted are left out.
    package func formerLabels(
        of keys: [KeyHash], in dataset: DatasetRecord
    ) async throws -> [(key: KeyHash, validFrom: Int, label: [UInt8])] {
        let head: [MySQLValue] = [.uint(UInt64(dataset.id)), .int(Int64(dataset.currentVersion))]
        return try await pool.withConnection { connection in
            var found: [(key: KeyHash, validFrom: Int, label: [UInt8])] = []
            for some in keys.chunked(keysPerStatement) {
                let values = head + some.map(\.value)
                for table in ["sheaf_labels", "sheaf_history"] {
                    try connection.forEachRow(
                        """
                        SELECT key_hash, valid_from, label FROM \(table) FORCE INDEX (PRIMARY)
                        WHERE dataset_id = ? AND valid_from <= ? AND key_hash IN (\(markers(some.count)))
                            AND redacted_hash IS NULL
                        """, values
                    ) { row in
                        found.append((KeyHash(row.word16(0)), Int(row.int(1)), row.bytes(2)))
                    }
                }
            }
            return found
        }
    }
}

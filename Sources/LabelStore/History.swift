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
    ///
    /// Reads the rows of this key and no other.
    package func revisions(of key: KeyHash, in dataset: DatasetRecord) async throws -> [LabelRevision] {
        let columns = "valid_from, row_hash, label, redacted_hash, sheet_id, sheet_row, annotator"
        let one: [MySQLValue] = [
            .uint(UInt64(dataset.id)), key.value, .int(Int64(dataset.currentVersion)),
        ]
        return try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT l.row_hash, l.label, l.redacted_hash IS NOT NULL AS redacted, l.sheet_row, l.annotator, s.title,
                    \(Self.stamp("b", "begin")), \(Self.stamp("e", "end"))
                FROM (
                    SELECT dataset_id, valid_to, \(columns)
                    FROM sheaf_history WHERE dataset_id = ? AND key_hash = ? AND valid_from <= ?
                    UNION ALL
                    SELECT dataset_id, NULL, \(columns)
                    FROM sheaf_labels WHERE dataset_id = ? AND key_hash = ? AND valid_from <= ?
                ) l
                JOIN sheaf_versions b ON b.dataset_id = l.dataset_id AND b.version = l.valid_from
                LEFT JOIN sheaf_runs b_run ON b_run.run_id = b.run_id
                LEFT JOIN sheaf_versions e ON e.dataset_id = l.dataset_id AND e.version = l.valid_to
                LEFT JOIN sheaf_runs e_run ON e_run.run_id = e.run_id
                LEFT JOIN sheaf_sheets s ON s.sheet_id = l.sheet_id
                ORDER BY l.valid_from
                """, one + one
            ).map { row in
                guard let rowHash = try row.rowHash("row_hash"), let begin = try Self.versionStamp(row, "begin") else {
                    throw StoreError.damaged("a label without a hash or a version")
                }
                return LabelRevision(
                    rowHash: rowHash, label: try row.bytes("label"), isRedacted: try row.int("redacted") != 0,
                    sheet: try row.optionalText("title"), sheetRow: try row.optionalNumber("sheet_row"),
                    annotator: try row.optionalText("annotator"), begin: begin,
                    // Closed by a version that is still being staged: nobody can see that yet.
                    end: try Self.versionStamp(row, "end").flatMap { $0.version > dataset.currentVersion ? nil : $0 })
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

    private static func stamp(_ table: String, _ prefix: String) -> String {
        """
        \(table).version AS \(prefix)_version, CAST(\(table).published_at AS CHAR) AS \(prefix)_at,
            \(table).actor AS \(prefix)_actor, \(table).reason AS \(prefix)_reason, \(table).run_id AS \(prefix)_run,
            \(table)_run.kind AS \(prefix)_kind
        """
    }

    private static func versionStamp(_ row: ResultRow, _ prefix: String) throws -> VersionStamp? {
        guard let version = try row.optionalNumber("\(prefix)_version"),
            let publishedAt = try row.optionalText("\(prefix)_at")
        else { return nil }
        return VersionStamp(
            version: version, publishedAt: publishedAt, actor: try row.text("\(prefix)_actor"),
            reason: try row.optionalText("\(prefix)_reason"), runID: UInt64(try row.int("\(prefix)_run")),
            runKind: try row.optionalText("\(prefix)_kind") ?? "")
    }
}

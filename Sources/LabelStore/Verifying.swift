package import Digest
package import LabelDiff
internal import MySQL

/// A label as the tables hold it, with nothing derived from it: what a verifier looks at.
package struct StoredRow: Sendable {
    package let key: KeyHash
    package let validFrom: Int
    /// The version that replaced or deleted it; `nil` while it is current, or if no published version has closed it.
    package let validTo: Int?
    package let rowHash: RowHash
    /// The hash of what a redaction left; `nil`: the label is whole.
    package let redactedHash: RowHash?
    package let label: [UInt8]
    /// Where a current label was last seen.
    package let homeSheetID: UInt32?
    package let isHistory: Bool
}

/// Rows of a range of keys, in the order of key and first version.
package struct StoredRowPage: Sendable {
    package var rows: [StoredRow] = []
    /// The last key of the range; `nil`: there is nothing behind it.
    package var end: KeyHash?
}

/// A version as `sheaf_versions` holds it, whatever state it is in.
package struct StoredVersion: Sendable {
    package let version: Int
    package let state: String
    package let schemaID: UInt32
    package let rootHash: SHA256Digest?
    package let versionHash: SHA256Digest?
    package let labelCount: Int
    package let inserted: Int
    package let updated: Int
    package let deleted: Int
}

/// A schema as `sheaf_schemas` holds it.
package struct StoredSchema: Sendable {
    package let id: UInt32
    package let hash: SHA256Digest
    package let document: [UInt8]
}

/// What one moment shows of a dataset's versions and of rows that belong to none of them.
package struct StoredMoment: Sendable {
    package var currentVersion = 0
    package var newestPublished = 0
    /// A version that a worker is writing, or has left behind.
    package var staging: Int?
    /// Rows that are there for a later version than the current one.
    package var rowsBeyond = 0
}

/// How many labels a version inserted, changed and deleted.
package struct ChangeCounts: Sendable, Equatable {
    package var inserted = 0
    package var updated = 0
    package var deleted = 0

    package init(inserted: Int = 0, updated: Int = 0, deleted: Int = 0) {
        self.inserted = inserted
        self.updated = updated
        self.deleted = deleted
    }
}

extension DatasetRecord {
    /// The dataset as it was when a version was its newest.
    package func asOf(version: Int) -> DatasetRecord {
        DatasetRecord(id: id, name: name, currentVersion: version)
    }
}

extension LabelStore {
    /// So many rows of each table are read at a time for verifying.
    private static let rowsPerRange = 4_000

    /// The rows of a range of keys, for verifying.
    ///
    /// One statement reads both tables, so that a row which moves from one to the other is seen once.
    ///
    /// - Parameters:
    ///   - dataset: the dataset, as it was when verifying began: what was closed or added after that is read as it was.
    ///   - version: only rows that stand in this version; `nil`: those of every version.
    ///   - after: the end of the range before; `nil` for the first.
    /// - Returns: the rows, and where the next range begins.
    /// - Throws: `MySQLError`.
    package func storedRows(
        of dataset: DatasetRecord, version: Int?, after: KeyHash?
    ) async throws -> StoredRowPage {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        let current = MySQLValue.int(Int64(version ?? dataset.currentVersion))
        let offset = MySQLValue.int(Int64(Self.rowsPerRange))
        let behind = after == nil ? "" : " AND key_hash > ?"
        let key = after.map { [$0.value] } ?? []
        let stands = version == nil ? "" : " AND valid_to > ?"
        let standing = version == nil ? [] : [current]
        // Of the newest version no row is closed: the key by valid_to finds that out at once.
        let historyKey = version == dataset.currentVersion ? "closed" : "PRIMARY"
        return try await pool.withConnection { connection in
            let boundary = try connection.rows(
                """
                SELECT MIN(b.key_hash) AS boundary FROM (
                    (SELECT key_hash FROM sheaf_labels FORCE INDEX (hashes)
                     WHERE dataset_id = ?\(behind) AND valid_from <= ? ORDER BY key_hash LIMIT 1 OFFSET ?)
                    UNION ALL
                    (SELECT key_hash FROM sheaf_history FORCE INDEX (\(historyKey))
                     WHERE dataset_id = ?\(behind) AND valid_from <= ?\(stands) ORDER BY key_hash LIMIT 1 OFFSET ?)
                ) b
                """,
                [datasetID] + key + [current, offset, datasetID] + key + [current] + standing + [offset]
            ).first
            var page = StoredRowPage()
            if let boundary, case .bytes = boundary["boundary"] { page.end = try boundary.keyHash("boundary") }
            let within = behind + (page.end == nil ? "" : " AND key_hash <= ?")
            let range = key + (page.end.map { [$0.value] } ?? [])
            try connection.forEachRow(
                """
                SELECT key_hash, valid_from, row_hash, redacted_hash, label, valid_to, home_sheet_id, 1
                FROM sheaf_history FORCE INDEX (\(historyKey))
                WHERE dataset_id = ?\(within) AND valid_from <= ?\(stands)
                UNION ALL
                SELECT key_hash, valid_from, row_hash, redacted_hash, label, NULL, home_sheet_id, 0
                FROM sheaf_labels FORCE INDEX (PRIMARY)
                WHERE dataset_id = ?\(within) AND valid_from <= ?
                """, [datasetID] + range + [current] + standing + [datasetID] + range + [current]
            ) { row in
                let validTo = row.isNull(5) ? nil : Int(row.int(5))
                page.rows.append(
                    StoredRow(
                        key: KeyHash(row.word16(0)), validFrom: Int(row.int(1)),
                        // Closed by a version that came after verifying began: it stood open then.
                        validTo: validTo.flatMap { $0 > dataset.currentVersion ? nil : $0 },
                        rowHash: RowHash(row.word16(2)), redactedHash: row.isNull(3) ? nil : RowHash(row.word16(3)),
                        label: row.bytes(4), homeSheetID: row.isNull(6) ? nil : UInt32(truncatingIfNeeded: row.int(6)),
                        isHistory: row.int(7) == 1))
            }
            page.rows.sort { ($0.key, $0.validFrom, $0.validTo ?? .max) < ($1.key, $1.validFrom, $1.validTo ?? .max) }
            return page
        }
    }

    /// Every version of a dataset as it is stored, oldest first.
    package func storedVersions(of dataset: DatasetRecord) async throws -> [StoredVersion] {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT version, state, schema_id, root_hash, version_hash, label_count, inserted, updated, deleted
                FROM sheaf_versions WHERE dataset_id = ? ORDER BY version
                """, [.uint(UInt64(dataset.id))]
            ).map { row in
                StoredVersion(
                    version: Int(try row.int("version")), state: try row.text("state"),
                    schemaID: UInt32(try row.int("schema_id")), rootHash: try row.digest("root_hash"),
                    versionHash: try row.digest("version_hash"), labelCount: Int(try row.int("label_count")),
                    inserted: Int(try row.int("inserted")), updated: Int(try row.int("updated")),
                    deleted: Int(try row.int("deleted")))
            }
        }
    }

    /// Every schema of a dataset as it is stored.
    package func storedSchemas(of dataset: DatasetRecord) async throws -> [StoredSchema] {
        try await pool.withConnection { connection in
            try connection.rows(
                "SELECT schema_id, schema_hash, document FROM sheaf_schemas WHERE dataset_id = ? ORDER BY schema_id",
                [.uint(UInt64(dataset.id))]
            ).map { row in
                guard let hash = try row.digest("schema_hash") else {
                    throw StoreError.damaged("a schema without a hash")
                }
                return StoredSchema(
                    id: UInt32(try row.int("schema_id")), hash: hash, document: try row.bytes("document"))
            }
        }
    }

    /// What one moment shows of a dataset's versions, and of rows that are there for none of them.
    package func moment(of dataset: DatasetRecord) async throws -> StoredMoment {
        let id = MySQLValue.uint(UInt64(dataset.id))
        // A transaction, so that a version published meanwhile is in all of it or in none.
        return try await pool.withTransaction { connection in
            let rows = try connection.rows(
                """
                SELECT d.current_version,
                    (SELECT MAX(v.version) FROM sheaf_versions v
                     WHERE v.dataset_id = d.dataset_id AND v.state IN ('published', 'pruned')) AS newest,
                    (SELECT MAX(v.version) FROM sheaf_versions v
                     WHERE v.dataset_id = d.dataset_id AND v.state = 'staging') AS staging
                FROM sheaf_datasets d WHERE d.dataset_id = ?
                """, [id])
            guard let row = rows.first else { throw StoreError.damaged("a dataset that is gone") }
            var moment = StoredMoment(
                currentVersion: Int(try row.int("current_version")),
                newestPublished: try row.optionalNumber("newest") ?? 0,
                staging: try row.optionalNumber("staging"))
            for (table, column) in [("sheaf_labels", "valid_from"), ("sheaf_history", "valid_to")] {
                let beyond = try connection.rows(
                    "SELECT COUNT(*) AS n FROM \(table) WHERE dataset_id = ? AND \(column) > ?",
                    [id, .int(Int64(moment.newestPublished))])
                moment.rowsBeyond += Int(try beyond.first?.int("n") ?? 0)
            }
            return moment
        }
    }

    /// The first rows that are there for a later version than the current one.
    package func rowsBeyondCurrent(of dataset: DatasetRecord, limit: Int) async throws -> [StoredRow] {
        let bounds: [MySQLValue] = [
            .uint(UInt64(dataset.id)), .int(Int64(dataset.currentVersion)), .int(Int64(limit)),
        ]
        return try await pool.withConnection { connection in
            var found: [StoredRow] = []
            for (table, column) in [("sheaf_labels", "valid_from"), ("sheaf_history", "valid_to")] {
                let validTo = table == "sheaf_labels" ? "NULL" : "valid_to"
                for row in try connection.rows(
                    """
                    SELECT key_hash, valid_from, \(validTo) AS valid_to, row_hash, label FROM \(table)
                    WHERE dataset_id = ? AND \(column) > ? ORDER BY \(column), key_hash LIMIT ?
                    """, bounds)
                {
                    guard let hash = try row.rowHash("row_hash") else { continue }
                    found.append(
                        StoredRow(
                            key: try row.keyHash("key_hash"), validFrom: Int(try row.int("valid_from")),
                            validTo: try row.optionalNumber("valid_to"), rowHash: hash, redactedHash: nil,
                            label: try row.bytes("label"), homeSheetID: nil, isHistory: table == "sheaf_history"))
                }
            }
            return found
        }
    }

    /// How many labels a version inserted, changed and deleted, as its rows tell; its cost follows the change.
    package func changeCounts(of dataset: DatasetRecord, version: Int) async throws -> ChangeCounts {
        let bounds: [MySQLValue] = [.uint(UInt64(dataset.id)), .int(Int64(version))]
        return try await pool.withConnection { connection in
            var counts = ChangeCounts()
            var begun: Set<KeyHash> = []
            try connection.forEachRow(
                """
                SELECT key_hash FROM sheaf_labels WHERE dataset_id = ? AND valid_from = ?
                UNION ALL SELECT key_hash FROM sheaf_history WHERE dataset_id = ? AND valid_from = ?
                """, bounds + bounds
            ) { row in
                begun.insert(KeyHash(row.word16(0)))
            }
            counts.inserted = begun.count
            try connection.forEachRow(
                "SELECT key_hash FROM sheaf_history WHERE dataset_id = ? AND valid_to = ?", bounds
            ) { row in
                if begun.contains(KeyHash(row.word16(0))) {
                    counts.inserted -= 1
                    counts.updated += 1
                } else {
                    counts.deleted += 1
                }
            }
            return counts
        }
    }
}

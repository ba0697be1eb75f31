package import LabelDiff
internal import MySQL

/// A version of another dataset that a version's foreign keys were checked against.
package struct VersionReferenced: Sendable, Equatable {
    package let datasetID: UInt32
    package let dataset: String
    package let version: Int

    package init(datasetID: UInt32, dataset: String, version: Int) {
        self.datasetID = datasetID
        self.dataset = dataset
        self.version = version
    }
}

/// A stored label with where it came from, to be written anew in another form.
package struct StoredLabelRecord: Sendable {
    package let label: [UInt8]
    /// The hash of the label as it was published.
    package let rowHash: RowHash
    /// Some of its text was taken away.
    package let isRedacted: Bool
    package let sheetID: UInt32?
    package let sheetRow: UInt32?
    package let annotator: String?
    package let homeSheetID: UInt32?
}

extension LabelStore {
    /// The dataset versions that a version's foreign keys were checked against, by name.
    package func references(of dataset: DatasetRecord, version: Int) async throws -> [VersionReferenced] {
        try await references(of: dataset, where: " AND r.version = ?", [.int(Int64(version))])[version] ?? []
    }

    /// The dataset versions that the foreign keys of a dataset's versions were checked against: by version, and in each
    /// by name.
    package func references(of dataset: DatasetRecord) async throws -> [Int: [VersionReferenced]] {
        try await references(of: dataset, where: "", [])
    }

    private func references(
        of dataset: DatasetRecord, where condition: String, _ parameters: [MySQLValue]
    ) async throws -> [Int: [VersionReferenced]] {
        try await pool.withConnection { connection in
            var references: [Int: [VersionReferenced]] = [:]
            for row in try connection.rows(
                """
                SELECT r.version, r.target_dataset_id, d.name, r.target_version
                FROM sheaf_version_references r JOIN sheaf_datasets d ON d.dataset_id = r.target_dataset_id
                WHERE r.dataset_id = ?\(condition) ORDER BY r.version, d.name
                """, [.uint(UInt64(dataset.id))] + parameters)
            {
                references[Int(try row.int("version")), default: []].append(
                    VersionReferenced(
                        datasetID: UInt32(try row.int("target_dataset_id")), dataset: try row.text("name"),
                        version: Int(try row.int("target_version"))))
            }
            return references
        }
    }

    static func insert(
        _ references: [VersionReferenced], _ draft: VersionDraft, _ connection: isolated MySQLConnection
    ) throws {
        for reference in references {
            _ = try connection.execute(
                """
                INSERT INTO sheaf_version_references (dataset_id, version, target_dataset_id, target_version)
                VALUES (?, ?, ?, ?)
                """,
                [
                    .uint(UInt64(draft.dataset.id)), .int(Int64(draft.version)), .uint(UInt64(reference.datasetID)),
                    .int(Int64(reference.version)),
                ])
        }
    }

    /// The keys of a version's labels, handed over in key order.
    ///
    /// Read from the covering key: no label text is touched.
    package func keys(of dataset: DatasetRecord, version: Int) async throws -> [KeyHash] {
        try await pool.withConnection { connection in
            var keys: [KeyHash] = []
            try connection.forEachRow(
                """
                SELECT key_hash FROM sheaf_labels FORCE INDEX (hashes) WHERE dataset_id = ? AND valid_from <= ?
                UNION ALL
                SELECT key_hash FROM sheaf_history WHERE dataset_id = ? AND valid_from <= ? AND valid_to > ?
                """,
                [
                    .uint(UInt64(dataset.id)), .int(Int64(version)), .uint(UInt64(dataset.id)), .int(Int64(version)),
                    .int(Int64(version)),
                ]
            ) { row in
                keys.append(KeyHash(row.word16(0)))
            }
            return keys
        }
    }

    /// The labels of given keys as of a version, with where they came from, where there are any.
    package func labelRecords(
        of dataset: DatasetRecord, version: Int, keys: [KeyHash]
    ) async throws -> [KeyHash: StoredLabelRecord] {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        let version = MySQLValue.int(Int64(version))
        let columns =
            "key_hash, row_hash, label, sheet_id, sheet_row, annotator, home_sheet_id, redacted_hash IS NOT NULL AS redacted"
        return try await pool.withConnection { connection in
            var found: [KeyHash: StoredLabelRecord] = [:]
            for some in keys.chunked(keysPerStatement) {
                let values = some.map(\.value)
                let list = markers(values.count)
                for row in try connection.rows(
                    """
                    SELECT \(columns) FROM sheaf_labels FORCE INDEX (PRIMARY)
                    WHERE dataset_id = ? AND valid_from <= ? AND key_hash IN (\(list))
                    UNION ALL
                    SELECT \(columns) FROM sheaf_history FORCE INDEX (PRIMARY)
                    WHERE dataset_id = ? AND valid_from <= ? AND valid_to > ? AND key_hash IN (\(list))
                    """, [datasetID, version] + values + [datasetID, version, version] + values)
                {
                    guard let rowHash = try row.rowHash("row_hash") else {
                        throw StoreError.damaged("a label without a hash")
                    }
                    found[try row.keyHash("key_hash")] = StoredLabelRecord(
                        label: try row.bytes("label"), rowHash: rowHash, isRedacted: try row.int("redacted") == 1,
                        sheetID: try row.optionalID("sheet_id"), sheetRow: try row.optionalID("sheet_row"),
                        annotator: try row.optionalText("annotator"), homeSheetID: try row.optionalID("home_sheet_id"))
                }
            }
            return found
        }
    }
}

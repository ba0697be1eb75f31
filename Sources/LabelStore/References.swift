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

    /// The current labels of given keys with where they came from, where there are any.
    package func labelRecords(
        of dataset: DatasetRecord, version: Int, keys: [KeyHash]
    ) async throws -> [KeyHash: StoredLabelRecord] {
        let head: [MySQLValue] = [.uint(UInt64(dataset.id)), .int(Int64(version))]
        return try await pool.withConnection { connection in
            var found: [KeyHash: StoredLabelRecord] = [:]
            for start in stride(from: 0, to: keys.count, by: keysPerStatement) {
                let values = keys[start..<min(start + keysPerStatement, keys.count)].map(\.value)
                for row in try connection.rows(
                    """
                    SELECT key_hash, label, sheet_id, sheet_row, annotator, home_sheet_id FROM sheaf_labels
                    WHERE dataset_id = ? AND valid_from <= ? AND key_hash IN (\(markers(values.count)))
                    """, head + values)
                {
                    found[try row.keyHash("key_hash")] = StoredLabelRecord(
                        label: Array(try row.text("label").utf8),
                        sheetID: try row.optionalNumber("sheet_id").map { UInt32($0) },
                        sheetRow: try row.optionalNumber("sheet_row").map { UInt32($0) },
                        annotator: try row.optionalText("annotator"),
                        homeSheetID: try row.optionalNumber("home_sheet_id").map { UInt32($0) })
                }
            }
            return found
        }
    }
}

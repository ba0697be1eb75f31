package import LabelDiff
internal import MySQL

extension LabelStore {
    /// The published versions, newest first.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - limit: how many at most.
    ///   - before: only those with a smaller number.
    ///   - includingPruned: also those whose labels cannot be read any more.
    /// - Returns: the versions.
    /// - Throws: `MySQLError`.
    package func versions(
        of dataset: DatasetRecord, limit: Int = 1_000_000, before: Int? = nil, includingPruned: Bool = false
    ) async throws -> [VersionRecord] {
        try await pool.withConnection { connection in
            try connection.rows(
                Self.selectVersions
                    + " WHERE v.dataset_id = ? AND v.version < ? AND v.state IN ('published', ?) ORDER BY v.version DESC LIMIT ?",
                [
                    .uint(UInt64(dataset.id)), .int(Int64(before ?? Int(Int32.max))),
                    .text(includingPruned ? "pruned" : "published"), .int(Int64(limit)),
                ]
            ).map(Self.versionRecord)
        }
    }

    /// A published version.
    ///
    /// - Parameters:
    ///   - number: its number.
    ///   - dataset: the dataset.
    ///   - includingPruned: also one whose labels cannot be read any more.
    /// - Returns: the version.
    /// - Throws: `StoreError.unknownVersion`, saying which there are; `.prunedVersion`.
    package func version(
        _ number: Int, of dataset: DatasetRecord, includingPruned: Bool = false
    ) async throws -> VersionRecord {
        let found = try await pool.withConnection { connection in
            try connection.rows(
                Self.selectVersions
                    + " WHERE v.dataset_id = ? AND v.version = ? AND v.state IN ('published', 'pruned')",
                [.uint(UInt64(dataset.id)), .int(Int64(number))]
            ).first.map(Self.versionRecord)
        }
        if let found, found.isPruned, !includingPruned { throw try await prunedVersion(number, dataset) }
        if let found { return found }
        throw StoreError(
            .unknownVersion, "\(dataset.name) has no version \(number).",
            hint: dataset.currentVersion == 0
                ? "Nothing is published yet: run `sheaf sync`." : "Its versions are 1 to \(dataset.currentVersion).")
    }

    /// The labels of given keys as of a version, where there are any.
    package func labels(
        of dataset: DatasetRecord, version: Int, keys: [KeyHash]
    ) async throws -> [KeyHash: [UInt8]] {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        let version = MySQLValue.int(Int64(version))
        return try await pool.withConnection { connection in
            var found: [KeyHash: [UInt8]] = [:]
            found.reserveCapacity(keys.count)
            for start in stride(from: 0, to: keys.count, by: keysPerStatement) {
                let values = keys[start..<min(start + keysPerStatement, keys.count)].map(\.value)
                let list = markers(values.count)
                try connection.forEachRow(
                    """
                    SELECT key_hash, label FROM sheaf_labels FORCE INDEX (PRIMARY)
                    WHERE dataset_id = ? AND valid_from <= ? AND key_hash IN (\(list))
                    UNION ALL
                    SELECT key_hash, label FROM sheaf_history FORCE INDEX (PRIMARY)
                    WHERE dataset_id = ? AND valid_from <= ? AND valid_to > ? AND key_hash IN (\(list))
                    """, [datasetID, version] + values + [datasetID, version, version] + values
                ) { row in
                    found[KeyHash(row.word16(0))] = row.bytes(1)
                }
            }
            return found
        }
    }

    private static let selectVersions = """
        SELECT v.version, v.parent, v.schema_id, s.schema_hash, v.run_id, v.root_hash, v.version_hash, v.label_count,
            v.inserted, v.updated, v.deleted, v.actor, v.reason, CAST(v.published_at AS CHAR) AS published,
            v.state, CAST(v.prune_marked_at AS CHAR) AS marked
        FROM sheaf_versions v LEFT JOIN sheaf_schemas s ON s.schema_id = v.schema_id
        """

    private static func versionRecord(_ row: ResultRow) throws -> VersionRecord {
        guard let root = try row.digest("root_hash"), let hash = try row.digest("version_hash"),
            let schema = try row.digest("schema_hash")
        else { throw StoreError.damaged("a published version without hashes") }
        return VersionRecord(
            version: Int(try row.int("version")), parent: Int(try row.int("parent")),
            schemaID: UInt32(try row.int("schema_id")), schemaHash: schema, runID: UInt64(try row.int("run_id")),
            rootHash: root, versionHash: hash, labelCount: Int(try row.int("label_count")),
            inserted: Int(try row.int("inserted")), updated: Int(try row.int("updated")),
            deleted: Int(try row.int("deleted")), actor: try row.text("actor"),
            reason: try row.optionalText("reason"), publishedAt: try row.text("published"),
            isPruned: try row.text("state") == "pruned", pruneMarkedAt: try row.optionalText("marked"))
    }
}

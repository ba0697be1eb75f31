package import Digest
internal import MySQL

/// A label schema as the store keeps it, and the versions that were checked against it.
package struct SchemaRecord: Sendable, Equatable {
    package let id: UInt32
    /// SHA-256 of the document.
    package let hash: SHA256Digest
    package let firstVersion: Int
    package let lastVersion: Int
    /// How many versions have it; other schemas may lie between the first and the last.
    package let versionCount: Int
    /// When the first of them was published, by whom, and why.
    package let publishedAt: String
    package let actor: String
    package let reason: String?
}

/// From a version on, a schema; until the next step.
package struct SchemaStep: Sendable, Equatable {
    package let version: Int
    package let schemaID: UInt32
}

extension LabelStore {
    /// The schemas of the published versions, in the order in which they were first used.
    package func schemas(of dataset: DatasetRecord) async throws -> [SchemaRecord] {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        return try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT s.schema_id, s.schema_hash, u.first_version, u.last_version, u.versions, f.actor, f.reason,
                    CAST(f.published_at AS CHAR) AS published
                FROM (
                    SELECT schema_id, MIN(version) AS first_version, MAX(version) AS last_version, COUNT(*) AS versions
                    FROM sheaf_versions WHERE dataset_id = ? AND state IN ('published', 'pruned') GROUP BY schema_id
                ) u
                JOIN sheaf_schemas s ON s.schema_id = u.schema_id
                JOIN sheaf_versions f ON f.dataset_id = ? AND f.version = u.first_version
                ORDER BY u.first_version
                """, [datasetID, datasetID]
            ).map { row in
                guard let hash = try row.digest("schema_hash") else {
                    throw StoreError.damaged("a schema without a hash")
                }
                return SchemaRecord(
                    id: UInt32(try row.int("schema_id")), hash: hash, firstVersion: Int(try row.int("first_version")),
                    lastVersion: Int(try row.int("last_version")), versionCount: Int(try row.int("versions")),
                    publishedAt: try row.text("published"), actor: try row.text("actor"),
                    reason: try row.optionalText("reason"))
            }
        }
    }

    /// Where the schema of a dataset changed, oldest first; the first step is the first version.
    ///
    /// Pruned versions count: labels of theirs may stand to this day.
    package func schemaSteps(of dataset: DatasetRecord) async throws -> [SchemaStep] {
        try await pool.withConnection { connection in
            var steps: [SchemaStep] = []
            // Most datasets have had one schema: then the first version is all there is to read.
            let schemas = try connection.rows(
                "SELECT schema_id FROM sheaf_schemas WHERE dataset_id = ? LIMIT 2", [.uint(UInt64(dataset.id))])
            try connection.forEachRow(
                """
                SELECT version, schema_id FROM sheaf_versions
                WHERE dataset_id = ? AND state IN ('published', 'pruned') ORDER BY version\(schemas.count < 2 ? " LIMIT 1" : "")
                """, [.uint(UInt64(dataset.id))]
            ) { row in
                let (version, schema) = (Int(row.int(0)), UInt32(row.int(1)))
                if steps.last?.schemaID != schema { steps.append(SchemaStep(version: version, schemaID: schema)) }
            }
            return steps
        }
    }
}

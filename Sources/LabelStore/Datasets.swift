package import Digest
internal import MySQL

extension LabelStore {
    /// The store's own identity: a UUID and a generation, which idempotency keys contain.
    package func identity() async throws -> String {
        try await pool.withConnection { connection in
            let rows = try connection.rows("SELECT store_uuid, generation FROM sheaf_store WHERE singleton = 1")
            guard let row = rows.first else { throw StoreError.damaged("no row in sheaf_store") }
            return "\(try row.text("store_uuid"))/\(try row.int("generation"))"
        }
    }

    /// All datasets, by name.
    package func datasets() async throws -> [DatasetRecord] {
        try await pool.withConnection { connection in
            try connection.rows("SELECT dataset_id, name, current_version FROM sheaf_datasets ORDER BY name")
                .map(Self.datasetRecord)
        }
    }

    /// A dataset that may not be there yet.
    package func findDataset(_ name: String) async throws -> DatasetRecord? {
        try await pool.withConnection { connection in
            try connection.rows(
                "SELECT dataset_id, name, current_version FROM sheaf_datasets WHERE name = ?", [.text(name)]
            ).first.map(Self.datasetRecord)
                // The database takes names for the same that differ in blanks at their end.
                .flatMap { $0.name == name ? $0 : nil }
        }
    }

    /// A dataset that must be there.
    ///
    /// - Throws: `StoreError.unknownDataset`, naming those that there are.
    package func dataset(_ name: String) async throws -> DatasetRecord {
        if let found = try await findDataset(name) { return found }
        let names = try await datasets().map(\.name)
        throw StoreError(
            .unknownDataset, "The store has no dataset named \(name).",
            hint: names.isEmpty ? "Run `sheaf sync` first." : "It has: \(names.joined(separator: ", ")).")
    }

    /// The dataset, made if it is new.
    package func ensureDataset(_ name: String) async throws -> DatasetRecord {
        if let found = try await findDataset(name) { return found }
        do {
            _ = try await pool.withTransaction { connection in
                try connection.execute(
                    "INSERT INTO sheaf_datasets (name, current_version, created_at) VALUES (?, 0, UTC_TIMESTAMP(6))",
                    [.text(name)])
            }
        } catch let error as MySQLError where error.kind == .duplicateKey {
            // Another worker made it at the same time, which is as good.
        }
        return try await dataset(name)
    }

    /// The id of a schema document, stored if it is new.
    package func ensureSchema(
        _ document: [UInt8], hash: SHA256Digest, dataset: DatasetRecord, lease: Lease
    ) async throws -> UInt32 {
        let known = try await pool.withConnection { connection in
            try Self.schemaID(hash, dataset: dataset.id, connection)
        }
        if let known { return known }
        return try await lease.write { connection in
            // Looked up again, since a retried transaction may have been committed.
            if let known = try Self.schemaID(hash, dataset: dataset.id, connection) { return known }
            let inserted = try connection.execute(
                """
                INSERT INTO sheaf_schemas (dataset_id, schema_hash, document, created_at)
                VALUES (?, ?, ?, UTC_TIMESTAMP(6))
                """,
                [
                    .uint(UInt64(dataset.id)), .bytes(hash.bytes),
                    .text(String(decoding: document, as: UTF8.self)),
                ])
            return UInt32(inserted.lastInsertID)
        }
    }

    /// The canonical JSON document of a schema.
    package func schemaDocument(_ id: UInt32) async throws -> [UInt8] {
        try await pool.withConnection { connection in
            let rows = try connection.rows(
                "SELECT document FROM sheaf_schemas WHERE schema_id = ?", [.uint(UInt64(id))])
            guard let row = rows.first else { throw StoreError.damaged("schema \(id) is missing") }
            return Array(try row.text("document").utf8)
        }
    }

    private static func datasetRecord(_ row: ResultRow) throws -> DatasetRecord {
        DatasetRecord(
            id: UInt32(try row.int("dataset_id")), name: try row.text("name"),
            currentVersion: Int(try row.int("current_version")))
    }

    private static func schemaID(
        _ hash: SHA256Digest, dataset: UInt32, _ connection: isolated MySQLConnection
    ) throws -> UInt32? {
        try connection.rows(
            "SELECT schema_id FROM sheaf_schemas WHERE dataset_id = ? AND schema_hash = ?",
            [.uint(UInt64(dataset)), .bytes(hash.bytes)]
        ).first.map { UInt32(try $0.int("schema_id")) }
    }
}

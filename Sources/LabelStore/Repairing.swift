package import Digest
package import LabelDiff
internal import MySQL

/// A stored hash or count that is to become what was computed; never a label's text.
///
/// Each names what is stored now, and nothing else is replaced.
package enum StoreRepair: Sendable {
    case rowHash(StoredRow, computed: RowHash)
    case rootHash(version: Int, computed: SHA256Digest)
    case versionHash(version: Int, computed: SHA256Digest)
    case labelCount(version: Int, computed: Int)
    case changeCounts(version: Int, computed: ChangeCounts)
    case schemaHash(schemaID: UInt32, computed: SHA256Digest)
    case currentVersion(stored: Int, computed: Int)
    /// The sheet is read and decided anew by the next run, which stores its digest.
    case seenDigest(sheetID: UInt32)
}

extension LabelStore {
    /// Puts stored hashes and counts right, in bounded transactions.
    ///
    /// - Parameters:
    ///   - repairs: what becomes of what.
    ///   - dataset: the dataset that all of it belongs to.
    ///   - actor: who asks for it.
    ///   - why: their reason, kept in the audit.
    ///   - lease: that of the dataset.
    /// - Throws: `StoreError.leaseLost` if another worker has taken over; `MySQLError`.
    package func repair(
        _ repairs: [StoreRepair], of dataset: DatasetRecord, actor: String, why: String?, lease: Lease
    ) async throws {
        for start in stride(from: 0, to: repairs.count, by: keysPerStatement) {
            let some = Array(repairs[start..<min(start + keysPerStatement, repairs.count)])
            let isLast = start + keysPerStatement >= repairs.count
            try await lease.write { connection in
                for repair in some { try Self.apply(repair, dataset, connection) }
                guard isLast else { return }
                try Self.audit(
                    "verify --repair", dataset: .uint(UInt64(dataset.id)),
                    subject: "\(repairs.count) stored hashes and counts", actor: actor, why: why, connection)
            }
        }
    }

    private static func apply(
        _ repair: StoreRepair, _ dataset: DatasetRecord, _ connection: isolated MySQLConnection
    ) throws {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        func set(_ assignment: String, _ values: [MySQLValue], version: Int) throws {
            _ = try connection.execute(
                "UPDATE sheaf_versions SET \(assignment) WHERE dataset_id = ? AND version = ? AND state = 'published'",
                values + [datasetID, .int(Int64(version))])
        }
        switch repair {
        case .rowHash(let row, let computed):
            // The row may have moved to the history meanwhile; it is the same row as long as its hash is.
            for table in ["sheaf_labels", "sheaf_history"] {
                _ = try connection.execute(
                    """
                    UPDATE \(table) SET row_hash = ?
                    WHERE dataset_id = ? AND key_hash = ? AND valid_from = ? AND row_hash = ?
                    """,
                    [
                        computed.value, datasetID, row.key.value, .int(Int64(row.validFrom)), row.rowHash.value,
                    ])
            }
        case .rootHash(let version, let computed):
            try set("root_hash = ?", [.bytes(computed.bytes)], version: version)
        case .versionHash(let version, let computed):
            try set("version_hash = ?", [.bytes(computed.bytes)], version: version)
        case .labelCount(let version, let computed):
            try set("label_count = ?", [.int(Int64(computed))], version: version)
        case .changeCounts(let version, let computed):
            try set(
                "inserted = ?, updated = ?, deleted = ?",
                [.int(Int64(computed.inserted)), .int(Int64(computed.updated)), .int(Int64(computed.deleted))],
                version: version)
        case .schemaHash(let schemaID, let computed):
            _ = try connection.execute(
                "UPDATE sheaf_schemas SET schema_hash = ? WHERE dataset_id = ? AND schema_id = ?",
                [.bytes(computed.bytes), datasetID, .uint(UInt64(schemaID))])
        case .currentVersion(let stored, let computed):
            _ = try connection.execute(
                "UPDATE sheaf_datasets SET current_version = ? WHERE dataset_id = ? AND current_version = ?",
                [.int(Int64(computed)), datasetID, .int(Int64(stored))])
        case .seenDigest(let sheetID):
            try mark([sheetID], connection)
        }
    }
}

package import LabelDiff
internal import MySQL

/// A label of a version as far as it can be put back into a sheet.
package struct RestorableLabel: Sendable {
    /// Canonical JSON of what is left of it.
    package let label: [UInt8]
    /// Some of it, or all, was redacted: a member that is missing may have been there.
    package let isRedacted: Bool
    /// The sheet in which its row stood, as far as that is known.
    package let sheetID: UInt32?
}

extension LabelStore {
    /// The labels of given keys as of a version, where there are any, with what putting them back needs.
    package func restorable(
        of dataset: DatasetRecord, version: Int, keys: [KeyHash]
    ) async throws -> [KeyHash: RestorableLabel] {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        let version = MySQLValue.int(Int64(version))
        return try await pool.withConnection { connection in
            var found: [KeyHash: RestorableLabel] = [:]
            for start in stride(from: 0, to: keys.count, by: keysPerStatement) {
                let values = keys[start..<min(start + keysPerStatement, keys.count)].map(\.value)
                let list = markers(values.count)
                let columns = "key_hash, label, redacted_hash IS NOT NULL, COALESCE(home_sheet_id, sheet_id, 0)"
                try connection.forEachRow(
                    """
                    SELECT \(columns) FROM sheaf_labels FORCE INDEX (PRIMARY)
                    WHERE dataset_id = ? AND valid_from <= ? AND key_hash IN (\(list))
                    UNION ALL
                    SELECT \(columns) FROM sheaf_history FORCE INDEX (PRIMARY)
                    WHERE dataset_id = ? AND valid_from <= ? AND valid_to > ? AND key_hash IN (\(list))
                    """, [datasetID, version] + values + [datasetID, version, version] + values
                ) { row in
                    let sheet = UInt32(row.int(3))
                    found[KeyHash(row.word16(0))] = RestorableLabel(
                        label: row.bytes(1), isRedacted: row.int(2) != 0, sheetID: sheet == 0 ? nil : sheet)
                }
            }
            return found
        }
    }

    /// The next keys of a version behind a key, in key order; fewer than `limit` of them mean that there are no more.
    package func keys(
        of dataset: DatasetRecord, version: Int, after: KeyHash?, limit: Int
    ) async throws -> [KeyHash] {
        let datasetID = MySQLValue.uint(UInt64(dataset.id))
        let behind = after == nil ? "" : " AND key_hash > ?"
        let key = after.map { [$0.value] } ?? []
        let (version, limit) = (MySQLValue.int(Int64(version)), MySQLValue.int(Int64(limit)))
        return try await pool.withConnection { connection in
            var keys: [KeyHash] = []
            try connection.forEachRow(
                """
                (SELECT key_hash FROM sheaf_labels
                 WHERE dataset_id = ?\(behind) AND valid_from <= ? ORDER BY key_hash LIMIT ?)
                UNION ALL
                (SELECT key_hash FROM sheaf_history
                 WHERE dataset_id = ?\(behind) AND valid_from <= ? AND valid_to > ? ORDER BY key_hash LIMIT ?)
                ORDER BY key_hash LIMIT ?
                """, [datasetID] + key + [version, limit, datasetID] + key + [version, version, limit, limit]
            ) { row in
                keys.append(KeyHash(row.word16(0)))
            }
            return keys
        }
    }

    /// Notes that a version's values are about to be put back into sheets, by whom and why.
    ///
    /// The sheets count as changed from now on, whatever becomes of the run: the next sync reads them and does not wait
    /// for a notice.
    ///
    /// - Parameters:
    ///   - version: the version whose values they are.
    ///   - sheets: those that are written.
    ///   - dataset: their dataset.
    ///   - actor: who asked for it.
    ///   - why: their reason.
    ///   - lease: that of the dataset.
    /// - Throws: `StoreError.leaseLost` if another worker has taken over; `MySQLError`.
    package func noteRestoring(
        _ version: Int, into sheets: [UInt32], dataset: DatasetRecord, actor: String, why: String?, lease: Lease
    ) async throws {
        try await lease.write { connection in
            try Self.mark(sheets, connection)
            try Self.audit(
                "restore", dataset: .uint(UInt64(dataset.id)), subject: "\(dataset.name)@\(version)", actor: actor,
                why: why, connection)
        }
    }
}

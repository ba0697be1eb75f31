package import Digest
package import LabelDiff
internal import MySQL

extension LabelStore {
    /// Runs the merge walk over the labels of one version.
    ///
    /// Their hashes are streamed once, in key order, from the covering key, and no label text is read. Takes no lease:
    /// rows staged for a later version are left out.
    ///
    /// - Parameters:
    ///   - dataset: the dataset whose labels are walked.
    ///   - version: the version to compare with; 0 is the empty one.
    ///   - input: what was seen in the sheets, and the exceptions that are open.
    /// - Returns: what is to become of every key.
    /// - Throws: `MySQLError`.
    package func mergeWalk(
        _ dataset: DatasetRecord, version: Int, input: MergeInput
    ) async throws -> MergeOutcome {
        if version == 0 { return MergeWalk(input).finish() }
        return try await pool.withTransaction { connection in
            var walk = MergeWalk(input)
            try Self.forEachHash(of: dataset, version: version, connection) { key, row, home in
                walk.stored(key, row, home: home)
            }
            return walk.finish()
        }
    }

    /// The root hash that a version has once some changes are made to it.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - version: the version that is changed.
    ///   - changes: each key once, in ascending order, with its row hash after the change; `nil` for none.
    /// - Returns: the root hash, and how many labels it is of.
    /// - Throws: `MySQLError`.
    package func rootHash(
        of dataset: DatasetRecord, version: Int, changes: [(key: KeyHash, after: RowHash?)]
    ) async throws -> (root: SHA256Digest, labelCount: Int) {
        try await pool.withTransaction { connection in
            var walk = ChangedRoot(changes)
            try Self.forEachHash(of: dataset, version: version, connection) { key, row, _ in walk.stored(key, row) }
            return walk.finish()
        }
    }

    /// Streams the hashes of a version's labels in key order, with the sheet where each key was last seen.
    ///
    /// Inside a transaction, so that both tables are read as of one moment: a row moves from one to the other.
    private static func forEachHash(
        of dataset: DatasetRecord, version: Int, _ connection: isolated MySQLConnection,
        _ body: (KeyHash, RowHash, UInt32?) -> Void
    ) throws {
        var closed: [(KeyHash, RowHash, UInt32?)] = []
        try connection.forEachRow(
            """
            SELECT key_hash, row_hash, home_sheet_id FROM sheaf_history
            WHERE dataset_id = ? AND valid_to > ? AND valid_from <= ? ORDER BY key_hash
            """, [.uint(UInt64(dataset.id)), .int(Int64(version)), .int(Int64(version))]
        ) { row in
            closed.append((KeyHash(row.word16(0)), RowHash(row.word16(1)), Self.home(row)))
        }

        var next = 0
        try connection.forEachRow(
            """
            SELECT key_hash, row_hash, home_sheet_id FROM sheaf_labels FORCE INDEX (hashes)
            WHERE dataset_id = ? AND valid_from <= ? ORDER BY key_hash
            """, [.uint(UInt64(dataset.id)), .int(Int64(version))]
        ) { row in
            let key = KeyHash(row.word16(0))
            while next < closed.count, closed[next].0 < key {
                body(closed[next].0, closed[next].1, closed[next].2)
                next += 1
            }
            body(key, RowHash(row.word16(1)), Self.home(row))
        }
        while next < closed.count {
            body(closed[next].0, closed[next].1, closed[next].2)
            next += 1
        }
    }

    private static func home(_ row: borrowing RowView) -> UInt32? {
        row.isNull(2) ? nil : UInt32(truncatingIfNeeded: row.int(2))
    }
}

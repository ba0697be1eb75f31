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
            // A transaction, so that both tables are read as of one moment: a row moves from one to the other.
            var closed: [(KeyHash, RowHash, UInt32?)] = []
            try connection.forEachRow(
                """
                SELECT key_hash, row_hash, home_sheet_id FROM sheaf_history
                WHERE dataset_id = ? AND valid_to > ? AND valid_from <= ? ORDER BY key_hash
                """, [.uint(UInt64(dataset.id)), .int(Int64(version)), .int(Int64(version))]
            ) { row in
                closed.append((KeyHash(row.word16(0)), RowHash(row.word16(1)), Self.home(row)))
            }

            var walk = MergeWalk(input)
            var next = 0
            try connection.forEachRow(
                """
                SELECT key_hash, row_hash, home_sheet_id FROM sheaf_labels FORCE INDEX (hashes)
                WHERE dataset_id = ? AND valid_from <= ? ORDER BY key_hash
                """, [.uint(UInt64(dataset.id)), .int(Int64(version))]
            ) { row in
                let key = KeyHash(row.word16(0))
                while next < closed.count, closed[next].0 < key {
                    walk.stored(closed[next].0, closed[next].1, home: closed[next].2)
                    next += 1
                }
                walk.stored(key, RowHash(row.word16(1)), home: Self.home(row))
            }
            while next < closed.count {
                walk.stored(closed[next].0, closed[next].1, home: closed[next].2)
                next += 1
            }
            return walk.finish()
        }
    }

    private static func home(_ row: borrowing RowView) -> UInt32? {
        row.isNull(2) ? nil : UInt32(truncatingIfNeeded: row.int(2))
    }
}

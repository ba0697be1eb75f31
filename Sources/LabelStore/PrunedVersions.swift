internal import MySQL

/// Versions of which only hashes and counts are left.
extension LabelStore {
    /// The numbers of the pruned versions of a dataset.
    package func prunedVersions(of dataset: DatasetRecord) async throws -> Set<Int> {
        try await pool.withConnection { connection in
            var versions: Set<Int> = []
            try connection.forEachRow(
                "SELECT version FROM sheaf_versions WHERE dataset_id = ? AND state = 'pruned'",
                [.uint(UInt64(dataset.id))]
            ) { row in versions.insert(Int(row.int(0))) }
            return versions
        }
    }

    /// Makes sure that a version can still be read.
    ///
    /// Whoever reads a version in several statements asks this after each of them: a version is pruned before the first
    /// of its rows is deleted, so what was read until now is whole.
    ///
    /// - Throws: `StoreError.prunedVersion`.
    package func requirePublished(_ version: Int, of dataset: DatasetRecord) async throws {
        let isPruned = try await pool.withConnection { connection in
            try !connection.rows(
                "SELECT 1 FROM sheaf_versions WHERE dataset_id = ? AND version = ? AND state = 'pruned'",
                [.uint(UInt64(dataset.id)), .int(Int64(version))]
            ).isEmpty
        }
        if isPruned { throw try await prunedVersion(version, dataset) }
    }

    /// Says when and by whom a version was pruned.
    func prunedVersion(_ version: Int, _ dataset: DatasetRecord) async throws -> StoreError {
        let (at, actor) = try await pool.withConnection { connection in
            let at = try connection.rows(
                """
                SELECT CAST(pruned_at AS CHAR) AS pruned FROM sheaf_versions WHERE dataset_id = ? AND version = ?
                """, [.uint(UInt64(dataset.id)), .int(Int64(version))]
            ).first?.optionalText("pruned")
            let actor = try connection.rows(
                """
                SELECT actor FROM sheaf_audit WHERE dataset_id = ? AND action = 'gc: pruned'
                    AND (? IS NULL OR at <= ?) ORDER BY audit_id DESC LIMIT 1
                """, [.uint(UInt64(dataset.id)), (at ?? nil).value, (at ?? nil).value]
            ).first?.text("actor")
            return (at ?? nil, actor)
        }
        let when = at.map { "was pruned on \($0.prefix(10))" } ?? "is being pruned"
        return StoreError(
            .prunedVersion, "\(dataset.name)@\(version) \(when)\(actor.map { " by \($0)" } ?? "").",
            hint: "Its labels are gone; its hashes and counts are still in `sheaf log \(dataset.name)`.")
    }
}

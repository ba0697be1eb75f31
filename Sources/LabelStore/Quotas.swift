internal import MySQL

/// The state of some quotas, as it was last written.
package struct QuotaStates: Sendable {
    /// By bucket; a bucket that was never written is missing.
    package let states: [String: String]
    /// The database's clock, in seconds since 1970.
    package let now: Double
}

extension LabelStore {
    /// The state of some quotas.
    package func quotas(_ buckets: [String]) async throws -> QuotaStates {
        try await pool.withConnection { connection in
            var states: [String: String] = [:]
            for row in try connection.rows(
                "SELECT bucket, state FROM sheaf_quotas WHERE bucket IN (\(markers(buckets.count)))",
                buckets.map { .text($0) })
            {
                states[try row.text("bucket")] = try row.text("state")
            }
            let now = try connection.rows("SELECT CAST(UNIX_TIMESTAMP(NOW(6)) AS CHAR) AS now").first?.text("now")
            return QuotaStates(states: states, now: now.flatMap(Double.init) ?? 0)
        }
    }

    /// Replaces the states of some quotas, if all of them are still those that were read.
    ///
    /// - Parameters:
    ///   - changes: for each bucket the state to be.
    ///   - old: what was read.
    /// - Returns: `false` if another worker was faster: nothing was written.
    /// - Throws: `MySQLError`.
    package func replaceQuotas(_ changes: [String: String], insteadOf old: QuotaStates) async throws -> Bool {
        do {
            try await pool.withTransaction { connection in
                // In one order, so that two workers do not wait for each other.
                for (bucket, state) in changes.sorted(by: { $0.key < $1.key }) {
                    let written =
                        if let before = old.states[bucket] {
                            try connection.execute(
                                "UPDATE sheaf_quotas SET state = ? WHERE bucket = ? AND state = ?",
                                [.text(state), .text(bucket), .text(before)])
                        } else {
                            try connection.execute(
                                "INSERT INTO sheaf_quotas (bucket, state) VALUES (?, ?)",
                                [.text(bucket), .text(state)])
                        }
                    guard written.affectedRows == 1 else { throw Overtaken() }
                }
            }
            return true
        } catch is Overtaken {
            return false
        } catch let error as MySQLError where error.kind == .duplicateKey {
            return false
        }
    }

    private struct Overtaken: Error {}
}

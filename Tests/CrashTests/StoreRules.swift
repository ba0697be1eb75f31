import Digest
import Foundation
import LabelDiff
import LabelStore
import MySQL
import TestSupport

/// What holds of a store at every moment.
enum StoreRules {
    /// What is wrong with a store, in words; nothing of one without tables.
    ///
    /// - Parameters:
    ///   - bench: where it is.
    ///   - afterNextRun: whether a run has ended since the crash, so that nothing of it may be left.
    /// - Returns: a line for each thing.
    /// - Throws: `MySQLError`.
    static func broken(in bench: CrashBench, afterNextRun: Bool) async throws -> [String] {
        do {
            try await bench.store.requireMigrated()
        } catch let error as StoreError where error.code == .notMigrated {
            return afterNextRun ? ["it is not migrated"] : []
        }
        var broken: [String] = []
        for dataset in try await bench.store.datasets() {
            for version in try await bench.store.versions(of: dataset) {
                if let words = try await mismatch(version, of: dataset, bench.connection) {
                    broken.append("\(dataset.name)@\(version.version): \(words)")
                }
            }
        }
        let rules = always + (afterNextRun ? whenARunHasEnded : [])
        return try await bench.connection.run { connection in
            try rules.compactMap { words, sql in
                let rows = try connection.rows(sql)
                return rows.isEmpty ? nil : "\(words): \(rows.map { "\($0.values)" }.joined(separator: "; "))"
            }
        } + broken
    }

    /// Recomputes the hashes of a version from the rows of the tables, and from nothing that the store makes of them.
    private static func mismatch(
        _ version: VersionRecord, of dataset: DatasetRecord, _ connection: MySQLConnection
    ) async throws -> String? {
        let number = MySQLValue.int(Int64(version.version))
        let id = MySQLValue.uint(UInt64(dataset.id))
        return try await connection.run { connection in
            var root = RootHasher()
            var count = 0
            var wrong: String?
            try connection.forEachRow(
                """
                SELECT key_hash, row_hash, label, redacted_hash FROM sheaf_labels
                WHERE dataset_id = ? AND valid_from <= ?
                UNION ALL
                SELECT key_hash, row_hash, label, redacted_hash FROM sheaf_history
                WHERE dataset_id = ? AND valid_from <= ? AND valid_to > ? ORDER BY key_hash
                """, [id, number, id, number, number]
            ) { row in
                let (key, hash, label) = (row.bytes(0), row.bytes(1), row.bytes(2))
                // Of a redacted label the hash is all that is left.
                let isWhole = row.isNull(3)
                if Self.hash(label) != (isWhole ? hash : row.bytes(3)) || (isWhole && key != keyBytes(label)) {
                    wrong = "the label \(String(decoding: label, as: UTF8.self))"
                }
                root.add(KeyHash(words(of: key)), RowHash(words(of: hash)))
                count += 1
            }
            if let wrong { return wrong }
            if count != version.labelCount { return "\(count) labels, and not \(version.labelCount)" }
            let hash = root.finish()
            if hash != version.rootHash { return "its root hash" }
            return VersionFormat.versionHash(schemaHash: version.schemaHash, rootHash: hash) == version.versionHash
                ? nil : "its version hash"
        }
    }

    private static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return Array(hasher.finish().bytes.prefix(16))
    }

    private static func words(of bytes: [UInt8]) -> (UInt64, UInt64) {
        func word(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        return (word(0..<8), word(8..<16))
    }

    /// The hash of a dish's key, which is the number that follows `"id":`.
    private static func keyBytes(_ label: [UInt8]) -> [UInt8] {
        let digits = String(decoding: label, as: UTF8.self).firstMatch(of: #/"id":(\d+)/#)?.1 ?? ""
        return hash(Array("[\(digits)]".utf8))
    }

    /// Statements that find no row.
    private static let always = [
        (
            "a version without exactly one event",
            """
            SELECT v.dataset_id, v.version, COUNT(e.event_id) AS events FROM sheaf_versions v
            LEFT JOIN sheaf_events e ON e.dataset_id = v.dataset_id AND e.version = v.version
                AND e.kind = 'version_published'
            WHERE v.state <> 'staging' GROUP BY v.dataset_id, v.version HAVING events <> 1
            """
        ),
        (
            "an event of a version that nobody published",
            """
            SELECT e.event_id, e.version FROM sheaf_events e WHERE e.kind = 'version_published' AND NOT EXISTS
                (SELECT 1 FROM sheaf_versions v WHERE v.dataset_id = e.dataset_id AND v.version = e.version
                    AND v.state <> 'staging')
            """
        ),
        (
            "a dataset that is not at its last version",
            """
            SELECT d.name, d.current_version, COALESCE(MAX(v.version), 0) AS last FROM sheaf_datasets d
            LEFT JOIN sheaf_versions v ON v.dataset_id = d.dataset_id AND v.state <> 'staging'
            GROUP BY d.dataset_id, d.name, d.current_version HAVING last <> d.current_version
            """
        ),
        (
            "a job twice",
            """
            SELECT dataset_id, version, pipeline, retry, COUNT(*) AS jobs FROM sheaf_jobs
            GROUP BY dataset_id, version, pipeline, retry HAVING jobs > 1
            """
        ),
        (
            "a job that succeeded twice",
            """
            SELECT job_id, COUNT(*) AS ends FROM sheaf_job_attempts WHERE outcome = 'succeeded'
            GROUP BY job_id HAVING ends > 1
            """
        ),
        (
            "a hold without entries",
            """
            SELECT hold_id, state FROM sheaf_holds h WHERE state IN ('open', 'approved')
                AND NOT EXISTS (SELECT 1 FROM sheaf_hold_entries e WHERE e.hold_id = h.hold_id)
            """
        ),
        (
            "an approval that nobody gave",
            """
            SELECT hold_id FROM sheaf_holds h WHERE state = 'approved' AND NOT EXISTS
                (SELECT 1 FROM sheaf_audit a WHERE a.action = 'approve' AND a.subject = CONCAT('hold ', h.hold_id))
            """
        ),
        (
            "a schema that is not what its hash says",
            "SELECT schema_id FROM sheaf_schemas WHERE HEX(schema_hash) <> UPPER(SHA2(document, 256))"
        ),
    ]

    private static let whenARunHasEnded = [
        ("a version that is staged", "SELECT dataset_id, version FROM sheaf_versions WHERE state = 'staging'"),
        (
            "a decision that is staged",
            "SELECT name, staged_decision, staged_run FROM sheaf_datasets WHERE staged_decision <> 0"
        ),
        ("a run that never ended", "SELECT run_id, kind FROM sheaf_runs WHERE state = 'running'"),
        (
            "a label of a version that is not there",
            "SELECT l.valid_from FROM sheaf_labels l JOIN sheaf_datasets d USING (dataset_id) WHERE l.valid_from > d.current_version LIMIT 5"
        ),
        (
            "history of a version that is not there",
            "SELECT h.valid_to FROM sheaf_history h JOIN sheaf_datasets d USING (dataset_id) WHERE h.valid_to > d.current_version LIMIT 5"
        ),
    ]
}

import Digest
import LabelDiff
import MySQL

/// Writes the history of many versions into a store that holds the first.
///
/// Every label belongs to one of 100 parts by the last bytes of its key. Version V changes the labels of part (V - 2) mod
/// 100, so each label is changed once in a hundred versions.
struct HistoryFilling {
    private let versions: Int
    private let dataset: UInt64
    private let firstRun: UInt64

    private static let part = "(CONV(HEX(RIGHT(key_hash, 2)), 16, 10) MOD 100)"
    private static let parts = 100
    private static let copied = "sheet_id, sheet_row, annotator, run_id, home_sheet_id"

    init(versions: Int, connection: isolated MySQLConnection) throws {
        self.versions = versions
        let found = try connection.rows("SELECT dataset_id, current_version FROM sheaf_datasets")
        guard found.count == 1, let row = found.first, try row.int(1) == 1 else {
            throw BenchFailure("The store must hold one dataset, at version 1.")
        }
        dataset = try row.uint(0)
        firstRun = try connection.rows("SELECT MAX(run_id) AS run FROM sheaf_runs").first?.uint("run") ?? 1
    }

    func fill(_ connection: isolated MySQLConnection) throws {
        // Large inserts into empty tables: the server sorts each key once.
        try connection.execute("SET SESSION unique_checks = 0, foreign_key_checks = 0")
        try fillHistory(connection)
        try replaceLabels(connection)
        try connection.execute("SET SESSION unique_checks = 1, foreign_key_checks = 1")
        try insertVersions(connection)
        try connection.execute("ANALYZE TABLE sheaf_labels, sheaf_history")
    }

    /// The text of a label after so many changes: one cell says how many.
    private static func label(changes: Int) -> String {
        #"REPLACE(label, '"c3":"', '"c3":"\#(changes) ')"#
    }

    private static func hash(_ label: String) -> String { "UNHEX(LEFT(SHA2(\(label), 256), 32))" }

    private func fillHistory(_ connection: isolated MySQLConnection) throws {
        let columns = "dataset_id, key_hash, valid_to, valid_from, row_hash, label, \(Self.copied)"
        let source = "FROM sheaf_labels WHERE dataset_id = \(dataset)"
        let changed = Self.label(changes: 1)
        // In the order of the primary key, as far as two passes can be: one after the other is fast enough.
        try connection.execute(
            """
            INSERT INTO sheaf_history (\(columns))
            SELECT dataset_id, key_hash, \(Self.part) + 2, valid_from, row_hash, label, \(Self.copied)
            \(source) AND \(Self.part) + 2 <= \(versions)
            """)
        try connection.execute(
            """
            INSERT INTO sheaf_history (\(columns))
            SELECT dataset_id, key_hash, \(Self.part) + \(2 + Self.parts), \(Self.part) + 2, \(Self.hash(changed)),
                \(changed), sheet_id, sheet_row, annotator, \(firstRun) + \(Self.part) + 1, home_sheet_id
            \(source) AND \(Self.part) + \(2 + Self.parts) <= \(versions)
            """)
    }

    /// Makes the table anew, which takes a fraction of the time that changing every row of it would.
    private func replaceLabels(_ connection: isolated MySQLConnection) throws {
        let (once, twice) = (Self.label(changes: 1), Self.label(changes: 2))
        func chosen(_ unchanged: String, _ once: String, _ twice: String) -> String {
            "IF(\(Self.part) + 2 > \(versions), \(unchanged), "
                + "IF(\(Self.part) + \(2 + Self.parts) > \(versions), \(once), \(twice)))"
        }
        let validFrom = chosen("valid_from", "\(Self.part) + 2", "\(Self.part) + \(2 + Self.parts)")
        try connection.execute("CREATE TABLE sheaf_bench_labels LIKE sheaf_labels")
        try connection.execute(
            """
            INSERT INTO sheaf_bench_labels (dataset_id, key_hash, valid_from, row_hash, label, sheet_id, sheet_row,
                annotator, run_id, home_sheet_id)
            SELECT dataset_id, key_hash, \(validFrom), \(chosen("row_hash", Self.hash(once), Self.hash(twice))),
                \(chosen("label", once, twice)), sheet_id, sheet_row, annotator,
                \(firstRun) + \(validFrom) - 1, home_sheet_id
            FROM sheaf_labels WHERE dataset_id = \(dataset) ORDER BY dataset_id, key_hash
            """)
        try connection.execute("DROP TABLE sheaf_labels")
        try connection.execute("RENAME TABLE sheaf_bench_labels TO sheaf_labels")
    }

    // MARK: - Versions

    private func insertVersions(_ connection: isolated MySQLConnection) throws {
        guard
            let first = try connection.rows(
                """
                SELECT v.schema_id, s.schema_hash, v.label_count FROM sheaf_versions v
                JOIN sheaf_schemas s ON s.schema_id = v.schema_id WHERE v.dataset_id = ? AND v.version = 1
                """, [.uint(dataset)]
            ).first, let schema = SHA256Digest(bytes: try first.bytes("schema_hash"))
        else {
            throw BenchFailure("The store must hold version 1.")
        }
        let lives = try LabelLives(dataset: dataset, connection)
        try connection.execute("START TRANSACTION")
        for version in 2...versions {
            let (root, changed) = lives.version(version)
            try connection.execute(
                """
                INSERT INTO sheaf_runs (run_id, dataset_id, kind, state, actor, worker, started_at, finished_at, version,
                    report)
                VALUES (?, ?, 'sync', 'published', 'bench', 'bench', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), ?, '{}')
                """, [.uint(firstRun + UInt64(version) - 1), .uint(dataset), .int(Int64(version))])
            try connection.execute(
                """
                INSERT INTO sheaf_versions (dataset_id, version, state, parent, schema_id, run_id, root_hash, version_hash,
                    label_count, inserted, updated, deleted, actor, created_at, published_at)
                VALUES (?, ?, 'published', ?, ?, ?, ?, ?, ?, 0, ?, 0, 'bench', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))
                """,
                [
                    .uint(dataset), .int(Int64(version)), .int(Int64(version - 1)), .uint(try first.uint("schema_id")),
                    .uint(firstRun + UInt64(version) - 1), .bytes(root.bytes),
                    .bytes(VersionFormat.versionHash(schemaHash: schema, rootHash: root).bytes),
                    .uint(try first.uint("label_count")), .int(Int64(changed)),
                ])
        }
        try connection.execute(
            "UPDATE sheaf_datasets SET current_version = ? WHERE dataset_id = ?",
            [.int(Int64(versions)), .uint(dataset)])
        try connection.execute("COMMIT")
    }
}

/// From which version to which each label had which hash, in memory, in key order.
private struct LabelLives {
    private struct Life {
        let key: KeyHash
        let row: RowHash
        let from: UInt32
        let to: UInt32
    }

    private var lives: [Life] = []

    init(dataset: UInt64, _ connection: isolated MySQLConnection) throws {
        var lives: [Life] = []
        try connection.forEachRow(
            """
            SELECT key_hash, row_hash, valid_from, valid_to FROM sheaf_history WHERE dataset_id = \(dataset)
            UNION ALL
            SELECT key_hash, row_hash, valid_from, 4294967295 FROM sheaf_labels WHERE dataset_id = \(dataset)
            ORDER BY key_hash
            """
        ) { row in
            lives.append(
                Life(
                    key: KeyHash(row.word16(0)), row: RowHash(row.word16(1)), from: UInt32(row.int(2)),
                    to: UInt32(row.int(3))))
        }
        self.lives = lives
    }

    /// The root hash of a version, and how many labels it changed.
    func version(_ number: Int) -> (root: SHA256Digest, changed: Int) {
        let version = UInt32(number)
        var root = RootHasher()
        var changed = 0
        for life in lives where life.from <= version && version < life.to {
            root.add(life.key, life.row)
            if life.from == version { changed += 1 }
        }
        return (root.finish(), changed)
    }
}

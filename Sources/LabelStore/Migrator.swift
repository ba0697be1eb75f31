internal import Digest
internal import Logging
internal import MySQL

/// One numbered file of `migrations/`.
package struct Migration: Sendable {
    package let number: Int
    package let name: String
    let text: String

    /// All migrations of this program, in order.
    ///
    /// The files are compiled in, so that program and migrations never differ.
    package static let all: [Migration] = [
        Migration(
            number: 1, name: "initial", text: String(decoding: PackageResources._001_initial_sql, as: UTF8.self)),
        Migration(
            number: 2, name: "changes", text: String(decoding: PackageResources._002_changes_sql, as: UTF8.self)),
        Migration(
            number: 3, name: "schemas", text: String(decoding: PackageResources._003_schemas_sql, as: UTF8.self)),
        Migration(
            number: 4, name: "history", text: String(decoding: PackageResources._004_history_sql, as: UTF8.self)),
        Migration(
            number: 5, name: "reading", text: String(decoding: PackageResources._005_reading_sql, as: UTF8.self)),
    ]

    /// SHA-256 of the file's bytes: a migration that was applied must never change.
    var checksum: SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update(text)
        return hasher.finish()
    }

    /// The statements, each ending in a semicolon at the end of a line, without comments.
    var statements: [String] {
        var found: [String] = []
        var current: [Substring] = []
        for line in text.split(separator: "\n") {
            if line.drop(while: { $0 == " " }).hasPrefix("--") { continue }
            current.append(line)
            if line.hasSuffix(";") {
                found.append(current.joined(separator: "\n").dropLast().description)
                current = []
            }
        }
        return found
    }
}

/// How far a store's tables are, against what this program knows.
package struct MigrationStatus: Sendable {
    package let applied: [Int]
    package let pending: [Migration]
}

extension LabelStore {
    /// Brings the tables up to date.
    ///
    /// Safe to run by several at once, and again after it was cut short.
    ///
    /// - Returns: the migrations that were applied now.
    /// - Throws: `StoreError` if the store is newer than the program, or an applied migration has another checksum.
    package func migrate(
        owner: String, actor: String? = nil,
        progress: @Sendable (_ migration: Migration, _ statement: Int, _ of: Int) -> Void
    ) async throws -> [Migration] {
        try await makeBookkeepingTables()
        return try await withLease("migrations", owner: owner) { lease in
            let status = try await migrationStatus()
            for migration in status.pending {
                try await apply(migration, actor: actor ?? owner, lease: lease, progress: progress)
            }
            return status.pending
        }
    }

    /// Compares the store's migrations with the program's.
    ///
    /// - Throws: `StoreError` as `migrate`.
    package func migrationStatus() async throws -> MigrationStatus {
        let rows: [(number: Int, checksum: SHA256Digest?, finished: Bool)] = try await pool.withConnection {
            connection in
            let exists = try connection.rows(
                """
                SELECT 1 FROM information_schema.tables
                WHERE table_schema = DATABASE() AND table_name = 'sheaf_migrations'
                """)
            if exists.isEmpty { return [] }
            return try connection.rows(
                "SELECT number, checksum, applied_at IS NOT NULL AS finished FROM sheaf_migrations ORDER BY number"
            ).map { (Int(try $0.int("number")), try $0.digest("checksum"), try $0.int("finished") == 1) }
        }
        let known = Migration.all
        if let newest = rows.last?.number, newest > (known.last?.number ?? 0) {
            throw StoreError(
                .newerThanProgram,
                "The database's tables are at migration \(newest), and this program knows \(known.last?.number ?? 0).",
                hint: "Install the release of sheaf that migrated it, or a later one.")
        }
        for row in rows {
            guard let migration = known.first(where: { $0.number == row.number }) else { continue }
            if row.checksum != migration.checksum {
                throw StoreError(
                    .changedMigration,
                    "Migration \(row.number) was applied from a file that differs from this program's.",
                    hint: "Use the release of sheaf that applied it; an applied migration never changes.")
            }
        }
        let finished = Set(rows.filter(\.finished).map(\.number))
        return MigrationStatus(
            applied: finished.sorted(), pending: known.filter { !finished.contains($0.number) })
    }

    /// Throws unless the tables are just what this program expects.
    package func requireMigrated() async throws {
        let status = try await migrationStatus()
        guard let first = status.pending.first else { return }
        throw StoreError(
            .notMigrated,
            status.applied.isEmpty
                ? "The database has no Sheaf tables yet."
                : "The database's tables are older than this program: migration \(first.number) is not applied.",
            hint: "Run `sheaf migrate`.")
    }

    private func apply(
        _ migration: Migration, actor: String, lease: Lease,
        progress: @Sendable (_ migration: Migration, _ statement: Int, _ of: Int) -> Void
    ) async throws {
        let number = Int64(migration.number)
        let done = try await lease.write { connection in
            let rows = try connection.rows(
                "SELECT statements_done FROM sheaf_migrations WHERE number = ?", [.int(number)])
            if let row = rows.first { return Int(try row.int("statements_done")) }
            _ = try connection.execute(
                "INSERT INTO sheaf_migrations (number, name, checksum, statements_done) VALUES (?, ?, ?, 0)",
                [.int(number), .text(migration.name), .bytes(migration.checksum.bytes)])
            return 0
        }
        let statements = migration.statements
        for (index, statement) in statements.enumerated().dropFirst(done) {
            progress(migration, index + 1, statements.count)
            try await run(statement, resuming: index == done)
            try await lease.write { connection in
                _ = try connection.execute(
                    "UPDATE sheaf_migrations SET statements_done = ? WHERE number = ?",
                    [.int(Int64(index + 1)), .int(number)])
            }
        }
        try await lease.write { connection in
            _ = try connection.execute(
                "UPDATE sheaf_migrations SET applied_at = UTC_TIMESTAMP(6) WHERE number = ?", [.int(number)])
            try Self.audit(
                "migrate", dataset: .null, subject: "migration \(number), \(migration.name)", actor: actor, why: nil,
                connection)
        }
    }

    /// Runs one statement of a migration.
    ///
    /// The first one after an interruption may have been done already, with only its note missing: then the table, the
    /// column, the key or the row that it makes is there, or what it takes away or renames is gone.
    private func run(_ statement: String, resuming: Bool) async throws {
        do {
            _ = try await pool.withConnection { try $0.execute(statement) }
        } catch let error as MySQLError where resuming && Self.saysDoneBefore(error) {
            logger.notice("migration statement was done before", metadata: ["error": "\(error.number)"])
        }
    }

    /// Table exists, duplicate column, duplicate key name, nothing to drop, no such table (to rename), duplicate row.
    private static func saysDoneBefore(_ error: MySQLError) -> Bool {
        [1050, 1060, 1061, 1091, 1146].contains(error.number) || error.kind == .duplicateKey
    }

    /// The two tables that migrating itself stands on.
    private func makeBookkeepingTables() async throws {
        try await pool.withConnection { connection in
            _ = try connection.execute(
                """
                CREATE TABLE IF NOT EXISTS sheaf_leases (
                  name        VARCHAR(190)    NOT NULL,
                  owner       VARCHAR(255)    NOT NULL,
                  token       BIGINT UNSIGNED NOT NULL,
                  step        BIGINT UNSIGNED NOT NULL,
                  expires_at  DATETIME(6)     NOT NULL,
                  PRIMARY KEY (name)
                ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
                """)
            _ = try connection.execute(
                """
                CREATE TABLE IF NOT EXISTS sheaf_migrations (
                  number           INT UNSIGNED NOT NULL,
                  name             VARCHAR(190) NOT NULL,
                  checksum         BINARY(32)   NOT NULL,
                  statements_done  INT UNSIGNED NOT NULL,
                  applied_at       DATETIME(6)  NULL,
                  PRIMARY KEY (number)
                ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
                """)
        }
    }
}

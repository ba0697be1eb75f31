import MySQL
import TestSupport
import Testing

@Suite struct SessionTests {
    @Test func setsCharacterSetTimeZoneAndStrictnessItself() async throws {
        let connection = try await MySQLConnection.connect(TestDatabase.serverConfiguration())
        let row = try await connection.run { connection in
            try #require(
                connection.rows(
                    """
                    SELECT @@character_set_client c, @@character_set_results r, @@collation_connection co,
                        @@time_zone z, @@sql_mode m, @@autocommit a, @@innodb_lock_wait_timeout w,
                        TIMESTAMPDIFF(SECOND, NOW(), UTC_TIMESTAMP()) AS apart
                    """
                ).first)
        }
        #expect(try row.text("c") == "utf8mb4")
        #expect(try row.text("r") == "utf8mb4")
        #expect(try row.text("co") == "utf8mb4_bin")
        #expect(try row.text("z") == "+00:00")
        #expect(try row.text("m").contains("STRICT_ALL_TABLES"))
        #expect(try row.int("a") == 1)
        #expect(try row.int("w") == 20)
        #expect(try row.int("apart") == 0)
        await connection.close()
    }

    @Test(arguments: [
        ("('ABCDE', 1, 1, '2026-01-01')", MySQLError.Kind.dataTooLong), ("('A', 300, 1, '2026-01-01')", .dataTooLong),
        ("('A', 'ひみつ', 1, '2026-01-01')", .invalidValue), ("('A', 1, 1, '2026-02-30')", .invalidValue),
        ("('A', 1, 1, '0000-00-00')", .invalidValue), ("('A', 1, 1/0, '2026-01-01')", .other),
        ("('A', 1, NULL, '2026-01-01')", .constraint),
    ])
    func strictModeRefusesWhatItWouldHaveToCut(values: String, kind: MySQLError.Kind) async throws {
        try await TestDatabase.withDatabase { configuration in
            let connection = try await MySQLConnection.connect(configuration)
            try await connection.execute("CREATE TABLE t (a VARCHAR(4), b TINYINT, c INT NOT NULL, d DATE)")
            let error = try await failure { try await connection.execute("INSERT INTO t VALUES \(values)") }
            #expect(error.kind == kind, "\(error)")
            #expect(!error.description.contains("ひみつ"))
            #expect(!error.isRetryable)
            #expect(try await connection.rows("SELECT COUNT(*) FROM t")[0].int(0) == 0)
            await connection.close()
        }
    }

    @Test func namesConstraintsButNoValues() async throws {
        try await TestDatabase.withDatabase { configuration in
            let connection = try await MySQLConnection.connect(configuration)
            try await connection.execute("CREATE TABLE t (k VARCHAR(20) PRIMARY KEY) CHARACTER SET utf8mb4")
            try await connection.execute("INSERT INTO t VALUES (?)", ["ひみつ"])
            let duplicate = try await failure { try await connection.execute("INSERT INTO t VALUES (?)", ["ひみつ"]) }
            #expect(duplicate.kind == .duplicateKey)
            #expect(duplicate.message.contains("PRIMARY"))
            #expect(!duplicate.message.contains("ひみつ"))
            let missing = try await failure { try await connection.execute("SELECT * FROM nothing_here") }
            #expect(missing.kind == .noSuchTable)
            let syntax = try await failure { try await connection.execute("SELEC 1") }
            #expect(syntax.kind == .syntax)
            // An error leaves the connection of use.
            #expect(try await connection.rows("SELECT COUNT(*) FROM t")[0].int(0) == 1)
            await connection.close()
        }
    }

    @Test func refusesWhatIsLargerThanAPacketBeforeItIsSent() async throws {
        try await TestDatabase.withDatabase { configuration in
            let connection = try await MySQLConnection.connect(configuration)
            try await connection.execute("CREATE TABLE t (v LONGBLOB)")
            let limit = try await connection.rows("SELECT @@max_allowed_packet")[0].int(0)
            let large = [UInt8](repeating: 7, count: Int(limit))
            let execute = try await failure {
                try await connection.execute("INSERT INTO t VALUES (?)", [.bytes(large)])
            }
            #expect(execute.kind == .packetTooLarge)
            let insert = try await failure {
                var rows = BulkRows(columnCount: 1)
                rows.append(bytes: large)
                return try await connection.insert(into: "t", columns: ["v"], rows: rows)
            }
            #expect(insert.kind == .packetTooLarge)
            #expect(insert.hint?.contains("max_allowed_packet") == true)
            let isOpen = await connection.isOpen
            #expect(isOpen)
            #expect(try await connection.rows("SELECT COUNT(*) FROM t")[0].int(0) == 0)
            await connection.close()
        }
    }

    @Test func reportsChangedRowsAndGeneratedIDs() async throws {
        try await TestDatabase.withDatabase { configuration in
            let connection = try await MySQLConnection.connect(configuration)
            let summaries = try await connection.run { connection in
                try connection.execute("CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, v INT)")
                return [
                    try connection.execute("INSERT INTO t (v) VALUES (?), (?)", [1, 2]),
                    try connection.execute("UPDATE t SET v = 2"),
                    try connection.execute("UPDATE t SET v = ? WHERE id = ?", [9, 2]),
                    try connection.execute("UPDATE t SET v = ? WHERE id = ?", [9, 2]),
                    try connection.execute("UPDATE t SET v = LAST_INSERT_ID(v + 1) WHERE id = ?", [2]),
                ]
            }
            #expect(summaries.map(\.affectedRows) == [2, 1, 1, 0, 1])
            #expect(summaries[0].lastInsertID == 1)
            #expect(summaries[4].lastInsertID == 10)
            await connection.close()
        }
    }

    @Test func manyStatementsDoNotPileUpOnTheServer() async throws {
        let connection = try await MySQLConnection.connect(TestDatabase.serverConfiguration())
        let open = try await connection.run { connection in
            for number in 0..<200 { _ = try connection.rows("SELECT ? + \(number)", [1]) }
            return try connection.rows("SHOW SESSION STATUS LIKE 'Prepared_stmt_count'")
        }
        // The count is the whole server's, where it can be seen at all.
        if let row = open.first { #expect(try row.int(1) < 5_000) }
        await connection.close()
    }
}

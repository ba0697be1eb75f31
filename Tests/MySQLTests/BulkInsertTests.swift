import MySQL
import TestRandom
import TestSupport
import Testing

@Suite struct BulkInsertTests {
    private static let columns = ["id", "key_hash", "label", "score", "big", "note"]
    private static let table = """
        CREATE TABLE t (id INT PRIMARY KEY, key_hash BINARY(16) NOT NULL, label MEDIUMTEXT NOT NULL, score DOUBLE NULL,
            big BIGINT UNSIGNED NULL, note VARCHAR(40) NULL)
        """

    /// Rows as a sync writes them, of every kind of cell, with NULLs and texts of all lengths.
    private static func rows(_ count: Int, seed: UInt64) -> [[MySQLValue]] {
        var random = SeededRandom(seed: seed)
        let words = ["醤油", "🍜", "", "a'b\\", "か\u{3099}", "\0"]
        return (0..<count).map { id in
            let long = random.once(in: 1_000) ? 20_000 : random.number(in: 0..<30)
            return [
                .int(Int64(id)), MySQLValue(word16: (random.next(), random.next())),
                .text((0..<long).map { _ in random.pick(words) }.joined()),
                random.once(in: 4) ? .null : .double(Double(random.number(in: -5_000..<5_000)) / 16),
                random.once(in: 4) ? .null : .uint(random.next()),
                random.once(in: 3) ? .null : .text(random.pick(words)),
            ]
        }
    }

    private static func bulk(_ rows: [[MySQLValue]]) -> BulkRows {
        var bulk = BulkRows(columnCount: columns.count)
        for row in rows { bulk.append(row) }
        return bulk
    }

    private func connect(
        _ configuration: MySQLConfiguration, _ mode: MySQLConfiguration.InsertMode
    ) async throws -> MySQLConnection {
        var configuration = configuration
        configuration.insertMode = mode
        return try await MySQLConnection.connect(configuration)
    }

    @Test(arguments: [MySQLConfiguration.InsertMode.automatic, .multiRow], [1, 1_365, 12_345])
    func insertsExactlyTheRowsItIsGiven(mode: MySQLConfiguration.InsertMode, count: Int) async throws {
        let expected = Self.rows(count, seed: 7)
        try await TestDatabase.withDatabase { configuration in
            let connection = try await connect(configuration, mode)
            let (usesArrays, isMariaDB) = (await connection.usesArrayBinding, await connection.isMariaDB)
            #expect(usesArrays == (mode == .automatic && isMariaDB))
            let (inserted, isOpen, stored) = try await connection.run { connection in
                try connection.execute(Self.table)
                let inserted = try connection.insert(into: "t", columns: Self.columns, rows: Self.bulk(expected))
                let stored = try connection.rows("SELECT * FROM t ORDER BY id").map(\.values)
                return (inserted, connection.isInTransaction, stored)
            }
            #expect(inserted == UInt64(count))
            #expect(!isOpen)
            #expect(stored.count == count)
            let different = zip(stored, expected).first { !Self.areSame($0, $1) }
            #expect(different == nil)
            await connection.close()
        }
    }

    private static func areSame(_ left: [MySQLValue], _ right: [MySQLValue]) -> Bool {
        zip(left, right).allSatisfy { left, right in
            if case (.text(let first), .text(let second)) = (left, right) {
                return first.utf8.elementsEqual(second.utf8)
            }
            return left == right
        }
    }

    @Test(
        arguments: [MySQLConfiguration.InsertMode.automatic, .multiRow],
        [(count: 100, inTransaction: false), (100, true), (12_345, false), (12_345, true)])
    func insertsAllOrNone(
        mode: MySQLConfiguration.InsertMode, load: (count: Int, inTransaction: Bool)
    ) async throws {
        let (count, inTransaction) = load
        var rows = Self.rows(count, seed: 11)
        // The last row repeats the first one's key.
        rows[count - 1][0] = rows[0][0]
        let bulk = Self.bulk(rows)
        try await TestDatabase.withDatabase { configuration in
            let connection = try await connect(configuration, mode)
            let (error, isOpen, left) = try await connection.run { connection in
                try connection.execute(Self.table)
                if inTransaction { try connection.execute("START TRANSACTION") }
                try connection.execute(
                    "INSERT INTO t VALUES (-1, ?, 'before', NULL, NULL, NULL)", [MySQLValue(word16: (1, 2))])
                var failure: MySQLError?
                do throws(MySQLError) {
                    try connection.insert(into: "t", columns: Self.columns, rows: bulk)
                } catch {
                    failure = error
                }
                let isOpen = connection.isInTransaction
                if inTransaction { try connection.execute("COMMIT") }
                return (failure, isOpen, try connection.rows("SELECT label FROM t").map { try $0.text(0) })
            }
            #expect(error?.kind == .duplicateKey)
            #expect(isOpen == inTransaction)
            #expect(left == ["before"])
            await connection.close()
        }
    }

    @Test func singleStatementsOfTheSameTextStillWorkAfterwards() async throws {
        try await TestDatabase.withDatabase { configuration in
            let connection = try await connect(configuration, .automatic)
            let ids = try await connection.run { connection in
                try connection.execute("CREATE TABLE t (`a``b` INT)")
                for _ in 0..<3 {
                    var rows = BulkRows(columnCount: 1)
                    for id in 0..<3 { rows.append(int: Int64(id)) }
                    try connection.insert(into: "t", columns: ["a`b"], rows: rows)
                    try connection.execute("INSERT INTO `t` (`a``b`) VALUES (?)", [9])
                }
                return try connection.rows("SELECT `a``b` FROM t ORDER BY 1").map { try $0.int(0) }
            }
            #expect(ids == [0, 0, 0, 1, 1, 1, 2, 2, 2, 9, 9, 9])
            await connection.close()
        }
    }

    @Test(arguments: [MySQLConfiguration.InsertMode.automatic, .multiRow])
    func aColumnMayMixNullsNumbersAndTexts(mode: MySQLConfiguration.InsertMode) async throws {
        try await TestDatabase.withDatabase { configuration in
            let connection = try await connect(configuration, mode)
            let values = try await connection.run { connection in
                try connection.execute("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(40), nothing INT)")
                var rows = BulkRows(columnCount: 3)
                let cells: [MySQLValue] = [nil, 7, nil, "七", -8, 0.5, .bytes([0x41]), .uint(.max)]
                for (id, cell) in cells.enumerated() { rows.append([.int(Int64(id)), cell, nil]) }
                try connection.insert(into: "t", columns: ["id", "v", "nothing"], rows: rows)
                return try connection.rows("SELECT v, nothing FROM t ORDER BY id").map(\.values)
            }
            #expect(values.map { $0[0] } == [nil, "7", nil, "七", "-8", "0.5", "A", "18446744073709551615"])
            #expect(values.allSatisfy { $0[1].isNull })
            await connection.close()
        }
    }

    @Test func refusesRowsThatDoNotFitTheColumns() async throws {
        let connection = try await MySQLConnection.connect(TestDatabase.serverConfiguration())
        var rows = BulkRows(columnCount: 2)
        rows.append(int: 1)
        let incomplete = try await failure { [rows] in
            try await connection.insert(into: "t", columns: ["a", "b"], rows: rows)
        }
        #expect(incomplete.kind == .typeMismatch)
        rows.append(int: 2)
        let narrow = try await failure { [rows] in try await connection.insert(into: "t", columns: ["a"], rows: rows) }
        #expect(narrow.kind == .typeMismatch)
        #expect(try await connection.insert(into: "t", columns: ["a"], rows: BulkRows(columnCount: 1)) == 0)
        await connection.close()
    }
}

import MySQL
import TestSupport
import Testing

/// One value on its way into a column and out again.
struct RoundTrip: Sendable, CustomTestStringConvertible {
    let column: String
    let sent: MySQLValue
    let received: MySQLValue

    init(_ column: String, _ sent: MySQLValue, comesAs received: MySQLValue? = nil) {
        self.column = column
        self.sent = sent
        self.received = received ?? sent
    }

    var testDescription: String { "\(column), \(sent.typeName)" }

    static let everyKind = [
        RoundTrip("TINYINT", -128),
        RoundTrip("BOOLEAN", true),
        RoundTrip("SMALLINT", 32_767),
        RoundTrip("MEDIUMINT", -8_388_608),
        RoundTrip("INT UNSIGNED", .uint(4_294_967_295)),
        RoundTrip("INT UNSIGNED", 7, comesAs: .uint(7)),
        RoundTrip("BIGINT", .int(.min)),
        RoundTrip("BIGINT", .int(.max)),
        RoundTrip("BIGINT UNSIGNED", .uint(.max)),
        RoundTrip("YEAR", 2026, comesAs: .uint(2026)),
        RoundTrip("DOUBLE", 0.1),
        RoundTrip("DOUBLE", .double(.greatestFiniteMagnitude)),
        RoundTrip("DOUBLE", .double(.leastNormalMagnitude)),
        RoundTrip("FLOAT", 1.5),
        RoundTrip("DECIMAL(30,10)", "12345678901234567890.0123456789"),
        RoundTrip("DECIMAL(30,10)", 3, comesAs: "3.0000000000"),
        RoundTrip("VARCHAR(40)", ""),
        RoundTrip("VARCHAR(40)", "麻婆豆腐 🍲 👨‍👩‍👧‍👦 𩸽"),
        RoundTrip("VARCHAR(40)", "が か\u{3099} \u{FEFF}e\u{301}"),
        RoundTrip("VARCHAR(40)", "it's \"quoted\" \\ `back` %_ -- ; \0 \r\n\t"),
        RoundTrip("VARCHAR(40)", "trailing   "),
        RoundTrip("CHAR(4)", "醤油"),
        RoundTrip("TEXT", "しょうゆ"),
        RoundTrip("LONGTEXT", .text(String(repeating: "長い文", count: 40_000))),
        RoundTrip("ENUM('はい','いいえ')", "いいえ"),
        RoundTrip("BINARY(16)", .bytes((0..<16).map { 255 - $0 })),
        RoundTrip("BINARY(16)", MySQLValue(word16: (0x0102_0304_0506_0708, 0xF1F2_F3F4_F5F6_F7F8))),
        RoundTrip("VARBINARY(300)", .bytes((0...255).map { $0 })),
        RoundTrip("VARBINARY(300)", .bytes([])),
        RoundTrip("BLOB", .bytes([0, 255, 0x27, 0x5C])),
        RoundTrip("BIT(8)", 0b1010_0101, comesAs: .bytes([0b1010_0101])),
        RoundTrip("DATE", "2026-02-28"),
        RoundTrip("TIME", "-12:34:56"),
        RoundTrip("DATETIME", "2026-02-28 23:59:59"),
        RoundTrip("DATETIME(6)", "2026-02-28 23:59:59.000001"),
        RoundTrip("TIMESTAMP(6) NULL", "2026-02-28 23:59:59.999999"),
    ]
}

@Suite struct ValueTests {
    /// Compares bytes, since `String ==` takes が and か with a mark for the same.
    private func areSame(_ left: MySQLValue, _ right: MySQLValue) -> Bool {
        if case (.text(let first), .text(let second)) = (left, right) { return first.utf8.elementsEqual(second.utf8) }
        return left == right
    }

    @Test func everyKindOfValueComesBackAsItWasSent() async throws {
        try await TestDatabase.withDatabase { configuration in
            let connection = try await MySQLConnection.connect(configuration)
            for (index, trip) in RoundTrip.everyKind.enumerated() {
                let results = try await connection.run { connection in
                    try connection.execute("CREATE TABLE t\(index) (v \(trip.column))")
                    try connection.execute("INSERT INTO t\(index) VALUES (?)", [trip.sent])
                    try connection.execute("INSERT INTO t\(index) VALUES (?)", [nil])
                    let select = "SELECT v FROM t\(index) ORDER BY v IS NULL"
                    var streamed: [MySQLValue] = []
                    try connection.forEachRow(select) { streamed.append($0.value(0)) }
                    return [try connection.rows(select).map { $0[0] }, streamed]
                }
                for values in results {
                    try #require(values.count == 2)
                    #expect(areSame(values[0], trip.received), "\(trip.column)")
                    #expect(values[1].isNull, "\(trip.column)")
                }
            }
            await connection.close()
        }
    }

    // Other servers take packets of 16 MB only, into which it does not fit.
    @Test(.enabled(if: TestDatabase.isPrivate)) func fillsAMediumTextToItsLastByte() async throws {
        try await TestDatabase.withDatabase { configuration in
            let connection = try await MySQLConnection.connect(configuration)
            // 16,777,215 bytes: emoji of four bytes, and three letters.
            let text = String(repeating: "🍜", count: 4_194_303) + "end"
            let (read, length) = try await connection.run { connection in
                try connection.execute("CREATE TABLE t (id INT PRIMARY KEY, v MEDIUMTEXT)")
                try connection.execute("INSERT INTO t VALUES (?, ?), (?, ?)", [1, .text(text), 2, "short"])
                let rows = try connection.rows("SELECT v, LENGTH(v) FROM t ORDER BY id")
                return ([try rows[0].text(0), try rows[1].text(0)], try rows[0].int(1))
            }
            #expect(length == 16_777_215)
            #expect(read[0].utf8.elementsEqual(text.utf8))
            #expect(read[1] == "short")
            let error = try await failure {
                try await connection.execute("INSERT INTO t VALUES (3, ?)", [.text(text + "!")])
            }
            #expect(error.kind == .dataTooLong)
            await connection.close()
        }
    }

    @Test func readsTypedColumns() async throws {
        let server = try TestDatabase.serverConfiguration()
        let connection = try await MySQLConnection.connect(server)
        let sql =
            "SELECT CAST(? AS SIGNED), CAST(? AS UNSIGNED), CAST(? AS DOUBLE), ?, CAST(? AS BINARY), NULL, 2.50 AS d"
        let parameters: [MySQLValue] = [-7, 7, 0.5, "カレー", "カレー"]
        let row = try await connection.rows(sql, parameters)[0]
        #expect(try row.int(0) == -7)
        #expect(try row.uint(1) == 7)
        #expect(try row.double(2) == 0.5)
        #expect(try row.text(3) == "カレー")
        #expect(try row.bytes(4) == Array("カレー".utf8))
        #expect(try row.bytes(3) == Array("カレー".utf8))
        #expect(try row.optionalInt(5) == nil)
        #expect(try row.optionalText(5) == nil)
        #expect(try row.optionalBytes(5) == nil)
        #expect(try row.double("d") == 2.5)
        #expect(try row.text("d") == "2.50")
        let sum = try await connection.rows("SELECT SUM(n) FROM (SELECT 3 n UNION ALL SELECT 4) t")[0]
        #expect(try sum.int(0) == 7)

        let streamed = try await connection.run { connection in
            var values: [MySQLValue] = []
            try connection.forEachRow(sql, parameters) { row in
                values = [
                    .int(row.int(0)), .uint(row.uint(1)), .double(row.double(2)), .text(row.text(3)),
                    .bytes(row.bytes(4)), row.isNull(5) ? nil : 0, .text(row.text(6)), MySQLValue(row.columnCount),
                ]
            }
            return values
        }
        #expect(streamed == [-7, .uint(7), 0.5, "カレー", .bytes(Array("カレー".utf8)), nil, "2.50", 7])
        await connection.close()
    }

    @Test func aWrongTypeIsAnErrorAndNeverAZero() async throws {
        let connection = try await MySQLConnection.connect(TestDatabase.serverConfiguration())
        let reads: [@Sendable (borrowing RowView) -> Void] = [
            { _ = $0.int(0) }, { _ = $0.text(1) }, { _ = $0.double(0) }, { _ = $0.word16(0) }, { _ = $0.uint(2) },
            { _ = $0.int(3) }, { _ = $0.bytes(2) },
        ]
        for read in reads {
            let error = try await failure {
                try await connection.run { connection in
                    try connection.forEachRow("SELECT 'ひみつ' AS a, NULL AS b, -1 AS c, 1.5 AS d", [], read)
                }
            }
            #expect(error.kind == .typeMismatch)
            #expect(!"\(error)".contains("ひみつ"))
        }
        let error = try await failure {
            try await connection.run { connection in try connection.rows("SELECT 'ひみつ' AS a")[0].int(0) }
        }
        #expect(error.kind == .typeMismatch)
        #expect(!"\(error)".contains("ひみつ"))
        await connection.close()
    }

    @Test func refusesAWrongCountOfParameters() async throws {
        let connection = try await MySQLConnection.connect(TestDatabase.serverConfiguration())
        let error = try await failure { try await connection.rows("SELECT ?, ?", [1]) }
        #expect(error.kind == .typeMismatch)
        let empty = try await failure { try await connection.rows("DO ?", [1]) }
        #expect(empty.kind == .typeMismatch)
        #expect(try await connection.rows("SELECT ?", [1]).count == 1)
        await connection.close()
    }
}

import Foundation
import MySQL
import TestSupport
import Testing

@testable import QueryUnload

@Suite struct UnloadTests {
    @Test func everyTypeIsWrittenAsTheServerWritesItInText() async throws {
        try await Bench.with { bench in
            try await bench.asRoot(
                """
                CREATE TABLE t (
                    a TINYINT, b SMALLINT UNSIGNED, c INT, d BIGINT UNSIGNED, e DECIMAL(20, 5), f FLOAT, g DOUBLE,
                    h DATE, i DATETIME(6), j TIME(3), k YEAR, l BIT(12), m VARBINARY(8), n CHAR(4), o TEXT,
                    p ENUM('x', 'y'), q SET('x', 'y'), r JSON, s BOOLEAN, u INT(6) ZEROFILL, v TIMESTAMP NULL, w UUID)
                """,
                """
                INSERT INTO t VALUES (-128, 65535, -2147483648, 18446744073709551615, 12345.67000, 0.1, 1e100,
                    '9999-12-31', '2026-01-02 03:04:05.678901', '-838:59:59.000', 2026, b'100000000001', x'00FF0A', 'ab',
                    'まぐろ "\\\\" \\n\\r,', 'y', 'x,y', '{"a": 1}', 1, 42, '2026-01-02 03:04:05',
                    '123e4567-e89b-12d3-a456-426655440000')
                """,
                "INSERT INTO t (a) VALUES (NULL)")
            let text = try await bench.unload("SELECT * FROM t")
            let first = [
                "-128", "65535", "-2147483648", "18446744073709551615", "12345.67000", "0.1", "1e100", "9999-12-31",
                "2026-01-02 03:04:05.678901", "-838:59:59.000", "2026", "2049", "00ff0a", "ab",
                "まぐろ \\\"\\\\\\\" \\\n\\\r,", "y", "x,y", "{\\\"a\\\": 1}", "1", "000042", "2026-01-02 03:04:05",
                "123e4567-e89b-12d3-a456-426655440000",
            ]
            let lines = [first, Array(repeating: "", count: 22)].map { fields in
                fields.map { "\"\($0)\"" }.joined(separator: ",") + "\n"
            }
            let expected = lines.joined()
            #expect(text == expected)
        }
    }

    @Test func aLoneNullIsALineOfItsOwnAndNoRowsAreNoFile() async throws {
        try await Bench.with { bench in
            #expect(try await bench.unload("SELECT NULL") == "\"\"\n")
            #expect(try await bench.unload("SELECT ''") == "\"\"\n")
            let result = try await bench.unloader().run(
                "SELECT 1 WHERE FALSE", format: .queuery, castsDates: true, into: bench.destination)
            #expect(result.parts.isEmpty && result.rows == 0)
            #expect(result.columns.map(\.name) == ["1"])
        }
    }

    @Test func ourOwnFormatsTellNullFromTheEmptyText() async throws {
        try await Bench.with { bench in
            let sql = "SELECT NULL AS a, '' AS b, 'x\"\n\\0' AS c, 1.50 AS d, -007 AS e, TRUE AS f"
            let csv = try await bench.unload(sql, format: .csv)
            #expect(csv == "\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"\n,\"\",\"x\"\"\n\0\",\"1.50\",\"-7\",\"1\"\n")
            let objects = try await bench.unload(sql, format: .ndjson)
            #expect(objects == #"{"a":null,"b":"","c":"x\"\u000a\u0000","d":1.50,"e":-7,"f":1}"# + "\n")
            let empty = try await bench.unload("SELECT 1 AS a WHERE FALSE", format: .csv)
            #expect(empty == "\"a\"\n")
        }
    }

    @Test func booleansAreTAndFWhereThatIsConfigured() async throws {
        try await Bench.with { bench in
            try await bench.asRoot(
                "CREATE TABLE t (a BOOLEAN, b TINYINT)", "INSERT INTO t VALUES (TRUE, 1), (FALSE, 0), (NULL, NULL)")
            #expect(
                try await bench.unload("SELECT * FROM t", readsBooleans: true)
                    == "\"t\",\"1\"\n\"f\",\"0\"\n\"\",\"\"\n")
            #expect(try await bench.unload("SELECT * FROM t") == "\"1\",\"1\"\n\"0\",\"0\"\n\"\",\"\"\n")
            try await bench.asRoot("INSERT INTO t VALUES (7, 7)")
            await expectProblem(.unsuitableValue, naming: "`a`") {
                _ = try await bench.unload("SELECT * FROM t", readsBooleans: true)
            }
        }
    }

    @Test(arguments: [
        ("SELECT 1 AS fine, REPEAT('あ', 131073) AS long_one", false, "long_one"),
        ("SELECT 'a\\0b' AS nul", false, "nul"),
        ("SELECT d AS zero FROM dates", true, "zero"), ("SELECT POINT(1, 2) AS place", false, "place"),
    ])
    func aValueThatTheClientCannotReadFailsTheQueryAndNamesTheColumn(
        sql: String, castsDates: Bool, column: String
    ) async throws {
        try await Bench.with { bench in
            try await bench.asRoot(
                "SET SESSION sql_mode = ''", "CREATE TABLE dates (d DATE)")
            let connection = try await MySQLConnection.connect(bench.root)
            try await connection.run {
                try $0.execute("SET SESSION sql_mode = ''")
                try $0.execute("INSERT INTO dates VALUES ('0000-00-00')")
            }
            await connection.close()
            await expectProblem(.unsuitableValue, naming: column) {
                _ = try await bench.unload(sql, castsDates: castsDates)
            }
            #expect(!FileManager.default.fileExists(atPath: bench.path("result")))
        }
    }

    @Test func whatIsJustLongEnoughPasses() async throws {
        try await Bench.with { bench in
            let text = try await bench.unload("SELECT REPEAT('あ', 131072)")
            #expect(text.unicodeScalars.count == 131_072 + 3)
            #expect(
                try await bench.unload("SELECT '2026-01-01' + INTERVAL 0 DAY", castsDates: true).hasPrefix("\"2026"))
        }
    }

    @Test func manyRowsKeepTheirOrderOverManyFiles() async throws {
        try await Bench.with { bench in
            let limits = UnloadLimits(workers: 3, partSize: 20_000, pieceSize: 5_000)
            let result = try await bench.unloader(limits: limits).run(
                "SELECT seq, SHA2(seq, 256) FROM seq_1_to_30000 ORDER BY seq DESC", format: .queuery, castsDates: false,
                into: bench.destination)
            #expect(result.parts.count > 10 && result.rows == 30_000)
            #expect(result.parts.map(\.name) == result.parts.map(\.name).sorted())
            let numbers = try bench.text(of: result).split(separator: "\n").map { line in
                Int(line.dropFirst().prefix { $0 != "\"" }) ?? 0
            }
            #expect(numbers == Array((1...30_000).reversed()))
            for part in result.parts {
                let size = try FileManager.default.attributesOfItem(atPath: bench.path("result/\(part.name)"))[.size]
                #expect(size as? Int == part.bytes)
            }
        }
    }

    // MARK: - Limits

    @Test func moreRowsOrBytesThanAllowedFail() async throws {
        try await Bench.with { bench in
            for limits in [UnloadLimits(rows: 9, pieceSize: 100), UnloadLimits(bytes: 500, pieceSize: 100)] {
                await expectProblem(.tooMuch, naming: "limit") {
                    _ = try await bench.unloader(limits: limits).run(
                        "SELECT seq FROM seq_1_to_1000000000", format: .queuery, castsDates: false,
                        into: bench.destination)
                }
            }
            let result = try await bench.unloader(limits: UnloadLimits(rows: 10)).run(
                "SELECT seq FROM seq_1_to_10", format: .queuery, castsDates: false, into: bench.destination)
            #expect(result.rows == 10)
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "SELECT COUNT(*) FROM seq_1_to_1000000 a CROSS JOIN seq_1_to_1000000 b",
            "SELECT seq FROM seq_1_to_100000000000",
        ])
    func aQueryThatTakesTooLongIsEndedOnTheServer(sql: String) async throws {
        try await Bench.with { bench in
            await expectProblem(.tooMuch, naming: "1 s") {
                _ = try await bench.unloader(limits: UnloadLimits(seconds: 1)).run(
                    sql, format: .queuery, castsDates: false, into: bench.destination)
            }
            try await expectNothingRuns(bench)
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "SELECT COUNT(*) FROM seq_1_to_1000000 a CROSS JOIN seq_1_to_1000000 b",
            "SELECT seq FROM seq_1_to_100000000000",
        ])
    func aCancelledQueryIsEndedOnTheServer(sql: String) async throws {
        try await Bench.with { bench in
            let task = Task {
                try await bench.unloader().run(sql, format: .queuery, castsDates: false, into: bench.destination)
            }
            while try await running(bench) == 0 { try await Task.sleep(for: .milliseconds(10)) }
            task.cancel()
            let result = await task.result
            #expect(throws: CancellationError.self) { try result.get() }
            try await expectNothingRuns(bench)
            #expect(!FileManager.default.fileExists(atPath: bench.path("result")))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func aDatabaseThatDiesInMidQueryFailsItAndLeavesNothing() async throws {
        let server = try OwnServer()
        defer { try? server.remove() }
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "sheaf-unload-\(UInt32.random(in: 0...UInt32.max))").path(percentEncoded: false)
        var database = server.configuration
        database.database = "mysql"
        let unloader = Unloader(
            database: database, check: SelectCheck(), limits: UnloadLimits(partSize: 1 << 20),
            readsBooleans: false, mayWrite: true)
        let task = Task {
            try await unloader.run(
                "SELECT seq, SHA2(seq, 512) FROM seq_1_to_10000000000", format: .queuery, castsDates: false,
                into: FolderDestination(folder: folder))
        }
        while ((try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? 0) < 2 {
            try await Task.sleep(for: .milliseconds(10))
        }
        try server.kill()
        await expectProblem(.unavailable, naming: "lost") { _ = try await task.value }
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test func aFolderThatCannotBeWrittenEndsTheQuery() async throws {
        try await Bench.with { bench in
            try "no folder".write(toFile: bench.path("file"), atomically: true, encoding: .utf8)
            await expectProblem(.output, naming: "written") {
                _ = try await bench.unloader().run(
                    "SELECT seq FROM seq_1_to_100000000", format: .queuery, castsDates: false,
                    into: FolderDestination(folder: bench.path("file/result")))
            }
            try await expectNothingRuns(bench)
        }
    }

    @Test(arguments: ["SELECT nothing FROM nowhere", "SELECT FROM", "SELECT * FROM mysql.user"])
    func whatTheDatabaseRefusesIsToldToTheClient(sql: String) async throws {
        try await Bench.with { bench in
            await expectProblem(.refused, naming: "The database refuses") { _ = try await bench.unload(sql) }
        }
    }

    private func running(_ bench: Bench) async throws -> Int {
        try await bench.rows(
            "SELECT id FROM information_schema.processlist WHERE user = '\(bench.reader.user)' AND command = 'Query'"
        )
        .count
    }

    private func expectNothingRuns(_ bench: Bench) async throws {
        var turns = 0
        while try await running(bench) > 0, turns < 500 {
            try await Task.sleep(for: .milliseconds(20))
            turns += 1
        }
        #expect(turns < 500, "the query still runs on the server")
    }
}

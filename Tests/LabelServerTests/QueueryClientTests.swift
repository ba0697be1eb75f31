import Foundation
import MySQL
import QueryUnload
import TestRandom
import Testing

@testable import LabelServer

/// What training code reads with: the client from PyPI, unchanged.
@Suite struct QueueryClientTests {
    @Test func theClientReadsWhatTheDatabaseHolds() async throws {
        try await QueryScene.with { scene in
            try await QueryScene.execute(
                scene.root, "CREATE TABLE dish (id INT PRIMARY KEY, name TEXT, note TEXT)",
                #"""
                INSERT INTO dish VALUES (1, 'まぐろ丼', 'say "hi"'), (2, 'a\\b\\', 'line\none\r\ntwo\rthree'), (3, '', NULL),
                    (4, ',', '\\"'), (5, '\'', '\t tab'), (6, '🍣', '\\n'), (7, '"', '""')
                """#)
            let answers = try await scene.read([
                .init(sql: "SELECT * FROM dish ORDER BY id"), .init(sql: "SELECT note FROM dish ORDER BY id"),
                .init(sql: "SELECT * FROM dish WHERE FALSE"), .init(sql: "SELECT NULL"),
            ])
            let expected = try await scene.rows("SELECT * FROM dish ORDER BY id")
            // The client cannot tell NULL from the empty text.
            #expect(answers[0].rows == expected.map { $0.map { .text($0 ?? "") } }, "\(answers[0])")
            #expect(answers[1].rows == expected.map { [.text($0[2] ?? "")] }, "\(answers[1])")
            #expect(answers[2].rows == [] && answers[3].rows == [[.text("")]], "\(answers)")
        }
    }

    @Test func theClientCastsByTheManifest() async throws {
        try await QueryScene.with { scene in
            try await QueryScene.execute(
                scene.root,
                """
                CREATE TABLE t (a TINYINT, b SMALLINT UNSIGNED, c BIGINT UNSIGNED, d DECIMAL(10, 2), e DOUBLE, f DATE,
                    g DATETIME(6), h TIMESTAMP NULL, i TIME, j YEAR, k CHAR(3), l JSON, m BINARY(2), n BIT(3), o BOOLEAN)
                """,
                """
                INSERT INTO t VALUES (-1, 65535, 18446744073709551615, 12.50, 1e-7, '2026-11-21', '2026-11-21 01:02:03.4',
                    '2026-11-21 01:02:03', '-01:02:03', 2026, 'abc', '[1]', x'00ff', b'101', TRUE)
                """, "INSERT INTO t (a) VALUES (NULL)")
            let answers = try await scene.read([
                .init(sql: "SELECT * FROM t ORDER BY a DESC", cast: true),
                .init(sql: "SELECT a, k FROM t WHERE FALSE", cast: true),
            ])
            #expect(
                answers[0].rows == [
                    [
                        .other("int", "-1"), .other("int", "65535"), .other("int", "18446744073709551615"),
                        .other("float", "12.5"), .other("float", "1e-07"), .other("date", "2026-11-21"),
                        .other("datetime", "2026-11-21 01:02:03.400000"), .other("datetime", "2026-11-21 01:02:03"),
                        .text("-01:02:03"), .other("int", "2026"), .text("abc"), .text("[1]"), .text("00ff"),
                        .other("int", "5"), .other("int", "1"),
                    ], Array(repeating: .none, count: 15),
                ], "\(answers[0])")
            #expect(answers[0].columns == ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o"])
            #expect(answers[0].length == 2)
            #expect(answers[1].rows == [] && answers[1].columns == ["a", "k"] && answers[1].length == 0)
        }
    }

    @Test func booleansAreTruthWhereThatIsConfigured() async throws {
        var options = QueryScene.Options()
        options.readsBooleans = true
        try await QueryScene.with(options) { scene in
            try await QueryScene.execute(
                scene.root, "CREATE TABLE t (a BOOLEAN)", "INSERT INTO t VALUES (TRUE), (FALSE), (NULL)")
            let answers = try await scene.read([.init(sql: "SELECT a FROM t ORDER BY a DESC", cast: true)])
            #expect(answers[0].rows == [[.truth(true)], [.truth(false)], [.none]], "\(answers)")
        }
    }

    @Test func pandasGetsAFrameOfManyFiles() async throws {
        var options = QueryScene.Options()
        options.limits = UnloadLimits(workers: 2, partSize: 50_000, pieceSize: 20_000)
        try await QueryScene.with(options) { scene in
            let sql = "SELECT seq AS id, CONCAT('料理', seq) AS name FROM seq_1_to_20000 ORDER BY seq"
            let answers = try await scene.read([
                .init(sql: sql, cast: true, pandas: true), .init(sql: sql, manifest: true, pandas: true),
                .init(sql: sql, pandas: true),
            ])
            for answer in answers {
                #expect(answer.error == nil && answer.length == 20_000)
            }
            #expect(answers[0].columns == ["id", "name"] && answers[1].columns == ["id", "name"])
            #expect(answers[0].rows?.last == [.other("int", "20000"), .text("料理20000")])
            #expect(answers[1].rows?.first == [.text("1"), .text("料理1")])
            #expect(try await scene.query(sql).links.count > 1)
        }
    }

    @Test func aWideRowAndALongTextArrive() async throws {
        try await QueryScene.with { scene in
            let columns = (1...500).map { "\($0) AS c\($0)" }.joined(separator: ", ")
            let answers = try await scene.read([
                .init(sql: "SELECT \(columns)", cast: true), .init(sql: "SELECT REPEAT('あ', 131072) AS a"),
                .init(sql: "SELECT REPEAT('あ', 131073) AS too_long"),
            ])
            #expect(answers[0].rows?.first == (1...500).map { .other("int", "\($0)") })
            #expect(answers[1].rows == [[.text(String(repeating: "あ", count: 131_072))]])
            #expect(
                answers[2].kind == "QueueryError" && answers[2].error?.contains("`too_long`") == true, "\(answers[2])")
        }
    }

    @Test func aQueryThatFailsRaisesAndSaysWhy() async throws {
        try await QueryScene.with { scene in
            let answers = try await scene.read([
                .init(sql: "SELECT nothing FROM nowhere"), .init(sql: "DELETE FROM sheaf_labels"),
                .init(sql: "SELECT SLEEP(5)"), .init(sql: "SELECT 1; SELECT 2"),
            ])
            for answer in answers { #expect(answer.kind == "QueueryError", "\(answer)") }
            #expect(answers[0].error?.contains("nowhere") == true)
            #expect(answers[1].error?.contains("no SELECT") == true)
            #expect(answers[2].error?.contains("SLEEP") == true)
            #expect(answers[3].error?.contains("more than one") == true)
        }
    }

    /// Whatever a table holds, the client reads what a plain SELECT reads.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func theClientReadsWhatAPlainSelectReads(seed: UInt64) async throws {
        var options = QueryScene.Options()
        options.limits = UnloadLimits(workers: 3, partSize: 3_000, pieceSize: 700)
        try await QueryScene.with(options) { scene in
            var random = SeededRandom(seed: seed)
            var questions: [QueryScene.Question] = []
            for table in 1...4 {
                let columns = Int.random(in: 1...6, using: &random)
                let kinds = (0..<columns).map { _ in Self.kinds[Int.random(in: 0..<Self.kinds.count, using: &random)] }
                let definitions = kinds.enumerated().map { "c\($0) \($1)" }.joined(separator: ", ")
                try await QueryScene.execute(scene.root, "CREATE TABLE t\(table) (id INT PRIMARY KEY, \(definitions))")
                let rows = Int.random(in: 0...120, using: &random)
                let connection = try await MySQLConnection.connect(scene.root)
                for row in 0..<rows {
                    let values = kinds.map { Self.value($0, &random) }
                    let markers = Array(repeating: "?", count: columns + 1).joined(separator: ", ")
                    try await connection.run {
                        try $0.execute("INSERT INTO t\(table) VALUES (\(markers))", [.int(Int64(row))] + values)
                    }
                }
                await connection.close()
                questions.append(.init(sql: "SELECT * FROM t\(table) ORDER BY id"))
            }
            let answers = try await scene.read(questions)
            for (question, answer) in zip(questions, answers) {
                let expected = try await scene.rows(question.sql)
                #expect(
                    answer.rows == expected.map { $0.map { .text($0 ?? "") } },
                    "seed \(seed), \(question.sql), \(answer.error ?? "")")
            }
        }
    }

    private static let kinds = [
        "TEXT", "VARCHAR(40)", "INT", "BIGINT UNSIGNED", "DECIMAL(30, 10)", "DATE", "DATETIME(3)", "TIME(6)",
        "VARBINARY(9)",
    ]

    private static func value(_ kind: String, _ random: inout SeededRandom) -> MySQLValue {
        if Int.random(in: 0..<6, using: &random) == 0 { return .null }
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        func two(_ range: ClosedRange<Int>) -> String { String("0\(number(range))".suffix(2)) }
        switch kind {
        case "INT": return .int(Int64(Int32.random(in: .min ... .max, using: &random)))
        case "BIGINT UNSIGNED": return .uint(UInt64.random(in: 0 ... .max, using: &random))
        case "DECIMAL(30, 10)": return .text("\(number(-999_999...999_999)).\(number(0...9_999_999))")
        case "DATE": return .text("\(number(1000...9999))-\(two(1...12))-\(two(1...28))")
        case "DATETIME(3)":
            return .text(
                "\(number(1000...9999))-\(two(1...12))-\(two(1...28)) \(two(0...23)):\(two(0...59)):\(two(0...59)).\(number(100...999))"
            )
        case "TIME(6)": return .text("\(number(-800...800)):\(two(0...59)):\(two(0...59)).000001")
        case "VARBINARY(9)": return .bytes((0..<number(0...9)).map { _ in UInt8.random(in: 0...255, using: &random) })
        default:
            let pieces = [
                "\"", "\\", "\n", "\r", ",", "'", "あ", "🍣", "a", " ", "\t", "\\n", "\"\"", "e\u{301}", "\u{7F}",
                "\u{FEFF}",
            ]
            return .text((0..<number(0...12)).map { _ in pieces[number(0...pieces.count - 1)] }.joined())
        }
    }
}

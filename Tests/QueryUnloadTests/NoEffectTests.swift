import Foundation
import MySQL
import TestRandom
import TestSupport
import Testing

@testable import QueryUnload

/// What refused statements would have done is not done.
@Suite struct NoEffectTests {
    /// What a statement could leave behind.
    private struct Traces: Equatable {
        var victims: [[MySQLValue]]
        var tables: [[MySQLValue]]
        var counter: [[MySQLValue]]
        var isLocked: [[MySQLValue]]
        var users: [[MySQLValue]]
        var hasFile: Bool

        init(_ bench: Bench, _ file: String) async throws {
            victims = try await bench.rows("SELECT id FROM victim ORDER BY id")
            tables = try await bench.rows(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1")
            counter = try await bench.rows("SELECT next_not_cached_value FROM counter")
            isLocked = try await bench.rows("SELECT IS_FREE_LOCK('\(bench.database)')")
            users = try await bench.rows("SELECT COUNT(*) FROM mysql.user WHERE user = 'nobody'")
            hasFile = FileManager.default.fileExists(atPath: file)
        }
    }

    private static func prepare(_ bench: Bench) async throws {
        try await bench.asRoot(
            "CREATE TABLE victim (id INT PRIMARY KEY)", "INSERT INTO victim VALUES (1), (2), (3)",
            "CREATE SEQUENCE counter", "CREATE PROCEDURE writes() MODIFIES SQL DATA DELETE FROM victim",
            "CREATE FUNCTION writes_too() RETURNS INT MODIFIES SQL DATA BEGIN DELETE FROM victim; RETURN 1; END")
    }

    private static func statement(_ template: String, _ bench: Bench, _ file: String) -> String {
        // The server has one lock of a name, for all tests.
        template.replacing("'kept'", with: "'\(bench.database)'").replacing("FILE'", with: "\(file)'")
            .replacing("DB.", with: "\(bench.database).").replacing("`DB`", with: "`\(bench.database)`")
    }

    /// A folder that the server may write, so that a file would really appear.
    private static func withFile(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "sheaf-out-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.appending(path: "out.txt").path(percentEncoded: false))
    }

    /// As a user who may do everything, so that nothing but the check stands in the way.
    @Test(.enabled(if: TestDatabase.isPrivate))
    func theCheckAloneKeepsRootFromDoingHarm() async throws {
        try await Bench.with { bench in
            try await Self.prepare(bench)
            try await Self.withFile { file in
                let before = try await Traces(bench, file)
                let unloader = bench.unloader(asRoot: true)
                for template in Refusals.statements {
                    await expectProblem(.notOneSelect, template) {
                        _ = try await unloader.run(
                            Self.statement(template, bench, file), format: .queuery, castsDates: false,
                            into: bench.destination)
                    }
                }
                #expect(try await Traces(bench, file) == before)
                // The traces do tell: each kind of harm shows.
                try await bench.asRoot("SELECT 1 INTO OUTFILE '\(file)'", "DELETE FROM victim WHERE id = 1")
                let after = try await Traces(bench, file)
                #expect(after.hasFile && after.victims != before.victims)
            }
        }
    }

    /// Without the check, as the user that queries are meant to have.
    @Test(.enabled(if: TestDatabase.isPrivate))
    func theServerAloneKeepsAReaderFromDoingHarm() async throws {
        try await Bench.with { bench in
            try await Self.prepare(bench)
            try await Self.withFile { file in
                let before = try await Traces(bench, file)
                let unloader = bench.unloader(limits: UnloadLimits(seconds: 1))
                // What only waits is ended by the limit, and is not worth so many seconds here.
                for template in Refusals.statements where !Refusals.waiting.contains(template) {
                    _ = try? await unloader.runUnchecked(
                        Self.statement(template, bench, file), format: .queuery, castsDates: false,
                        into: bench.destination)
                }
                #expect(try await Traces(bench, file) == before)
            }
        }
    }

    /// Neither check nor user, only the transaction: what writes is refused all the same.
    @Test(arguments: ["SELECT writes_too()", "DELETE FROM victim RETURNING id", "SELECT NEXTVAL(counter)"])
    func theTransactionReadsOnly(statement: String) async throws {
        try await Bench.with { bench in
            try await Self.prepare(bench)
            let before = try await bench.rows("SELECT id FROM victim")
            _ = try? await bench.unloader(asRoot: true).runUnchecked(
                statement, format: .queuery, castsDates: false, into: bench.destination)
            #expect(try await bench.rows("SELECT id FROM victim") == before)
        }
    }

    @Test func aUserWhoMayWriteIsRefusedUnlessToldOtherwise() async throws {
        try await Bench.with { bench in
            let strict = Unloader(
                database: bench.root, check: SelectCheck(), limits: UnloadLimits(), readsBooleans: false,
                mayWrite: false)
            await expectProblem(.unsafeUser, naming: "more than read") {
                try await strict.checkUser()
            }
            try await bench.unloader(asRoot: true).checkUser()
            try await bench.unloader().checkUser()
        }
    }

    /// Texts put together at random: what the check lets pass does no harm, though root runs it outside of any transaction.
    @Test(.enabled(if: TestDatabase.isPrivate), arguments: 1...3 as ClosedRange<UInt64>)
    func whateverTheCheckLetsPassHasNoEffect(seed: UInt64) async throws {
        try await Bench.with { bench in
            try await Self.prepare(bench)
            try await Self.withFile { file in
                var random = SeededRandom(seed: seed)
                let before = try await Traces(bench, file)
                let connection = try await MySQLConnection.connect(bench.root)
                var (passed, ran) = (0, 0)
                for _ in 0..<20_000 {
                    let statement = Self.statement(Self.randomText(&random), bench, file)
                    guard let checked = try? SelectCheck().check(statement) else { continue }
                    passed += 1
                    let isRun = await connection.isOpen
                    try #require(isRun, "seed \(seed): \(statement)")
                    let rows = try? await connection.run { connection in try connection.rows(checked).count }
                    if rows != nil { ran += 1 }
                    if passed % 100 == 0 {
                        let now = try await Traces(bench, file)
                        try #require(now == before, "seed \(seed), up to: \(statement)")
                    }
                }
                let after = try await Traces(bench, file)
                #expect(after == before, "seed \(seed)")
                // Enough got through for this to mean something.
                #expect(passed > 500 && ran > 100, "\(passed) passed, \(ran) ran")
                await connection.close()
            }
        }
    }

    private static let pieces = [
        " ", "\n", "/*", "*/", "/**/", "/*!", "/*M!", "-- ", "--", "#", "'", "\"", "`", "\\", "\\'", "''", "(", ")",
        ",", ";", ".", "1", "1.5", "1e5", "1e", "0x", "id", "'a'", "\"a\"", "`id`", " FROM victim", " WHERE ", " AND ",
        " AS a",
        " UNION SELECT ", " INTO OUTFILE 'FILE'", "INTO OUTFILE 'FILE'", " FOR UPDATE", "FOR UPDATE", " INTO @x",
        "GET_LOCK('kept',1)",
        "`GET_LOCK`('kept',1)", "GET_LOCK ('kept',1)", "DELETE FROM victim", "; DELETE FROM victim", "writes_too()",
        "`writes_too`()", "DB.writes_too()", "NEXTVAL(counter)", "NEXT VALUE FOR counter", "@x:=1", "+", "-", "=", "x",
        "_utf8", "N", "\u{3000}", "あ", " LIMIT 1", " PROCEDURE ANALYSE()", "CONCAT(", "IF(1,", "SELECT ",
        " LOCK IN SHARE MODE", "$$",
        "{fn ", "}",
    ]

    private static func randomText(_ random: inout SeededRandom) -> String {
        let beginning = [
            "SELECT ", "SELECT 1", "SELECT 1 ", "SELECT id FROM victim ", "SELECT 'a", "SELECT /*", "(SELECT 1",
        ]
        var text = beginning[Int.random(in: beginning.indices, using: &random)]
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            text += pieces[Int.random(in: pieces.indices, using: &random)]
        }
        return text
    }
}

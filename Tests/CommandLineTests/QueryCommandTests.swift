import Foundation
import LabelServer
import MySQL
import QueryUnload
import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import sheaf

/// `queries` in `sheaf.yaml`, `sheaf serve` with it, and `sheaf queries`.
@Suite struct QueryCommandTests {
    private static func read(_ queries: String) throws -> QueriesSettings? {
        let text = """
            store: mysql://sheaf@localhost/labels
            queries: \(queries)
            datasets:
              dish: { schema: dish.yaml, sheets: [{ spreadsheet: s1 }] }
            """
        return try ConfigurationReader.read(text, file: "/somewhere/sheaf.yaml").queries
    }

    private static let database = "database: 'mysql://q@localhost/labels'"

    @Test func whatIsSaidIsMeantAndWhatIsLeftOutHasADefault() throws {
        let usual = try #require(try Self.read("{ \(Self.database) }"))
        #expect(usual.place == .folder("/somewhere/.sheaf/queries") && !usual.mayWrite && !usual.readsBooleans)
        #expect(usual.limits.seconds == 1_800 && usual.service.keep == .seconds(86_400))
        let said = try #require(
            try Self.read(
                """
                { \(Self.database), location: 's3://b/p', max_time: 5m, max_rows: 7, max_megabytes: 2, keep: 2h, links: 1h,
                at_once: 3, waiting: 9, workers: 8, part_megabytes: 16, booleans: true, may_write: true, functions: [f],
                password_file: pw, link_key_file: key }
                """))
        #expect(said.place == .objects("s3://b/p") && said.mayWrite && said.readsBooleans && said.functions == ["f"])
        #expect(said.limits.seconds == 300 && said.limits.rows == 7 && said.limits.bytes == 2 << 20)
        #expect(said.limits.workers == 8 && said.limits.partSize == 16 << 20)
        #expect(said.service.keep == .seconds(7_200) && said.service.linkLifetime == .seconds(3_600))
        #expect(said.service.atOnce == 3 && said.service.waiting == 9)
        #expect(said.passwordFile == "/somewhere/pw" && said.linkKeyFile == "/somewhere/key")
    }

    @Test(arguments: [
        ("{ folder: q }", "`queries.database` is missing"), ("{ database: 'postgres://x' }", "begins with mysql://"),
        ("{ \(database), folder: a, location: 's3://b' }", "not both"),
        ("{ \(database), location: 'http://b' }", "s3://bucket/prefix"),
        ("{ \(database), max_time: 2d }", "`queries.max_time` must be from 1s to 86400s"),
        ("{ \(database), links: 8d }", "`queries.links` must be"),
        ("{ \(database), keep: 5s }", "`queries.keep` must be"),
        ("{ \(database), max_rows: none }", "must be a whole number"),
        ("{ \(database), maxrows: 1 }", "did you mean `max_rows`?"),
        ("{ \(database), booleans: 1 }", "`queries.booleans`"), ("yes", "must be a mapping"),
    ])
    func everyMistakeIsTold(_ queries: String, _ text: String) throws {
        let error = #expect(throws: ConfigurationMistakes.self) { _ = try Self.read(queries) }
        #expect(error?.description.contains(text) == true, "\(String(describing: error))")
        #expect(error?.mistakes.allSatisfy { $0.line > 0 } == true)
    }

    @Test func queriesAreNotServedAsAUserWhoMayWrite() async throws {
        try await Scene.with { scene in
            try scene.configure(training: "queries: { database: '\(scene.storeURL)' }")
            let refused = try await scene.run("serve", "--listen", "127.0.0.1:0")
            #expect(refused.code == 2 && refused.errors.contains("may do more than read"), "\(refused.errors)")
            let check = try await scene.run("check")
            #expect(check.code == 2 && check.output.contains("may do more than read"), "\(check.output)")
            try scene.write("key", "short\n")
            try scene.configure(
                training: "queries: { database: '\(scene.storeURL)', may_write: true, link_key_file: key }")
            let short = try await scene.run("serve", "--listen", "127.0.0.1:0")
            #expect(short.code == 2 && short.errors.contains("32 characters"), "\(short.errors)")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func aServerThatIsKilledLeavesItsQueriesFailedAndItsLinksGood() async throws {
        try await Scene.with { scene in
            let port = try Scene.freePort()
            try scene.configure(training: "queries: { database: '\(scene.storeURL)', may_write: true }")
            let token =
                try await scene.run("token", "create", "nb", "--role", "reader", "--queries").output
                .split(separator: "\n").first.map(String.init) ?? ""
            let client = APIClient(base: "http://127.0.0.1:\(port)", token: token)

            try await scene.serving(port) { _ in
                let done = try await client.send("SELECT 'kept' AS a")
                try await eventually("the first query ends") { try await client.ask(done).contains("success") }
                let endless = try await client.send("SELECT seq, SHA2(seq, 512) FROM seq_1_to_1000000000")
                try await eventually("the second runs") { try await client.ask(endless).contains("running") }
                return SIGKILL
            }
            try await scene.execute(
                "UPDATE sheaf_queries SET heartbeat_at = UTC_TIMESTAMP(6) - INTERVAL 61 SECOND WHERE state = 'running'")
            try await scene.serving(port) { _ in
                try await eventually("it is taken for dead") {
                    try await client.ask("2").contains("The server that ran the query has ended")
                }
                // The key of links is the same as before.
                let answer = try await client.ask("1")
                let link = try #require(answer.firstMatch(of: /http:[^"]*\/files\/1[^"]*/)).output
                let file = try await client.curl([String(link)])
                #expect(file.starts(with: [0x1F, 0x8B]))
                try await eventually("what it left is deleted") {
                    try FileManager.default.contentsOfDirectory(atPath: "\(scene.folder)/.sheaf/queries").count == 1
                }
                return SIGTERM
            }
            let list = try await scene.run("queries")
            #expect(list.output.contains("success") && list.output.contains("failed") && list.output.contains("nb"))
            #expect(!list.output.contains("kept"))
            let statements = try await scene.run("queries", "--statement", "--json")
            #expect(statements.output.contains("SELECT 'kept' AS a") && statements.output.contains("\"rows\" : 1"))
            #expect(try await scene.run("queries", "cancel", "1").code == 2)
            #expect(try await scene.run("queries", "cancel", "99").code == 2)
            #expect(try await scene.run("queries", "--running").output == "No query waits or runs.\n")
        }
    }

    /// Labels, as training code reads them: the client, the view, and a user who may read nothing else.
    @Test(.timeLimit(.minutes(2)))
    func theRealClientReadsLabelsOutOfAView() async throws {
        try await Scene.with { scene in
            try #require(try await scene.run("sync").code == 0)
            let user = "labels_\(UInt32.random(in: 0...UInt32.max))"
            let database = scene.database.database ?? ""
            for host in ["%", "localhost"] {
                try await scene.execute("CREATE USER '\(user)'@'\(host)' IDENTIFIED BY 'it is secret'")
                try await scene.execute("GRANT SELECT ON `\(database)`.`dish` TO '\(user)'@'\(host)'")
            }
            var reader = scene.database
            reader.user = user
            let port = try Scene.freePort()
            try scene.write("password", "it is secret\n")
            try scene.configure(
                training: "queries: { database: '\(scene.storeURL(reader))', password_file: password }")
            let token =
                try await scene.run("token", "create", "nb", "--role", "reader", "--queries").output
                .split(separator: "\n").first.map(String.init) ?? ""
            let id = String(token.split(separator: "_")[1])
            try await scene.serving(port) { _ in
                let sql = "SELECT id, name, kind FROM dish ORDER BY id"
                let question = { (sql: String) in
                    """
                    {"endpoint": "http://127.0.0.1:\(port)", "token": "\(id)", "secret": "\(token)", "cast": true, \
                    "pandas": true, "sql": "\(sql)"}

                    """
                }
                let answers = try await PythonScript("queuery-check.py", environment: "queuery")
                    .run(input: question(sql) + question("SELECT * FROM sheaf_labels"))
                #expect(answers[0].contains(#""columns": ["id", "name", "kind"], "length": 40"#), "\(answers[0])")
                let rows = try JSONDecoder().decode(Frame.self, from: Data(answers[0].utf8)).rows
                #expect(rows.map { $0[0].text } == (1...40).map { "\($0)" })
                #expect(rows.map { $0[1].text } == Scene.rows.map { $0[1] })
                #expect(rows.map { $0[2].text } == Scene.rows.map { $0[2] })
                #expect(answers[1].contains("denied"), "\(answers[1])")
                return SIGTERM
            }
            for host in ["%", "localhost"] { try await scene.execute("DROP USER '\(user)'@'\(host)'") }
        }
    }

    private struct Frame: Decodable {
        /// A text, or a number under the name of its type.
        struct Value: Decodable {
            let text: String

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let text = try? container.decode(String.self) {
                    self.text = text
                } else {
                    text = try container.decode([String: String].self).values.first ?? ""
                }
            }
        }

        var rows: [[Value]]
    }
}

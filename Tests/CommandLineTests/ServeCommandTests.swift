import Foundation
import LabelServer
import Testing

@testable import sheaf

/// `sheaf serve` and `sheaf token` as a person runs them; what is answered is tested in LabelServerTests.
@Suite struct ServeCommandTests {
    /// Whoever reads by HTTP and whoever exports get the same bytes.
    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            ("", []), ("format=csv", ["--format", "csv"]),
            ("format=csv&formulas=keep", ["--format", "csv", "--formulas", "keep"]),
            ("columns=kind,id", ["--columns", "kind,id"]),
            ("where=kind+%3D+%27%E4%B8%BB%E9%A3%9F%27", ["--where", "kind = '主食'"]),
            ("only=test", ["--only", "test"]),
            ("split=a:50,b:50&only=a&by=kind", ["--split", "a:50,b:50", "--only", "a", "--split-by", "kind"]),
        ] as [(String, [String])])
    func whatIsServedIsWhatIsExported(query: String, arguments: [String]) async throws {
        try await Scene.with { scene in
            try scene.configure(training: "    split: { shares: \"train:60,test:40\" }")
            try #require(try await scene.run("sync").code == 0)
            let port = try Scene.freePort()
            let token = try await Self.token(scene, "reader")
            let client = APIClient(base: "http://127.0.0.1:\(port)", token: token)
            let exported = try await scene.run(list: ["export", "dish@1"] + arguments)
            #expect(exported.code == 0, "\(exported)")
            try await scene.serving(port) { _ in
                let url = "http://127.0.0.1:\(port)/v1/datasets/dish/versions/1/labels?\(query)"
                for more in [[], ["--compressed"]] {
                    let served = try await client.curl(more + [url])
                    #expect(String(decoding: served, as: UTF8.self) == exported.output)
                }
                return SIGTERM
            }
        }
    }

    private static func token(_ scene: Scene, _ role: String, _ more: String...) async throws -> String {
        let made = try await scene.run(list: ["token", "create", "someone", "--role", role] + more)
        #expect(made.code == 0, "\(made)")
        return made.output.split(separator: "\n").first.map(String.init) ?? ""
    }

    @Test(.timeLimit(.minutes(2))) func aTokenIsShownOnceKnownByItsNameAndTakenAway() async throws {
        try await Scene.with { scene in
            try #require(try await scene.run("sync").code == 0)
            let token = try await Self.token(scene, "operator", "--dataset", "dish", "--expires", "1h")
            let parts = token.split(separator: "_", maxSplits: 2).map(String.init)
            try #require(parts.count == 3 && parts[0] == "sheaf")
            let listed = try await scene.run("token", "list")
            #expect(listed.output.contains(parts[1]) && listed.output.contains("operator"), "\(listed)")
            #expect(!listed.output.contains(parts[2]))
            let port = try Scene.freePort()
            let client = APIClient(base: "http://127.0.0.1:\(port)", token: token)
            @Sendable func status(_ path: String) async throws -> String {
                let arguments = [
                    "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:\(port)\(path)",
                ]
                return String(decoding: try await client.curl(arguments), as: UTF8.self)
            }
            try await scene.serving(port) { _ in
                #expect(try await status("/v1/datasets/dish/rejections") == "200")
                #expect(try await status("/v1/tokens") == "403")
                #expect(try await scene.run("token", "revoke", parts[1], "--why", "lost").code == 0)
                try await eventually("it opens nothing") { try await status("/v1/datasets") == "401" }
                return SIGTERM
            }
            let audit = try await scene.run("audit")
            #expect(audit.output.contains("token create") && audit.output.contains("lost"), "\(audit)")
            #expect(!audit.output.contains(parts[2]))
        }
    }

    @Test(arguments: [
        ["create", "x"], ["create", "x", "--role", "king"], ["create", "x", "--role", "reader", "--expires", "never"],
        ["create", "x", "--role", "reader", "--dataset", "nothing"], ["revoke", "abc"], ["revoke"],
    ])
    func aTokenThatMakesNoSenseIsNotMade(arguments: [String]) async throws {
        try await Scene.with { scene in
            try #require(try await scene.run("sync").code == 0)
            let told = try await scene.run(list: ["token"] + arguments)
            #expect(told.code == Exit.usage.rawValue && !told.errors.isEmpty, "\(told)")
            let listed = try await scene.run("token", "list", "--json")
            #expect(listed.output.filter { !$0.isWhitespace } == "[]")
        }
    }

    // MARK: - Configuration

    private static func read(_ serve: String) throws -> ServeSettings {
        let text = """
            store: mysql://sheaf@localhost/labels
            serve: \(serve)
            datasets:
              dish: { schema: dish.yaml, sheets: [{ spreadsheet: s1 }] }
            """
        return try ConfigurationReader.read(text, file: "/somewhere/sheaf.yaml").serve
    }

    @Test func whatIsSaidIsMeantAndWhatIsLeftOutHasADefault() throws {
        let usual = try Self.read("{}")
        #expect(usual.server.host == "127.0.0.1" && usual.server.port == 8780 && !usual.server.trustsForwarded)
        let said = try Self.read(
            "{ listen: '[::1]:9000', address: 'https://labels.example/', behind_proxy: true, streams: 5, connections: 3, write_timeout: 30s, drain: 5s, requests_per_minute: 60, failures_per_minute: 2 }"
        )
        #expect(said.server.host == "::1" && said.server.port == 9_000 && said.server.trustsForwarded)
        #expect(said.server.maximumStreams == 5 && said.connections == 3 && said.server.drain == .seconds(5))
        #expect(said.server.limits.requestsPerMinute == 60 && said.server.limits.failuresPerMinute == 2)
    }

    @Test(arguments: [
        ("{ listen: somewhere }", "`serve.listen` must be host and port"), ("{ listen: ':' }", "`serve.listen`"),
        ("{ address: 'ftp://x' }", "`serve.address`"), ("{ streams: 0 }", "`serve.streams`"),
        ("{ drain: 2h }", "`serve.drain` must be from 1s to 1h"), ("{ liste: x }", "did you mean `listen`?"),
        ("{ behind_proxy: 1 }", "`serve.behind_proxy`"), ("yes", "must be a mapping"),
    ])
    func everyMistakeIsTold(_ serve: String, _ text: String) throws {
        let error = #expect(throws: ConfigurationMistakes.self) { _ = try Self.read(serve) }
        #expect(error?.description.contains(text) == true, "\(String(describing: error))")
    }
}

import Foundation
import HTTPTransfer
import LabelStore
import MySQL
import QueryUnload
import Testing

@testable import LabelServer

@Suite struct QueueryRouteTests {
    @Test func aQueryIsAnsweredAsTheProtocolHasIt() async throws {
        try await QueryScene.with { scene in
            let posted = try await scene.ask("POST", "/v1/queries", form: "q=SELECT%201%20AS%20a&enable_metadata=true")
            #expect(posted.status == 201 && posted.state == "pending" && posted.links.isEmpty)
            #expect(posted.document["error"] is NSNull && posted.document["id"] is NSNumber)
            // The first question waits for a query that is about to end.
            let told = try await scene.ask(
                "GET", "/v1/queries/\(posted.id)", form: "fields=__default__%2Cmanifest_file_url")
            #expect(told.status == 200 && told.state == "success" && told.links.count == 1, "\(told.text)")
            #expect(Set(told.document.keys) == ["id", "data_file_urls", "error", "status", "manifest_file_url"])
            let plain = try await scene.ask("GET", "/v1/queries/\(posted.id)", form: "fields=__default__")
            #expect(Set(plain.document.keys) == ["id", "data_file_urls", "error", "status"])

            let file = try await scene.ask("GET", told.links[0], withoutToken: true)
            #expect(file.status == 200 && file.body.starts(with: [0x1F, 0x8B]))
            #expect(file.headers["content-encoding"] == nil && file.headers["content-type"] == "application/gzip")
            #expect(file.headers["content-length"] == "\(file.body.count)")
            let link = try #require(told.document["manifest_file_url"] as? String)
            let manifest = try await scene.ask("GET", link, withoutToken: true)
            #expect(
                manifest.text.contains(#""schema":{"elements":[{"name":"a","type":{"base":"integer"}}]}"#)
                    || manifest.text.contains(#""base":"integer""#), "\(manifest.text)")
            let meta = manifest.document["meta"] as? [String: Int]
            #expect(meta == ["content_length": file.body.count, "record_count": 1])
        }
    }

    @Test func whatCannotBeMeantIsRefused() async throws {
        try await QueryScene.with { scene in
            for (form, code) in [
                ("", "no-statement"), ("q=", "no-statement"), ("x=1", "no-statement"), ("q=%FF", "bad-form"),
                ("q=%", "bad-form"), ("q=SELECT%201&q=SELECT%202", "bad-form"),
                ("q=SELECT%201&format=xml", "bad-format"),
            ] {
                let answer = try await scene.ask("POST", "/v1/queries", form: form)
                #expect(answer.status == 400 && answer.code == code, "\(form): \(answer.text)")
            }
            let large = try await scene.ask("POST", "/v1/queries", form: "q=" + String(repeating: "x", count: 2 << 20))
            #expect(large.status == 413)
            for path in ["/v1/queries/0", "/v1/queries/x", "/v1/queries/99999999999999999999", "/v1/queries/-1"] {
                #expect(try await scene.ask("GET", path).status == 404, "\(path)")
            }
        }
    }

    @Test func aQueryIsItsTokensOwn() async throws {
        try await QueryScene.with { scene in
            let query = try await scene.query("SELECT 1")
            let path = "/v1/queries/\(query.id)"
            func token(mayQuery: Bool) async throws -> TokenText {
                try await scene.store.createToken(
                    NewToken(name: "other", role: .admin, datasets: nil, mayQuery: mayQuery, lifetime: nil),
                    actor: "tester", why: nil)
            }
            let (other, reader) = (try await token(mayQuery: true), try await token(mayQuery: false))
            for (method, path) in [("GET", path), ("DELETE", path), ("POST", path + "/cancel")] {
                #expect(try await scene.ask(method, path, as: other).status == 404)
                #expect(try await scene.ask(method, path, as: reader).status == 403)
                #expect(try await scene.ask(method, path, withoutToken: true).status == 401)
            }
            #expect(try await scene.ask("POST", "/v1/queries", as: reader, form: "q=SELECT%201").status == 403)
            #expect(try await scene.ask("POST", "/v1/queries", form: "q=SELECT%201", withoutToken: true).status == 401)
        }
    }

    @Test func aLinkThatWasChangedOrHasExpiredOpensNothing() async throws {
        var options = QueryScene.Options()
        options.settings.linkLifetime = .seconds(2)
        try await QueryScene.with(options) { scene in
            let query = try await scene.query("SELECT 1")
            let link = try #require(query.links.first)
            for changed in [
                link.replacing("/files/1?", with: "/files/2?"), link.replacing("/files/1?", with: "/files/manifest?"),
                link.replacing("/queries/\(query.id)/", with: "/queries/\(query.id + 1)/"),
                link.replacing("expires=", with: "expires=9"), String(link.dropLast()), link + "A",
                link.replacing("signature=", with: "signature=A"), String(link.prefix { $0 != "?" }),
                link.replacing("/files/1?", with: "/files/..%2F1?"), link.replacing("expires=", with: "expires=-"),
            ] {
                let answer = try await scene.ask("GET", changed, withoutToken: true)
                #expect(answer.status == 403 || answer.status == 400, "\(changed): \(answer.status)")
            }
            var answer = try await scene.ask("GET", link, withoutToken: true)
            #expect(answer.status == 200)
            while answer.status == 200 {
                try await Task.sleep(for: .milliseconds(200))
                answer = try await scene.ask("GET", link, withoutToken: true)
            }
            #expect(answer.status == 410 && answer.code == "expired-link")
            // The result is still there, by a new link.
            let again = try await scene.ask("GET", "/v1/queries/\(query.id)")
            #expect(try await scene.ask("GET", again.links[0], withoutToken: true).status == 200)
        }
    }

    @Test func anExpiredResultIsDeletedAndSaysSo() async throws {
        try await QueryScene.with { scene in
            let query = try await scene.query("SELECT 1")
            let link = try #require(query.links.first)
            try await QueryScene.execute(
                scene.root, "UPDATE sheaf_queries SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND")
            try await scene.service.clearAway()
            #expect(try FileManager.default.contentsOfDirectory(atPath: scene.folder.path).isEmpty)
            let gone = try await scene.ask("GET", link, withoutToken: true)
            #expect(gone.status == 410 && gone.code == "expired-result")
            let told = try await scene.ask("GET", "/v1/queries/\(query.id)")
            #expect(told.state == "failed" && told.error?.contains("deleted") == true && told.links.isEmpty)
        }
    }

    private static let endless = "SELECT COUNT(*) FROM seq_1_to_1000000 a CROSS JOIN seq_1_to_1000000 b"

    @Test(.timeLimit(.minutes(1)), arguments: ["DELETE", "POST"])
    func aQueryCanBeCancelledWhileItRunsAndWhileItWaits(method: String) async throws {
        var options = QueryScene.Options()
        options.settings.atOnce = 1
        options.settings.patience = .milliseconds(50)
        try await QueryScene.with(options) { scene in
            let first = try await scene.ask("POST", "/v1/queries", form: "q=\(QueryScene.encoded(Self.endless))")
            let second = try await scene.ask("POST", "/v1/queries", form: "q=SELECT%201")
            while try await scene.ask("GET", "/v1/queries/\(first.id)").state != "running" {}
            // One at a time.
            #expect(try await scene.ask("GET", "/v1/queries/\(second.id)").state == "pending")
            for id in [second.id, first.id] {
                let path = "/v1/queries/\(id)" + (method == "POST" ? "/cancel" : "")
                #expect(try await scene.ask(method, path).status == 200)
                var answer = try await scene.ask("GET", "/v1/queries/\(id)")
                while answer.state == "running" { answer = try await scene.ask("GET", "/v1/queries/\(id)") }
                #expect(answer.state == "failed" && answer.error == "The query was cancelled.", "\(answer.text)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: scene.folder.path).isEmpty)
            // The place is free for the next one.
            #expect(try await scene.query("SELECT 1").state == "success")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func aServerThatEndsLeavesItsQueriesFailed() async throws {
        try await QueryScene.with { scene in
            let query = try await scene.ask("POST", "/v1/queries", form: "q=\(QueryScene.encoded(Self.endless))")
            while try await scene.store.query(query.id)?.state != .running {
                try await Task.sleep(for: .milliseconds(10))
            }
            scene.running.cancel()
            await scene.running.value
            let ended = try #require(try await scene.store.query(query.id))
            #expect(ended.state == .failed && ended.error?.contains("stopped") == true)
        }
    }

    @Test func manyQueriesOfOneTokenKeepNobodyElsesWaiting() async throws {
        var options = QueryScene.Options()
        options.runs = false
        try await QueryScene.with(options) { scene in
            func add(_ token: UInt64) async throws -> UInt64 {
                try #require(
                    try await scene.store.addQuery(
                        "SELECT 1", tokenID: token, format: "csv", wantsTypes: false, atMost: 100))
            }
            func claim() async throws -> UInt64? {
                try await scene.store.claimQuery(worker: "one", place: "query-\(UInt64.random(in: 0...UInt64.max))")?.id
            }
            let greedy = [try await add(901), try await add(901), try await add(901)]
            let other = try await add(902)
            #expect(try await claim() == greedy[0])
            #expect(try await claim() == other)
            #expect(try await claim() == greedy[1])
            #expect(try await claim() == greedy[2])
            #expect(try await claim() == nil)
        }
    }

    @Test func aServerThatDiedIsFoundOutByItsSilence() async throws {
        var options = QueryScene.Options()
        options.runs = false
        try await QueryScene.with(options) { scene in
            let query = try await scene.ask("POST", "/v1/queries", form: "q=SELECT%201")
            let claimed = try #require(try await scene.store.claimQuery(worker: "dead", place: "query-1"))
            #expect(claimed.id == query.id && claimed.statement == "SELECT 1")
            #expect(try await scene.store.failLostQueries(silentFor: .seconds(60)) == 0)
            try await QueryScene.execute(
                scene.root, "UPDATE sheaf_queries SET heartbeat_at = UTC_TIMESTAMP(6) - INTERVAL 61 SECOND")
            #expect(try await scene.store.failLostQueries(silentFor: .seconds(60)) == 1)
            // It was not dead after all: what it says comes too late.
            let outcome = QueryOutcome(result: "{}", rows: 1, bytes: 1, lifetime: .seconds(60))
            let stands = try await scene.store.finishQuery(query.id, worker: "dead", place: "query-1", outcome)
            #expect(!stands)
            let answer = try await scene.ask("GET", "/v1/queries/\(query.id)")
            #expect(answer.state == "failed" && answer.error?.contains("Send the query again") == true)
        }
    }

    @Test func tooManyThatWaitAreRefused() async throws {
        var options = QueryScene.Options()
        options.runs = false
        options.settings.waiting = 2
        try await QueryScene.with(options) { scene in
            for status in [201, 201, 429] {
                let answer = try await scene.ask("POST", "/v1/queries", form: "q=SELECT%201")
                #expect(answer.status == status)
            }
        }
    }

    @Test func ourOwnFormatsComeThroughTheSameDoor() async throws {
        try await QueryScene.with { scene in
            let query = try await scene.query("SELECT NULL AS a, '' AS b", more: "&format=ndjson")
            let file = try await scene.ask("GET", query.links[0], withoutToken: true)
            #expect(try gunzipped(file.body) == "{\"a\":null,\"b\":\"\"}\n")
        }
    }

    @Test func noStatementIsLogged() async throws {
        try await QueryScene.with { scene in
            _ = try await scene.query("SELECT 'very-secret'")
            _ = try await scene.query("SELECT 'very-secret' FROM nowhere")
            #expect(!scene.log.all.contains { $0.contains("very-secret") })
            #expect(scene.log.all.contains { $0.contains("query ended") })
        }
    }
}

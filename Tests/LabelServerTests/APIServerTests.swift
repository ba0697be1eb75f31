import HTTPTransfer
import LabelStore
import TestSupport
import Testing

@testable import LabelServer

/// What holds for every address of the server.
@Suite(.timeLimit(.minutes(3))) struct APIServerTests {
    @Test func healthNeedsNoTokenAndHeadSaysWhatGetSays() async throws {
        try await TestStore.withStore { store, _ in
            try await APIScene.with(store: store) { scene in
                for path in ["/healthz", "/readyz"] {
                    let got = try await scene.ask("GET", path)
                    #expect(got.status == 200 && !got.body.isEmpty)
                    let head = try await scene.ask("HEAD", path)
                    #expect(head.status == 200 && head.body.isEmpty)
                    #expect(head.headers["Content-Length"] == "\(got.body.count)")
                    #expect(head.headers["Content-Type"] == got.headers["Content-Type"])
                }
            }
        }
    }

    @Test func whatIsNotServedIsToldAsProblemDetails() async throws {
        try await TestStore.withStore { store, _ in
            try await APIScene.with(store: store) { scene in
                let cases: [(String, String, Int, String)] = [
                    ("GET", "/", 404, "not-found"), ("GET", "/v2/datasets", 404, "not-found"),
                    ("GET", "/../../etc/passwd", 404, "not-found"), ("POST", "/healthz", 405, "method-not-allowed"),
                    ("DELETE", "/healthz", 405, "method-not-allowed"), ("PATCH", "/healthz", 405, "method-not-allowed"),
                    ("GET", "/healthz?x=1", 400, "unknown-parameter"), ("GET", "/healthz?%zz=1", 400, "bad-encoding"),
                ]
                for (method, path, status, code) in cases {
                    let answer = try await scene.ask(method, path)
                    #expect(answer.status == status && answer.code == code, "\(method) \(path)")
                    #expect(answer.headers["Content-Type"] == "application/problem+json")
                    #expect(answer.document["status"] as? Int == status)
                    #expect(answer.document["title"] is String && answer.document["detail"] is String)
                    #expect((answer.headers["Allow"] == "GET, HEAD") == (status == 405))
                    #expect(answer.headers["X-Content-Type-Options"] == "nosniff")
                }
                // And what was asked for is not told to the log.
                #expect(!scene.log.all.joined().contains("passwd"))
            }
        }
    }

    @Test func aBodyThatIsTooLargeIsRefusedAndTheServerGoesOn() async throws {
        try await TestStore.withStore { store, _ in
            try await APIScene.with(store: store) { scene in
                do {
                    let answer = try await scene.ask("GET", "/healthz", body: .init(repeating: 65, count: 8 << 20))
                    #expect(answer.status == 413)
                } catch is HTTPError {
                    // The connection was closed in the middle.
                }
                let answer = try await scene.ask("GET", "/healthz", body: .init(repeating: 65, count: 1_000))
                #expect(answer.status == 200)
            }
        }
    }
}

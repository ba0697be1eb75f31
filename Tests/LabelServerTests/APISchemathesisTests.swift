import Foundation
import LabelStore
import TestSupport
import Testing

@testable import LabelServer

/// What schemathesis draws from the OpenAPI document, put to a real server.
///
/// Some examples of each operation; `SHEAF_TEST_API_EXAMPLES` draws more.
@Suite(.timeLimit(.minutes(10))) struct APISchemathesisTests {
    @Test func noDrawnRequestGetsAnAnswerThatTheDocumentDoesNotTell() async throws {
        let examples = ProcessInfo.processInfo.environment["SHEAF_TEST_API_EXAMPLES"] ?? "3"
        var settings = APIServer.Settings()
        settings.limits.requestsPerMinute = 1_000_000
        settings.limits.failuresPerMinute = 1_000_000
        try await APIData.serve(settings) { scene, data in
            try await data.sync(APIData.rows(50))
            try await data.sync(APIData.rows(51))
            let summary = try await PythonScript("api-check.py", environment: "schemathesis").run(
                [scene.base, examples], variables: ["API_TOKEN": scene.key(.admin)])
            #expect(summary.contains { $0.contains("passed") || $0.contains("No issues") }, "\(summary)")
        }
    }
}

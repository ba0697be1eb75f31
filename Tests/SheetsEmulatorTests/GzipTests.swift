import HTTPTransfer
import Testing

@testable import SheetsEmulator

@Suite struct GzipTests {
    private static let rows = (0..<3_000).map {
        ["\($0)", "料理のタイトル \($0 % 7)", String(repeating: "ab", count: $0 % 300)]
    }

    @Test func compressesForClientsThatAskTwice() async throws {
        var texts: [String] = []
        for agent in ["test", "test (gzip)"] {
            try await TestClient.run(tabs: [("Sheet1", Self.rows)], userAgent: agent) { client async throws in
                let answer = try await client.values("Sheet1", "prettyPrint=false")
                #expect(answer.headers["Content-Encoding"] == (agent == "test" ? nil : "gzip"))
                texts.append(answer.text)
            }
        }
        #expect(texts[0] == texts[1])
        #expect(texts[0].utf8.count > 500_000)
    }

    @Test func doesNotCompressWhenConfiguredNotTo() async throws {
        var configuration = EmulatorConfiguration()
        configuration.compresses = false
        try await TestClient.run(configuration: configuration, userAgent: "test (gzip)") { client async throws in
            #expect(try await client.values("A1").headers["Content-Encoding"] == nil)
        }
    }
}

import Foundation
import Synchronization
import Testing

@testable import SheetsEmulator

@Suite struct SignInTests {
    @Test func givesATokenForAnAssertionSignedByAnAccountItKnows() async throws {
        try await TestClient.run { client async throws in
            let answer = try await client.token(for: client.assertion())
            #expect(answer.status == 200)
            #expect(answer.json["token_type"] == .string("Bearer"))
            #expect(answer.json["expires_in"] == .integer(3599))
        }
    }

    @Test func refusesAnAssertionThatIsWrongInOneClaim() async throws {
        let now = Int(Date().timeIntervalSince1970)
        let wrong: [[String: JSONValue]] = [
            ["iss": .string("nobody@test.iam.gserviceaccount.com")],
            ["aud": .string("https://example.com/token")],
            ["exp": .integer(now - 10), "iat": .integer(now - 3600)],
            ["exp": .integer(now + 7200)],
            ["iat": .integer(now + 1000)],
        ]
        try await TestClient.run { client async throws in
            for claims in wrong {
                let answer = try await client.token(for: client.assertion(claims))
                #expect(answer.status == 400, "\(claims)")
                #expect(answer.json["error"] == .string("invalid_grant"), "\(claims)")
            }
        }
    }

    /// The libraries write it whatever `token_uri` in the key file says.
    @Test func takesTheAudienceThatGooglesLibrariesWrite() async throws {
        try await TestClient.run { client async throws in
            let assertion = try client.assertion(["aud": .string("https://oauth2.googleapis.com/token")])
            #expect(try await client.token(for: assertion).status == 200)
        }
    }

    @Test func refusesASignatureOfAnotherKeyOrAlgorithm() async throws {
        let other = try RSAKeyPair.generate()
        try await TestClient.run { client async throws in
            let assertions = [
                try client.assertion(privateKeyPEM: other.privateKeyPEM), try client.assertion(algorithm: "none"),
                String(try client.assertion().dropLast(8)), "a.b", "",
            ]
            for assertion in assertions {
                let answer = try await client.token(for: assertion)
                #expect(answer.json["error"] == .string("invalid_grant"))
            }
        }
    }

    @Test func answers401WithoutATokenAndWithOneThatIsNotValidAnyMore() async throws {
        try await TestClient.run { client async throws in
            let missing = try await client.send("GET", "/v4/spreadsheets/s1", signed: false)
            #expect(missing.status == 401)
            #expect(missing.reason == "UNAUTHENTICATED")
            client.emulator.expireTokens()
            #expect(try await client.get("/v4/spreadsheets/s1").status == 401)
        }
    }

    @Test func tokensExpireByTheClock() async throws {
        var configuration = EmulatorConfiguration()
        let shared = Clock()
        configuration.now = { shared.now }
        try await TestClient.run(configuration: configuration) { client async throws in
            #expect(try await client.get("/v4/spreadsheets/s1").status == 200)
            shared.advance(by: 3600)
            #expect(try await client.get("/v4/spreadsheets/s1").status == 401)
        }
    }

    @Test func aReadOnlyScopeDoesNotWrite() async throws {
        try await TestClient.run(scopes: ["spreadsheets.readonly"]) { client async throws in
            #expect(try await client.values("A1").status == 200)
            let refused = try await client.update("A1", #"[["x"]]"#)
            #expect(refused.status == 403)
            #expect(refused.message == "Request had insufficient authentication scopes.")
        }
    }

    @Test func writesAKeyFileThatOnlyItsOwnerReads() async throws {
        try await TestClient.run { client async throws in
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let file = folder.appendingPathComponent("key.json")
            try Data("{}".utf8).write(to: file)
            let key = try client.emulator.makeServiceAccountKey(file: file.path, email: "a@b.iam.gserviceaccount.com")
            let mode = try FileManager.default.attributesOfItem(atPath: key.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let written = try JSONParser.parse([UInt8](Data(contentsOf: file)))
            #expect(written["token_uri"]?.text == client.emulator.endpoint + "/token")
            #expect(written["client_email"]?.text == "a@b.iam.gserviceaccount.com")
        }
    }
}

/// A clock that a test moves.
final class Clock: Sendable {
    private let time = Mutex(Date())

    var now: Date { time.withLock { $0 } }

    func advance(by seconds: Double) {
        time.withLock { $0 += seconds }
    }
}

import Foundation
import Testing

@testable import SheetsEmulator

@Suite struct QuotaTests {
    /// Begins in a fresh minute, whatever the time of day.
    private func run(_ quota: EmulatorQuota, _ body: (TestClient, Clock) async throws -> Void) async throws {
        let clock = Clock()
        var configuration = EmulatorConfiguration()
        configuration.now = { clock.now }
        configuration.quota = quota
        try await TestClient.run(configuration: configuration) { client async throws in
            clock.advance(by: 60 - clock.now.timeIntervalSince1970.truncatingRemainder(dividingBy: 60))
            try await body(client, clock)
        }
    }

    @Test func theDefaultsAreGoogles() {
        let quota = EmulatorQuota()
        #expect(quota.readsPerMinute == 60 && quota.writesPerMinute == 60)
        #expect(quota.projectReadsPerMinute == 300 && quota.projectWritesPerMinute == 300)
    }

    @Test func sixtyReadsPassAndTheNextIsRefusedUntilTheMinuteEnds() async throws {
        try await run(EmulatorQuota()) { client, clock async throws in
            for number in 1...60 { #expect(try await client.values("A1").status == 200, "read \(number)") }
            let refused = try await client.values("A1")
            #expect(refused.status == 429)
            #expect(refused.reason == "RESOURCE_EXHAUSTED")
            let details = refused.json["error"]?["details"]?.elements?.first
            #expect(details?["metadata"]?["quota_limit"] == .string("ReadRequestsPerMinutePerUser"))
            #expect(details?["metadata"]?["quota_limit_value"] == .string("60"))
            #expect(try await client.update("A1", "[[1]]").status == 200)
            clock.advance(by: 60)
            #expect(try await client.values("A1").status == 200)
        }
    }

    @Test func allAccountsShareTheLimitOfTheProject() async throws {
        try await run(EmulatorQuota(readsPerMinute: 3, projectReadsPerMinute: 4)) { client, _ async throws in
            let email = "second@test.iam.gserviceaccount.com"
            client.emulator.addServiceAccount(email: email, publicKeyPEM: try RSAKeyPair.sharedPair().publicKeyPEM)
            try client.emulator.share("s1", with: email)
            var second = client
            let answer = try await client.token(for: client.assertion(["iss": .string(email)]))
            second.token = try #require(answer.json["access_token"]?.text)
            for _ in 0..<3 { #expect(try await client.values("A1").status == 200) }
            #expect(try await second.values("A1").status == 200)
            let refused = try await second.values("A1")
            #expect(refused.status == 429)
            #expect(refused.message?.contains("limit 'Read requests per minute' of service") == true)
            let metadata = refused.json["error"]?["details"]?.elements?.first?["metadata"]
            #expect(metadata?["quota_limit"] == .string("ReadRequestsPerMinutePerProject"))
            #expect(try await client.values("A1").message?.contains("per minute per user") == true)
        }
    }

    @Test func driveHasAQuotaOfItsOwn() async throws {
        try await run(EmulatorQuota(readsPerMinute: 1, driveCallsPerMinute: 2)) { client, clock async throws in
            for _ in 0..<2 { #expect(try await client.get("/drive/v3/files/s1").status == 200) }
            let refused = try await client.get("/drive/v3/files/s1")
            #expect(refused.status == 403)
            let error = refused.json["error"]?["errors"]?.elements?.first
            #expect(error?["domain"] == .string("usageLimits"))
            #expect(error?["reason"] == .string("userRateLimitExceeded"))
            #expect(try await client.values("A1").status == 200)
            clock.advance(by: 60)
            #expect(try await client.get("/drive/v3/files/s1").status == 200)
        }
    }

    @Test func aQuotaIsSwitchedOnAndOffWhileItRuns() async throws {
        try await run(EmulatorQuota(readsPerMinute: 0)) { client, _ async throws in
            #expect(try await client.values("A1").status == 429)
            let off = try await client.send("POST", "/control/settings", body: #"{"quota":false}"#, signed: false)
            #expect(off.json["quota"] == .boolean(false))
            #expect(try await client.values("A1").status == 200)
            client.emulator.quota = EmulatorQuota(readsPerMinute: 1)
            #expect(try await client.values("A1").status == 200)
            #expect(try await client.values("A1").status == 429)
        }
    }
}

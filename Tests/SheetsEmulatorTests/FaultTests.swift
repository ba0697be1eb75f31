import HTTPTransfer
import Testing

@testable import SheetsEmulator

@Suite struct FaultTests {
    private func inject(_ client: TestClient, _ faults: String) async throws {
        #expect(try await client.send("POST", "/control/faults", body: faults, signed: false).status == 200)
    }

    @Test(arguments: [
        (429, "RESOURCE_EXHAUSTED"), (500, "INTERNAL"), (503, "UNAVAILABLE"), (403, "PERMISSION_DENIED"),
        (404, "NOT_FOUND"), (401, "UNAUTHENTICATED"),
    ])
    func answersSoManyTimesWithAStatus(_ status: Int, _ name: String) async throws {
        try await TestClient.run { client async throws in
            try await inject(client, #"{"status":\#(status),"times":2,"after":1,"method":"values.get"}"#)
            var statuses: [Int] = []
            for _ in 0..<4 {
                let answer = try await client.values("A1")
                statuses.append(answer.status)
                if answer.status != 200 { #expect(answer.reason == name) }
            }
            #expect(statuses == [200, status, status, 200])
        }
    }

    @Test func driveTellsQuotaByReason() async throws {
        try await TestClient.run { client async throws in
            try await inject(client, #"[{"status":403,"method":"drive"}]"#)
            let answer = try await client.get("/drive/v3/files/s1")
            #expect(answer.status == 403)
            #expect(answer.json["error"]?["errors"]?.elements?.first?["reason"] == .string("userRateLimitExceeded"))
        }
    }

    @Test func aWriteMayBeAppliedAndStillFail() async throws {
        try await TestClient.run { client async throws in
            try await inject(client, #"{"status":503,"applied":true,"method":"PUT"}"#)
            #expect(try await client.update("A1", #"[["written"]]"#).status == 503)
            #expect(try await client.values("A1").values == json(#"[["written"]]"#))
        }
    }

    @Test(arguments: [(#"{"reset":true,"times":2}"#, 3), (#"{"cutBody":100}"#, 2_000), (#"{"cutBody":0}"#, 3)])
    func breaksTheConnection(_ fault: String, _ count: Int) async throws {
        let rows = (0..<count).map { ["row \($0)"] }
        try await TestClient.run(tabs: [("Sheet1", rows)]) { client async throws in
            try await inject(client, fault)
            await #expect(throws: HTTPError.self) { _ = try await client.values("Sheet1") }
            #expect(try await client.values("Sheet1").values?.elements?.count == count)
        }
    }

    @Test func sendsHalfAnAnswerOrAnotherOneWithStatus200() async throws {
        try await TestClient.run { client async throws in
            try await inject(client, #"[{"truncatedJSON":true},{"htmlWith200":true}]"#)
            let half = try await client.values("A1")
            #expect(half.status == 200)
            #expect(half.json == .null)
            let page = try await client.values("A1")
            #expect(page.status == 200)
            #expect(page.headers["Content-Type"] == "text/html; charset=UTF-8")
        }
    }

    @Test func countsCallsAndForgetsThem() async throws {
        try await TestClient.run { client async throws in
            _ = try await client.values("A1")
            _ = try await client.values("Nothing!A1")
            let counters = try await client.send("GET", "/control/counters", signed: false)
            #expect(counters.json == json(#"{"spreadsheets.values.get":2,"token":1}"#))
            client.emulator.inject(EmulatorFault(.status(503)))
            #expect(try await client.send("POST", "/control/reset", signed: false).status == 200)
            #expect(try await client.send("GET", "/control/counters", signed: false).json == .object([]))
            #expect(try await client.values("A1").status == 200)
        }
    }

    @Test func refusesAFaultThatSaysNothing() async throws {
        try await TestClient.run { client async throws in
            let answer = try await client.send("POST", "/control/faults", body: #"{"times":3}"#, signed: false)
            #expect(answer.status == 400)
        }
    }

    @Test func keepsAQuotaForEachMinute() async throws {
        let clock = Clock()
        var configuration = EmulatorConfiguration()
        configuration.now = { clock.now }
        configuration.quota = EmulatorQuota(readsPerMinute: 2, writesPerMinute: 1)
        try await TestClient.run(configuration: configuration) { client async throws in
            // Begin in a fresh minute, whatever the time of day.
            clock.advance(by: 60)
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(try await client.values("A1").status) }
            statuses.append(try await client.update("A1", "[[1]]").status)
            let refused = try await client.update("A1", "[[1]]")
            statuses.append(refused.status)
            clock.advance(by: 60)
            statuses.append(try await client.values("A1").status)
            #expect(statuses == [200, 200, 429, 200, 429, 200])
            #expect(refused.message?.hasPrefix("Quota exceeded for quota metric 'Write requests'") == true)
        }
    }
}

import Foundation
import Testing

@testable import SheetsEmulator

/// Faults of more than one request: edits between two calls, tokens, and answers that take their time.
@Suite struct FaultKindTests {
    private func control(
        _ client: TestClient, _ path: String, _ body: String = "{}", method: String = "POST"
    ) async throws -> TestClient.Answer {
        try await client.send(method, "/control/\(path)", body: body, signed: false)
    }

    @Test(arguments: [
        (#"{"type":"'Sheet1'!B2","rows":[["edited"]]}"#, [["id", "name"], ["1", "edited"], ["2", "two"]]),
        (
            #"{"append":true,"tab":"Sheet1","rows":[[3,true]]}"#,
            [["id", "name"], ["1", "one"], ["2", "two"], ["3", "TRUE"]]
        ),
        (
            #"{"insertRows":2,"tab":"Sheet1","rows":[["0","zero"]]}"#,
            [["id", "name"], ["0", "zero"], ["1", "one"], ["2", "two"]]
        ),
        (#"{"deleteRows":[2,2],"tab":"Sheet1"}"#, [["id", "name"], ["2", "two"]]),
        (#"{"moveRows":[2,2],"before":4,"tab":"Sheet1"}"#, [["id", "name"], ["2", "two"], ["1", "one"]]),
        (#"{"sort":0,"descending":true,"tab":"Sheet1"}"#, [["id", "name"], ["2", "two"], ["1", "one"]]),
    ])
    func anEditFallsRightAfterTheNthMatchingRequest(_ edit: String, _ edited: [[String]]) async throws {
        let rows = [["id", "name"], ["1", "one"], ["2", "two"]]
        for moment in ["after", "before"] {
            try await TestClient.run(tabs: [("Sheet1", rows)]) { client async throws in
                let members = edit.dropFirst().dropLast()
                let fault =
                    #"{"edit":{"spreadsheet":"s1",\#(members)},"moment":"\#(moment)","after":1,"method":"values.get"}"#
                #expect(try await control(client, "faults", fault).status == 200)
                let before = try await client.get("/drive/v3/files/s1?fields=version").json
                #expect(try client.emulator.rows("s1", tab: "Sheet1") == rows)
                let first = try await client.values("Sheet1").text
                #expect(try client.emulator.rows("s1", tab: "Sheet1") == rows)
                let second = try await client.values("Sheet1").text
                // An edit after a request does not show in its answer; one before it does.
                #expect((first == second) == (moment == "after"))
                #expect(try client.emulator.rows("s1", tab: "Sheet1") == edited)
                #expect(try await client.get("/drive/v3/files/s1?fields=version").json != before)
            }
        }
    }

    @Test func aTabIsRenamedBetweenTwoCalls() async throws {
        try await TestClient.run { client async throws in
            client.emulator.inject(
                EmulatorFault(
                    .edit(EmulatorEdit("s1", .renameTab(tab: "Sheet1", title: "New")), .after),
                    method: "spreadsheets.get"))
            let answer = try await client.get("/v4/spreadsheets/s1?fields=sheets.properties.title")
            #expect(answer.json == json(#"{"sheets":[{"properties":{"title":"Sheet1"}}]}"#))
            #expect(try await client.values("Sheet1!A1").status == 400)
            #expect(try await client.values("New!A1").status == 200)
        }
    }

    @Test func anEditAndAnotherFaultHitTheSameRequest() async throws {
        try await TestClient.run { client async throws in
            client.emulator.inject(EmulatorFault(.edit(EmulatorEdit("s1", .delete), .after)))
            client.emulator.inject(EmulatorFault(.truncatedJSON))
            #expect(try await client.values("A1").json == .null)
            #expect(try await client.values("A1").status == 404)
        }
    }

    /// A person's edit does not wait for a request of somebody else.
    @Test(arguments: [EmulatorFault.Kind.status(503), .htmlWith200, .reset], [EmulatorFault.Moment.before, .after])
    func anEditIsMadeAlsoWhereTheRequestIsRefused(_ kind: EmulatorFault.Kind, _ moment: EmulatorFault.Moment)
        async throws
    {
        try await TestClient.run { client async throws in
            let edit = EmulatorEdit("s1", .type(range: "'Sheet1'!B2", rows: [["edited"]]))
            client.emulator.inject(EmulatorFault(.edit(edit, moment), method: "values.get"))
            // Twice, since libcurl asks once more by itself when a connection used before is reset.
            client.emulator.inject(EmulatorFault(kind, times: kind == .reset ? 2 : 1, method: "values.get"))
            let answer = try? await client.values("A1")
            #expect(answer?.values == nil)
            client.emulator.clearFaults()
            #expect(try client.emulator.rows("s1", tab: "Sheet1") == [["id", "name"], ["1", "edited"]])
        }
    }

    @Test(arguments: [
        #"{"spreadsheet":"nothing","touch":true}"#, #"{"spreadsheet":"s1","type":"Nothing!A1","rows":[["x"]]}"#,
        #"{"spreadsheet":"s1"}"#, #"{"touch":true}"#, #"{"spreadsheet":"s1","deleteRows":[3,2],"tab":"Sheet1"}"#,
        #"{"spreadsheet":"s1","moveRows":[3,4],"tab":"Sheet1"}"#, "[1",
        #"{"spreadsheet":"s1","type":"A1","rows":["x"]}"#,
    ])
    func refusesAnEditThatCannotBeMade(_ edit: String) async throws {
        try await TestClient.run { client async throws in
            #expect(try await control(client, "edits", edit).status == 400)
        }
    }

    @Test func aSlowDripArrivesWhole() async throws {
        let rows = (0..<200).map { ["row \($0)", "料理"] }
        try await TestClient.run(tabs: [("Sheet1", rows)], userAgent: "test (gzip)") { client async throws in
            let whole = try await client.values("Sheet1").text
            #expect(
                try await control(
                    client, "faults", #"{"dripBytes":100,"intervalMilliseconds":1,"method":"values"}"#
                ).status == 200)
            #expect(try await client.values("Sheet1").text == whole)
        }
    }

    @Test func theNextCallsFindTheirTokenExpired() async throws {
        try await TestClient.run { client async throws in
            #expect(try await control(client, "expire-tokens", #"{"calls":2}"#).status == 200)
            let drive = try await client.get("/drive/v3/files/s1")
            #expect(drive.status == 401)
            #expect(drive.json["error"]?["errors"]?.elements?.first?["reason"] == .string("authError"))
            #expect(try await client.values("A1").reason == "UNAUTHENTICATED")
            #expect(try await client.values("A1").status == 200)
            #expect(try await control(client, "expire-tokens").status == 200)
            #expect(try await client.values("A1").status == 401)
            #expect(try await client.signIn(scopes: ["spreadsheets"]).isEmpty == false)
        }
    }

    @Test func movingTheClockExpiresTokensAndStillLetsClientsSignIn() async throws {
        try await TestClient.run { client async throws in
            #expect(try await control(client, "clock", #"{"advanceSeconds":86400}"#).status == 200)
            #expect(try await client.values("A1").status == 401)
            var again = client
            again.token = try await client.signIn(scopes: ["spreadsheets"])
            #expect(try await again.values("A1").status == 200)
            #expect(try await control(client, "clock", #"{"advanceSeconds":-1}"#).status == 400)
        }
    }

    @Test func driveFaultsHaveDrivesBodies() async throws {
        for (status, reason) in [
            (403, "userRateLimitExceeded"), (429, "rateLimitExceeded"), (500, "internalError"), (503, "backendError"),
            (401, "authError"), (404, "notFound"),
        ] {
            try await TestClient.run { client async throws in
                client.emulator.inject(EmulatorFault(.status(status), method: "drive.changes"))
                let answer = try await client.get("/drive/v3/changes/startPageToken")
                #expect(answer.status == status)
                #expect(answer.json["error"]?["code"] == .integer(status))
                #expect(answer.json["error"]?["errors"]?.elements?.first?["reason"] == .string(reason))
            }
        }
    }

    @Test func countersAreReadAndReset() async throws {
        try await TestClient.run { client async throws in
            _ = try await client.get("/drive/v3/changes/startPageToken")
            #expect(client.emulator.counters["drive.changes.getStartPageToken"] == 1)
            let told = try await control(client, "counters", "", method: "GET")
            #expect(told.json["drive.changes.getStartPageToken"] == .integer(1))
            #expect(try await control(client, "counters", "", method: "DELETE").status == 200)
            #expect(client.emulator.counters.isEmpty)
        }
    }

    @Test func settingsAreToldAndSetAndTakenBackByAReset() async throws {
        try await TestClient.run { client async throws in
            let before = try await control(client, "settings", "", method: "GET").json
            let set = try await control(
                client, "settings", #"{"noticeDelaySeconds":180,"latencyMilliseconds":1,"quota":{"readsPerMinute":7}}"#)
            #expect(client.emulator.noticeDelay == .seconds(180))
            #expect(client.emulator.latency == .milliseconds(1))
            #expect(client.emulator.quota == EmulatorQuota(readsPerMinute: 7))
            #expect(set.json["quota"]?["projectReadsPerMinute"] == .integer(300))
            for bad in [#"{"nothing":1}"#, #"{"noticeDelaySeconds":"x"}"#, #"{"quota":{"reads":1}}"#] {
                #expect(try await control(client, "settings", bad).status == 400, "\(bad)")
            }
            #expect(try await control(client, "reset").status == 200)
            #expect(try await control(client, "settings", "", method: "GET").json == before)
        }
    }

    @Test func aSpreadsheetIsAddedByTheControlEndpoint() async throws {
        try await TestClient.run { client async throws in
            let body = """
                {"id":"s2","title":"新","sharedWith":["\(TestClient.email)"],"tabs":[{"title":"一","rows":[["a",1],["2024-01-02"]]}]}
                """
            #expect(try await control(client, "spreadsheets", body).status == 200)
            #expect(try client.emulator.rows("s2", tab: "一") == [["a", "1"], ["2024-01-02"]])
            #expect(try await client.get("/v4/spreadsheets/s2").status == 200)
            #expect(try await control(client, "spreadsheets", #"{"id":"s3"}"#).status == 400)
            #expect(try await control(client, "nothing").status == 404)
        }
    }
}

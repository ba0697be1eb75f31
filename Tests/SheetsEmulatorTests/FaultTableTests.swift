import HTTPTransfer
import Testing

@testable import SheetsEmulator

/// Each fault against each kind of call.
@Suite struct FaultTableTests {
    struct Call: Sendable, CustomTestStringConvertible {
        let name: String
        let method: String
        let path: String
        var body: String?
        var writes = false

        var testDescription: String { name }
    }

    static let calls = [
        Call(name: "spreadsheets.get", method: "GET", path: "/v4/spreadsheets/s1"),
        Call(name: "spreadsheets.values.get", method: "GET", path: "/v4/spreadsheets/s1/values/A1"),
        Call(
            name: "spreadsheets.values.batchGet", method: "GET", path: "/v4/spreadsheets/s1/values:batchGet?ranges=A1"),
        Call(
            name: "spreadsheets.values.update", method: "PUT",
            path: "/v4/spreadsheets/s1/values/A1?valueInputOption=RAW", body: #"{"values":[["x"]]}"#, writes: true),
        Call(
            name: "spreadsheets.values.append", method: "POST",
            path: "/v4/spreadsheets/s1/values/A1:append?valueInputOption=RAW", body: #"{"values":[["x"]]}"#,
            writes: true),
        Call(
            name: "spreadsheets.values.clear", method: "POST", path: "/v4/spreadsheets/s1/values/A1:clear", body: "{}",
            writes: true),
        Call(
            name: "spreadsheets.values.batchUpdate", method: "POST", path: "/v4/spreadsheets/s1/values:batchUpdate",
            body: #"{"valueInputOption":"RAW","data":[{"range":"A1","values":[["x"]]}]}"#, writes: true),
        Call(
            name: "spreadsheets.values.batchClear", method: "POST", path: "/v4/spreadsheets/s1/values:batchClear",
            body: #"{"ranges":["A1"]}"#, writes: true),
        Call(
            name: "spreadsheets.batchUpdate", method: "POST", path: "/v4/spreadsheets/s1:batchUpdate",
            body:
                #"{"requests":[{"updateSheetProperties":{"properties":{"hidden":false,"title":"T"},"fields":"title"}}]}"#,
            writes: true),
        Call(name: "drive.files.get", method: "GET", path: "/drive/v3/files/s1"),
        Call(name: "drive.files.list", method: "GET", path: "/drive/v3/files"),
        Call(name: "drive.files.export", method: "GET", path: "/drive/v3/files/s1/export?mimeType=text/csv"),
        Call(
            name: "drive.files.update", method: "PATCH", path: "/drive/v3/files/s1", body: #"{"name":"new"}"#,
            writes: true),
        Call(name: "drive.changes.getStartPageToken", method: "GET", path: "/drive/v3/changes/startPageToken"),
        Call(name: "drive.changes.list", method: "GET", path: "/drive/v3/changes?pageToken=TOKEN"),
    ]

    private func version(_ client: TestClient) -> Int {
        client.emulator.state.withLock { $0.spreadsheets["s1"]?.version ?? 0 }
    }

    private func run(_ call: Call, _ body: (TestClient, Call) async throws -> Void) async throws {
        try await TestClient.run(scopes: ["spreadsheets", "drive"]) { client async throws in
            let start = try await client.get("/drive/v3/changes/startPageToken").json["startPageToken"]?.text ?? ""
            let path = call.path.split(separator: "TOKEN", omittingEmptySubsequences: false).joined(separator: start)
            client.emulator.resetCounters()
            try await body(
                client, Call(name: call.name, method: call.method, path: path, body: call.body, writes: call.writes))
        }
    }

    private func send(_ client: TestClient, _ call: Call) async throws -> TestClient.Answer {
        try await client.send(call.method, call.path, body: call.body)
    }

    @Test(arguments: calls, [401, 403, 429, 500, 502, 503, 504])
    func aStatusRefusesAndChangesNothing(_ call: Call, _ status: Int) async throws {
        try await run(call) { client, call async throws in
            let before = version(client)
            client.emulator.inject(EmulatorFault(.status(status), method: call.name))
            let refused = try await send(client, call)
            #expect(refused.status == status)
            #expect(refused.json["error"]?["code"] == .integer(status))
            #expect(version(client) == before)
            #expect(try await send(client, call).status == 200)
            #expect((version(client) > before) == call.writes)
            #expect(client.emulator.counters == [call.name: 2])
        }
    }

    @Test(arguments: calls.filter(\.writes), [500, 503])
    func aWriteIsAppliedAndAnsweredWithAnError(_ call: Call, _ status: Int) async throws {
        try await run(call) { client, call async throws in
            let before = version(client)
            client.emulator.inject(EmulatorFault(.appliedButStatus(status), method: call.name))
            #expect(try await send(client, call).status == status)
            #expect(version(client) == before + 1)
        }
    }

    @Test(arguments: calls) func theConnectionBreaksBeforeOrInTheBody(_ call: Call) async throws {
        try await run(call) { client, call async throws in
            for kind in [EmulatorFault.Kind.reset, .cutBody(after: 5), .cutBody(after: 0)] {
                client.emulator.inject(EmulatorFault(kind, times: 2, method: call.name))
                await #expect(throws: HTTPError.self, "\(kind)") { _ = try await send(client, call) }
                client.emulator.clearFaults()
                #expect(try await send(client, call).status == 200)
            }
        }
    }

    @Test(arguments: calls) func anAnswerIsHalfAnotherOrSlow(_ call: Call) async throws {
        try await run(call) { client, call async throws in
            let whole = try await send(client, call)
            #expect(whole.status == 200)
            client.emulator.inject(EmulatorFault(.truncatedJSON, method: call.name))
            let half = try await send(client, call)
            #expect(half.status == 200)
            #expect(half.text.utf8.count < whole.text.utf8.count)
            #expect(half.json == .null)
            client.emulator.inject(EmulatorFault(.htmlWith200, method: call.name))
            #expect(try await send(client, call).text.contains("<!DOCTYPE html>"))
            for kind in [EmulatorFault.Kind.drip(bytes: 50, milliseconds: 1), .delay(milliseconds: 5)] {
                client.emulator.inject(EmulatorFault(kind, method: call.name))
                let slow = try await send(client, call)
                #expect(slow.status == 200)
                #expect(slow.headers["Content-Type"] == whole.headers["Content-Type"])
                if !call.writes { #expect(slow.text == whole.text) }
            }
        }
    }

    @Test(arguments: calls) func anEditFallsBeforeOrAfterAnyCall(_ call: Call) async throws {
        for moment in [EmulatorFault.Moment.before, .after] {
            try await run(call) { client, call async throws in
                client.emulator.inject(
                    EmulatorFault(.edit(EmulatorEdit("s1", .delete), moment), method: call.name))
                let isThere = moment == .after || !call.path.contains("s1")
                #expect(try await send(client, call).status == (isThere ? 200 : 404))
                #expect(client.emulator.spreadsheetIDs.isEmpty)
            }
        }
    }

    @Test(arguments: [400, 401, 429, 500, 503]) func signingInFailsToo(_ status: Int) async throws {
        try await TestClient.run { client async throws in
            client.emulator.inject(EmulatorFault(.status(status), method: "token"))
            let assertion = try client.assertion()
            #expect(try await client.token(for: assertion).status == status)
            #expect(try await client.token(for: assertion).status == 200)
        }
    }
}

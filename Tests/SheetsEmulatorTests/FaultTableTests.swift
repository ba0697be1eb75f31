import HTTPTransfer
import Synchronization
import Testing

@testable import SheetsEmulator

/// Each fault against each kind of call.
@Suite struct FaultTableTests {
    /// What a call changes.
    enum Effect: Sendable {
        case nothing
        /// The version of `s1`, by one.
        case version
        /// Something else that `Standing` has.
        case another
    }

    struct Call: Sendable, CustomTestStringConvertible {
        let name: String
        let method: String
        /// With TOKEN, FILE, PERMISSION or CHANNEL for one that is there, and NEW for a name that nothing has.
        var path: String
        var body: String?
        var effect = Effect.nothing
        var success = 200

        var testDescription: String { name }
        var hasBody: Bool { success != 204 }
    }

    /// What calls change.
    private struct Standing: Equatable {
        var versions: [String: Int]
        var people: [String: Int]
        var channels: Int
    }

    static let calls = [
        Call(name: "spreadsheets.get", method: "GET", path: "/v4/spreadsheets/s1"),
        Call(name: "spreadsheets.values.get", method: "GET", path: "/v4/spreadsheets/s1/values/A1"),
        Call(
            name: "spreadsheets.values.batchGet", method: "GET", path: "/v4/spreadsheets/s1/values:batchGet?ranges=A1"),
        Call(
            name: "spreadsheets.values.update", method: "PUT",
            path: "/v4/spreadsheets/s1/values/A1?valueInputOption=RAW", body: #"{"values":[["x"]]}"#, effect: .version),
        Call(
            name: "spreadsheets.values.append", method: "POST",
            path: "/v4/spreadsheets/s1/values/A1:append?valueInputOption=RAW", body: #"{"values":[["x"]]}"#,
            effect: .version),
        Call(
            name: "spreadsheets.values.clear", method: "POST", path: "/v4/spreadsheets/s1/values/A1:clear", body: "{}",
            effect: .version),
        Call(
            name: "spreadsheets.values.batchUpdate", method: "POST", path: "/v4/spreadsheets/s1/values:batchUpdate",
            body: #"{"valueInputOption":"RAW","data":[{"range":"A1","values":[["x"]]}]}"#, effect: .version),
        Call(
            name: "spreadsheets.values.batchClear", method: "POST", path: "/v4/spreadsheets/s1/values:batchClear",
            body: #"{"ranges":["A1"]}"#, effect: .version),
        Call(
            name: "spreadsheets.batchUpdate", method: "POST", path: "/v4/spreadsheets/s1:batchUpdate",
            body:
                #"{"requests":[{"updateSheetProperties":{"properties":{"hidden":false,"title":"T"},"fields":"title"}}]}"#,
            effect: .version),
        Call(name: "drive.files.get", method: "GET", path: "/drive/v3/files/s1"),
        Call(name: "drive.files.list", method: "GET", path: "/drive/v3/files"),
        Call(name: "drive.files.export", method: "GET", path: "/drive/v3/files/s1/export?mimeType=text/csv"),
        Call(
            name: "drive.files.update", method: "PATCH", path: "/drive/v3/files/s1", body: #"{"name":"new"}"#,
            effect: .version),
        Call(name: "drive.changes.getStartPageToken", method: "GET", path: "/drive/v3/changes/startPageToken"),
        Call(name: "drive.changes.list", method: "GET", path: "/drive/v3/changes?pageToken=TOKEN"),
        Call(
            name: "drive.changes.watch", method: "POST", path: "/drive/v3/changes/watch?pageToken=TOKEN", body: channel,
            effect: .another),
        Call(
            name: "drive.files.watch", method: "POST", path: "/drive/v3/files/s1/watch", body: channel, effect: .another
        ),
        Call(
            name: "drive.channels.stop", method: "POST", path: "/drive/v3/channels/stop", body: "CHANNEL",
            effect: .another, success: 204),
        Call(
            name: "drive.files.create", method: "POST", path: "/drive/v3/files",
            body: #"{"name":"new","mimeType":"application/vnd.google-apps.spreadsheet"}"#, effect: .another),
        Call(name: "drive.files.copy", method: "POST", path: "/drive/v3/files/s1/copy", body: "{}", effect: .another),
        Call(
            name: "drive.files.delete", method: "DELETE", path: "/drive/v3/files/FILE", effect: .another, success: 204),
        Call(name: "drive.permissions.list", method: "GET", path: "/drive/v3/files/s1/permissions"),
        Call(
            name: "drive.permissions.create", method: "POST", path: "/drive/v3/files/s1/permissions",
            body: #"{"type":"user","role":"reader","emailAddress":"NEW@test.example"}"#, effect: .another),
        Call(
            name: "drive.permissions.delete", method: "DELETE", path: "/drive/v3/files/s1/permissions/PERMISSION",
            effect: .another, success: 204),
        Call(
            name: "spreadsheets.create", method: "POST", path: "/v4/spreadsheets",
            body: #"{"properties":{"title":"x"}}"#,
            effect: .another),
        Call(
            name: "spreadsheets.values.batchGetByDataFilter", method: "POST",
            path: "/v4/spreadsheets/s1/values:batchGetByDataFilter", body: #"{"dataFilters":[{"a1Range":"A1"}]}"#),
        Call(
            name: "spreadsheets.getByDataFilter", method: "POST", path: "/v4/spreadsheets/s1:getByDataFilter",
            body: #"{"dataFilters":[{"a1Range":"A1"}]}"#),
    ]

    /// Nobody listens there.
    private static let channel = #"{"id":"NEW","type":"web_hook","address":"http://127.0.0.1:9"}"#
    private static let numbers = Mutex(0)

    private func standing(_ client: TestClient) -> Standing {
        client.emulator.state.withLock { state in
            let sheets = state.spreadsheets.ids.compactMap { id in state.spreadsheets[id].map { (id, $0) } }
            return Standing(
                versions: Dictionary(uniqueKeysWithValues: sheets.map { ($0, $1.version) }),
                people: Dictionary(
                    uniqueKeysWithValues: sheets.map { ($0, $1.sharedWith.count + $1.readers.count) }),
                channels: state.channels.all.count)
        }
    }

    private func run(_ call: Call, _ body: (TestClient, Call) async throws -> Void) async throws {
        try await TestClient.run(scopes: ["spreadsheets", "drive"]) { client async throws in
            try await body(client, call)
        }
    }

    /// The call with what it names in place: made anew each time, since a deleted file is not deleted twice.
    private func prepared(_ client: TestClient, _ call: Call) async throws -> Call {
        let number = Self.numbers.withLock { number in
            number += 1
            return number
        }
        var call = call
        func fill(_ name: String, _ value: () async throws -> String?) async throws {
            guard call.path.contains(name) || call.body?.contains(name) == true else { return }
            let value = try #require(try await value())
            call.path = call.path.replacing(name, with: value)
            call.body = call.body?.replacing(name, with: value)
        }
        try await fill("TOKEN") {
            try await client.get("/drive/v3/changes/startPageToken").json["startPageToken"]?.text
        }
        try await fill("FILE") {
            client.emulator.addSpreadsheet(
                id: "file\(number)", title: "f", sharedWith: [TestClient.email], tabs: [("t", [["x"]])])
            return "file\(number)"
        }
        try await fill("PERMISSION") {
            try await client.send(
                "POST", "/drive/v3/files/s1/permissions",
                body: #"{"type":"user","role":"reader","emailAddress":"person\#(number)@test.example"}"#
            ).json["id"]?.text
        }
        try await fill("CHANNEL") {
            let body = Self.channel.replacing("NEW", with: "channel\(number)")
            let made = try await client.send("POST", "/drive/v3/files/s1/watch", body: body).json
            return made["resourceId"]?.text.map { #"{"id":"channel\#(number)","resourceId":"\#($0)"}"# }
        }
        try await fill("NEW") { "new\(number)" }
        return call
    }

    /// Sends a call that is prepared.
    private func send(_ client: TestClient, _ call: Call) async throws -> TestClient.Answer {
        try await client.send(call.method, call.path, body: call.body)
    }

    private func expect(
        _ effect: Effect, _ client: TestClient, since before: Standing,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let after = standing(client)
        switch effect {
        case .nothing: #expect(after == before, sourceLocation: sourceLocation)
        case .version:
            #expect(after.versions["s1"] == (before.versions["s1"] ?? 0) + 1, sourceLocation: sourceLocation)
        case .another: #expect(after != before, sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: calls, [401, 403, 429, 500, 502, 503, 504])
    func aStatusRefusesAndChangesNothing(_ call: Call, _ status: Int) async throws {
        try await run(call) { client, call async throws in
            let prepared = try await prepared(client, call)
            client.emulator.resetCounters()
            let before = standing(client)
            client.emulator.inject(EmulatorFault(.status(status), method: call.name))
            let refused = try await send(client, prepared)
            #expect(refused.status == status)
            #expect(refused.json["error"]?["code"] == .integer(status))
            expect(.nothing, client, since: before)
            #expect(try await send(client, prepared).status == call.success)
            expect(call.effect, client, since: before)
            #expect(client.emulator.counters == [call.name: 2])
        }
    }

    @Test(arguments: calls.filter { $0.effect != .nothing }, [500, 503])
    func aWriteIsAppliedAndAnsweredWithAnError(_ call: Call, _ status: Int) async throws {
        try await run(call) { client, call async throws in
            let prepared = try await prepared(client, call)
            let before = standing(client)
            client.emulator.inject(EmulatorFault(.appliedButStatus(status), method: call.name))
            #expect(try await send(client, prepared).status == status)
            expect(call.effect, client, since: before)
        }
    }

    @Test(arguments: calls) func theConnectionBreaksBeforeOrInTheBody(_ call: Call) async throws {
        let kinds = [EmulatorFault.Kind.reset] + (call.hasBody ? [.cutBody(after: 5), .cutBody(after: 0)] : [])
        try await run(call) { client, call async throws in
            for kind in kinds {
                let prepared = try await prepared(client, call)
                client.emulator.inject(EmulatorFault(kind, times: 2, method: call.name))
                await #expect(throws: HTTPError.self, "\(kind)") { _ = try await send(client, prepared) }
                client.emulator.clearFaults()
                #expect(try await send(client, try await self.prepared(client, call)).status == call.success)
            }
        }
    }

    @Test(arguments: calls) func anAnswerIsHalfAnotherOrSlow(_ call: Call) async throws {
        try await run(call) { client, call async throws in
            let whole = try await send(client, try await prepared(client, call))
            #expect(whole.status == call.success)
            if call.hasBody {
                let again = try await prepared(client, call)
                client.emulator.inject(EmulatorFault(.truncatedJSON, method: call.name))
                let half = try await send(client, again)
                #expect(half.status == 200)
                #expect(half.text.utf8.count < whole.text.utf8.count)
                #expect(half.json == .null)
            }
            let other = try await prepared(client, call)
            client.emulator.inject(EmulatorFault(.htmlWith200, method: call.name))
            #expect(try await send(client, other).text.contains("<!DOCTYPE html>"))
            for kind in [EmulatorFault.Kind.drip(bytes: 50, milliseconds: 1), .delay(milliseconds: 5)] {
                let late = try await prepared(client, call)
                client.emulator.inject(EmulatorFault(kind, method: call.name))
                let slow = try await send(client, late)
                #expect(slow.status == call.success)
                #expect(slow.headers["Content-Type"] == whole.headers["Content-Type"])
                if call.effect == .nothing { #expect(slow.text == whole.text) }
            }
        }
    }

    @Test(arguments: calls) func anEditFallsBeforeOrAfterAnyCall(_ call: Call) async throws {
        for moment in [EmulatorFault.Moment.before, .after] {
            try await run(call) { client, call async throws in
                let prepared = try await prepared(client, call)
                client.emulator.inject(
                    EmulatorFault(.edit(EmulatorEdit("s1", .delete), moment), method: call.name))
                let isThere = moment == .after || !prepared.path.contains("s1")
                #expect(try await send(client, prepared).status == (isThere ? call.success : 404))
                #expect(!client.emulator.spreadsheetIDs.contains("s1"))
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

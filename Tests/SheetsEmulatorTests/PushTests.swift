import Foundation
import Testing

@testable import SheetsEmulator

@Suite(.timeLimit(.minutes(2))) struct PushTests {
    private func watchChanges(
        _ client: TestClient, _ id: String, _ address: String, _ more: String = ""
    ) async throws -> TestClient.Answer {
        let token = try await client.get("/drive/v3/changes/startPageToken").json["startPageToken"]?.text ?? ""
        return try await client.send(
            "POST", "/drive/v3/changes/watch?pageToken=\(token)",
            body: #"{"id":"\#(id)","type":"web_hook","address":"\#(address)"\#(more)}"#)
    }

    private static func httpDate(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: date)
    }

    private func watchFile(
        _ client: TestClient, _ file: String, _ id: String, _ address: String, _ more: String = ""
    ) async throws -> TestClient.Answer {
        try await client.send(
            "POST", "/drive/v3/files/\(file)/watch",
            body: #"{"id":"\#(id)","type":"web_hook","address":"\#(address)"\#(more)}"#)
    }

    private func stop(_ client: TestClient, _ id: String, _ resource: String) async throws -> Int {
        try await client.send(
            "POST", "/drive/v3/channels/stop", body: #"{"id":"\#(id)","resourceId":"\#(resource)"}"#
        ).status
    }

    @Test func aChannelSaysSyncAndThenChange() async throws {
        try await PushReceiver.run { receiver async throws in
            try await TestClient.run { client async throws in
                let channel = try await watchChanges(client, "one", receiver.address, #","token":"secret=1""#)
                #expect(channel.status == 200, "\(channel.text)")
                #expect(channel.json["kind"] == .string("api#channel"))
                #expect(channel.json["token"] == .string("secret=1"))
                let resource = try #require(channel.json["resourceId"]?.text)
                let sync = try #require(await receiver.next(1).first)
                #expect(sync["Resource-State"] == "sync")
                #expect(sync["Message-Number"] == "1")
                #expect(sync["Channel-ID"] == "one")
                #expect(sync["Channel-Token"] == "secret=1")
                #expect(sync["Resource-ID"] == resource)
                #expect(sync["Resource-URI"] == channel.json["resourceUri"]?.text)
                let expiration = Date(timeIntervalSince1970: Double(channel.json["expiration"]?.integer ?? 0) / 1000)
                #expect(sync["Channel-Expiration"] == Self.httpDate(expiration))
                #expect(sync.body == 0)
                #expect(try await client.update("A1", "[[1]]").status == 200)
                let change = try #require(await receiver.next(1).first)
                #expect(change["Resource-State"] == "change")
                #expect(change["Message-Number"] == "2")
                #expect(change["Channel-Token"] == "secret=1")
                #expect(change["Resource-ID"] == resource)
            }
        }
    }

    @Test func aFilesChannelTellsWhatHappenedToThatFileAlone() async throws {
        try await PushReceiver.run { receiver async throws in
            try await TestClient.run { client async throws in
                client.emulator.addSpreadsheet(
                    id: "s2", title: "two", sharedWith: [TestClient.email], tabs: [("Sheet1", [])])
                #expect(try await watchFile(client, "s1", "one", receiver.address).status == 200)
                try client.emulator.touch("s2")
                try client.emulator.type("s1", "A2", [["5"]])
                try client.emulator.share("s1", with: "someone@else.jp")
                try client.emulator.apply(EmulatorEdit("s1", .rename(title: "other")))
                try client.emulator.setTrashed("s1", true)
                try client.emulator.setTrashed("s1", false)
                client.emulator.removeSpreadsheet("s1")
                let messages = await receiver.next(7)
                #expect(
                    messages.map(\.summary) == [
                        "one 1 sync", "one 2 update", "one 3 update", "one 4 update", "one 5 trash", "one 6 untrash",
                        "one 7 remove",
                    ])
                #expect(
                    messages.map { $0["Changed"] }.prefix(5) == [
                        nil, "content,properties", "permissions", "properties", nil,
                    ])
            }
        }
    }

    @Test func messagesComeAsLateAsTheNotices() async throws {
        try await PushReceiver.run { receiver async throws in
            var configuration = EmulatorConfiguration()
            configuration.noticeDelay = .seconds(180)
            try await TestClient.run(configuration: configuration) { client async throws in
                client.emulator.advanceClock(by: .seconds(600))
                var again = client
                again.token = try await client.signIn(scopes: ["drive"])
                #expect(try await watchChanges(again, "late", receiver.address).status == 200)
                #expect(await receiver.summaries(1) == ["late 1 sync"])
                try client.emulator.touch("s1")
                // Another channel's greeting comes, and nothing before it.
                #expect(try await watchChanges(again, "marker", receiver.address).status == 200)
                #expect(await receiver.summaries(1) == ["marker 1 sync"])
                client.emulator.advanceClock(by: .seconds(180))
                #expect(await receiver.summaries(2) == ["late 2 change", "marker 2 change"])
            }
        }
    }

    @Test func stoppedAndExpiredChannelsSendNothing() async throws {
        try await PushReceiver.run { receiver async throws in
            try await TestClient.run { client async throws in
                let stopped = try await watchChanges(client, "a-stopped", receiver.address)
                let soon = Int(client.emulator.now.timeIntervalSince1970 * 1000) + 600_000
                let expiring = try await watchChanges(
                    client, "b-expired", receiver.address, #","expiration":"\#(soon)""#)
                #expect(expiring.json["expiration"] == .string(String(soon)))
                #expect(try await watchChanges(client, "c-open", receiver.address).status == 200)
                _ = await receiver.next(3)
                let resource = try #require(stopped.json["resourceId"]?.text)
                #expect(try await stop(client, "a-stopped", "wrong") == 404)
                #expect(try await stop(client, "a-stopped", resource) == 204)
                #expect(try await stop(client, "a-stopped", resource) == 404)
                client.emulator.advanceClock(by: .seconds(700))
                try client.emulator.touch("s1")
                // Channels take turns by id: those that are gone would have spoken first.
                #expect(await receiver.summaries(1) == ["c-open 2 change"])
                #expect(client.emulator.channelIDs == ["c-open"])
            }
        }
    }

    @Test func aChannelLivesAnHourUnlessToldOtherwiseAndNoLongerThanGoogleLets() async throws {
        let clock = Clock()
        var configuration = EmulatorConfiguration()
        configuration.now = { clock.now }
        try await TestClient.run(configuration: configuration) { client async throws in
            let now = Int(clock.now.timeIntervalSince1970 * 1000)
            let year = #","expiration":\#(now + 31_536_000_000)"#
            let lives = [
                try await watchChanges(client, "a", "http://127.0.0.1:9"),
                try await watchFile(client, "s1", "b", "http://127.0.0.1:9"),
                try await watchChanges(client, "c", "http://127.0.0.1:9", year),
                try await watchFile(client, "s1", "d", "http://127.0.0.1:9", year),
            ].map { (($0.json["expiration"]?.integer ?? 0) - now + 500) / 1000 }
            #expect(lives == [3600, 3600, 604_800, 86_400])
            #expect(try await watchChanges(client, "e", "http://127.0.0.1:9", #","expiration":"1000""#).status == 400)
        }
    }

    @Test func refusesChannelsAsGoogleDoes() async throws {
        var configuration = EmulatorConfiguration()
        configuration.pushNeedsHTTPS = true
        try await TestClient.run(configuration: configuration) { client async throws in
            func reason(_ answer: TestClient.Answer) -> String? {
                #expect(answer.status == 400)
                return answer.json["error"]?["errors"]?.elements?.first?["reason"]?.text
            }
            let plain = try await watchChanges(client, "a", "http://127.0.0.1:9")
            #expect(reason(plain) == "webhookUrlNotHttps")
            #expect(try await watchChanges(client, "a", "https://127.0.0.1:9").status == 200)
            #expect(reason(try await watchChanges(client, "a", "https://127.0.0.1:9")) == "channelIdNotUnique")
            #expect(reason(try await watchFile(client, "s1", "a", "https://127.0.0.1:9")) == "channelIdNotUnique")
            #expect(reason(try await watchChanges(client, "", "https://127.0.0.1:9")) == "required")
            #expect(reason(try await watchChanges(client, "a b", "https://127.0.0.1:9")) == "channelIdInvalid")
            let odd = try await client.send(
                "POST", "/drive/v3/files/s1/watch", body: #"{"id":"x","type":"mail","address":"https://a"}"#)
            #expect(reason(odd) == "channelUnknown")
            #expect(try await watchFile(client, "nothing", "y", "https://127.0.0.1:9").status == 404)
            let bad = try await client.send("POST", "/drive/v3/changes/watch?pageToken=1", body: #"{"id":"z"}"#)
            #expect(reason(bad) == "invalid")
        }
    }
}

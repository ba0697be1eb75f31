import Foundation
import Testing

@testable import SheetsEmulator

@Suite struct ChangesTests {
    private func startToken(_ client: TestClient) async throws -> String {
        let answer = try await client.get("/drive/v3/changes/startPageToken")
        #expect(answer.json["kind"] == .string("drive#startPageToken"))
        return try #require(answer.json["startPageToken"]?.text)
    }

    private func changes(_ client: TestClient, after token: String, _ query: String = "") async throws -> JSONValue {
        let answer = try await client.get("/drive/v3/changes?pageToken=\(token)\(query)")
        #expect(answer.status == 200, "\(answer.text)")
        return answer.json
    }

    private func fileIds(_ page: JSONValue) -> [String] {
        (page["changes"]?.elements ?? []).compactMap { $0["fileId"]?.text }
    }

    private func addFiles(_ client: TestClient, _ count: Int) {
        for number in 0..<count {
            client.emulator.addSpreadsheet(
                id: "f\(number)", title: "File \(number)", sharedWith: [TestClient.email],
                tabs: [("Sheet1", [["id"], ["\(number)"]])])
        }
    }

    @Test func tellsWhatChangedSinceTheTokenAndNothingElse() async throws {
        try await TestClient.run { client async throws in
            addFiles(client, 3)
            let token = try await startToken(client)
            let nothing = try await changes(client, after: token)
            #expect(nothing["changes"] == .array([]))
            #expect(nothing["newStartPageToken"]?.text == token)
            #expect(nothing["nextPageToken"] == nil)

            #expect(try await client.update("A1", #"[["x"]]"#).status == 200)
            try client.emulator.type("f1", "A2", [["9"]])
            let page = try await changes(client, after: token)
            #expect(fileIds(page) == ["s1", "f1"])
            let first = try #require(page["changes"]?.elements?.first)
            #expect(first["kind"] == .string("drive#change"))
            #expect(first["changeType"] == .string("file"))
            #expect(first["removed"] == .boolean(false))
            #expect(
                first["file"]
                    == json(
                        """
                        {"kind":"drive#file","id":"s1","name":"試験","mimeType":"application/vnd.google-apps.spreadsheet"}
                        """))
            let next = try #require(page["newStartPageToken"]?.text)
            #expect(fileIds(try await changes(client, after: next)).isEmpty)
        }
    }

    @Test func aFileChangedTwiceIsListedOnceWithItsLastChange() async throws {
        try await TestClient.run { client async throws in
            addFiles(client, 2)
            let token = try await startToken(client)
            for id in ["f0", "f1", "f0"] { try client.emulator.touch(id) }
            let page = try await changes(client, after: token, "&fields=changes(fileId,file(version))")
            let version = try await client.get("/drive/v3/files/f0?fields=version").json["version"]
            #expect(page["changes"]?.elements?.map { $0["fileId"]?.text } == ["f1", "f0"])
            #expect(page["changes"]?.elements?.last?["file"]?["version"] == version)
        }
    }

    @Test(arguments: [1, 3, 4, 7, 8, 1000])
    func pagesHoldEachChangeOnceAndOnlyTheLastHasANewToken(_ pageSize: Int) async throws {
        try await TestClient.run { client async throws in
            let token = try await startToken(client)
            addFiles(client, 7)
            var next: String? = token
            var found: [String] = []
            var pages = 0
            while let place = next {
                let page = try await changes(client, after: place, "&pageSize=\(pageSize)")
                found += fileIds(page)
                next = page["nextPageToken"]?.text
                #expect((page["newStartPageToken"] == nil) == (next != nil))
                pages += 1
            }
            #expect(found == (0..<7).map { "f\($0)" })
            #expect(pages == (7 + pageSize - 1) / pageSize)
        }
    }

    @Test func deletedAndUnsharedFilesAreRemovedAndTrashedOnesAreNot() async throws {
        try await TestClient.run { client async throws in
            addFiles(client, 4)
            let token = try await startToken(client)
            client.emulator.removeSpreadsheet("f0")
            try client.emulator.unshare("f1", with: TestClient.email)
            try client.emulator.setTrashed("f2", true)
            let page = try await changes(client, after: token, "&fields=changes(fileId,removed,file(trashed))")
            #expect(
                page["changes"]
                    == json(
                        """
                        [{"removed":true,"fileId":"f0"},{"removed":true,"fileId":"f1"},
                        {"removed":false,"fileId":"f2","file":{"trashed":true}}]
                        """))
            let kept = try await changes(client, after: token, "&includeRemoved=false")
            #expect(fileIds(kept) == ["f2"])
            try client.emulator.share("f1", with: TestClient.email)
            let after = try await changes(client, after: token, "&fields=changes(fileId,removed)")
            #expect(after["changes"]?.elements?.last == json(#"{"removed":false,"fileId":"f1"}"#))
        }
    }

    @Test func whatIsNotSharedWithTheAccountDoesNotShow() async throws {
        try await TestClient.run { client async throws in
            let token = try await startToken(client)
            client.emulator.addSpreadsheet(
                id: "other", title: "other", sharedWith: ["someone@else.jp"], tabs: [("Sheet1", [])])
            try client.emulator.touch("other")
            client.emulator.removeSpreadsheet("other")
            #expect(fileIds(try await changes(client, after: token)).isEmpty)
        }
    }

    @Test func sharedFilesAreNoneOfMyDrive() async throws {
        try await TestClient.run(scopes: ["drive"]) { client async throws in
            let token = try await startToken(client)
            try client.emulator.touch("s1")
            let made = try await client.send(
                "POST", "/drive/v3/files", body: #"{"mimeType":"\#(DriveFile.mimeType)","name":"mine"}"#)
            let page = try await changes(client, after: token, "&restrictToMyDrive=true")
            #expect(fileIds(page) == [made.json["id"]?.text])
        }
    }

    @Test func refusesATokenItNeverGave() async throws {
        var older = ""
        try await TestClient.run { client async throws in older = try await startToken(client) }
        try await TestClient.run { client async throws in
            let token = try #require(Int(try await startToken(client)))
            for bad in ["abc", "", "-1", "0\(token)", "\(token + 1)", "\(token)0", older, "1%202"] {
                let answer = try await client.get("/drive/v3/changes?pageToken=\(bad)")
                #expect(answer.status == 400, "\(bad)")
                let error = answer.json["error"]?["errors"]?.elements?.first
                #expect(error?["reason"] == .string("invalid"))
                #expect(error?["location"] == .string("pageToken"))
            }
            #expect(try await client.get("/drive/v3/changes").status == 400)
            #expect(try await client.get("/drive/v3/changes?pageToken=\(token)&pageSize=0").status == 400)
            #expect(try await client.get("/drive/v3/changes?pageToken=\(token)&fields=nothing").status == 400)
            #expect(
                try await client.get("/drive/v3/changes?pageToken=\(token)&fields=changes(file(nothing))").status == 400
            )
        }
    }

    @Test func noticesComeAsLateAsTheyAreToldTo() async throws {
        let clock = Clock()
        var configuration = EmulatorConfiguration()
        configuration.now = { clock.now }
        configuration.noticeDelay = .seconds(180)
        try await TestClient.run(configuration: configuration) { client async throws in
            clock.advance(by: 1000)
            let token = try await startToken(client)
            try client.emulator.touch("s1")
            clock.advance(by: 100)
            try client.emulator.touch("s1")
            clock.advance(by: 79)
            #expect(fileIds(try await changes(client, after: token)).isEmpty)
            clock.advance(by: 1)
            let first = try await changes(client, after: token)
            #expect(fileIds(first) == ["s1"])
            let next = try #require(first["newStartPageToken"]?.text)
            #expect(fileIds(try await changes(client, after: next)).isEmpty)
            client.emulator.advanceClock(by: .seconds(100))
            #expect(fileIds(try await changes(client, after: next)) == ["s1"])
            // A longer delay takes back nothing that was told.
            client.emulator.noticeDelay = .seconds(9999)
            #expect(fileIds(try await changes(client, after: token)) == ["s1"])
            try client.emulator.touch("s1")
            client.emulator.noticeDelay = .zero
            let last = try await changes(client, after: next)
            #expect(fileIds(last) == ["s1"])
            #expect(last["newStartPageToken"]?.text != next)
        }
    }

    /// Every change is told exactly once to a client that goes on from token to token, whatever happens meanwhile.
    @Test(arguments: [1, 2, 3])
    func aClientThatFollowsTheTokensMissesNothing(_ seed: UInt64) async throws {
        var random = SampleRandom(seed: seed)
        let clock = Clock()
        var configuration = EmulatorConfiguration()
        configuration.now = { clock.now }
        configuration.noticeDelay = .seconds(10)
        try await TestClient.run(configuration: configuration) { client async throws in
            addFiles(client, 6)
            clock.advance(by: 60)
            var token = try await startToken(client)
            var versions: [String: String] = [:]
            for _ in 0..<40 {
                for _ in 0..<random.below(4) { try client.emulator.touch("f\(random.below(6))") }
                clock.advance(by: Double(random.below(8)))
                let page = try await changes(
                    client, after: token,
                    "&pageSize=\(1 + random.below(3))&fields=nextPageToken,newStartPageToken,changes(fileId,file(version))"
                )
                for change in page["changes"]?.elements ?? [] {
                    versions[change["fileId"]?.text ?? ""] = change["file"]?["version"]?.text
                }
                token = try #require((page["nextPageToken"] ?? page["newStartPageToken"])?.text)
            }
            clock.advance(by: 60)
            let rest = try await changes(
                client, after: token, "&pageSize=1000&fields=newStartPageToken,changes(fileId,file(version))")
            for change in rest["changes"]?.elements ?? [] {
                versions[change["fileId"]?.text ?? ""] = change["file"]?["version"]?.text
            }
            for (id, version) in versions {
                #expect(try await client.get("/drive/v3/files/\(id)?fields=version").json["version"]?.text == version)
            }
            #expect(versions.count == 6)
        }
    }

    @Test func aThousandSpreadsheetsAreListedInOneCall() async throws {
        try await TestClient.run { client async throws in
            let token = try await startToken(client)
            addFiles(client, 1000)
            let page = try await changes(client, after: token, "&pageSize=1000&prettyPrint=false")
            #expect(fileIds(page).count == 1000)
            #expect(page["newStartPageToken"] != nil)
            #expect(client.emulator.counters["drive.changes.list"] == 1)
        }
    }
}

import Foundation
import HTTPTransfer
import Testing

@testable import SheetsEmulator

@Suite struct DriveFilesTests {
    private static let type = "application/vnd.google-apps.spreadsheet"

    private func run(scopes: [String] = ["drive"], _ body: (TestClient) async throws -> Void) async throws {
        let clock = Clock()
        var configuration = EmulatorConfiguration()
        configuration.now = { clock.now }
        try await TestClient.run(scopes: scopes, configuration: configuration) { client async throws in
            for (id, title) in [("a", "Apples 2024"), ("b", "bananas"), ("c", "it's \"c\""), ("d", "料理 カテゴリ")] {
                clock.advance(by: 60)
                client.emulator.addSpreadsheet(
                    id: id, title: title, sharedWith: [TestClient.email], tabs: [("Sheet1", [])])
            }
            client.emulator.addSpreadsheet(id: "hidden", title: "bananas", sharedWith: [], tabs: [("Sheet1", [])])
            try client.emulator.setTrashed("b", true)
            try await body(client)
        }
    }

    private func list(_ client: TestClient, _ query: String) async throws -> [String] {
        let answer = try await client.get("/drive/v3/files?\(query)")
        #expect(answer.status == 200, "\(answer.text)")
        return (answer.json["files"]?.elements ?? []).compactMap { $0["id"]?.text }
    }

    @Test(arguments: [
        ("mimeType='application/vnd.google-apps.spreadsheet'", ["a", "b", "c", "d", "s1"]),
        (#"mimeType="application/vnd.google-apps.spreadsheet" and name = "bananas""#, ["b"]),
        ("mimeType != 'application/vnd.google-apps.spreadsheet'", []),
        ("mimeType contains 'spreadsheet'", ["a", "b", "c", "d", "s1"]),
        ("trashed = false", ["a", "c", "d", "s1"]), ("trashed=true", ["b"]),
        ("name contains 'apples' and trashed = false", ["a"]), ("name contains '料理'", ["d"]),
        (#"name = 'it\'s "c"'"#, ["c"]), ("not name contains 'a' and not trashed = true", ["c", "d", "s1"]),
        ("(name = 'bananas' or name = '料理 カテゴリ') and trashed = false", ["d"]),
        ("name = 'bananas' or name = 'nothing' and trashed = false", ["b"]),
        ("'root' in parents", []), ("'folder1' in parents", []), ("sharedWithMe", ["a", "b", "c", "d", "s1"]),
        ("modifiedTime > '2012-06-04T12:00:00'", ["a", "b", "c", "d", "s1"]), ("modifiedTime < '2012-06-04'", []),
        ("'\(TestClient.email)' in writers and name contains 'A'", ["a", "b"]),
    ])
    func findsFilesByWhatQSays(_ query: String, _ ids: [String]) async throws {
        try await run { client async throws in
            #expect(try await list(client, "q=\(TestClient.encode(query))").sorted() == ids)
        }
    }

    @Test(arguments: [
        "name", "name =", "name = x'", "colour = 'red'", "name > 'a'", "name = 'a' and", "(name = 'a'",
        "'x' in colours",
        "name = 'a' name = 'b'", "; drop",
    ])
    func refusesAQueryThatDoesNotRead(_ query: String) async throws {
        try await run { client async throws in
            let answer = try await client.get("/drive/v3/files?q=\(TestClient.encode(query))")
            #expect(answer.status == 400)
            #expect(answer.json["error"]?["errors"]?.elements?.first?["location"] == .string("q"))
        }
    }

    @Test func listsInOrderAndPageByPage() async throws {
        try await run { client async throws in
            #expect(try await list(client, "orderBy=name") == ["a", "b", "c", "d", "s1"])
            #expect(try await list(client, "orderBy=createdTime%20desc,name") == ["d", "c", "b", "a", "s1"])
            #expect(try await list(client, "") == ["d", "c", "b", "a", "s1"])
            #expect(try await client.get("/drive/v3/files?orderBy=taste").status == 400)
            #expect(try await client.get("/drive/v3/files?pageSize=1001").status == 400)
            #expect(try await client.get("/drive/v3/files?pageToken=x").status == 400)
            var (found, token): ([String], String?) = ([], "")
            while let page = token {
                let query = page.isEmpty ? "" : "&pageToken=\(TestClient.encode(page))"
                let answer = try await client.get("/drive/v3/files?pageSize=2&orderBy=name\(query)")
                found += (answer.json["files"]?.elements ?? []).compactMap { $0["id"]?.text }
                token = answer.json["nextPageToken"]?.text
            }
            #expect(found == ["a", "b", "c", "d", "s1"])
        }
    }

    @Test func tellsTheFieldsAskedForAndRefusesOthers() async throws {
        try await run { client async throws in
            let some = try await client.get(
                "/drive/v3/files/a?supportsAllDrives=true&fields=id,name,shared,lastModifyingUser(emailAddress),capabilities/canEdit"
            )
            #expect(
                some.json == json(#"{"id":"a","name":"Apples 2024","shared":true,"capabilities":{"canEdit":true}}"#))
            let whole = try await client.get("/drive/v3/files/a?fields=*")
            #expect(whole.json["version"] == .string("1"))
            #expect(whole.json["modifiedTime"]?.text?.hasSuffix("Z") == true)
            #expect(whole.json["modifiedTime"]?.text?.count == 24)
            #expect(try await client.get("/drive/v3/files/a?fields=colour").status == 400)
            #expect(try await client.get("/drive/v3/files?fields=files(colour)").status == 400)
            let listed = try await client.get("/drive/v3/files?fields=files(id,version)&q=name%20%3D%20'bananas'")
            #expect(listed.json == json(#"{"files":[{"id":"b","version":"2"}]}"#))
            #expect(try await client.get("/drive/v3/files/a?alt=media").status == 403)
            #expect(try await client.get("/drive/v3/about").status == 400)
            let user = try await client.get("/drive/v3/about?fields=user(emailAddress)")
            #expect(user.json["user"]?["emailAddress"] == .string(TestClient.email))
        }
    }

    @Test func makesRenamesTrashesCopiesAndDeletesAFile() async throws {
        try await run { client async throws in
            let made = try await client.send(
                "POST", "/drive/v3/files?fields=id,ownedByMe", body: #"{"name":"新","mimeType":"\#(Self.type)"}"#)
            #expect(made.json["ownedByMe"] == .boolean(true))
            let id = try #require(made.json["id"]?.text)
            #expect(
                try await client.get("/v4/spreadsheets/\(id)?fields=sheets.properties.title").text.contains("Sheet1"))
            let renamed = try await client.send(
                "PATCH", "/drive/v3/files/\(id)?fields=name,version", body: #"{"name":"改"}"#)
            #expect(renamed.json == json(#"{"name":"改","version":"2"}"#))
            let copy = try await client.send("POST", "/drive/v3/files/\(id)/copy?fields=id,name", body: "{}")
            #expect(copy.json["name"] == .string("Copy of 改"))
            #expect(copy.json["id"] != made.json["id"])
            let trashed = try await client.send(
                "PATCH", "/drive/v3/files/\(id)?fields=trashed", body: #"{"trashed":true}"#)
            #expect(trashed.json["trashed"] == .boolean(true))
            let deleted = try await client.send("DELETE", "/drive/v3/files/\(id)")
            #expect(deleted.status == 204)
            #expect(deleted.text.isEmpty)
            #expect(try await client.get("/drive/v3/files/\(id)").status == 404)
            #expect(try await client.send("DELETE", "/drive/v3/files/hidden").status == 404)
            #expect(try await client.send("POST", "/drive/v3/files", body: #"{"mimeType":"text/plain"}"#).status == 400)
        }
    }

    @Test func sharingGivesAndTakesAccess() async throws {
        try await run { client async throws in
            let other = "other@test.iam.gserviceaccount.com"
            client.emulator.addServiceAccount(email: other, publicKeyPEM: try RSAKeyPair.sharedPair().publicKeyPEM)
            var second = client
            let answer = try await client.token(
                for: client.assertion(["iss": .string(other)], scopes: ["drive", "spreadsheets"]))
            second.token = try #require(answer.json["access_token"]?.text)
            #expect(try await second.values("A1").status == 403)
            let given = try await client.send(
                "POST", "/drive/v3/files/s1/permissions",
                body: #"{"type":"user","role":"reader","emailAddress":"\#(other)"}"#)
            let permission = try #require(given.json["id"]?.text)
            #expect(given.json["role"] == .string("reader"))
            #expect(try await second.values("A1").status == 200)
            #expect(try await second.update("A1", "[[1]]").status == 403)
            #expect(try await second.send("PATCH", "/drive/v3/files/s1", body: #"{"name":"x"}"#).status == 403)
            let listed = try await client.get("/drive/v3/files/s1/permissions?fields=permissions(emailAddress,role)")
            #expect(
                listed.json["permissions"]
                    == json(
                        #"[{"role":"reader","emailAddress":"\#(other)"},{"role":"writer","emailAddress":"\#(TestClient.email)"}]"#
                    ))
            #expect(try await client.send("DELETE", "/drive/v3/files/s1/permissions/\(permission)").status == 204)
            #expect(try await second.values("A1").status == 403)
            #expect(try await client.send("DELETE", "/drive/v3/files/s1/permissions/\(permission)").status == 404)
            let anyone = try await client.send(
                "POST", "/drive/v3/files/s1/permissions", body: #"{"type":"anyone","role":"reader"}"#)
            #expect(anyone.json["id"] == .string("anyoneWithLink"))
            #expect(try await second.values("A1").status == 200)
            #expect(try await second.update("A1", "[[1]]").status == 403)
            #expect(try await list(second, "") == [])
        }
    }

    @Test func exportsTheFirstTab() async throws {
        let rows = [
            ["id", "text", ""], ["1", "a,b", ""], ["", "say \"hi\"", ""], ["2024-01-02", "two\nlines\tand", ""], ["x"],
        ]
        try await TestClient.run(tabs: [("Sheet1", rows), ("Other", [["no"]])], scopes: ["drive.readonly"]) {
            client async throws in
            let csv = try await client.get("/drive/v3/files/s1/export?mimeType=text/csv")
            #expect(csv.headers["Content-Type"] == "text/csv")
            #expect(
                csv.text == "id,text\r\n1,\"a,b\"\r\n,\"say \"\"hi\"\"\"\r\n2024-01-02,\"two\nlines\tand\"\r\nx,")
            try client.emulator.edit("s1") { spreadsheet in
                let format = json(#"{"numberFormat":{"type":"NUMBER","pattern":"0.00"}}"#)
                spreadsheet.tabs[0].grid.extras.update(CellRange(rows: 1..<2, columns: 0..<1)) { _ in
                    CellExtras(format: format)
                }
            }
            let formatted = try await client.get("/drive/v3/files/s1/export?mimeType=text/csv")
            #expect(formatted.text.hasPrefix("id,text\r\n1.00,"))
            let tabbed = try await client.get("/drive/v3/files/s1/export?mimeType=text%2Ftab-separated-values")
            #expect(tabbed.text == "id\ttext\r\n1.00\ta,b\r\n\tsay \"hi\"\r\n2024-01-02\ttwo lines and\r\nx\t")
            let refused = try await client.get("/drive/v3/files/s1/export?mimeType=application/json")
            #expect(refused.status == 400)
            #expect(refused.message == "The requested conversion is not supported.")
            #expect(try await client.get("/drive/v3/files/s1/export").status == 400)
        }
    }

    @Test(arguments: [
        ("GET", "/drive/v3/files/s1/export?mimeType=text/csv", "drive.metadata.readonly"),
        ("POST", "/drive/v3/files", "drive.readonly"), ("DELETE", "/drive/v3/files/s1", "drive.metadata"),
        ("GET", "/drive/v3/changes/startPageToken", "spreadsheets"),
    ])
    func asksForTheScopesOfTheDiscoveryDocument(_ method: String, _ path: String, _ scope: String) async throws {
        try await TestClient.run(scopes: [scope]) { client async throws in
            let answer = try await client.send(method, path, body: method == "GET" ? nil : "{}")
            #expect(answer.status == 403)
            #expect(answer.message == "Request had insufficient authentication scopes.")
        }
    }
}

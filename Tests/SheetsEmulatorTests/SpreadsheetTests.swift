import Testing

@testable import SheetsEmulator

@Suite struct SpreadsheetTests {
    /// As recorded answers of Google's have it, and clients such as gspread rely on.
    @Test func tellsTheFirstTabsIdAndIndexAndLeavesOutOtherZeros() async throws {
        try await TestClient.run(tabs: [("Sheet1", []), ("Two", [])]) { client async throws in
            let answer = try await client.get("/v4/spreadsheets/s1?fields=sheets.properties")
            let grid = #""sheetType":"GRID","gridProperties":{"rowCount":1000,"columnCount":26}"#
            let expected = """
                {"sheets":[{"properties":{"sheetId":0,"title":"Sheet1","index":0,\(grid)}},
                {"properties":{"sheetId":1000000001,"title":"Two","index":1,\(grid)}}]}
                """
            #expect(answer.json == json(expected))
        }
    }

    @Test func tellsLocaleAndTimeZone() async throws {
        try await TestClient.run { client async throws in
            let answer = try await client.get("/v4/spreadsheets/s1?fields=properties(locale,timeZone)")
            #expect(answer.json == json(#"{"properties":{"locale":"ja_JP","timeZone":"Asia/Tokyo"}}"#))
        }
    }

    @Test func driveTellsAVersionThatGrowsAsText() async throws {
        try await TestClient.run { client async throws in
            let path = "/drive/v3/files/s1?fields=version,trashed,mimeType&supportsAllDrives=true"
            let before = try await client.get(path)
            #expect(before.json["trashed"] == .boolean(false))
            #expect(before.json["mimeType"] == .string("application/vnd.google-apps.spreadsheet"))
            _ = try await client.update("A1", #"[["x"]]"#)
            let after = try await client.get(path)
            let versions = try [before, after].map { try #require($0.json["version"]?.text.flatMap { Int($0) }) }
            #expect(versions[0] < versions[1])
            _ = try await client.values("A1")
            #expect(try await client.get(path).json["version"] == after.json["version"])
            try client.emulator.setTrashed("s1", true)
            #expect(try await client.get(path).json["trashed"] == .boolean(true))
        }
    }

    @Test func driveTellsFourFieldsUnlessAskedForMore() async throws {
        try await TestClient.run { client async throws in
            let answer = try await client.get("/drive/v3/files/s1")
            #expect(answer.json.members?.map(\.name) == ["kind", "id", "name", "mimeType"])
        }
    }

    @Test func aFileOutOfReachIsMissingForDriveAndForbiddenForSheets() async throws {
        try await TestClient.run { client async throws in
            try client.emulator.unshare("s1", with: TestClient.email)
            let drive = try await client.get("/drive/v3/files/s1")
            #expect(drive.status == 404)
            #expect(drive.json["error"]?["errors"]?.elements?.first?["reason"] == .string("notFound"))
            let sheets = try await client.get("/v4/spreadsheets/s1")
            #expect(sheets.status == 403)
            #expect(sheets.reason == "PERMISSION_DENIED")
            #expect(sheets.message == "The caller does not have permission")
            let unknown = try await client.get("/v4/spreadsheets/nothing")
            #expect(unknown.status == 404)
            #expect(unknown.message == "Requested entity was not found.")
        }
    }

    @Test(arguments: [
        ("Nothing!A1", "Unable to parse range: Nothing!A1"), ("Sheet1!!", "Unable to parse range: Sheet1!!"),
        ("'Sheet1", "Unable to parse range: 'Sheet1"), ("Sheet1!A0", "Unable to parse range: Sheet1!A0"),
        ("A1001", "Range (A1001) exceeds grid limits. Max rows: 1000, max columns: 26"),
        ("AA1:AB2", "Range (AA1:AB2) exceeds grid limits. Max rows: 1000, max columns: 26"),
    ])
    func refusesARangeThatIsNotThere(_ range: String, _ message: String) async throws {
        try await TestClient.run { client async throws in
            let answer = try await client.values(range)
            #expect(answer.status == 400)
            #expect(answer.reason == "INVALID_ARGUMENT")
            #expect(answer.message == message)
        }
    }

    @Test func refusesOptionsThatTheApiDoesNotHave() async throws {
        try await TestClient.run { client async throws in
            #expect(try await client.values("A1", "valueRenderOption=PRETTY").status == 400)
            #expect(try await client.values("A1", "majorDimension=DIAGONAL").status == 400)
            #expect(try await client.update("A1", "[[1]]", input: "GUESSED").status == 400)
        }
    }

    @Test func refusesAParameterThatTheMethodDoesNotHave() async throws {
        try await TestClient.run { client async throws in
            let answer = try await client.values("A1", "valueRender=FORMULA")
            #expect(answer.status == 400)
            #expect(
                answer.message
                    == #"Invalid JSON payload received. Unknown name "valueRender": Cannot bind query parameter. "#
                    + "Field 'valueRender' could not be found in request message.")
            #expect(
                try await client.values("A1", "alt=json&$fields=values&key=x&quotaUser=y").json
                    == json(#"{"values":[["id"]]}"#))
        }
    }

    @Test func cutsTheAnswersOfWritesToTheMaskAsWell() async throws {
        try await TestClient.run { client async throws in
            let requests = #"{"requests":[{"addSheet":{"properties":{"title":"T","sheetId":3}}},{"deleteSheet":{}}]}"#
            let path = "/v4/spreadsheets/s1:batchUpdate?fields="
            let refused = try await client.send("POST", path + "answers", body: requests)
            #expect(refused.status == 400)
            let answer = try await client.send("POST", path + "replies.addSheet.properties.sheetId", body: requests)
            #expect(answer.json == json(#"{"replies":[{"addSheet":{"properties":{"sheetId":3}}},{}]}"#))
        }
    }
}

import Testing

@testable import SheetsEmulator

@Suite struct WritingTests {
    @Test func nullSkipsACellAndEmptyTextClearsIt() async throws {
        try await TestClient.run(tabs: [("Sheet1", [["a", "b", "c"]])]) { client async throws in
            let answer = try await client.update("A1:C1", #"[[null,"","z"]]"#)
            #expect(answer.status == 200)
            #expect(try await client.values("A1:C1").values == json(#"[["a","","z"]]"#))
        }
    }

    @Test(arguments: [
        ("RAW", #"["1","2024-01-02","=1+1","TRUE",true,2.5]"#),
        ("USER_ENTERED", #"[1,45293,2,true,true,2.5]"#),
    ])
    func readsTypedTextOnlyWhenAskedTo(_ input: String, _ stored: String) async throws {
        try await TestClient.run { client async throws in
            _ = try await client.update("A1:F1", #"[["1","2024-01-02","=1+1","TRUE",true,2.5]]"#, input: input)
            let answer = try await client.values("A1:F1", "valueRenderOption=UNFORMATTED_VALUE")
            #expect(answer.values == json("[\(stored)]"))
        }
    }

    @Test func tellsWhatItWrote() async throws {
        try await TestClient.run { client async throws in
            let answer = try await client.update("Sheet1!B2:C3", #"[["x",null],["y","z"]]"#)
            let expected = """
                {"spreadsheetId":"s1","updatedRange":"Sheet1!B2:C3","updatedRows":2,"updatedColumns":2,"updatedCells":3}
                """
            #expect(answer.json == json(expected))
        }
    }

    @Test func refusesToWriteOutsideTheRange() async throws {
        try await TestClient.run { client async throws in
            let rows = try await client.update("A1:B1", #"[["x"],["y"]]"#)
            #expect(rows.message == "Requested writing within range [Sheet1!A1:B1], but tried writing to row [2]")
            let columns = try await client.update("A1:B1", #"[["x","y","z"]]"#)
            #expect(columns.message == "Requested writing within range [Sheet1!A1:B1], but tried writing to column [C]")
        }
    }

    @Test func appendsBelowTheLastRowAndGrowsTheGrid() async throws {
        let rows = (1...1_000).map { [String($0)] }
        try await TestClient.run(tabs: [("Sheet1", rows)]) { client async throws in
            let answer = try await client.send(
                "POST", "/v4/spreadsheets/s1/values/Sheet1!A1:append?valueInputOption=RAW",
                body: #"{"values":[["new"],[],["last"]]}"#)
            #expect(answer.json["tableRange"] == .string("Sheet1!A1:A1000"))
            #expect(answer.json["updates"]?["updatedRange"] == .string("Sheet1!A1001:A1003"))
            #expect(try await client.values("A1000:A1003").values == json(#"[["1000"],["new"],[],["last"]]"#))
        }
    }

    @Test func aBatchOfValuesIsWrittenWholeOrNotAtAll() async throws {
        try await TestClient.run(tabs: [("Sheet1", [["a"]])]) { client async throws in
            let refused = try await client.send(
                "POST", "/v4/spreadsheets/s1/values:batchUpdate",
                body:
                    #"{"valueInputOption":"RAW","data":[{"range":"A1","values":[["b"]]},{"range":"No!A1","values":[["c"]]}]}"#
            )
            #expect(refused.status == 400)
            #expect(try await client.values("A1").values == json(#"[["a"]]"#))
        }
    }

    @Test func holdsNoMoreThanTenMillionCells() async throws {
        try await TestClient.run { client async throws in
            let answer = try await client.batchUpdate(
                #"[{"appendDimension":{"sheetId":0,"dimension":"ROWS","length":400000}}]"#)
            #expect(answer.status == 400)
            #expect(answer.message?.contains("10000000 cells") == true)
            #expect(try await client.values("A1001").status == 400)
        }
    }

    @Test func refusesJSONThatDoesNotParse() async throws {
        try await TestClient.run { client async throws in
            let answer = try await client.send(
                "PUT", "/v4/spreadsheets/s1/values/A1?valueInputOption=RAW", body: #"{"values":[["x"]"#)
            #expect(answer.status == 400)
            #expect(answer.message?.hasPrefix("Invalid JSON payload received.") == true)
        }
    }
}

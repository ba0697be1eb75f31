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

    /// The example in Google's documentation of `values.append`, and what a table may look like besides.
    @Test(
        arguments: [
            ("Sheet1", "B7", "Sheet1!B4:D6"), ("B4", "B7", "Sheet1!B4:D6"), ("C5:D5", "B7", "Sheet1!B4:D6"),
            ("B2:D4", "B7", "Sheet1!B4:D6"), ("A3:G10", "B7", "Sheet1!B4:D6"), ("A1", "A3", "Sheet1!A1:C2"),
            ("E4", "E4", nil), ("A4", "A4", nil), ("F1:F9", "F1", nil), ("A10:Z20", "A10", nil),
        ] as [(String, String, String?)])
    func appendsBelowTheLastTableInTheRange(_ range: String, _ place: String, _ table: String?) async throws {
        let rows = [
            ["1", "2", "3"], ["4", "5", "6"], [], ["", "a", "b", "c"], ["", "d", "", "e"], ["", "f", "g", "h"],
        ]
        try await TestClient.run(tabs: [("Sheet1", rows)]) { client async throws in
            let answer = try await client.send(
                "POST", "/v4/spreadsheets/s1/values/\(range):append?valueInputOption=RAW",
                body: #"{"values":[["new"]]}"#)
            #expect(answer.json["updates"]?["updatedRange"] == .string("Sheet1!\(place)"))
            #expect(answer.json["tableRange"]?.text == table)
        }
    }

    @Test(arguments: [("OVERWRITE", [["a"], ["n"], [], ["z"]]), ("INSERT_ROWS", [["a"], ["n"], [], [], ["z"]])])
    func appendingOverwritesOrInserts(_ option: String, _ left: [[String]]) async throws {
        try await TestClient.run(tabs: [("Sheet1", [["a"], [], [], ["z"]])]) { client async throws in
            let answer = try await client.send(
                "POST", "/v4/spreadsheets/s1/values/A1:append?valueInputOption=RAW&insertDataOption=\(option)",
                body: #"{"values":[["n"]]}"#)
            #expect(answer.status == 200)
            #expect(try client.emulator.rows("s1", tab: "Sheet1") == left)
        }
    }

    @Test func tellsTheValuesBackAsTheyAreAskedFor() async throws {
        try await TestClient.run { client async throws in
            let query = "valueInputOption=USER_ENTERED&includeValuesInResponse=true"
            let written = try await client.send(
                "PUT", "/v4/spreadsheets/s1/values/A1:C1?\(query)&responseValueRenderOption=UNFORMATTED_VALUE",
                body: #"{"values":[["2024-01-02",null,"=1+1"]]}"#)
            let data = #"{"range":"Sheet1!A1:C1","majorDimension":"ROWS","values":[[45293,"name",2]]}"#
            #expect(written.json["updatedData"] == json(data))
            let batch = try await client.send(
                "POST", "/v4/spreadsheets/s1/values:batchUpdate",
                body: """
                    {"valueInputOption":"RAW","includeValuesInResponse":true,"responseValueRenderOption":"FORMULA",
                    "data":[{"range":"A1","majorDimension":"COLUMNS","values":[["x","y"]]},{"range":"C1:C9","values":[]}]}
                    """)
            let responses = batch.json["responses"]?.elements ?? []
            #expect(responses.map { $0["updatedRange"]?.text } == ["Sheet1!A1:A2", "Sheet1!C1"])
            #expect(responses[0]["updatedData"]?["values"] == json(#"[["x"],["y"]]"#))
            #expect(batch.json["totalUpdatedCells"] == .integer(2))
        }
    }

    @Test func aRefusedPartOfABatchIsNamed() async throws {
        try await TestClient.run { client async throws in
            let answer = try await client.send(
                "POST", "/v4/spreadsheets/s1/values:batchUpdate",
                body:
                    #"{"valueInputOption":"RAW","data":[{"range":"A1","values":[[1]]},{"range":"No!A1","values":[[1]]}]}"#
            )
            #expect(answer.message == "Invalid data[1]: Unable to parse range: No!A1")
            let unknown = try await client.send(
                "PUT", "/v4/spreadsheets/s1/values/A1?valueInputOption=RAW", body: #"{"vals":[]}"#)
            #expect(
                unknown.message == #"Invalid JSON payload received. Unknown name "vals" at 'data': Cannot find field."#)
        }
    }

    @Test func clearsValuesAndLeavesNotes() async throws {
        try await TestClient.run(tabs: [("Sheet1", [["a", "b"], ["c", "d"]])]) { client async throws in
            try client.emulator.setNote("s1", "A1:B2", "n")
            let answer = try await client.send(
                "POST", "/v4/spreadsheets/s1/values:batchClear", body: #"{"ranges":["A:A","B2"]}"#)
            #expect(answer.json["clearedRanges"] == json(#"["Sheet1!A1:A1000","Sheet1!B2"]"#))
            #expect(try client.emulator.rows("s1", tab: "Sheet1") == [["", "b"]])
            #expect(try client.emulator.notes("s1", tab: "Sheet1").count == 4)
        }
    }
}

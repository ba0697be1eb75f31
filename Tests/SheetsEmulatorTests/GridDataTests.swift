import Testing

@testable import SheetsEmulator

@Suite struct GridDataTests {
    private static let rows = [["id", "note"], ["1", "=1/0"], [], ["", "2024-01-02"]]

    private func get(_ client: TestClient, _ query: String) async throws -> TestClient.Answer {
        try await client.get("/v4/spreadsheets/s1?\(query)")
    }

    @Test func tellsOfEveryCellWhatTheMaskNamesAndNothingElse() async throws {
        try await TestClient.run(tabs: [("Sheet1", Self.rows)]) { client async throws in
            let cells = "formattedValue,effectiveValue,userEnteredValue,userEnteredFormat.numberFormat"
            let answer = try await get(client, "fields=sheets(properties(sheetId,title),data.rowData.values(\(cells)))")
            let expected = json(
                """
                {"sheets":[{"properties":{"sheetId":0,"title":"Sheet1"},"data":[{"rowData":[
                {"values":[
                {"userEnteredValue":{"stringValue":"id"},"effectiveValue":{"stringValue":"id"},"formattedValue":"id"},
                {"userEnteredValue":{"stringValue":"note"},"effectiveValue":{"stringValue":"note"},"formattedValue":"note"}]},
                {"values":[
                {"userEnteredValue":{"numberValue":1},"effectiveValue":{"numberValue":1},"formattedValue":"1"},
                {"userEnteredValue":{"formulaValue":"=1/0"},"effectiveValue":{"errorValue":{"type":"DIVIDE_BY_ZERO",
                "message":"Function DIVIDE parameter 2 cannot be zero."}},"formattedValue":"#DIV/0!"}]},
                {},
                {"values":[{},
                {"userEnteredValue":{"numberValue":45293},"effectiveValue":{"numberValue":45293},
                "formattedValue":"2024-01-02","userEnteredFormat":{"numberFormat":{"type":"DATE","pattern":"yyyy-mm-dd"}}}]}
                ]}]}]}
                """)
            #expect(answer.json == expected, "\(answer.text)")
        }
    }

    @Test func aRangeIsToldFromWhereItBeginsAndTrimmed() async throws {
        try await TestClient.run(tabs: [("Sheet1", Self.rows), ("Two", [["x"]])]) { client async throws in
            let fields = "fields=sheets(properties.title,data(startRow,startColumn,rowData.values.formattedValue))"
            let two = try await get(client, "\(fields)&ranges=Sheet1!B2:C9&ranges=Sheet1!A1&ranges=Sheet1!C5:D9")
            let expected = json(
                """
                {"sheets":[{"properties":{"title":"Sheet1"},"data":[
                {"startRow":1,"startColumn":1,"rowData":[{"values":[{"formattedValue":"#DIV/0!"}]},{},
                {"values":[{"formattedValue":"2024-01-02"}]}]},
                {"rowData":[{"values":[{"formattedValue":"id"}]}]},
                {"startRow":4,"startColumn":2}]}]}
                """)
            #expect(two.json == expected, "\(two.text)")
        }
    }

    @Test(arguments: [
        ("", false), ("includeGridData=true", true), ("includeGridData=false", false),
        // A mask decides alone.
        ("includeGridData=true&fields=sheets.properties", false), ("fields=sheets.data.rowData", true),
        ("fields=*", true),
    ])
    func cellsComeOnlyWhenAskedFor(_ query: String, _ comes: Bool) async throws {
        try await TestClient.run { client async throws in
            let sheet = try await get(client, query).json["sheets"]?.elements?.first
            #expect((sheet?["data"] != nil) == comes)
        }
    }

    @Test func tellsRowsColumnsAndTheWholeFormat() async throws {
        try await TestClient.run(tabs: [("Sheet1", [["a"]])]) { client async throws in
            let color = #"{"userEnteredFormat":{"backgroundColor":{"red":1}}}"#
            _ = try await client.batchUpdate(
                """
                [{"updateSheetProperties":{"properties":{"gridProperties":{"rowCount":2,"columnCount":1}},
                "fields":"gridProperties(rowCount,columnCount)"}},
                {"repeatCell":{"range":{},"cell":\(color),"fields":"userEnteredFormat.backgroundColor"}},
                {"updateDimensionProperties":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":2},
                "properties":{"hiddenByUser":true,"pixelSize":40},"fields":"hiddenByUser,pixelSize"}}]
                """)
            let data = try await get(client, "includeGridData=true").json["sheets"]?.elements?.first?["data"]?.elements?
                .first
            #expect(data?["rowMetadata"] == json(#"[{"pixelSize":21},{"hiddenByUser":true,"pixelSize":40}]"#))
            #expect(data?["columnMetadata"] == json(#"[{"pixelSize":100}]"#))
            let rows = data?["rowData"]?.elements ?? []
            #expect(rows.count == 2, "a coloured cell counts, though it is blank")
            let blank = rows.last?["values"]?.elements?.first
            let red = json(#"{"red":1}"#)
            #expect(blank?["formattedValue"] == nil)
            #expect(blank?["userEnteredFormat"]?["backgroundColorStyle"]?["rgbColor"] == red)
            #expect(blank?["effectiveFormat"]?["backgroundColor"] == red)
            #expect(blank?["effectiveFormat"]?["textFormat"]?["bold"] == .boolean(false))
        }
    }

    @Test(arguments: ["sheets.nonsense", "sheets.data.rowData.values.notes", "sheets(properties", "properties.name"])
    func refusesAMaskThatTheAnswerDoesNotHave(_ mask: String) async throws {
        try await TestClient.run { client async throws in
            let answer = try await get(client, "fields=\(TestClient.encode(mask))")
            #expect(answer.status == 400)
            #expect(answer.message == "Request contains an invalid argument.")
            let detail = answer.json["error"]?["details"]?.elements?.first
            #expect(detail?["@type"] == .string("type.googleapis.com/google.rpc.BadRequest"))
        }
    }

    @Test func findsCellsByDataFiltersOnlyWithAScopeThatMayWrite() async throws {
        for (scope, status) in [("spreadsheets", 200), ("spreadsheets.readonly", 403)] {
            try await TestClient.run(tabs: [("Sheet1", Self.rows)], scopes: [scope]) { client async throws in
                let filters = #""dataFilters":[{"a1Range":"Sheet1!A2"},{"gridRange":{"startRowIndex":3}}]"#
                let values = try await client.send(
                    "POST", "/v4/spreadsheets/s1/values:batchGetByDataFilter",
                    body: "{\(filters),\"valueRenderOption\":\"UNFORMATTED_VALUE\"}")
                #expect(values.status == status)
                let book = try await client.send(
                    "POST", "/v4/spreadsheets/s1:getByDataFilter", body: "{\(filters),\"includeGridData\":true}")
                #expect(book.status == status)
                guard status == 200 else { return }
                let ranges = values.json["valueRanges"]?.elements?.map { $0["valueRange"]?["values"] }
                #expect(ranges == [json("[[1]]"), json(#"[["",45293]]"#)])
                #expect(book.json["sheets"]?.elements?.first?["data"]?.elements?.count == 2)
            }
        }
    }
}

import Testing

@testable import SheetsEmulator

@Suite struct CellRequestTests {
    private static let rows = [["h", "k", "m"], ["a", "2", "x"], ["b", "1", "y"], ["c", "3", "z"]]

    private func run(_ body: (TestClient) async throws -> Void) async throws {
        try await TestClient.run(tabs: [("Sheet1", Self.rows), ("Two", [])]) { client async throws in
            try await body(client)
        }
    }

    /// Applies requests that must be accepted.
    @discardableResult
    private func apply(_ client: TestClient, _ requests: String, sourceLocation: SourceLocation = #_sourceLocation)
        async throws -> [JSONValue]
    {
        let answer = try await client.batchUpdate("[\(requests)]")
        #expect(answer.status == 200, "\(answer.text)", sourceLocation: sourceLocation)
        return answer.json["replies"]?.elements ?? []
    }

    private static func note(_ cell: String, row: Int, column: Int) -> String {
        """
        {"updateCells":{"start":{"rowIndex":\(row),"columnIndex":\(column)},"fields":"note",
        "rows":[{"values":[{"note":"\(cell)"}]}]}}
        """
    }

    // MARK: updateCells

    @Test func aStartTouchesOnlyTheCellsThatAreGiven() async throws {
        try await run { client async throws in
            try await apply(client, Self.note("one", row: 1, column: 0) + "," + Self.note("two", row: 3, column: 2))
            try await apply(client, Self.note("three", row: 2, column: 1))
            #expect(try client.emulator.notes("s1", tab: "Sheet1") == ["A2": "one", "C4": "two", "B3": "three"])
            #expect(try client.emulator.rows("s1", tab: "Sheet1") == Self.rows)
        }
    }

    @Test func aRangeLargerThanItsRowsClearsTheFieldInTheRest() async throws {
        try await run { client async throws in
            try await apply(
                client,
                Self.note("one", row: 1, column: 0) + "," + Self.note("two", row: 3, column: 2) + ","
                    + Self.note("outside", row: 0, column: 0))
            try await apply(
                client,
                #"{"updateCells":{"range":{"startRowIndex":1},"fields":"note","rows":[{"values":[{"note":"new"}]}]}}"#)
            #expect(try client.emulator.notes("s1", tab: "Sheet1") == ["A1": "outside", "A2": "new"])
            try await apply(
                client,
                """
                {"updateCells":{"range":{"startRowIndex":1,"endRowIndex":4,"startColumnIndex":0,"endColumnIndex":2},
                "fields":"userEnteredValue","rows":[{"values":[{"userEnteredValue":{"numberValue":7}}]}]}}
                """)
            #expect(
                try client.emulator.rows("s1", tab: "Sheet1")
                    == [["h", "k", "m"], ["7", "", "x"], ["", "", "y"], ["", "", "z"]])
            #expect(try client.emulator.notes("s1", tab: "Sheet1") == ["A1": "outside", "A2": "new"])
        }
    }

    @Test func writesEveryKindOfValue() async throws {
        try await run { client async throws in
            try await apply(
                client,
                """
                {"updateCells":{"start":{"sheetId":1000000001},"fields":"userEnteredValue","rows":[{"values":[
                {"userEnteredValue":{"stringValue":"=1+1"}},{"userEnteredValue":{"formulaValue":"=1+1"}},
                {"userEnteredValue":{"boolValue":false}},{"userEnteredValue":{"numberValue":1.5e3}},{}]}]}}
                """)
            let shown = try await client.values("Two", "valueRenderOption=UNFORMATTED_VALUE").values
            #expect(shown == json(#"[["=1+1",2,false,1500]]"#))
        }
    }

    @Test func aMaskChangesOneMemberOfAFormatAndLeavesTheOthers() async throws {
        try await run { client async throws in
            let range = #""range":{"endRowIndex":1,"endColumnIndex":1}"#
            try await apply(
                client,
                """
                {"repeatCell":{\(range),"cell":{"userEnteredFormat":{"textFormat":{"bold":true,"italic":true},
                "backgroundColorStyle":{"rgbColor":{"red":1}}}},"fields":"userEnteredFormat"}},
                {"repeatCell":{\(range),"cell":{"userEnteredFormat":{"textFormat":{"bold":false}}},
                "fields":"userEnteredFormat.textFormat.bold"}}
                """)
            let book = try await client.get(
                "/v4/spreadsheets/s1?ranges=A1&fields=sheets.data.rowData.values.userEnteredFormat")
            let format = book.json["sheets"]?.elements?[0]["data"]?.elements?[0]["rowData"]?.elements?[0]["values"]?
                .elements?[0]["userEnteredFormat"]
            #expect(format?["textFormat"]?["italic"] == .boolean(true))
            #expect(format?["textFormat"]?["bold"] == .boolean(false))
            #expect(format?["backgroundColor"] == json(#"{"red":1}"#))
        }
    }

    @Test(arguments: [
        (#"{"updateCells":{"rows":[],"fields":"note"}}"#, "Must specify either 'start' or 'range'."),
        (#"{"updateCells":{"start":{},"rows":[]}}"#, "At least one field must be listed in 'fields'."),
        (#"{"updateCells":{"start":{},"rows":[],"fields":"notes"}}"#, "Field 'notes' could not be found"),
        (
            #"{"updateCells":{"range":{"endRowIndex":1,"endColumnIndex":1},"fields":"note","rows":[{"values":[{},{}]}]}}"#,
            "Attempting to write column: 1, beyond the last requested column of: 0"
        ),
        (
            #"{"updateCells":{"range":{"endRowIndex":1,"endColumnIndex":1},"fields":"note","rows":[{},{"values":[{}]}]}}"#,
            "Attempting to write row: 1, beyond the last requested row of: 0"
        ),
        (#"{"updateCells":{"start":{"rowIndex":1000},"fields":"note","rows":[]}}"#, "start is outside the grid"),
        (#"{"repeatCell":{"range":{"startRowIndex":5,"endRowIndex":5},"cell":{},"fields":"note"}}"#, "endRowIndex[5]"),
        (#"{"repeatCell":{"range":{"startRowIndex":-1},"cell":{},"fields":"note"}}"#, "must not be negative"),
        (#"{"repeatCell":{"range":{"sheetId":3},"cell":{},"fields":"note"}}"#, "No grid with id: 3"),
        (#"{"setDataValidation":{"range":{},"rule":{"condition":{"type":"ONE_OF_LIST"}}}}"#, "cannot have 0 values"),
        (#"{"setDataValidation":{"range":{},"rule":{}}}"#, "condition.type must be set"),
        (#"{"findReplace":{"find":"a"}}"#, "Exactly one of range, sheetId and allSheets must be set."),
        (#"{"findReplace":{"find":"(","searchByRegex":true,"allSheets":true}}"#, "Invalid regular expression"),
        (#"{"copyPaste":{"source":{"endRowIndex":2},"destination":{"startRowIndex":999}}}"#, "outside the grid"),
        (#"{"sortRange":{"range":{"endColumnIndex":1},"sortSpecs":[{"dimensionIndex":1}]}}"#, "is outside the range"),
    ])
    func saysWhatIsWrongWithARequest(_ request: String, _ message: String) async throws {
        try await run { client async throws in
            let answer = try await client.batchUpdate("[\(request)]")
            #expect(answer.status == 400)
            #expect(answer.reason == "INVALID_ARGUMENT")
            #expect(answer.message?.hasPrefix("Invalid requests[0].") == true, "\(answer.text)")
            #expect(answer.message?.contains(message) == true, "\(answer.text)")
        }
    }

    @Test(arguments: [
        (#"{"requests":[{"brew":{}}]}"#, #"Unknown name "brew" at 'requests[0]': Cannot find field."#),
        (#"{"request":[]}"#, #"Unknown name "request": Cannot find field."#),
        (
            #"{"requests":[{"repeatCell":{"range":{"sheet":1}}}]}"#,
            #"Unknown name "sheet" at 'requests[0].repeat_cell.range': Cannot find field."#
        ),
        (
            #"{"requests":[{"repeatCell":{"range":{"sheetId":"x"}}}]}"#,
            #"Invalid value at 'requests[0].repeat_cell.range.sheet_id' (TYPE_INT32), "x""#
        ),
        (
            #"{"requests":[{"appendDimension":{"dimension":"ROW"}}]}"#,
            "Invalid value at 'requests[0].append_dimension.dimension' (type.googleapis.com/google.apps.sheets.v4.Dimension)"
        ),
        (#"{"requests":{}}"#, "Invalid value at 'requests'"),
        (#"{"requests":[]}"#, "Must specify at least one request."),
        (#"{"requests":[{}]}"#, "No request set"),
        (
            #"{"requests":[{"deleteSheet":{},"addSheet":{}}]}"#,
            "oneof field 'kind' is already set. Cannot set 'addSheet'"
        ),
    ])
    func refusesABodyThatTheAPIDoesNotHave(_ body: String, _ message: String) async throws {
        try await run { client async throws in
            let answer = try await client.send("POST", "/v4/spreadsheets/s1:batchUpdate", body: body)
            #expect(answer.status == 400)
            #expect(answer.message?.contains(message) == true, "\(answer.text)")
        }
    }

    @Test func nullMembersCountAsNotGiven() async throws {
        try await run { client async throws in
            try await apply(
                client, #"{"addSheet":{"properties":{"title":"New","sheetId":null,"gridProperties":null}}}"#)
            #expect(try await client.values("New").status == 200)
        }
    }

    // MARK: What moves with its cell

    @Test(arguments: [
        (#"{"insertDimension":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":3}}}"#, "A4", "C6"),
        (#"{"deleteDimension":{"range":{"dimension":"ROWS","startIndex":0,"endIndex":1}}}"#, "A1", "C3"),
        (#"{"deleteDimension":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":2}}}"#, "", "C3"),
        (
            #"{"moveDimension":{"source":{"dimension":"ROWS","startIndex":1,"endIndex":2},"destinationIndex":4}}"#,
            "A4", "C3"
        ),
        (#"{"insertDimension":{"range":{"dimension":"COLUMNS","startIndex":1,"endIndex":2}}}"#, "A2", "D4"),
        (
            #"{"moveDimension":{"source":{"dimension":"COLUMNS","startIndex":2,"endIndex":3},"destinationIndex":0}}"#,
            "B2", "A4"
        ),
        (
            #"{"sortRange":{"range":{"startRowIndex":1},"sortSpecs":[{"dimensionIndex":0,"sortOrder":"DESCENDING"}]}}"#,
            "A4", "C2"
        ),
        (
            #"{"cutPaste":{"source":{"startRowIndex":1,"endRowIndex":4},"destination":{"rowIndex":10},"pasteType":"PASTE_NORMAL"}}"#,
            "A11", "C13"
        ),
        (
            #"{"insertRange":{"range":{"startRowIndex":0,"endRowIndex":2,"endColumnIndex":1},"shiftDimension":"ROWS"}}"#,
            "A4", "C4"
        ),
        (#"{"deleteRange":{"range":{"endRowIndex":1,"endColumnIndex":1},"shiftDimension":"ROWS"}}"#, "A1", "C4"),
        (
            #"{"insertRange":{"range":{"startRowIndex":3,"endRowIndex":4,"endColumnIndex":2},"shiftDimension":"COLUMNS"}}"#,
            "A2", "E4"
        ),
        (
            #"{"updateSheetProperties":{"properties":{"gridProperties":{"rowCount":3}},"fields":"gridProperties.rowCount"}}"#,
            "A2", ""
        ),
        (#"{"updateCells":{"range":{},"fields":"userEnteredValue"}}"#, "A2", "C4"),
    ])
    func notesMoveWithTheirCells(_ request: String, _ first: String, _ second: String) async throws {
        try await run { client async throws in
            try await apply(client, Self.note("a", row: 1, column: 0) + "," + Self.note("z", row: 3, column: 2))
            try await apply(client, request)
            let places = try client.emulator.notes("s1", tab: "Sheet1").reduce(into: [:]) { $0[$1.value] = $1.key }
            #expect(places["a"] ?? "" == first)
            #expect(places["z"] ?? "" == second)
            guard !first.isEmpty, !request.contains("updateCells") else { return }
            #expect(try await client.values(first).values == json(#"[["a"]]"#), "the note is still beside its value")
        }
    }

    @Test func aDropdownReachesIntoRowsThatAreInsertedInItAndNotesDoNot() async throws {
        try await run { client async throws in
            try await apply(
                client,
                """
                {"setDataValidation":{"range":{"startRowIndex":1,"startColumnIndex":1,"endColumnIndex":2},
                "rule":{"condition":{"type":"BOOLEAN"}}}},
                {"repeatCell":{"range":{"startRowIndex":1,"endRowIndex":4,"startColumnIndex":0,"endColumnIndex":1},
                "cell":{"note":"n"},"fields":"note"}},
                {"insertDimension":{"range":{"dimension":"ROWS","startIndex":2,"endIndex":3}}}
                """)
            #expect(try client.emulator.notes("s1", tab: "Sheet1") == ["A2": "n", "A4": "n", "A5": "n"])
            let path = "/v4/spreadsheets/s1?ranges=B3&fields=sheets.data.rowData.values.dataValidation"
            #expect(try await client.get(path).text.contains("BOOLEAN"))
        }
    }

    // MARK: Copy, replace, append

    @Test(arguments: [
        ("PASTE_NORMAL", "2024-01-02", true), ("PASTE_VALUES", "2024-01-02", false), ("PASTE_FORMAT", "", false),
    ])
    func copiesWhatThePasteTypeSays(_ type: String, _ value: String, _ withNote: Bool) async throws {
        try await TestClient.run(tabs: [("Sheet1", [["2024-01-02"]])]) { client async throws in
            try await apply(client, Self.note("n", row: 0, column: 0))
            try await apply(
                client,
                """
                {"copyPaste":{"source":{"endRowIndex":1,"endColumnIndex":1},"pasteType":"\(type)",
                "destination":{"startRowIndex":2,"endRowIndex":4,"startColumnIndex":1,"endColumnIndex":3}}}
                """)
            let expected = value.isEmpty ? nil : json(#"[["\#(value)","\#(value)"],["\#(value)","\#(value)"]]"#)
            #expect(try await client.values("B3:C4").values == expected)
            #expect(try client.emulator.notes("s1", tab: "Sheet1").count == (withNote ? 5 : 1))
        }
    }

    @Test func transposes() async throws {
        try await run { client async throws in
            try await apply(client, Self.note("n", row: 0, column: 2))
            try await apply(
                client,
                """
                {"copyPaste":{"source":{"endRowIndex":2,"endColumnIndex":3},"destination":{"startRowIndex":6,
                "endRowIndex":7,"startColumnIndex":0,"endColumnIndex":1},"pasteOrientation":"TRANSPOSE"}}
                """)
            #expect(try await client.values("A7:C9").values == json(#"[["h","a"],["k","2"],["m","x"]]"#))
            #expect(try client.emulator.notes("s1", tab: "Sheet1") == ["C1": "n", "A9": "n"])
        }
    }

    @Test(arguments: [
        (
            #""find":"A","allSheets":true"#,
            #"{"valuesChanged":1,"rowsChanged":1,"sheetsChanged":1,"occurrencesChanged":1}"#, "-"
        ),
        (#""find":"A","matchCase":true,"allSheets":true"#, "{}", "a"),
        (
            #""find":"^a$","searchByRegex":true,"sheetId":0"#,
            #"{"valuesChanged":1,"rowsChanged":1,"sheetsChanged":1,"occurrencesChanged":1}"#, "-"
        ),
        (#""find":"a","range":{"startRowIndex":2}"#, "{}", "a"), (#""find":"a","sheetId":1000000001"#, "{}", "a"),
        (#""find":".","sheetId":0"#, "{}", "a"),
    ])
    func findsAndReplaces(_ search: String, _ counts: String, _ shown: String) async throws {
        try await run { client async throws in
            let replies = try await apply(client, #"{"findReplace":{\#(search),"replacement":"-"}}"#)
            #expect(replies[0]["findReplace"] == json(counts))
            #expect(try client.emulator.rows("s1", tab: "Sheet1")[1][0] == shown)
        }
    }

    @Test func appendsCellsBelowTheData() async throws {
        try await run { client async throws in
            try await apply(
                client,
                """
                {"appendCells":{"fields":"*","rows":[{"values":[{"userEnteredValue":{"stringValue":"new"},"note":"n"}]}]}},
                {"autoResizeDimensions":{"dimensions":{"dimension":"COLUMNS"}}}
                """)
            #expect(try await client.values("A5").values == json(#"[["new"]]"#))
            #expect(try client.emulator.notes("s1", tab: "Sheet1") == ["A5": "n"])
        }
    }
}

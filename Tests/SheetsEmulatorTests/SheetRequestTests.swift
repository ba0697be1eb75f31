import Testing

@testable import SheetsEmulator

@Suite struct SheetRequestTests {
    private func apply(_ client: TestClient, _ requests: String) async throws -> TestClient.Answer {
        try await client.batchUpdate("[\(requests)]")
    }

    private func titles(_ client: TestClient) async throws -> [String?] {
        let book = try await client.get("/v4/spreadsheets/s1?fields=sheets.properties.title")
        return (book.json["sheets"]?.elements ?? []).map { $0["properties"]?["title"]?.text }
    }

    // MARK: Create

    @Test func aNewSpreadsheetHasWhatItWasMadeWithAndIsItsMakersAlone() async throws {
        try await TestClient.run { client async throws in
            let made = try await client.send(
                "POST", "/v4/spreadsheets",
                body: """
                    {"properties":{"title":"作","locale":"ja_JP","timeZone":"Asia/Tokyo"},
                    "namedRanges":[{"name":"N","range":{"sheetId":4,"endRowIndex":1}}],"sheets":[
                    {"properties":{"sheetId":4,"title":"表","gridProperties":{"rowCount":3,"columnCount":2,"frozenRowCount":1}},
                    "data":[{"startRow":1,"startColumn":1,"rowData":[{"values":[{"userEnteredValue":{"stringValue":"x"},
                    "note":"n"}]}]}]},{}]}
                    """)
            #expect(made.status == 200, "\(made.text)")
            let id = try #require(made.json["spreadsheetId"]?.text)
            #expect(made.json["spreadsheetUrl"] == .string("https://docs.google.com/spreadsheets/d/\(id)/edit"))
            #expect(made.json["properties"]?["timeZone"] == .string("Asia/Tokyo"))
            #expect(made.json["sheets"]?.elements?.map { $0["properties"]?["title"]?.text } == ["表", "Sheet2"])
            #expect(
                made.json["sheets"]?.elements?.first?["properties"]?["gridProperties"]?["frozenRowCount"] == .integer(1)
            )
            let read = try await client.get("/v4/spreadsheets/\(id)/values/%E8%A1%A8")
            #expect(read.values == json(#"[[],["","x"]]"#))
            #expect(try client.emulator.notes(id, tab: "表") == ["B2": "n"])
            try client.emulator.unshare(id, with: TestClient.email)
            #expect(try await client.get("/v4/spreadsheets/\(id)").status == 403)
        }
    }

    @Test func aNewSpreadsheetWithoutMoreHasOneTab() async throws {
        try await TestClient.run { client async throws in
            let made = try await client.send(
                "POST", "/v4/spreadsheets?fields=properties(title,locale),sheets.properties", body: "{}")
            let expected = json(
                """
                {"properties":{"title":"Untitled spreadsheet","locale":"en_US"},"sheets":[{"properties":{"sheetId":0,
                "title":"Sheet1","index":0,"sheetType":"GRID","gridProperties":{"rowCount":1000,"columnCount":26}}}]}
                """)
            #expect(made.json == expected)
        }
    }

    @Test func makingASpreadsheetNeedsAScopeThatMayWrite() async throws {
        try await TestClient.run(scopes: ["spreadsheets.readonly"]) { client async throws in
            #expect(try await client.send("POST", "/v4/spreadsheets", body: "{}").status == 403)
        }
    }

    // MARK: Tabs

    /// From which place, to which one.
    @Test(arguments: [
        (0, 3, ["b", "c", "a", "d"]), (0, 4, ["b", "c", "d", "a"]), (3, 0, ["d", "a", "b", "c"]),
        (1, 1, ["a", "b", "c", "d"]), (1, 2, ["a", "b", "c", "d"]),
    ])
    func aPlaceIsCountedAsBeforeTheTabMoves(_ moved: Int, _ place: Int, _ order: [String]) async throws {
        try await TestClient.run(tabs: ["a", "b", "c", "d"].map { ($0, []) }) { client async throws in
            let sheetId = moved == 0 ? 0 : 1_000_000_000 + moved
            let answer = try await apply(
                client,
                #"{"updateSheetProperties":{"properties":{"sheetId":\#(sheetId),"index":\#(place)},"fields":"index"}}"#)
            #expect(answer.status == 200)
            #expect(try await titles(client) == order)
        }
    }

    @Test func setsHidingFreezingAndColours() async throws {
        try await TestClient.run(tabs: [("Sheet1", [["a"]]), ("Two", [])]) { client async throws in
            let answer = try await apply(
                client,
                """
                {"updateSheetProperties":{"properties":{"hidden":true,"tabColorStyle":{"rgbColor":{"blue":1}},"rightToLeft":true,
                "gridProperties":{"frozenRowCount":1,"frozenColumnCount":2,"hideGridlines":true}},
                "fields":"hidden,tabColorStyle,rightToLeft,gridProperties(frozenRowCount,frozenColumnCount,hideGridlines)"}}
                """)
            #expect(answer.status == 200, "\(answer.text)")
            let book = try await client.get("/v4/spreadsheets/s1?ranges=Sheet1&fields=sheets.properties")
            let expected = json(
                """
                {"sheetId":0,"title":"Sheet1","index":0,"sheetType":"GRID","gridProperties":{"rowCount":1000,"columnCount":26,
                "frozenRowCount":1,"frozenColumnCount":2,"hideGridlines":true},"hidden":true,"tabColor":{"blue":1},
                "rightToLeft":true,"tabColorStyle":{"rgbColor":{"blue":1}}}
                """)
            #expect(book.json["sheets"]?.elements?.first?["properties"] == expected)
            #expect(
                try await client.values("Sheet1!A1").values == json(#"[["a"]]"#), "a hidden tab is read as any other")
        }
    }

    @Test func aCopyHasItsCellsAndAnIdOfItsOwn() async throws {
        try await TestClient.run(tabs: [("Sheet1", [["a"]]), ("Two", [])]) { client async throws in
            try client.emulator.setNote("s1", "A1", "n")
            try client.emulator.protect("s1", "Sheet1!A1", editors: [TestClient.email])
            let answer = try await apply(
                client,
                #"{"duplicateSheet":{"sourceSheetId":0,"insertSheetIndex":2}},{"duplicateSheet":{"newSheetId":9,"newSheetName":"n"}}"#
            )
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try await titles(client) == ["n", "Sheet1", "Two", "Copy of Sheet1"])
            #expect(try client.emulator.notes("s1", tab: "n") == ["A1": "n"])
            #expect(try await client.values("n").values == json(#"[["a"]]"#))
            _ = try await client.update("n!A1", #"[["b"]]"#)
            #expect(try await client.values("Sheet1").values == json(#"[["a"]]"#))
            let copied = try await client.send(
                "POST", "/v4/spreadsheets/s1/sheets/9:copyTo", body: #"{"destinationSpreadsheetId":"s1"}"#)
            #expect(copied.json["title"] == .string("Copy of n"))
            #expect(copied.json["index"] == .integer(4))
        }
    }

    @Test(arguments: [
        (#"{"deleteSheet":{"sheetId":5}}"#, "deleteSheet: No sheet with id: 5"),
        (
            #"{"updateSheetProperties":{"properties":{"sheetId":1000000001,"hidden":true},"fields":"hidden"}},{"deleteSheet":{}}"#,
            "deleteSheet: You can't remove all the visible sheets in a document."
        ),
        (
            #"{"deleteSheet":{}},{"deleteSheet":{"sheetId":1000000001}}"#,
            "deleteSheet: You can't remove all the sheets in a document."
        ),
        (
            #"{"addSheet":{"properties":{"title":"two"}}}"#,
            "addSheet: A sheet with the name \"two\" already exists. Please enter another name."
        ),
        (
            #"{"addSheet":{"properties":{"title":"n","sheetType":"OBJECT"}}}"#,
            "addSheet: Cannot add a sheet of type OBJECT."
        ),
        (
            #"{"updateSheetProperties":{"properties":{"gridProperties":{"rowCount":20000000}},"fields":"gridProperties.rowCount"}}"#,
            "above the limit of 10000000 cells."
        ),
        (
            #"{"updateSheetProperties":{"properties":{"gridProperties":{"frozenRowCount":1000}},"fields":"gridProperties.frozenRowCount"}}"#,
            "You can't freeze all visible rows on the sheet."
        ),
        (
            #"{"updateSheetProperties":{"properties":{"title":"x"},"fields":"titel"}}"#,
            "Field 'titel' could not be found"
        ),
    ])
    func refusesWhatCannotBeDoneToTabs(_ requests: String, _ message: String) async throws {
        try await TestClient.run(tabs: [("Sheet1", [["a"]]), ("Two", [])]) { client async throws in
            let answer = try await apply(client, requests)
            #expect(answer.status == 400)
            #expect(answer.message?.contains(message) == true, "\(answer.text)")
            #expect(try await titles(client) == ["Sheet1", "Two"])
        }
    }

    @Test func aBatchTellsTheSpreadsheetBackWhenAskedTo() async throws {
        try await TestClient.run { client async throws in
            let answer = try await client.send(
                "POST", "/v4/spreadsheets/s1:batchUpdate",
                body: """
                    {"requests":[{"updateSpreadsheetProperties":{"properties":{"title":"New","locale":"en_GB"},
                    "fields":"title,locale"}}],"includeSpreadsheetInResponse":true,"responseIncludeGridData":true,
                    "responseRanges":["A1:A2"]}
                    """)
            let updated = answer.json["updatedSpreadsheet"]
            #expect(updated?["properties"]?["title"] == .string("New"))
            #expect(updated?["properties"]?["locale"] == .string("en_GB"))
            #expect(updated?["sheets"]?.elements?.first?["data"]?.elements?.first?["rowData"]?.elements?.count == 2)
        }
    }

    // MARK: Tabs without cells, and people

    @Test func aTabWithoutCellsIsListedAndRefusesValues() async throws {
        try await TestClient.run { client async throws in
            try client.emulator.addObjectTab("s1", title: "図")
            let book = try await client.get("/v4/spreadsheets/s1?includeGridData=true")
            let tab = book.json["sheets"]?.elements?.last
            #expect(tab?["properties"]?["sheetType"] == .string("OBJECT"))
            #expect(tab?["properties"]?["gridProperties"] == nil)
            #expect(tab?["data"] == nil)
            #expect(try await client.values("図").message == "Unable to parse range: 図")
            #expect(try await client.update("図!A1", "[[1]]").status == 400)
            let id = try #require(tab?["properties"]?["sheetId"]?.integer)
            let note = try await apply(
                client, #"{"repeatCell":{"range":{"sheetId":\#(id)},"cell":{},"fields":"note"}}"#)
            #expect(note.message == "Invalid requests[0].repeatCell: No grid with id: \(id)")
        }
    }

    @Test func peopleDoTheSameWithoutTheAPI() async throws {
        try await TestClient.run(tabs: [("Sheet1", [["h", "k"], ["a", "1"]])]) { client async throws in
            let emulator = client.emulator
            let copy = try emulator.copyTab("s1", "Sheet1", to: "Copy")
            #expect(copy != 0)
            try emulator.renameTab("s1", "Sheet1", to: "Old")
            try emulator.renameTab("s1", "Copy", to: "Sheet1")
            try emulator.setHidden("s1", tab: "Old", true)
            try emulator.defineName("s1", "Contract", range: "Old!A1:B2")
            try emulator.mergeCells("s1", "Old!A1:B1")
            try emulator.setNote("s1", "Old!A2", "by hand")
            try emulator.insertRows("s1", tab: "Old", at: 1, [["new"]])
            #expect(try await client.values("Contract").values == json(#"[["h"],["a","1"]]"#))
            #expect(try emulator.notes("s1", tab: "Old") == ["A3": "by hand"])
            try emulator.protect("s1", "Old!A1:B9")
            #expect(try await client.update("Old!A2", "[[1]]").status == 400)
            #expect(throws: EmulatorError.self) {
                try emulator.setNote("s1", "Old!A2", "x", by: TestClient.email)
            }
            try emulator.setNote("s1", "Old!A3", "")
            #expect(try emulator.notes("s1", tab: "Old") == [:])
            try emulator.deleteTab("s1", "Old")
            #expect(try await client.values("Contract").status == 400)
        }
    }
}

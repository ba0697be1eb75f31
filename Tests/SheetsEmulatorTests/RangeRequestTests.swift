import Testing

@testable import SheetsEmulator

/// Names, merges, protections, rules and tags: what is said of a range and not of a cell.
@Suite struct RangeRequestTests {
    private static let rows = [["h", "k"], ["a", "1"], ["b", "2"], ["c", "3"]]
    private static let mate = "mate@test.iam.gserviceaccount.com"

    private func run(_ body: (TestClient) async throws -> Void) async throws {
        try await TestClient.run(tabs: [("Sheet1", Self.rows), ("表 2", [["x"]])]) { client async throws in
            try await body(client)
        }
    }

    @discardableResult
    private func apply(_ client: TestClient, _ requests: String, sourceLocation: SourceLocation = #_sourceLocation)
        async throws -> [JSONValue]
    {
        let answer = try await client.batchUpdate("[\(requests)]")
        #expect(answer.status == 200, "\(answer.text)", sourceLocation: sourceLocation)
        return answer.json["replies"]?.elements ?? []
    }

    /// What `spreadsheets.get` tells of the first tab.
    private func sheet(_ client: TestClient, _ field: String) async throws -> JSONValue? {
        try await client.get("/v4/spreadsheets/s1?ranges=Sheet1&fields=sheets.\(field)").json["sheets"]?.elements?
            .first?[field]
    }

    private static let rowsRange =
        #""range":{"startRowIndex":1,"endRowIndex":3,"startColumnIndex":0,"endColumnIndex":2}"#
    private static func rowSpan(_ start: Int, _ end: Int) -> String {
        #""range":{"dimension":"ROWS","startIndex":\#(start),"endIndex":\#(end)}"#
    }

    // MARK: Names

    @Test func aNamedRangeIsReadLikeARangeAndMovesWithItsRows() async throws {
        try await run { client async throws in
            let reply = try await apply(client, #"{"addNamedRange":{"namedRange":{"name":"契約",\#(Self.rowsRange)}}}"#)
            let id = try #require(reply[0]["addNamedRange"]?["namedRange"]?["namedRangeId"]?.text)
            let named = try await client.values("契約")
            #expect(named.values == json(#"[["a","1"],["b","2"]]"#))
            #expect(named.json["range"] == .string("Sheet1!A2:B3"))
            try await apply(client, "{\"insertDimension\":{\(Self.rowSpan(0, 2))}}")
            #expect(try await client.values("契約").json["range"] == .string("Sheet1!A4:B5"))
            try await apply(client, "{\"insertDimension\":{\(Self.rowSpan(4, 5))}}")
            #expect(try await client.values("契約").values == json(#"[["a","1"],[],["b","2"]]"#))
            _ = try await client.update("契約", #"[["w"]]"#)
            #expect(try await client.values("A4").values == json(#"[["w"]]"#))
            try await apply(
                client, #"{"updateNamedRange":{"namedRange":{"namedRangeId":"\#(id)","name":"Other"},"fields":"name"}}"#
            )
            #expect(try await client.values("契約").status == 400)
            #expect(try await client.values("Other").status == 200)
            try await apply(client, "{\"deleteDimension\":{\(Self.rowSpan(2, 8))}}")
            #expect(try await client.get("/v4/spreadsheets/s1?fields=namedRanges").json == .object([]))
        }
    }

    @Test func namedRangesGoWithTheirTab() async throws {
        try await run { client async throws in
            try await apply(
                client,
                #"{"addNamedRange":{"namedRange":{"name":"Two","range":{"sheetId":1000000001}}}},{"deleteSheet":{"sheetId":1000000001}}"#
            )
            #expect(try await client.get("/v4/spreadsheets/s1?fields=namedRanges").json == .object([]))
            #expect(try await client.values("Two").message == "Unable to parse range: Two")
        }
    }

    @Test(arguments: ["1st", "A1", "with space", "", "TRUE", "taken", "TAKEN"])
    func refusesANameThatIsNone(_ name: String) async throws {
        try await run { client async throws in
            try await apply(client, #"{"addNamedRange":{"namedRange":{"name":"taken","range":{}}}}"#)
            let answer = try await client.batchUpdate(
                #"[{"addNamedRange":{"namedRange":{"name":"\#(name)","range":{}}}}]"#)
            #expect(answer.status == 400)
        }
    }

    // MARK: Merges

    @Test(arguments: [
        ("MERGE_ALL", [["h", "k"], ["a"], [], ["c", "3"]], 1),
        ("MERGE_ROWS", [["h", "k"], ["a"], ["b"], ["c", "3"]], 2),
        ("MERGE_COLUMNS", [["h", "k"], ["a", "1"], [], ["c", "3"]], 2),
    ])
    func onlyTheTopLeftOfMergedCellsHoldsAValue(_ type: String, _ left: [[String]], _ count: Int) async throws {
        try await run { client async throws in
            try await apply(client, "{\"mergeCells\":{\(Self.rowsRange),\"mergeType\":\"\(type)\"}}")
            #expect(try client.emulator.rows("s1", tab: "Sheet1") == left)
            #expect(try await sheet(client, "merges")?.elements?.count == count)
            _ = try await client.update("A2:B3", #"[["w","w"],["w","w"]]"#)
            let written = try client.emulator.rows("s1", tab: "Sheet1")[1...2].flatMap { $0 }.count { $0 == "w" }
            #expect(written == count)
            let part = try await client.batchUpdate(
                #"[{"unmergeCells":{"range":{"endRowIndex":2,"endColumnIndex":1}}}]"#)
            #expect(
                part.message?.hasSuffix("You must select all cells in a merged range to merge or unmerge them.") == true
            )
            try await apply(client, "{\"insertDimension\":{\(Self.rowSpan(0, 1))}}")
            #expect(try await sheet(client, "merges")?.elements?.first?["startRowIndex"] == .integer(2))
            try await apply(client, #"{"unmergeCells":{"range":{}}}"#)
            #expect(try await sheet(client, "merges") == nil)
        }
    }

    // MARK: Protection

    /// The same emulator, by another account.
    private func mate(_ client: TestClient) async throws -> TestClient {
        client.emulator.addServiceAccount(email: Self.mate, publicKeyPEM: try RSAKeyPair.sharedPair().publicKeyPEM)
        try client.emulator.share("s1", with: Self.mate)
        var other = client
        other.token = try #require(
            try await client.token(for: client.assertion(["iss": .string(Self.mate)])).json["access_token"]?.text)
        return other
    }

    private static let refusals = [
        #"{"updateCells":{"start":{"rowIndex":1},"fields":"note","rows":[{"values":[{"note":"x"}]}]}}"#,
        #"{"repeatCell":{"range":{},"cell":{"note":"x"},"fields":"note"}}"#,
        #"{"setDataValidation":{"range":{"startRowIndex":2}}}"#, #"{"deleteDimension":{\#(rowSpan(2, 3))}}"#,
        #"{"sortRange":{"range":{},"sortSpecs":[{"dimensionIndex":0}]}}"#,
        #"{"findReplace":{"find":"a","replacement":"z","allSheets":true}}"#,
        #"{"cutPaste":{"source":{"startRowIndex":5,"endRowIndex":6},"destination":{"rowIndex":1}}}"#,
        #"{"copyPaste":{"source":{"endRowIndex":1},"destination":{"startRowIndex":1,"endRowIndex":2}}}"#,
        #"{"mergeCells":{"range":{"endRowIndex":2}}}"#, #"{"deleteSheet":{}}"#,
        #"{"deleteProtectedRange":{"protectedRangeId":5}}"#,
    ]

    @Test func aProtectedRangeIsForItsEditorsOnly() async throws {
        try await run { client async throws in
            let protect = #"{"addProtectedRange":{"protectedRange":{"protectedRangeId":5,\#(Self.rowsRange)"#
            let reply = try await apply(client, protect + #","description":"d","editors":{"groups":["g@test"]}}}}"#)
            let made = reply[0]["addProtectedRange"]?["protectedRange"]
            #expect(made?["requestingUserCanEdit"] == .boolean(true))
            #expect(made?["editors"] == json(#"{"users":["\#(TestClient.email)"],"groups":["g@test"]}"#))
            let other = try await mate(client)
            for refused in Self.refusals {
                let answer = try await other.batchUpdate("[\(refused)]")
                #expect(answer.status == 400, "\(refused)")
                #expect(answer.reason == "INVALID_ARGUMENT")
                #expect(
                    answer.message?.contains("You are trying to edit a protected cell or object.") == true, "\(refused)"
                )
            }
            let message =
                "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove "
                + "protection if you need to edit."
            #expect(try await other.update("A2", #"[["x"]]"#).message == message)
            let clear = try await other.send("POST", "/v4/spreadsheets/s1/values/A1:B9:clear", body: "{}")
            #expect(clear.message == message)
            #expect(try await other.update("A1", #"[["x"]]"#).status == 200)
            let seen = try await sheet(other, "protectedRanges")?.elements?.first
            #expect(seen?["description"] == .string("d"))
            #expect(seen?["editors"] == nil)
            #expect(seen?["requestingUserCanEdit"] == nil)
            let update = #"{"updateProtectedRange":{"protectedRange":{"protectedRangeId":5,"#
            try await apply(client, update + #""editors":{"users":["\#(Self.mate)"]}},"fields":"editors"}}"#)
            #expect(try await other.update("A2", #"[["x"]]"#).status == 200)
            #expect(try await client.update("A2", #"[["x"]]"#).status == 200, "nobody shuts themselves out")
        }
    }

    @Test func aWarningKeepsNobodyOutAndHasNoEditors() async throws {
        try await run { client async throws in
            let reply = try await apply(
                client,
                #"{"addProtectedRange":{"protectedRange":{\#(Self.rowsRange),"warningOnly":true,"editors":{"users":["a@b"]}}}}"#
            )
            let made = reply[0]["addProtectedRange"]?["protectedRange"]
            #expect(made?["warningOnly"] == .boolean(true))
            #expect(made?["editors"] == nil)
            #expect(try await mate(client).update("A2", #"[["x"]]"#).status == 200)
        }
    }

    @Test func aProtectedTabMayLeaveARangeOpen() async throws {
        try await run { client async throws in
            try await apply(
                client,
                #"{"addProtectedRange":{"protectedRange":{"range":{},"unprotectedRanges":[{"startColumnIndex":1,"endColumnIndex":2}]}}}"#
            )
            let other = try await mate(client)
            #expect(try await other.update("B2", #"[["x"]]"#).status == 200)
            #expect(try await other.update("A2:B2", #"[["x","x"]]"#).status == 400)
            let rename = #"[{"updateSheetProperties":{"properties":{"title":"t"},"fields":"title"}}]"#
            #expect(try await other.batchUpdate(rename).status == 400)
            #expect(try await other.update("'表 2'!A1", #"[["x"]]"#).status == 200)
        }
    }

    // MARK: Rules

    @Test func rulesAreToldApartByTheirOrderAndFollowTheirRows() async throws {
        func rule(_ text: String) -> String {
            """
            {"ranges":[{"startRowIndex":1,"endRowIndex":4}],"booleanRule":{"condition":{"type":"TEXT_EQ",
            "values":[{"userEnteredValue":"\(text)"}]},"format":{"backgroundColor":{"red":1}}}}
            """
        }
        func shown(_ client: TestClient) async throws -> [String?] {
            (try await sheet(client, "conditionalFormats")?.elements ?? []).map {
                $0["booleanRule"]?["condition"]?["values"]?.elements?.first?["userEnteredValue"]?.text
            }
        }
        try await run { client async throws in
            for text in ["one", "two", "three"] {
                try await apply(client, "{\"addConditionalFormatRule\":{\"rule\":\(rule(text)),\"index\":0}}")
            }
            #expect(try await shown(client) == ["three", "two", "one"])
            try await apply(client, #"{"updateConditionalFormatRule":{"index":2,"newIndex":0}}"#)
            #expect(try await shown(client) == ["one", "three", "two"])
            let replies = try await apply(
                client,
                "{\"updateConditionalFormatRule\":{\"index\":1,\"rule\":\(rule("new"))}},{\"deleteConditionalFormatRule\":{}}"
            )
            #expect(
                replies[0]["updateConditionalFormatRule"]?["oldRule"]?["booleanRule"]
                    == json(rule("three"))["booleanRule"])
            #expect(replies[1]["deleteConditionalFormatRule"]?["rule"] == json(rule("one")))
            #expect(try await shown(client) == ["new", "two"])
            try await apply(client, "{\"deleteDimension\":{\(Self.rowSpan(0, 2))}}")
            let range = try await sheet(client, "conditionalFormats")?.elements?.first?["ranges"]
            #expect(range == json(#"[{"startRowIndex":0,"endRowIndex":2}]"#))
        }
    }

    @Test func aFilterIsSetAndCleared() async throws {
        try await run { client async throws in
            try await apply(client, #"{"setBasicFilter":{"filter":{"range":{"endRowIndex":4}}}}"#)
            #expect(try await sheet(client, "basicFilter") == json(#"{"range":{"endRowIndex":4}}"#))
            try await apply(client, #"{"clearBasicFilter":{}}"#)
            #expect(try await sheet(client, "basicFilter") == nil)
        }
    }

    // MARK: Tags

    private static func tag(_ key: String, _ location: String) -> String {
        """
        {"createDeveloperMetadata":{"developerMetadata":{"metadataKey":"\(key)","metadataValue":"v","visibility":"DOCUMENT",
        "location":\(location)}}}
        """
    }

    @Test func aTagMovesWithItsRowAndGoesWithIt() async throws {
        try await run { client async throws in
            let reply = try await apply(
                client, Self.tag("row", #"{"dimensionRange":{"dimension":"ROWS","startIndex":2,"endIndex":3}}"#))
            let made = try #require(reply[0]["createDeveloperMetadata"]?["developerMetadata"])
            let id = try #require(made["metadataId"]?.integer)
            let path = "/v4/spreadsheets/s1/developerMetadata/\(id)"
            func row() async throws -> Int? {
                try await client.get(path).json["location"]?["dimensionRange"]?["startIndex"]?.integer
            }
            #expect(try await row() == 2)
            try await apply(client, "{\"insertDimension\":{\(Self.rowSpan(0, 3))}}")
            #expect(try await row() == 5)
            try await apply(
                client,
                #"{"moveDimension":{"source":{"dimension":"ROWS","startIndex":5,"endIndex":6},"destinationIndex":0}}"#)
            #expect(try await row() == 0)
            try await apply(client, #"{"sortRange":{"range":{},"sortSpecs":[{"dimensionIndex":0}]}}"#)
            #expect(try await row() == 0, "sorting moves cells, not rows")
            try await apply(client, "{\"deleteDimension\":{\(Self.rowSpan(0, 1))}}")
            #expect(try await client.get(path).status == 400)
        }
    }

    @Test(arguments: [
        (#"{"spreadsheet":true}"#, "SPREADSHEET"), (#"{"sheetId":1000000001}"#, "SHEET"),
        (#"{"dimensionRange":{"dimension":"COLUMNS","startIndex":1,"endIndex":2}}"#, "COLUMN"),
    ])
    func aTagIsFoundChangedAndDeletedByItsKey(_ location: String, _ type: String) async throws {
        try await run { client async throws in
            try await apply(client, Self.tag("mine", location) + "," + Self.tag("other", location))
            let filter = #"{"developerMetadataLookup":{"metadataKey":"mine","locationType":"\#(type)"}}"#
            func found() async throws -> [JSONValue] {
                let answer = try await client.send(
                    "POST", "/v4/spreadsheets/s1/developerMetadata:search", body: #"{"dataFilters":[\#(filter)]}"#)
                #expect(answer.status == 200, "\(answer.text)")
                return (answer.json["matchedDeveloperMetadata"]?.elements ?? []).compactMap { $0["developerMetadata"] }
            }
            #expect(try await found().map { $0["location"]?["locationType"] } == [.string(type)])
            let update = #"{"updateDeveloperMetadata":{"dataFilters":[\#(filter)],"fields":"metadataValue","#
            try await apply(client, update + #""developerMetadata":{"metadataValue":"w"}}}"#)
            #expect(try await found().map { $0["metadataValue"] } == [.string("w")])
            let replies = try await apply(client, #"{"deleteDeveloperMetadata":{"dataFilter":\#(filter)}}"#)
            #expect(replies[0]["deleteDeveloperMetadata"]?["deletedDeveloperMetadata"]?.elements?.count == 1)
            #expect(try await found().isEmpty)
        }
    }
}

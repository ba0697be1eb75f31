import Testing

@testable import SheetsEmulator

@Suite struct ReadingTests {
    private static let ragged = [["id", "", "name"], ["1"], [], ["", "", "x"], ["2", "", ""]]

    @Test func leavesOutTrailingBlanksAndKeepsInnerOnes() async throws {
        try await TestClient.run(tabs: [("Sheet1", Self.ragged)]) { client async throws in
            let answer = try await client.values("Sheet1", "valueRenderOption=UNFORMATTED_VALUE&prettyPrint=false")
            #expect(
                answer.text
                    == #"{"range":"Sheet1!A1:Z1000","majorDimension":"ROWS","#
                    + #""values":[["id","","name"],[1],[],["","","x"],[2]]}"# + "\n")
        }
    }

    @Test func aWhollyBlankRangeHasNoValues() async throws {
        try await TestClient.run(tabs: [("Sheet1", Self.ragged)]) { client async throws in
            let answer = try await client.values("Sheet1!B2:B3")
            #expect(answer.json == json(#"{"range":"Sheet1!B2:B3","majorDimension":"ROWS"}"#))
        }
    }

    @Test(arguments: [
        ("A1:B2", "Sheet1!A1:B2"), ("Sheet1!B:C", "Sheet1!B1:C1000"), ("2:3", "Sheet1!A2:Z3"),
        ("Sheet1!A5:ZZ", "Sheet1!A5:Z1000"), ("Sheet1!A990:B2000", "Sheet1!A990:B1000"), ("b2", "Sheet1!B2"),
        ("'レシピ 分類'", "'レシピ 分類'!A1:Z1000"), ("レシピ 分類!A1", "'レシピ 分類'!A1"), ("D3", "Sheet1!D3"),
        ("'D3'", "'D3'!A1:Z1000"), ("'it''s'!A1", "'it''s'!A1"), ("Sheet1!C3:A1", "Sheet1!A1:C3"),
    ])
    func tellsTheRangeClippedAndQuotedWhereItMustBe(_ asked: String, _ told: String) async throws {
        let tabs = ["Sheet1", "レシピ 分類", "D3", "it's"].map { (title: $0, rows: [["a"]]) }
        try await TestClient.run(tabs: tabs) { client async throws in
            #expect(try await client.values(asked).json["range"]?.text == told)
        }
    }

    @Test(arguments: [
        ("", ##"["2","2020-01-01","53","TRUE","x","#N/A"]"##),
        ("valueRenderOption=UNFORMATTED_VALUE", ##"[2,43831,53,true,"x","#N/A"]"##),
        ("valueRenderOption=FORMULA", #"["=4/2",43831,53,true,"x","=NA()"]"#),
        (
            "valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=FORMATTED_STRING",
            ##"[2,"2020-01-01",53,true,"x","#N/A"]"##
        ),
        ("dateTimeRenderOption=SERIAL_NUMBER", ##"["2","2020-01-01","53","TRUE","x","#N/A"]"##),
    ])
    func showsCellsAsTheRenderOptionsSay(_ query: String, _ row: String) async throws {
        let typed = [["=4/2", "2020-01-01", "53", "true", "x", "=NA()"]]
        try await TestClient.run(tabs: [("Sheet1", typed)]) { client async throws in
            #expect(try await client.values("A1:F1", query).values == json("[\(row)]"))
        }
    }

    @Test(
        arguments: [
            ("1899-12-30", nil), ("1900-01-01", 2), ("1900-03-01", 61), ("2000-02-29", 36_585), ("2026/11/03", 46_329),
            ("2026/11/3", 46_329), ("2026年11月3日", 46_329), ("2026/02/30", nil), ("2025-02-29", nil),
        ] as [(String, Int?)])
    func countsDaysSinceTheEndOf1899(_ text: String, _ serial: Int?) async throws {
        let expected: CellValue? = serial.map { .number(literal: String($0), format: .automatic) }
        switch (UserEntered.cell(text), expected) {
        case (.number(let literal, let format), .number(let wanted, _)?):
            #expect(literal == wanted)
            #expect(format.isDateOrTime)
            #expect(format.display(literal) == text)
        case (let cell, nil): #expect(cell == .text(text))
        case (let cell, _): Issue.record("\(text) became \(cell)")
        }
    }

    @Test func readsByColumns() async throws {
        try await TestClient.run(tabs: [("Sheet1", [["a", "b"], ["c"], ["", "d"]])]) { client async throws in
            let answer = try await client.values("Sheet1", "majorDimension=COLUMNS")
            #expect(answer.values == json(#"[["a","c"],["b","","d"]]"#))
            #expect(answer.json["majorDimension"] == .string("COLUMNS"))
        }
    }

    @Test func answersABatchInTheOrderOfItsRanges() async throws {
        try await TestClient.run(tabs: [("Sheet1", [["a", "b"]]), ("Two", [["c"]])]) { client async throws in
            let answer = try await client.get(
                "/v4/spreadsheets/s1/values:batchGet?ranges=Two!A1&ranges=Sheet1!A1:B1&ranges=Two!C9")
            let expected = """
                {"spreadsheetId":"s1","valueRanges":[
                {"range":"Two!A1","majorDimension":"ROWS","values":[["c"]]},
                {"range":"Sheet1!A1:B1","majorDimension":"ROWS","values":[["a","b"]]},
                {"range":"Two!C9","majorDimension":"ROWS"}]}
                """
            #expect(answer.json == json(expected))
        }
    }

    @Test func printsPrettilyUnlessToldNotTo() async throws {
        try await TestClient.run(tabs: [("Sheet1", [["a"], [], ["b"]])]) { client async throws in
            let pretty = """
                {
                  "range": "Sheet1!A1:B4",
                  "majorDimension": "ROWS",
                  "values": [
                    [
                      "a"
                    ],
                    [],
                    [
                      "b"
                    ]
                  ]
                }

                """
            #expect(try await client.values("A1:B4").text == pretty)
            #expect(try await client.values("A1:B4", "prettyPrint=true").text == pretty)
        }
    }

    @Test func aFieldsMaskLeavesOutTheRest() async throws {
        try await TestClient.run { client async throws in
            let one = try await client.values("A1:B1", "fields=values")
            #expect(one.json == json(#"{"values":[["id","name"]]}"#))
            let batch = try await client.get(
                "/v4/spreadsheets/s1/values:batchGet?ranges=A1&fields=valueRanges(range,values)")
            #expect(batch.json == json(#"{"valueRanges":[{"range":"Sheet1!A1","values":[["id"]]}]}"#))
            #expect(try await client.values("A1", "fields=nonsense").status == 400)
        }
    }

    /// The fast path for compact unformatted reads, and the general one, must tell the same values.
    @Test func bothWaysOfWritingRowsAgree() async throws {
        var random = SampleRandom(seed: 7)
        let texts = [
            "", "", "x", "\"q\\\"", "a\nb\tc", "<b>", "1", "-2.5", "TRUE", "2024-01-02", "=1/0", "料理\u{200B}", "😀",
        ]
        let rows = (0..<1_500).map { _ in (0..<random.below(9)).map { _ in random.text(texts) } }
        try await TestClient.run(tabs: [("Sheet1", rows)]) { client async throws in
            for range in ["Sheet1", "B3:D1200", "C:C"] {
                let query = "valueRenderOption=UNFORMATTED_VALUE"
                let plain = try await client.values(range, query + "&prettyPrint=false")
                let general = try await client.values(range, query)
                #expect(plain.json == general.json)
                #expect(plain.status == 200)
            }
        }
    }
}

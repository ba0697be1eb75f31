import Testing

@testable import SheetsEmulator

@Suite struct NumberFormatTests {
    @Test(arguments: [
        ("DATE", "yyyy-mm-dd", "45293", "2024-01-02"), ("DATE", "yyyy/m/d", "45293.75", "2024/1/2"),
        ("DATE", "m月d日", "45293", "1月2日"), ("DATE", #"yyyy"年"m"月"d"日""#, "45293", "2024年1月2日"),
        ("DATE", "yy.mm.dd(ddd)", "45293", "24.01.02(火)"), ("DATE", "", "45293", "2024/01/02"),
        ("TIME", "h:mm:ss", "0.5", "12:00:00"), ("TIME", "hh:mm AM/PM", "0.5625", "01:30 PM"),
        ("TIME", "[h]:mm", "1.5", "36:00"), ("DATE_TIME", "yyyy-mm-dd hh:mm", "45293.75", "2024-01-02 18:00"),
        ("DATE_TIME", "m/d h:mm:ss", "45293.0000115", "1/2 0:00:01"),
        ("NUMBER", "0.00", "1.005", "1.01"), ("NUMBER", "0.00", "-2.5", "-2.50"),
        ("NUMBER", "#,##0", "1234567.5", "1,234,568"),
        ("NUMBER", "#,##0.##", "1234.5", "1,234.5"), ("NUMBER", "000", "7", "007"),
        ("NUMBER", "#,##0;(#,##0);-", "-1200", "(1,200)"),
        ("NUMBER", "#,##0;(#,##0);-", "0", "-"), ("NUMBER", "0.0,,", "12345678", "12.3"), ("NUMBER", "0個", "3", "3個"),
        ("PERCENT", "0%", "0.125", "13%"), ("PERCENT", "0.00%", "0.125", "12.50%"), ("PERCENT", "", "1", "100.00%"),
        ("CURRENCY", "[$¥-411]#,##0", "1980", "¥1,980"), ("CURRENCY", "\"$\"#,##0.00", "-3", "-$3.00"),
        ("SCIENTIFIC", "0.00E+00", "12345", "1.23E+04"), ("TEXT", "@", "12.5", "12.5"),
    ])
    func showsANumberByItsPattern(_ type: String, _ pattern: String, _ number: String, _ shown: String) async throws {
        try await TestClient.run(tabs: [("Sheet1", [[number]])]) { client async throws in
            let format = JSONValue.object(["type": .string(type), "pattern": pattern.isEmpty ? nil : .string(pattern)])
            let cell = JSONValue.object(["userEnteredFormat": .object(["numberFormat": format])])
            let answer = try await client.batchUpdate(
                """
                [{"repeatCell":{"range":{"startRowIndex":0,"endRowIndex":1},"cell":\(Spreadsheet.compact(cell)),
                "fields":"userEnteredFormat.numberFormat"}}]
                """)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try await client.values("A1").values == .array([.array([.string(shown)])]))
            #expect(
                try await client.values("A1", "majorDimension=COLUMNS").values == .array([.array([.string(shown)])]))
            let raw = try await client.values("A1", "valueRenderOption=UNFORMATTED_VALUE").values
            #expect(raw == json("[[\(NumberLiteral.canonical(number))]]"))
        }
    }

    @Test(arguments: [
        ("12.5%", "0.125", "12.50%"), ("50%", "0.5", "50%"), ("1,234.5", "1234.5", "1,234.50"),
        ("-1,000", "-1000", "-1,000"),
        ("¥1,200", "1200", "¥1,200"), ("9:05", "0.3784722222222222", "9:05:00"), ("1,23", #""1,23""#, "1,23"),
        ("2024/4/1", "45383", "2024/4/1"), ("'007", #""007""#, "007"),
    ])
    func showsWhatWasTypedAsItWasTyped(_ typed: String, _ value: String, _ shown: String) async throws {
        try await TestClient.run { client async throws in
            _ = try await client.update("A1", Spreadsheet.compact(.array([.array([.string(typed)])])))
            #expect(try await client.values("A1").values == .array([.array([.string(shown)])]))
            #expect(try await client.values("A1", "valueRenderOption=UNFORMATTED_VALUE").values == json("[[\(value)]]"))
        }
    }

    @Test func aFormatStaysWhenTheNumberChangesAndGoesWhenItIsCleared() async throws {
        try await TestClient.run(tabs: [("Sheet1", [["2024-01-02", "2024-01-02"]])]) { client async throws in
            _ = try await client.update("A1", "[[45294]]", input: "RAW")
            #expect(try await client.values("A1").values == json(#"[["2024-01-03"]]"#))
            _ = try await client.batchUpdate(
                #"[{"repeatCell":{"range":{"endRowIndex":1,"endColumnIndex":1},"cell":{},"fields":"userEnteredFormat"}}]"#
            )
            #expect(try await client.values("A1:B1").values == json(#"[["45294","2024-01-02"]]"#))
        }
    }

    @Test func aPlainTextCellTakesWhatIsTypedAsText() async throws {
        try await TestClient.run { client async throws in
            _ = try await client.batchUpdate(
                """
                [{"repeatCell":{"range":{"startColumnIndex":1,"endColumnIndex":2},"fields":"userEnteredFormat.numberFormat",
                "cell":{"userEnteredFormat":{"numberFormat":{"type":"TEXT"}}}}}]
                """)
            _ = try await client.update("A1:B1", #"[["001","001"]]"#)
            let values = try await client.values("A1:B1", "valueRenderOption=UNFORMATTED_VALUE").values
            #expect(values == json(#"[[1,"001"]]"#))
        }
    }

    @Test func onlyDatesBecomeTextWhereDatesAreAskedForAsText() async throws {
        try await TestClient.run(tabs: [("Sheet1", [["45293", "0.5", "2024-01-02"]])]) { client async throws in
            _ = try await client.batchUpdate(
                """
                [{"updateCells":{"start":{},"fields":"userEnteredFormat.numberFormat","rows":[{"values":[
                {"userEnteredFormat":{"numberFormat":{"type":"DATE","pattern":"m月d日"}}},
                {"userEnteredFormat":{"numberFormat":{"type":"PERCENT","pattern":"0%"}}},
                {"userEnteredFormat":{"numberFormat":{"type":"NUMBER","pattern":"0"}}}]}]}}]
                """)
            let query = "valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=FORMATTED_STRING"
            #expect(try await client.values("A1:C1", query).values == json(#"[["1月2日",0.5,45293]]"#))
        }
    }

    @Test(arguments: [
        ("=NA()", "#N/A"), ("=1/0", "#DIV/0!"), ("=#REF!+1", "#REF!"), (#"="a"+1"#, "#VALUE!"), ("=SQRT(-1)", "#NUM!"),
        ("=NOSUCH(1)", "#NAME?"), ("=1+", "#ERROR!"), ("=(1", "#ERROR!"), (#"="和"&"食""#, "和食"), ("=1+2*3", "7"),
        ("=IFERROR(1/0,\"なし\")", "なし"), ("=IF(2>1,\"大\",NA())", "大"), ("=SUM(1,2,ROUND(2.6))", "6"), ("=1=1", "TRUE"),
    ])
    func aFormulaShowsItsValueOrItsError(_ formula: String, _ shown: String) {
        #expect(UserEntered.cell(formula) == .formula(formula, Formula.evaluate(formula)))
        #expect(UserEntered.cell(formula).displayText == shown)
    }
}

import HTTPTransfer
import Testing

@testable import SheetsEmulator

@Suite struct PageTests {
    private func page(_ client: TestClient, _ query: String = "") async throws -> TestClient.Answer {
        try await client.send("GET", "/\(query)", signed: false)
    }

    @Test func hostileTextIsShownAndNeverRun() async throws {
        let evil = #"<script>alert(1)</script>"&'"#
        let shown = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;&#39;"
        try await TestClient.run { client async throws in
            client.emulator.addSpreadsheet(id: evil, title: evil, tabs: [("Sheet1", [[evil]]), (evil, [[evil]])])
            try client.emulator.setNote(evil, "A1", evil)
            let answer = try await page(client, "?spreadsheet=\(TestClient.encode(evil))&sheet=0")
            #expect(answer.text.contains("<td class=\"note\">\(shown)<aside>\(shown)</aside></td>"))
            #expect(answer.text.contains("<h2><bdi>\(shown)</bdi></h2>"))
            #expect(!answer.text.lowercased().contains("<script"))
            #expect(!answer.text.contains(evil))
            let policy = answer.headers["Content-Security-Policy"]
            #expect(policy == "default-src 'none'; style-src 'unsafe-inline'")
        }
    }

    @Test func showsColumnsRowsNotesAndColours() async throws {
        try await TestClient.run(tabs: [("一", [["id", "料理"], ["1", "餃子"]]), ("二", [["other"]])]) {
            client async throws in
            let colours = try await client.batchUpdate(
                """
                [{"repeatCell":{"range":{"sheetId":0,"startRowIndex":1,"endRowIndex":2,"startColumnIndex":1,"endColumnIndex":2},
                "cell":{"note":"見て","userEnteredFormat":{"backgroundColorStyle":{"rgbColor":{"red":1,"green":0.8}}}},
                "fields":"note,userEnteredFormat"}}]
                """)
            #expect(colours.status == 200)
            let text = try await page(client).text
            #expect(text.contains("<thead><tr><th></th><th>A</th><th>B</th></tr></thead>"))
            #expect(
                text.contains(
                    "<tr><th>2</th><td class=\"n\">1</td><td class=\"note\" style=\"background:rgb(255,204,0);color:#111\">"
                        + "餃子<aside>見て</aside></td></tr>"))
            #expect(try await page(client, "?spreadsheet=s1&sheet=1000000001").text.contains("<td>other</td>"))
        }
    }

    @Test func showsSomeRowsAtATime() async throws {
        try await TestClient.run(tabs: [("Sheet1", (1...450).map { ["row \($0)"] })]) { client async throws in
            let first = try await page(client, "?spreadsheet=s1").text
            #expect(first.contains("rows 1 to 200 of 450") && first.contains("<td>row 200</td>"))
            #expect(!first.contains("<td>row 201</td>"))
            let last = try await page(client, "?spreadsheet=s1&from=401").text
            #expect(last.contains("rows 401 to 450 of 450") && last.contains("<td>row 450</td>"))
            #expect(first.contains("from=401") && last.contains("from=201"))
            for odd in ["from=-5", "from=9999999", "from=x", "sheet=77", "sheet=x"] {
                #expect(try await page(client, "?spreadsheet=s1&\(odd)").status == 200)
            }
        }
    }

    @Test func aThousandSpreadsheetsFitOnIt() async throws {
        try await TestClient.run { client async throws in
            for number in 0..<1000 {
                client.emulator.addSpreadsheet(id: "n\(number)", title: "N \(number)", tabs: [("Sheet1", [["x"]])])
            }
            let answer = try await page(client, "?spreadsheet=nothing")
            #expect(answer.status == 200)
            #expect(answer.text.contains("<p>1001 spreadsheets</p>"))
        }
    }
}

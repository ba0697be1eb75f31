import Testing

@testable import SheetsEmulator

@Suite struct BatchUpdateTests {
    private static let rows = [["h", "k"], ["b", "2"], ["a", "10"], ["c", "1"], ["", "3"]]

    private func rows(after requests: String) async throws -> [[String]] {
        var found: [[String]] = []
        try await TestClient.run(tabs: [("Sheet1", Self.rows)]) { client async throws in
            let answer = try await client.batchUpdate(requests)
            #expect(answer.status == 200, "\(answer.text)")
            found = try client.emulator.rows("s1", tab: "Sheet1")
        }
        return found
    }

    @Test func insertsDeletesAndMovesRows() async throws {
        let range = #""range":{"sheetId":0,"dimension":"ROWS","startIndex":1,"endIndex":3}"#
        #expect(
            try await rows(after: "[{\"insertDimension\":{\(range)}}]").prefix(4) == [["h", "k"], [], [], ["b", "2"]])
        #expect(try await rows(after: "[{\"deleteDimension\":{\(range)}}]") == [["h", "k"], ["c", "1"], ["", "3"]])
        let source = #""source":{"sheetId":0,"dimension":"ROWS","startIndex":1,"endIndex":2}"#
        #expect(
            try await rows(after: "[{\"moveDimension\":{\(source),\"destinationIndex\":4}}]")
                == [["h", "k"], ["a", "10"], ["c", "1"], ["b", "2"], ["", "3"]])
    }

    @Test func movesColumns() async throws {
        let source = #""source":{"dimension":"COLUMNS","startIndex":1,"endIndex":2}"#
        #expect(try await rows(after: "[{\"moveDimension\":{\(source),\"destinationIndex\":0}}]").first == ["k", "h"])
    }

    @Test(arguments: [
        (0, "ASCENDING", [["a", "10"], ["b", "2"], ["c", "1"], ["", "3"]]),
        (0, "DESCENDING", [["c", "1"], ["b", "2"], ["a", "10"], ["", "3"]]),
        (1, "ASCENDING", [["c", "1"], ["b", "2"], ["", "3"], ["a", "10"]]),
    ])
    func sortsByAColumnWithBlanksLast(_ column: Int, _ order: String, _ sorted: [[String]]) async throws {
        let found = try await rows(
            after: """
                [{"sortRange":{"range":{"startRowIndex":1},"sortSpecs":[{"dimensionIndex":\(column),"sortOrder":"\(order)"}]}}]
                """)
        #expect(Array(found.dropFirst()) == sorted)
    }

    @Test func cutsAndPastesOverWhatStandsThere() async throws {
        let found = try await rows(
            after: """
                [{"cutPaste":{"source":{"startRowIndex":1,"endRowIndex":3,"startColumnIndex":0,"endColumnIndex":2},
                "destination":{"rowIndex":2,"columnIndex":0},"pasteType":"PASTE_NORMAL"}}]
                """)
        #expect(found == [["h", "k"], [], ["b", "2"], ["a", "10"], ["", "3"]])
    }

    @Test func addsRenamesAndDeletesTabs() async throws {
        try await TestClient.run { client async throws in
            let answer = try await client.batchUpdate(
                """
                [{"addSheet":{"properties":{"title":"状況","sheetId":7,"gridProperties":{"rowCount":5,"columnCount":2}}}},
                {"updateSheetProperties":{"properties":{"sheetId":7,"title":"status"},"fields":"title"}},
                {"deleteSheet":{}}]
                """)
            let reply = json(
                """
                [{"addSheet":{"properties":{"sheetId":7,"title":"状況","index":1,"sheetType":"GRID",
                "gridProperties":{"rowCount":5,"columnCount":2}}}},{},{}]
                """)
            #expect(answer.json["replies"] == reply)
            #expect(try await client.values("status").json["range"] == .string("status!A1:B5"))
            #expect(try await client.values("Sheet1!A1").status == 400)
        }
    }

    @Test(arguments: [
        #"{"deleteSheet":{"sheetId":99}}"#, #"{"addSheet":{"properties":{"title":"Sheet1"}}}"#,
        #"{"noSuchRequest":{}}"#,
        #"{"deleteDimension":{"range":{"dimension":"ROWS"}}}"#, #"{"deleteSheet":{}}"#, "{}",
        #"{"cutPaste":{"source":{"endRowIndex":2},"destination":{"rowIndex":999}}}"#,
        #"{"updateSheetProperties":{"properties":{"title":"x"}}}"#,
    ])
    func oneInvalidRequestAppliesNone(_ invalid: String) async throws {
        try await TestClient.run(tabs: [("Sheet1", Self.rows)]) { client async throws in
            let before = try await client.get("/drive/v3/files/s1?fields=version").json
            let answer = try await client.batchUpdate(
                #"[{"deleteDimension":{"range":{"dimension":"ROWS","startIndex":0,"endIndex":1}}},\#(invalid)]"#)
            #expect(answer.status == 400)
            #expect(answer.message?.contains("requests[1]") == true, "\(answer.text)")
            #expect(try client.emulator.rows("s1", tab: "Sheet1") == Self.rows)
            #expect(try await client.get("/drive/v3/files/s1?fields=version").json == before)
        }
    }

    /// Rows keep together through any edit: what is in a grid is what a plain list of rows would hold.
    @Test func gridsBehaveLikeListsOfRows() {
        var random = SampleRandom(seed: 11)
        var grid = Grid(rowCount: 3_000, columnCount: 3)
        var list: [String] = []
        for number in 0..<2_500 {
            grid.setCells([.text("r\(number)")], ofRow: number)
            list.append("r\(number)")
        }
        for _ in 0..<60 {
            let start = random.below(list.count - 700)
            let range = start..<start + 1 + random.below(600)
            switch random.below(3) {
            case 0:
                grid.deleteRows(range)
                list.removeSubrange(range)
            case 1:
                grid.insertRows(at: start, count: range.count)
                list.insert(contentsOf: Array(repeating: "", count: range.count), at: start)
            default:
                let destination = random.below(list.count)
                grid.moveRows(range, to: destination)
                guard !range.contains(destination), destination != range.upperBound else { continue }
                let moved = Array(list[range])
                list.removeSubrange(range)
                list.insert(
                    contentsOf: moved, at: destination < range.lowerBound ? destination : destination - range.count)
            }
            while list.last?.isEmpty == true { list.removeLast() }
            guard list.count > 1_000 else { break }
        }
        let found = grid.encodedRows(0..<grid.storedRows).map { RowCodec.decode($0).first?.displayText ?? "" }
        #expect(found == list)
    }
}

import Foundation
import Testing

@testable import SheetSource
@testable import SheetsEmulator

/// A named range as the contract.
@Suite struct NamedRanges {
    private static let ranges = """
        [{"namedRangeId":"1","name":"labels","range":{"sheetId":7,"startRowIndex":2,"endRowIndex":6,\
        "startColumnIndex":1,"endColumnIndex":4}},{"namedRangeId":"2","name":"全部","range":{"startColumnIndex":1}},\
        {"namedRangeId":"3","name":"gone","range":{"startRowIndex":90}}]
        """

    private func server(_ values: String) throws -> CannedGoogle {
        try CannedGoogle { target in
            if target.contains("batchGet") { return #"{"spreadsheetId":"s9","valueRanges":[\#(values)]}"# }
            return target.hasPrefix("/drive")
                ? CannedGoogle.version("5") : CannedGoogle.facts(rows: 9, columns: 5, namedRanges: Self.ranges)
        }
    }

    @Test func areReadByTheirCellsWithTheSheetsOwnRowsAndColumns() async throws {
        let server = try server(
            #"{"range":"'it''s 2!'!B3:D6","values":[["id","名","x"],["1"],[],["","b"]]}"#)
        let rows = NumberedRows()
        let reading = try await server.source().read(
            SheetReference(spreadsheet: "s9", namedRange: "labels", headerRow: 9), into: rows)
        #expect(await rows.rows.map(\.number) == [3, 4, 5, 6])
        #expect(await rows.rows.map(\.cells) == [["", "id", "名", "x"], ["", "1"], [], ["", "", "b"]])
        #expect(reading.identity.sheetID == 7)
        #expect(reading.identity.title == "it's 2!")
        #expect(reading.rowsRead == 4)
        #expect(reading.oneAnswer)
        #expect(server.calls.contains { $0.contains("ranges='it''s 2!'!B3:D6&") })
        #expect(server.calls.contains { $0.contains("namedRanges(name,range)") })
    }

    @Test func reachToTheGridsEdgeWhereTheyAreOpen() async throws {
        let server = try server(#"{"range":"t!B1:E9","values":[["id"]]}"#)
        let rows = NumberedRows()
        _ = try await server.source().read(SheetReference(spreadsheet: "s9", sheetID: 0, namedRange: "全部"), into: rows)
        #expect(await rows.rows.map(\.cells) == [["", "id"]])
    }

    @Test func areReadInWindowsToo() async throws {
        let server = try CannedGoogle { target in
            if target.contains("B3:D4&") { return Self.answer("B3:D4", #"[["id"],["1"]]"#) }
            if target.contains("B4:D5&") { return Self.answer("B4:D5", #"[["1"]]"#) }
            if target.contains("B5:D6&") { return Self.answer("B5:D6", #"[[],["3"]]"#) }
            return target.hasPrefix("/drive")
                ? CannedGoogle.version("5") : CannedGoogle.facts(rows: 9, columns: 5, namedRanges: Self.ranges)
        }
        let rows = NumberedRows()
        let reading = try await server.source { $0.maximumCellsPerAnswer = 6 }.read(
            SheetReference(spreadsheet: "s9", namedRange: "labels"), into: rows)
        #expect(await rows.rows.map(\.number) == [3, 4, 5, 6])
        #expect(await rows.rows.map(\.cells) == [["", "id"], ["", "1"], [], ["", "3"]])
        #expect(!reading.oneAnswer)
    }

    private static func answer(_ cells: String, _ values: String) -> String {
        #"{"spreadsheetId":"s9","valueRanges":[{"range":"'it''s 2!'!\#(cells)","values":\#(values)}]}"#
    }

    @Test(arguments: [
        ("none", nil, SheetError.Code.unknownRange, "'labels', '全部', 'gone'"), ("gone", nil, .unknownRange, "no cells"),
        ("labels", 0, .tabMadeAnew, "'it's 2!', 7"),
    ]) func areRefusedWhereTheyAreNotWhatTheyWere(
        name: String, sheetID: Int?, code: SheetError.Code, says: String
    ) async throws {
        let server = try server("{}")
        let error = try await sheetFailure {
            _ = try await server.source().read(
                SheetReference(spreadsheet: "s9", sheetID: sheetID, namedRange: name), into: Collector())
        }
        #expect(error.code == code)
        #expect(error.detail.contains(says), "\(error)")
        #expect(!server.calls.contains { $0.contains("batchGet") })
    }

    @Test(arguments: ["'it''s 2!'!B3:D5", "'it''s 2!'!B3:C6", "'it''s 2!'!B3:D7", "'it''s 2!'!A3:D6", "t!B3:D6"])
    func takeNoOtherCellsThanTheirs(_ range: String) async throws {
        let server = try server(#"{"range":"\#(range)","values":[["id"]]}"#)
        let error = try await sheetFailure {
            _ = try await server.source().read(
                SheetReference(spreadsheet: "s9", namedRange: "labels"), into: Collector())
        }
        #expect(error.code == .changedWhileReading || error.code == .malformedAnswer)
    }

    // MARK: In a spreadsheet that people edit

    private static func define(_ world: GoogleWorld, _ name: String, _ range: [(String, Int)], sheetId: Int) throws {
        let members = [("sheetId", sheetId)] + range
        try world.emulator.state.withLock { state in
            var spreadsheet = try #require(state.spreadsheets["s2"])
            let bounds = JSONValue.object(members.map { JSONMember(name: $0.0, value: .integer($0.1)) })
            _ = try spreadsheet.addNamedRange(
                .object(["namedRange": .object(["name": .string(name), "range": bounds])]))
            spreadsheet.touch(at: Date(), by: nil)
            state.spreadsheets["s2"] = spreadsheet
        }
    }

    @Test func areFollowedWhereverTheyMove() async throws {
        try await GoogleWorld.with { world in
            let tab = "It's 表!"
            world.add(
                "s2",
                tabs: [("other", [["x"]]), (tab, [["note"], ["", "id", "名"], ["", "1", "a"], ["", "2", "b"]])])
            let source = world.source()
            let first = try await source.read(SheetReference(spreadsheet: "s2", tab: tab), into: Collector())
            try Self.define(
                world, "Labels",
                [("startRowIndex", 1), ("endRowIndex", 4), ("startColumnIndex", 1), ("endColumnIndex", 3)],
                sheetId: first.identity.sheetID)
            let reference = SheetReference(
                spreadsheet: "s2", sheetID: first.identity.sheetID, namedRange: "labels", headerRow: 1)
            let rows = NumberedRows()
            _ = try await source.read(reference, into: rows)
            #expect(await rows.rows.map(\.number) == [2, 3, 4])
            #expect(await rows.rows.map(\.cells) == [["", "id", "名"], ["", "1", "a"], ["", "2", "b"]])

            try world.emulator.insertRows("s2", tab: tab, at: 1, [["one"], ["two"]])
            try world.emulator.renameTab("s2", tab, to: "改名")
            // In the middle of the next read, it moves once more.
            world.hooks.onNext("spreadsheets.values.batchGet") {
                try? world.emulator.insertRows("s2", tab: "改名", at: 5, [["", "1.5", "c"]])
            }
            let reading = try await source.read(reference, into: rows)
            #expect(await rows.rows.map(\.number) == [4, 5, 6, 7])
            #expect(await rows.rows.map { $0.cells[1] } == ["id", "1.5", "1", "2"])
            #expect(reading.identity.title == "改名")
        }
    }

    @Test func areNoTabsOfTheSameName() async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: [("labels", [["tab"], ["a"]]), ("other", [["range"]])])
            let other = try await world.source().read(
                SheetReference(spreadsheet: "s2", tab: "other"), into: Collector()
            ).identity.sheetID
            try Self.define(world, "labels", [], sheetId: other)
            let collectors = [Collector(), Collector()]
            let results = await world.source().read(together: [
                SheetRequest(SheetReference(spreadsheet: "s2", tab: "labels"), into: collectors[0]),
                SheetRequest(SheetReference(spreadsheet: "s2", namedRange: "labels"), into: collectors[1]),
            ])
            for result in results { _ = try result.get() }
            #expect(collectors.map(\.rows) == [[["tab"], ["a"]], [["range"]]])
        }
    }
}

/// Tabs that are not like others.
@Suite struct UnusualTabs {
    @Test func areReadWhileHiddenAndRefusedWithoutCells() async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: [("shown", [["1"]]), ("hidden", [["2"]]), ("chart", [])])
            try world.emulator.state.withLock { state in
                var spreadsheet = try #require(state.spreadsheets["s2"])
                spreadsheet.tabs[1].hidden = true
                spreadsheet.tabs[2].kind = .object
                state.spreadsheets["s2"] = spreadsheet
            }
            let collector = Collector()
            let results = await world.source().read(together: [
                SheetRequest(SheetReference(spreadsheet: "s2", tab: "hidden"), into: collector),
                SheetRequest(SheetReference(spreadsheet: "s2", tab: "chart"), into: Collector()),
            ])
            _ = try results[0].get()
            #expect(collector.rows == [["2"]])
            let error = #expect(throws: SheetError.self) { try results[1].get() }
            #expect(error?.code == .tabNotGrid)
        }
    }
}

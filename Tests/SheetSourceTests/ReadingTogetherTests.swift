import SheetSource
import SheetsEmulator
import Tabular
import Testing

/// What a read costs, and that one tab's trouble is that tab's alone.
@Suite struct ReadingTogether {
    private static let batchGet = "spreadsheets.values.batchGet"
    private static let threeCalls = ["spreadsheets.get": 1, batchGet: 1, "drive.files.get": 1]

    /// Tabs `t1`, `t2` …, each with a header and its own number in a row.
    private func tabs(_ world: GoogleWorld, _ count: Int, _ id: String = "s2") -> [SheetReference] {
        world.add(id, tabs: (1...count).map { (title: "担当 \($0)", rows: [["id"], ["\($0)"]]) })
        return (1...count).map { SheetReference(spreadsheet: id, tab: "担当 \($0)") }
    }

    private func version(_ source: GoogleSheetsSource, _ id: String) async throws -> String {
        try #require(await source.read(SheetReference(spreadsheet: id), into: Collector()).fileVersionAfter)
    }

    @Test(arguments: [1, 2, 25]) func costsThreeCallsWhateverTheNumberOfTabs(_ count: Int) async throws {
        try await GoogleWorld.with { world in
            let sheets = tabs(world, count)
            let source = world.source()
            let known = try await version(source, "s2")
            world.emulator.resetCounters()
            let collectors = sheets.map { _ in Collector() }
            let results = await source.read(
                together: zip(sheets, collectors).map { SheetRequest($0, knownVersion: known, into: $1) })
            for (index, result) in results.enumerated() {
                let reading = try result.get()
                #expect(reading.fileVersionBefore == known)
                #expect(reading.fileVersionAfter == known)
                #expect(reading.oneAnswer)
                #expect(reading.identity.title == "担当 \(index + 1)")
                #expect(reading.bytes > 0)
                #expect(collectors[index].rows == [["id"], ["\(index + 1)"]])
            }
            #expect(world.emulator.counters == Self.threeCalls)
        }
    }

    @Test func costsThreeMoreCallsWhenTheKnownVersionIsOld() async throws {
        try await GoogleWorld.with { world in
            let source = world.source()
            let known = try await version(source, "s1")
            try world.emulator.type("s1", "\(GoogleWorld.tab)!B2", [["塩ラーメン"]])
            world.emulator.resetCounters()
            let collector = Collector()
            let reading = try await source.read(SheetRequest(GoogleWorld.sheet, knownVersion: known, into: collector))
            #expect(reading.fileVersionAfter != known)
            #expect(collector.rows[1][1] == "塩ラーメン")
            #expect(world.emulator.counters == Self.threeCalls.mapValues { $0 * 2 })
        }
    }

    @Test func takesTheNewestOfTheVersionsThatAreKnown() async throws {
        try await GoogleWorld.with { world in
            let sheets = tabs(world, 3)
            let source = world.source()
            for number in 0..<12 { try world.emulator.type("s2", "'担当 1'!B1", [["\(number)"]]) }
            let known = try await version(source, "s2")
            let old = try String(#require(Int(known)) - 8)
            #expect(old < known || old.utf8.count < known.utf8.count)
            world.emulator.resetCounters()
            let results = await source.read(together: [
                SheetRequest(sheets[0], knownVersion: old, into: Collector()),
                SheetRequest(sheets[1], knownVersion: known, into: Collector()),
                SheetRequest(sheets[2], into: Collector()),
            ])
            for result in results {
                let reading = try result.get()
                #expect(reading.fileVersionBefore == known)
            }
            #expect(world.emulator.counters == Self.threeCalls)
        }
    }

    @Test func keepsOneTabsTroubleFromItsNeighbours() async throws {
        struct Refused: Error {}
        try await GoogleWorld.with { world in
            let sheets = tabs(world, 3)
            let refusing = Collector { _ in throw Refused() }
            let good = [Collector(), Collector()]
            let results = await world.source().read(together: [
                SheetRequest(sheets[0], into: good[0]),
                SheetRequest(SheetReference(spreadsheet: "s2", tab: "none"), into: Collector()),
                SheetRequest(sheets[1], into: refusing),
                SheetRequest(SheetReference(spreadsheet: "s2", tab: "担当 2", sheetID: 77), into: Collector()),
                SheetRequest(sheets[2], into: good[1]),
            ])
            let codes = results.map { result -> SheetError.Code? in
                if case .failure(let error) = result { error.code } else { nil }
            }
            #expect(codes == [nil, .unknownTab, .consumerStopped, .tabMadeAnew, nil])
            #expect(good.map(\.rows) == [[["id"], ["1"]], [["id"], ["3"]]])
            #expect(world.emulator.counters[Self.batchGet] == 1)
        }
    }

    @Test func asksForNoVersionWhenNobodyTookTheRows() async throws {
        struct Refused: Error {}
        try await GoogleWorld.with { world in
            let sheets = tabs(world, 2)
            _ = await world.source().read(
                together: sheets.map { SheetRequest($0, knownVersion: "1", into: Collector { _ in throw Refused() }) })
            #expect(world.emulator.counters["drive.files.get"] == nil)
        }
    }

    @Test func readsAgainAllTabsThatAnEditMadeUnsure() async throws {
        try await GoogleWorld.with { world in
            let sheets = tabs(world, 3)
            world.hooks.onNext(Self.batchGet) { try? world.emulator.type("s2", "'担当 3'!A2", [["33"]]) }
            let collectors = sheets.map { _ in Collector() }
            let results = await world.source().read(
                together: zip(sheets, collectors).map { SheetRequest($0, into: $1) })
            for result in results { _ = try result.get() }
            #expect(collectors.map(\.begun.count) == [2, 2, 2])
            #expect(collectors[2].rows == [["id"], ["33"]])
        }
    }

    @Test func takesMoreAnswersWhereOneWouldBeTooLarge() async throws {
        try await GoogleWorld.with { world in
            let sheets = tabs(world, 5)
            let collectors = sheets.map { _ in Collector() }
            // Each tab has 1,000 rows of 26 columns.
            let results = await world.source(world.windowed(60_000)).read(
                together: zip(sheets, collectors).map { SheetRequest($0, into: $1) })
            for result in results {
                let reading = try result.get()
                #expect(reading.oneAnswer)
            }
            #expect(collectors.map { $0.rows.last } == (1...5).map { ["\($0)"] })
            #expect(world.emulator.counters[Self.batchGet] == 3)
        }
    }

    @Test func partsAnAnswerThatCannotBeHadInOne() async throws {
        try await GoogleWorld.with { world in
            let sheets = tabs(world, 4)
            // Whatever asks for the third tab fails, for its neighbours too as long as they are in one answer with it.
            world.emulator.inject(
                EmulatorFault(.status(503), times: 1_000, method: Self.batchGet, path: "%E6%8B%85%E5%BD%93%203"))
            let results = await world.source().read(together: sheets.map { SheetRequest($0, into: Collector()) })
            let codes = results.map { result -> SheetError.Code? in
                if case .failure(let error) = result { error.code } else { nil }
            }
            #expect(codes == [nil, nil, .unavailable, nil])
        }
    }

    @Test func readsSpreadsheetsOneByOneThatAreNotTheSame() async throws {
        try await GoogleWorld.with { world in
            let sheets = tabs(world, 1, "s2") + tabs(world, 1, "s3") + [SheetReference(spreadsheet: "none")]
            let results = await world.source().read(together: sheets.map { SheetRequest($0, into: Collector()) })
            let read = try results[..<2].map { try $0.get().identity.spreadsheet }
            #expect(read == ["s2", "s3"])
            #expect(throws: SheetError.self) { try results[2].get() }
        }
    }
}

/// What a person sees in a cell.
@Suite struct SeenTexts {
    @Test func areThoseOfTheTabUnderItsTitleOfNow() async throws {
        try await GoogleWorld.with { world in
            let source = world.source()
            let identity = try await source.read(GoogleWorld.sheet, into: Collector()).identity
            try world.emulator.renameTab("s1", GoogleWorld.tab, to: "It's! 新しい")
            // A copy under the old title is another tab.
            try world.emulator.addTab(
                "s1", title: GoogleWorld.tab, rows: [["x", "x", "x", "x"], ["x", "x", "x", "x"]])
            world.emulator.resetCounters()
            let texts = try await source.seenTexts(
                of: [
                    SheetCell(row: 2, column: 3), SheetCell(row: 3, column: 3), SheetCell(row: 2, column: 0),
                    SheetCell(row: 2, column: 2), SheetCell(row: 2_000_000, column: 0), SheetCell(row: 2, column: 3),
                ], in: identity)
            #expect(texts == ["2024-02-29", nil, "1001", "TRUE", nil, "2024-02-29"])
            #expect(world.emulator.counters == ["spreadsheets.get": 1, "spreadsheets.values.batchGet": 1])
        }
    }

    @Test func areLookedUpForSoManyCellsAndNoMore() async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: [("t", (0..<200).map { ["\($0)"] })])
            let source = world.source()
            let identity = try await source.read(SheetReference(spreadsheet: "s2"), into: Collector()).identity
            let texts = try await source.seenTexts(of: (1...200).map { SheetCell(row: $0, column: 0) }, in: identity)
            #expect(texts.count == 200)
            #expect(texts.compactMap { $0 } == (0..<GoogleSheetsSource.maximumSeenTexts).map(String.init))
            let none = try await source.seenTexts(of: [], in: identity)
            #expect(none.isEmpty)
        }
    }
}

import SheetsEmulator
import Tabular
import Testing

@testable import SheetSource

/// A tab that is too large for one answer is read in windows of rows, and comes out as from one.
@Suite struct RowWindows {
    private static let batchGet = "spreadsheets.values.batchGet"
    private static let sheet = SheetReference(spreadsheet: "s2", tab: "it's 大")

    /// A tab of 26 columns whose rows are blank here and there, also at a window's end.
    private func rows(_ count: Int, blank: (Int) -> Bool = { $0 % 7 == 3 || (40...65).contains($0) }) -> [[String]] {
        (1...count).map { blank($0) ? [] : ["\($0)", "料理 \($0)", $0 % 2 == 0 ? "TRUE" : ""] }
    }

    /// What `read` hands over, without blank cells at the ends of rows, which the source leaves out.
    private func expected(_ rows: [[String]]) -> [[String]] {
        var rows = rows.map { row in Array(row.prefix((row.lastIndex { !$0.isEmpty } ?? -1) + 1)) }
        while rows.last?.isEmpty == true { rows.removeLast() }
        return rows
    }

    @Test(arguments: [2, 3, 10, 40, 66, 99, 149])
    func bringTheSameRowsAsOneAnswer(_ windowRows: Int) async throws {
        try await GoogleWorld.with { world in
            let rows = rows(120)
            world.add("s2", tabs: [("other", [["x"]]), ("it's 大", rows)])
            try world.emulator.deleteRows("s2", tab: "it's 大", 151...1_000)
            let collector = Collector()
            let reading = try await world.source(world.windowed(windowRows * 26)).read(Self.sheet, into: collector)
            #expect(collector.rows == expected(rows))
            #expect(collector.begun.count == 1)
            #expect(reading.rowsRead == expected(rows).count)
            #expect(!reading.oneAnswer)
            #expect(reading.fileVersionBefore == reading.fileVersionAfter)
            // The grid has 150 rows, of which no more than 120 are filled. Each window but the first brings one row fewer than it
            // has, and a blank one after a blank row is asked for twice.
            let starts = Array(stride(from: 1, to: 150, by: windowRows - 1))
            let filled = Set(rows.indices.filter { !rows[$0].isEmpty }.map { $0 + 1 })
            let doubted = starts.dropFirst().filter { start in
                filled.isDisjoint(with: start...min(start + windowRows - 1, 150))
            }
            #expect(world.emulator.counters[Self.batchGet] == starts.count + doubted.count)
            #expect(world.emulator.counters["spreadsheets.get"] == 2)
            #expect(world.emulator.counters["drive.files.get"] == 2)
        }
    }

    @Test func giveRowsTheirNumbersFromTheHeaderRowOn() async throws {
        try await GoogleWorld.with { world in
            let rows = rows(120) { (1...4).contains($0) || (20...95).contains($0) }
            world.add("s2", tabs: [("it's 大", rows)])
            var configuration = world.windowed(10 * 26)
            configuration.batchBytes = 1
            let numbers = NumberedRows()
            let reading = try await world.source(configuration).read(
                SheetReference(spreadsheet: "s2", headerRow: 5), into: numbers)
            #expect(await numbers.rows.map(\.number) == Array(5...120))
            #expect(
                await numbers.rows.allSatisfy {
                    $0.cells.first.map { [number = $0.number] in $0 == "\(number)" } ?? true
                })
            #expect(reading.rowsRead == 116)
        }
    }

    @Test(arguments: ["type", "insert", "delete", "sort", "append", "rename", "addTab"], [1, 2, 5])
    func areReadAgainWhenSomebodyEditsBetweenTwo(_ edit: String, before window: Int) async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: [("it's 大", rows(60))])
            let count = CallCount()
            world.hooks.onCall { method in
                guard method == Self.batchGet, count.next() == window else { return }
                switch edit {
                case "type": try? world.emulator.type("s2", "A2", [["edited"]])
                case "insert": try? world.emulator.insertRows("s2", tab: "it's 大", at: 2, [["new"]])
                case "delete": try? world.emulator.deleteRows("s2", tab: "it's 大", 2...30)
                case "sort": try? world.emulator.sort("s2", tab: "it's 大", byColumn: 0, descending: true)
                case "append": try? world.emulator.append("s2", tab: "it's 大", [["last"]])
                case "rename": try? world.emulator.renameTab("s2", "it's 大", to: "new")
                default: try? world.emulator.addTab("s2", title: "another")
                }
            }
            let collector = Collector()
            let reading = try await world.source(world.windowed(10 * 26)).read(
                SheetReference(spreadsheet: "s2"), into: collector)
            let now = try world.emulator.rows("s2", tab: reading.identity.title)
            #expect(collector.rows.map(\.first) == expected(now).map(\.first))
            #expect(collector.begun.count == 2)
        }
    }

    @Test func giveUpOnASheetThatIsEditedAllTheTime() async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: [("it's 大", rows(60))])
            let count = CallCount()
            world.hooks.onCall { method in
                guard method == Self.batchGet else { return }
                try? world.emulator.type("s2", "A2", [["edit \(count.next())"]])
            }
            let error = try await sheetFailure {
                _ = try await world.source(world.windowed(100 * 26)).read(Self.sheet, into: Collector())
            }
            #expect(error.code == .changedWhileReading)
            #expect(error.hint.contains("next run"))
        }
    }

    /// Values that vanish on the way look like blank rows.
    @Test(arguments: ["B3:C5", "B5:C7", "B7:C9"]) func areNotTakenForBlankWhenTheirValuesVanishOnce(
        _ cells: String
    ) async throws {
        // Rows 5, 7 and 8 are blank.
        let values = [
            "B1:C3": #"[["id"],["1"],["2"]]"#, "B3:C5": #"[["2"],["3"]]"#, "B5:C7": #"[[],["4"]]"#,
            "B7:C9": #"[[],[],["5"]]"#,
        ]
        let hits = CallCount()
        let server = try CannedGoogle { target in
            if let (name, rows) = values.first(where: { target.contains("!\($0.key)&") }) {
                let isLost = name == cells && hits.next() == 1
                let member = isLost ? "" : #","values":\#(rows)"#
                return #"{"spreadsheetId":"s9","valueRanges":[{"range":"t!\#(name)"\#(member)}]}"#
            }
            return target.hasPrefix("/drive")
                ? CannedGoogle.version("5")
                : CannedGoogle.facts(
                    rows: 9, columns: 3, namedRanges: #"[{"name":"r","range":{"startColumnIndex":1}}]"#)
        }
        let rows = NumberedRows()
        _ = try await server.source { $0.maximumCellsPerAnswer = 6 }.read(
            SheetReference(spreadsheet: "s9", namedRange: "r"), into: rows)
        #expect(await rows.rows.map { $0.cells.last ?? "" } == ["id", "1", "2", "3", "", "4", "", "", "5"])
    }

    /// Rows that moved though the version did not, as recalculation may move them.
    @Test(arguments: [1, 100]) func areReadAgainWhenTheirJointsDiffer(_ times: Int) async throws {
        let hits = CallCount()
        let server = try CannedGoogle { target in
            if target.contains("ranges='t'!1:3&") { return Self.window("A1:B3", #"[["id"],["1"],["2"]]"#) }
            if target.contains("ranges='t'!3:5&") {
                // A blank row in the place of a filled one, a filled one in that of a blank one, another cell.
                let joints = ["[]", #"["2","x"]"#, "[2]"]
                let hit = hits.next()
                return Self.window("A3:B5", #"[\#(hit > times ? #"["2"]"# : joints[hit % 3]),["3"]]"#)
            }
            if target.contains("ranges='t'!5:6&") { return Self.window("A5:B6", #"[[],["5"]]"#) }
            return target.hasPrefix("/drive") ? CannedGoogle.version("5") : CannedGoogle.facts(rows: 6, columns: 2)
        }
        let rows = NumberedRows()
        do throws(SheetError) {
            _ = try await server.source { $0.maximumCellsPerAnswer = 6 }.read(
                SheetReference(spreadsheet: "s9"), into: rows)
            #expect(times == 1)
            #expect(await rows.rows.map { $0.cells.first ?? "" } == ["id", "1", "2", "3", "", "5"])
        } catch {
            #expect(times > 1)
            #expect(error.code == .changedWhileReading)
            #expect(hits.next() == 4)
        }
    }

    @Test func areReadAgainWhenTheGridIsAnotherOneAfterTheLast() async throws {
        let looks = CallCount()
        let server = try CannedGoogle { target in
            if target.contains("ranges='t'!1:3&") { return Self.window("A1:B3", #"[["id"],["1"],["2"]]"#) }
            if target.contains("ranges='t'!3:4&") { return Self.window("A3:B4", #"[["2"],["3"]]"#) }
            if target.contains("ranges='t'!3:5&") { return Self.window("A3:B5", #"[["2"],["3"],["4"]]"#) }
            if target.hasPrefix("/drive") { return CannedGoogle.version("5") }
            return CannedGoogle.facts(rows: looks.next() == 1 ? 4 : 5, columns: 2)
        }
        let rows = NumberedRows()
        let reading = try await server.source { $0.maximumCellsPerAnswer = 6 }.read(
            SheetReference(spreadsheet: "s9"), into: rows)
        #expect(await rows.rows.count == 5)
        #expect(reading.identity.rowCount == 5)
    }

    private static func window(_ cells: String, _ values: String) -> String {
        #"{"spreadsheetId":"s9","valueRanges":[{"range":"t!\#(cells)","values":\#(values)}]}"#
    }

    @Test(arguments: [EmulatorFault.Kind.cutBody(after: 150), .truncatedJSON, .reset, .status(503)])
    func goOnFromTheLastRowThatCameWhenAnAnswerBreaksOff(_ kind: EmulatorFault.Kind) async throws {
        try await GoogleWorld.with { world in
            let rows = rows(60)
            world.add("s2", tabs: [("it's 大", rows)])
            world.emulator.inject(EmulatorFault(kind, times: 2, after: 1, method: Self.batchGet))
            var configuration = world.windowed(30 * 26)
            configuration.batchBytes = 1
            let collector = Collector()
            _ = try await world.source(configuration).read(Self.sheet, into: collector)
            #expect(collector.rows == expected(rows))
            // What came stays: nothing is begun anew.
            #expect(collector.begun.count == 1)
        }
    }

    @Test func getSmallerWhenNoneComesWhole() async throws {
        try await GoogleWorld.with { world in
            let rows = rows(120)
            world.add("s2", tabs: [("it's 大", rows)])
            // Whatever asks for the whole tab or for a hundred rows and more is too much for this server.
            for path in ["%27&", "1%3A500&", "1%3A250&", "250%3A499&"] {
                world.emulator.inject(EmulatorFault(.status(503), times: 1_000, method: Self.batchGet, path: path))
            }
            let collector = Collector()
            let reading = try await world.source(world.windowed(1_000_000, down: 100 * 26)).read(
                Self.sheet, into: collector)
            #expect(collector.rows == expected(rows))
            #expect(!reading.oneAnswer)
        }
    }

    @Test func areNotMadeSmallerForEver() async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: [("it's 大", rows(120))])
            world.emulator.inject(EmulatorFault(.status(503), times: 1_000, method: Self.batchGet))
            let error = try await sheetFailure {
                _ = try await world.source(world.windowed(1_000_000, down: 250 * 26)).read(
                    Self.sheet, into: Collector())
            }
            #expect(error.code == .unavailable)
            // Four attempts at all of it, three at 500 rows, three at 250.
            #expect(world.emulator.counters[Self.batchGet] == 10)
        }
    }

    @Test func readALargeAndSmallTabsTogether() async throws {
        try await GoogleWorld.with { world in
            let large = rows(120)
            world.add("s2", tabs: [("a", [["1"]]), ("it's 大", large), ("b", [["2"]])])
            // The tab under `grid` is larger than the others.
            try world.emulator.type("s2", "'it''s 大'!A1500", [["end"]])
            let collectors = [Collector(), Collector(), Collector()]
            let sheets = ["a", "it's 大", "b"].map { SheetReference(spreadsheet: "s2", tab: $0) }
            let results = await world.source(world.windowed(1_000 * 26)).read(
                together: zip(sheets, collectors).map { SheetRequest($0, into: $1) })
            let oneAnswer = try results.map { try $0.get().oneAnswer }
            #expect(oneAnswer == [true, false, true])
            #expect(collectors[0].rows == [["1"]])
            #expect(collectors[1].rows.count == 1_500)
            #expect(collectors[1].rows.last == ["end"])
            #expect(collectors[2].rows == [["2"]])
        }
    }
}

/// Takes rows in with their numbers.
actor NumberedRows: RowConsumer {
    private(set) var rows: [(number: Int, cells: [String])] = []

    func begin(_ identity: SheetIdentity) { rows = [] }

    func receive(_ batch: RowBatch) {
        for row in 0..<batch.rowCount { rows.append((batch.firstRowNumber + row, batch.texts(ofRow: row))) }
    }
}

import SheetsEmulator
import Testing

@testable import Sync

/// People work in the sheets while values are put back.
@Suite struct RestoreRaceTests {
    /// Version 1 with nine rows; then rows 1 and 3 (C2 and C4) say something else.
    private static func changed(_ body: (GoogleBench) async throws -> Void) async throws {
        try await GoogleBench.with(["a": RestoreTests.rows]) { bench in
            try await bench.sync(["a"])
            try bench.emulator.type("a", "'料理'!C2:C4", [["副菜"], ["副菜"], ["副菜"]])
            try await body(bench)
        }
    }

    private static let look = "spreadsheets.getByDataFilter"
    private static let write = "spreadsheets.batchUpdate"
    private static let before = Dictionary(
        uniqueKeysWithValues: RestoreTests.rows.map { ($0[0], $0[2]) })

    /// An edit right before a request.
    private static func edit(
        _ action: EmulatorEdit.Action, on method: String, after: Int = 0, times: Int = 1
    ) -> EmulatorFault {
        EmulatorFault(.edit(EmulatorEdit("a", action), .before), times: times, after: after, method: method)
    }

    @Test func whatSomebodyTypesMeanwhileStays() async throws {
        try await Self.changed { bench in
            bench.emulator.inject(Self.edit(.type(range: "'料理'!C2", rows: [["主食"]]), on: Self.look))
            let report = try await bench.restore(["a"], to: 1)
            #expect(report.outcome == .partial)
            #expect(report.cells.map(\.state) == [.skipped, .written])
            #expect(report.cells[0].reason?.contains("somebody typed something else") == true)
            #expect(try bench.shownKinds("a") == Self.before.merging(["1": "主食"]) { $1 })
        }
    }

    @Test func whatSomebodyPutsRightMeanwhileIsRight() async throws {
        try await Self.changed { bench in
            bench.emulator.inject(Self.edit(.type(range: "'料理'!C2", rows: [["主菜"]]), on: Self.look))
            let report = try await bench.restore(["a"], to: 1)
            #expect(report.outcome == .restored)
            #expect(try bench.shownKinds("a") == Self.before)
        }
    }

    private static let moves: [EmulatorEdit.Action] = [
        .sort(tab: GoogleBench.tab, column: 0, descending: true),
        .moveRows(tab: GoogleBench.tab, rows: 2...2, before: 9),
        .insertRows(tab: GoogleBench.tab, at: 1, rows: [["上", "に", "一行"]]),
        .insertRows(tab: GoogleBench.tab, at: 2, rows: [["", "", ""]]),
    ]

    /// Rows that moved before they were looked at are found anew.
    @Test(arguments: [0, 1, 3]) func rowsThatMovedAreFoundAnew(_ move: Int) async throws {
        try await Self.changed { bench in
            bench.emulator.inject(Self.edit(Self.moves[move], on: Self.look))
            let report = try await bench.restore(["a"], to: 1)
            #expect(report.outcome == .restored)
            #expect(report.counts.writtenCells == 2)
            let kinds = try bench.shownKinds("a").filter { !$0.key.isEmpty }
            #expect(kinds == Self.before)
        }
    }

    /// The instant between the look and the write: what was overwritten is put back, whoever wrote the answer or lost it.
    @Test(arguments: [0, 1], [false, true])
    func whatIsOverwrittenByARowThatMovesIsPutBack(_ move: Int, losesAnswer: Bool) async throws {
        try await Self.changed { bench in
            bench.emulator.inject(Self.edit(Self.moves[move], on: Self.write))
            if losesAnswer { bench.emulator.inject(EmulatorFault(.appliedButStatus(503), method: Self.write)) }
            let report = try await bench.restore(["a"], to: 1)
            #expect(report.outcome == .restored)
            #expect(report.counts.left.isEmpty)
            #expect(try bench.shownKinds("a") == Self.before)
        }
    }

    /// Nobody knows what stood in a row that has just come: its cell is named.
    @Test func aRowThatComesInThatInstantIsNamed() async throws {
        try await Self.changed { bench in
            let come = ["77", "新", "主菜"]
            bench.emulator.inject(Self.edit(.insertRows(tab: GoogleBench.tab, at: 2, rows: [come]), on: Self.write))
            let report = try await bench.restore(["a"], to: 1)
            #expect(report.outcome == .partial)
            #expect(report.counts.left == ["overwritten": 1])
            #expect(report.left.first?.key == "[77]")
            #expect(report.left.first?.cells == ["C2"])
            #expect(try bench.shownKinds("a").filter { $0.key != "77" } == Self.before)
        }
    }

    @Test func rowsThatMoveAgainAndAgainAreLeft() async throws {
        try await Self.changed { bench in
            for time in 0..<4 {
                bench.emulator.inject(
                    Self.edit(
                        .sort(tab: GoogleBench.tab, column: 0, descending: time % 2 == 0), on: Self.look, after: time))
            }
            let report = try await bench.restore(["a"], to: 1)
            #expect(report.outcome == .partial)
            #expect(report.cells.allSatisfy { $0.reason?.contains("moved each time") == true })
            bench.emulator.clearFaults()
            #expect(try await bench.restore(["a"], to: 1).outcome == .restored)
            #expect(try bench.shownKinds("a") == Self.before)
        }
    }

    @Test func aRowThatGoesIsLeft() async throws {
        try await Self.changed { bench in
            bench.emulator.inject(Self.edit(.deleteRows(tab: GoogleBench.tab, rows: 2...2), on: Self.look))
            let report = try await bench.restore(["a"], to: 1)
            #expect(report.cells.map(\.state) == [.skipped, .written])
            #expect(report.cells[0].reason == "its row is not in the sheet any more")
            #expect(try bench.shownKinds("a") == Self.before.filter { $0.key != "1" })
        }
    }

    /// A column that moves is not written into; its cells are found under its header.
    @Test func aColumnThatGetsAnotherHeaderIsNotWritten() async throws {
        try await Self.changed { bench in
            bench.emulator.inject(Self.edit(.type(range: "'料理'!C1", rows: [["別の列"]]), on: Self.look))
            let before = try bench.shown("a")
            let report = try await bench.restore(["a"], to: 1)
            #expect(report.outcome == .partial)
            #expect(try bench.shown("a") == before)
            #expect(bench.emulator.counters[Self.write] == nil)
        }
    }

    @Test func aTabThatIsRenamedMeanwhileIsStillTheTab() async throws {
        try await Self.changed { bench in
            bench.emulator.inject(Self.edit(.renameTab(tab: GoogleBench.tab, title: "it's 'new'!"), on: Self.write))
            let report = try await bench.restore(["a"], to: 1)
            #expect(report.outcome == .restored)
            let rows = try bench.emulator.rows("a", tab: "it's 'new'!").dropFirst()
            #expect(rows.map { $0[2] } == RestoreTests.rows.map { $0[2] })
        }
    }
}

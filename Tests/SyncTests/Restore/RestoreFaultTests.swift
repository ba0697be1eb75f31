import SheetsEmulator
import Testing

@testable import Sync

/// What goes wrong on the way is tried again, told, and never done twice wrongly.
@Suite struct RestoreFaultTests {
    private static let write = "spreadsheets.batchUpdate"
    private static let look = "spreadsheets.getByDataFilter"

    private static let faults: [EmulatorFault.Kind] = [
        .status(429), .status(500), .status(503), .status(403), .appliedButStatus(503), .appliedButStatus(500),
        .appliedButStatus(400), .reset,
        .cutBody(after: 20), .truncatedJSON, .htmlWith200, .delay(milliseconds: 20),
    ]

    /// Two spreadsheets of 150 rows, each of which says something else than version 1.
    private static func large(_ body: (GoogleBench) async throws -> Void) async throws {
        let rows = { (first: Int) in (first..<first + 150).map { RestoreTests.row($0, "主食") } }
        try await GoogleBench.with(["a": rows(1), "b": rows(1_001)]) { bench in
            try await bench.sync(["a", "b"])
            for id in ["a", "b"] {
                try bench.emulator.type(id, "'料理'!C2", (0..<150).map { _ in ["副菜"] })
            }
            try await body(bench)
        }
    }

    private static func isRestored(_ bench: GoogleBench) throws -> Bool {
        try ["a", "b"].allSatisfy { try bench.shown($0).allSatisfy { $0[2] == "主食" } }
    }

    @Test(arguments: faults) func afterAFaultTheValuesStandInTheSheets(_ fault: EmulatorFault.Kind) async throws {
        try await Self.large { bench in
            for method in [Self.write, Self.look] {
                bench.emulator.inject(EmulatorFault(fault, times: 1, after: 1, method: method))
            }
            let report = try await bench.restore(["a", "b"], to: 1)
            #expect(report.outcome == .restored)
            #expect(report.counts.writtenCells == 300)
            #expect(try Self.isRestored(bench))
        }
    }

    /// A row is put in once, whatever becomes of the answer.
    @Test(arguments: faults) func afterAFaultARowStandsThereOnce(_ fault: EmulatorFault.Kind) async throws {
        try await GoogleBench.with(["a": RestoreTests.rows]) { bench in
            try await bench.sync(["a"])
            try bench.emulator.deleteRows("a", tab: GoogleBench.tab, 3...6)
            bench.emulator.inject(EmulatorFault(fault, method: Self.write))
            let report = try await bench.restore(["a"], to: 1) { $0.appends = true }
            #expect(report.outcome == .restored)
            #expect(report.counts.appendedRows == 4)
            #expect(try bench.shown("a").map { $0[0] }.sorted() == (1...9).map { "\($0)" })
        }
    }

    @Test func whatCannotBeWrittenForNowIsLeftForTheNextTime() async throws {
        try await Self.large { bench in
            bench.emulator.inject(EmulatorFault(.status(503), times: 1_000, after: 1, method: Self.write))
            let report = try await bench.restore(["a", "b"], to: 1)
            #expect(report.outcome == .partial)
            #expect(report.counts.writtenCells == 100)
            #expect(report.sheets.map { $0.failure?.code } == ["unavailable", "unavailable"])
            bench.emulator.clearFaults()
            let again = try await bench.restore(["a", "b"], to: 1)
            #expect(again.outcome == .restored)
            #expect(again.counts.writtenCells == 200)
            #expect(try Self.isRestored(bench))
        }
    }

    /// A spreadsheet that may only be read names the account, and the others go on.
    @Test func aSheetThatMayOnlyBeReadIsToldAndTheOthersGoOn() async throws {
        try await Self.large { bench in
            try bench.emulator.shareForReading("a", with: bench.email)
            let report = try await bench.restore(["a", "b"], to: 1)
            #expect(report.outcome == .partial)
            #expect(report.sheets[0].failure?.code == "not-writable")
            #expect(report.sheets[0].failure?.hint == "share the spreadsheet with \(bench.email), as an editor")
            #expect(report.sheets[1].failure == nil)
            #expect(report.sheets.map(\.writtenCells) == [0, 150])
            #expect(bench.emulator.counters[Self.write] == 3)
            try bench.emulator.share("a", with: bench.email)
            #expect(try await bench.restore(["a", "b"], to: 1).outcome == .restored)
            #expect(try Self.isRestored(bench))
        }
    }

    @Test func accessThatIsLostOnTheWayIsTold() async throws {
        try await Self.large { bench in
            let lost = EmulatorEdit("a", .unshare(email: bench.email))
            bench.emulator.inject(EmulatorFault(.edit(lost, .after), method: Self.write))
            let report = try await bench.restore(["a", "b"], to: 1)
            #expect(report.sheets.map(\.writtenCells) == [100, 150])
            #expect(report.sheets[0].failure?.code == "not-writable")
            #expect(report.counts.skippedCells == 50)
        }
    }

    /// One cell that is protected keeps no other from being written.
    @Test func protectedCellsAreLeftAndNamed() async throws {
        try await Self.large { bench in
            try bench.emulator.protect("a", "'料理'!C7")
            let report = try await bench.restore(["a", "b"], to: 1)
            #expect(report.outcome == .partial)
            #expect(report.counts.writtenCells == 299)
            #expect(report.cells.filter { $0.state == .skipped }.map(\.cell) == ["C7"])
            #expect(report.cells.first { $0.state == .skipped }?.reason?.contains("protected") == true)
        }
    }

    @Test func formulasAreNotOverwritten() async throws {
        try await GoogleBench.with(["a": RestoreTests.rows]) { bench in
            try await bench.sync(["a"])
            try bench.emulator.type("a", "'料理'!C2:C3", [["=C4"], ["=NA()"]])
            try bench.emulator.type("a", "'料理'!C4", [["副菜"]])
            let report = try await bench.restore(["a"], to: 1)
            #expect(report.cells.map(\.state) == [.skipped, .skipped, .written])
            #expect(report.cells[0].reason == "a formula stands there")
        }
    }

    /// Text that a spreadsheet would run, and text that looks like something else, stays text.
    @Test func textStaysText() async throws {
        let schema = Workbench.schemaText.replacing(
            "constraints: { required: true, enum: [主食, 主菜, 副菜] }", with: "description: free")
        let texts = [
            "'=HYPERLINK(\"http://x.example\",\"y\")", "'+1", "'-1", "'@x", "'007", "'1/2", "'TRUE", "''quoted", "が",
            "か\u{3099}",
            "二行\nの文", "\"", "😀",
        ]
        try await GoogleBench.with(["a": texts.enumerated().map { RestoreTests.row($0 + 1, $1) }]) { bench in
            var settings = GoogleBench.Settings()
            settings.schema = schema
            try await bench.sync(["a"], settings)
            let before = try bench.shown("a")
            #expect(before.map { $0[2] } == texts.map { $0.hasPrefix("'") ? String($0.dropFirst()) : $0 })
            try bench.emulator.type("a", "'料理'!C2", texts.indices.map { ["=\($0)+1"] })
            try bench.emulator.type("a", "'料理'!C2", texts.indices.map { ["x\($0)"] })
            try await bench.sync(["a"], settings)
            let report = try await bench.restore(["a"], to: 1, settings)
            #expect(report.outcome == .restored)
            #expect(try bench.shown("a").map { Array($0[2].utf8) } == before.map { Array($0[2].utf8) })
            try await bench.sync(["a"], settings)
            #expect(try await bench.rootHash(3) == bench.rootHash(1))
        }
    }
}

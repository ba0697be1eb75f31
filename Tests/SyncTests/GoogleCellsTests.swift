import SheetSource
import SheetsEmulator
import TestSupport
import Testing

@testable import Sync

/// What people do to a spreadsheet beside typing, and what a run makes of it.
@Suite struct GoogleCellsTests {
    private static func row(_ id: Int, _ kind: String = "主食") -> [String] { ["\(id)", "n\(id)", kind] }

    /// A formula that fails is no value, and no reason to give up the label that was there.
    @Test func cellsThatShowAnErrorAreRejectedAndKeepTheirLabels() async throws {
        try await GoogleBench.with(["a": (1...4).map { Self.row($0) }]) { bench in
            try await bench.sync(["a"])
            try bench.emulator.type("a", "'料理'!C2:C4", [["=NA()"], ["=1/0"], ["=#REF!"]])
            let report = try await bench.sync(["a"])
            #expect(report.counts.rejected == 3)
            #expect(report.rejections.allSatisfy { $0.keepsLabel })
            #expect(report.rejections.flatMap(\.errors).map(\.code) == ["cell-error", "cell-error", "cell-error"])
            #expect(report.rejections.flatMap(\.errors).map(\.cell) == ["C2", "C3", "C4"])
            #expect(try await bench.kinds().count == 4)
        }
    }

    /// What people see in a rejected cell is for a message; a run does without it.
    @Test(arguments: ["spreadsheets.get", "spreadsheets.values.batchGet"])
    func aLookAtACellThatFailsFailsNoRun(_ method: String) async throws {
        try await GoogleBench.with(["a": [Self.row(1), Self.row(2, "2026-05-01")]]) { bench in
            // The first call of the method is that of the read.
            bench.emulator.inject(EmulatorFault(.status(503), times: 1_000, after: 1, method: method))
            let report = try await bench.sync(["a"])
            #expect(bench.emulator.counters[method, default: 0] > 1, "nothing was looked at")
            #expect(report.outcome == .published)
            #expect(!report.isPartial)
            #expect(report.counts.inserted == 1)
            #expect(report.counts.rejected == 1)
            // The number that the date is.
            #expect(report.rejections.flatMap(\.errors).map { $0.en.contains("46143") } == [true])
        }
    }

    /// Only the top left one of merged cells keeps its value: the others are blank, and their labels are withdrawn as any
    /// blank cell's are, behind two passes and the guards; a key that is gone by a merge makes its row unreadable.
    @Test func mergedKeysBlockDeletesAndMergedLabelsAreHeldByTheGuards() async throws {
        try await GoogleBench.with(["a": (1...20).map { Self.row($0) }, "b": [Self.row(100)]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.emulator.mergeCells("a", "'料理'!A2:A4")
            let keys = try await bench.sync(["a", "b"])
            #expect(keys.counts.deleted == 0)
            #expect(keys.counts.rejected == 2)
            #expect(keys.counts.waitingDeletes == 2)
            #expect(try await bench.kinds().count == 21)

            try bench.rewrite("a", (1...20).map { Self.row($0) })
            #expect(try await bench.sync(["a", "b"]).counts.waitingDeletes == 0)
            try bench.emulator.mergeCells("a", "'料理'!C2:C19")
            var settings = GoogleBench.Settings()
            settings.guards = Guards(maxDeleted: 0.05, floor: 10)
            let labels = try await bench.sync(["a", "b"], settings)
            #expect(labels.outcome == .held)
            #expect(try await bench.kinds().count == 21)
        }
    }

    @Test func hiddenTabsAreReadAndTabsWithoutCellsAreNoneOfTheirBusiness() async throws {
        try await GoogleBench.with(["a": [Self.row(1)]]) { bench in
            try bench.emulator.addObjectTab("a", title: "グラフ")
            try bench.emulator.setHidden("a", tab: "料理", true)
            #expect(try await bench.sync(["a"]).counts.inserted == 1)
            // A chart that takes over the title of the tab is not the tab.
            try bench.emulator.renameTab("a", "料理", to: "it's 'new'!")
            try bench.emulator.renameTab("a", "グラフ", to: "料理")
            try bench.emulator.type("a", "'it''s ''new''!'!C2", [["主菜"]])
            #expect(try await bench.sync(["a"]).counts.updated == 1)
        }
    }
}

import Foundation
import LabelStore
import Testing

@testable import Sync

@Suite struct DeletionTests {
    @Test func deletesARowThatIsGoneFromTheOneSheetInOnePass() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]])
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", [["1", "a", "主食"]])
            let report = try await bench.sync(["a.csv"])
            #expect(report.passes == 1)
            #expect(try await bench.kinds() == [1: "主食"])
        }
    }

    @Test func blankingALabelWithdrawsIt() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]])
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", ""]])
            let report = try await bench.sync(["a.csv"])
            #expect(report.counts.deleted == 1)
            #expect(report.counts.pending == 1)
            #expect(try await bench.kinds() == [1: "主食"])
        }
    }

    @Test func looksTwiceAtEverySheetBeforeItDeletes() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]])
            try bench.write("b.csv", [["3", "c", "副菜"]])
            try await bench.sync(["a.csv", "b.csv"])
            try bench.write("a.csv", [["1", "a", "主食"]])
            let report = try await bench.sync(["a.csv", "b.csv"])
            #expect(report.passes == 2)
            #expect(try await bench.kinds() == [1: "主食", 3: "副菜"])
        }
    }

    @Test func aRowThatIsCutAndPastedWhileTheSheetsAreReadIsNotDeleted() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]])
            try bench.write("b.csv", [["3", "c", "副菜"]])
            try await bench.sync(["a.csv", "b.csv"])
            // Cut in one sheet before the first pass, and pasted into the other only between the two.
            try bench.write("a.csv", [["1", "a", "主食"]])
            bench.beforeRead.value = { sheet, number in
                if sheet == "b.csv", number == 3 { try bench.write("b.csv", [["3", "c", "副菜"], ["2", "b", "主菜"]]) }
            }
            let report = try await bench.sync(["a.csv", "b.csv"])
            bench.beforeRead.value = nil
            #expect(report.counts.changes == 0)
            #expect(try await bench.kinds() == [1: "主食", 2: "主菜", 3: "副菜"])
        }
    }

    @Test func filesThatChangeBetweenTheTwoPassesMakeADeleteWait() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]])
            try bench.write("b.csv", [["3", "c", "副菜"]])
            try await bench.sync(["a.csv", "b.csv"])
            try bench.write("a.csv", [["1", "a", "主食"]])
            bench.beforeRead.value = { sheet, number in
                if sheet == "b.csv", number == 3 { try bench.write("b.csv", [["3", "c", "主食"]]) }
            }
            let report = try await bench.sync(["a.csv", "b.csv"])
            bench.beforeRead.value = nil
            #expect(report.counts.updated == 1)
            #expect(report.counts.deleted == 0)
            #expect(try await bench.kinds() == [1: "主食", 2: "主菜", 3: "主食"])
            // Nothing seen is forgotten: the next run looks again, although no sheet has changed since.
            try await bench.sync(["a.csv", "b.csv"])
            #expect(try await bench.kinds() == [1: "主食", 3: "主食"])
        }
    }

    @Test func aSheetThatCannotBeReadDeletesNothingAnywhere() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]])
            try bench.write("b.csv", [["3", "c", "副菜"]])
            try await bench.sync(["a.csv", "b.csv"])
            try bench.write("a.csv", [["1", "a", "副菜"]])
            try bench.remove("b.csv")
            let report = try await bench.sync(["a.csv", "b.csv"])
            #expect(report.isPartial)
            #expect(report.outcome == .published)
            #expect(report.waitingDeletes.map(\.key) == ["[2]"])
            #expect(report.waitingDeletes.first?.blockedBy == ["b.csv"])
            #expect(try await bench.kinds() == [1: "副菜", 2: "主菜", 3: "副菜"])
            try bench.write("b.csv", [["3", "c", "副菜"]])
            try await bench.sync(["a.csv", "b.csv"])
            #expect(try await bench.kinds() == [1: "副菜", 3: "副菜"])
        }
    }

    /// A key is at home where it was last seen, also if its move changed nothing.
    @Test func aRowThatMovedNoLongerDependsOnTheSheetItCameFrom() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]])
            try bench.write("b.csv", [["3", "c", "副菜"]])
            try await bench.sync(["a.csv", "b.csv"])
            try bench.write("a.csv", [["1", "a", "主食"]])
            try bench.write("b.csv", [["3", "c", "副菜"], ["2", "b", "主菜"]])
            try await bench.sync(["a.csv", "b.csv"])
            try bench.remove("a.csv")
            try bench.write("b.csv", [["3", "c", "副菜"], ["2", "b", "主食"]])
            try await bench.sync(["a.csv", "b.csv"])
            #expect(try await bench.kinds() == [1: "主食", 2: "主食", 3: "副菜"])
        }
    }

    @Test func noSheetReadableChangesNothingAndIsAFailure() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"]])
            try await bench.sync(["a.csv"])
            try bench.remove("a.csv")
            let report = try await bench.sync(["a.csv"])
            #expect(report.outcome == .failed)
            #expect(try await bench.runStates().first == .failed)
            #expect(try await bench.kinds() == [1: "主食"])
        }
    }

    @Test(arguments: [["ID", "名前"], ["ID", "名前", "種類", "種類"], ["", "", "", ""]])
    func aHeaderThatDoesNotFitRefusesTheSheetAndDeletesNothing(_ header: [String]) async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"]])
            try bench.write("b.csv", [["2", "a", "主食"]])
            try await bench.sync(["a.csv", "b.csv"])
            try bench.write("a.csv", [["1", "a", "主菜"]], header: header)
            let report = try await bench.sync(["a.csv", "b.csv"])
            #expect(report.sheets[0].failure?.messages["ja"]?.isEmpty == false)
            #expect(try await bench.kinds() == [1: "主食", 2: "主食"])
        }
    }

    @Test func anEmptyFileIsNotAnEmptySheet() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"]])
            try await bench.sync(["a.csv"])
            try "".write(toFile: "\(bench.folder)/a.csv", atomically: true, encoding: .utf8)
            let report = try await bench.sync(["a.csv"])
            #expect(report.outcome == .failed)
            #expect(try await bench.kinds() == [1: "主食"])
        }
    }

    @Test func deletesWaitWhileAKeyCannotBeReadAndOneCanApprovePastIt() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]])
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", [["1", "a", "主食"], ["2x", "b", "主菜"]])
            let report = try await bench.sync(["a.csv"])
            #expect(report.waitingDeletes.map(\.key) == ["[2]"])
            #expect(report.waitingDeletes.first?.blockedBy == ["a.csv!A3"])
            #expect(try await bench.kinds() == [1: "主食", 2: "主菜"])
            // Mended: the label is its row's again, and nothing waits.
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "副菜"]])
            let mended = try await bench.sync(["a.csv"])
            #expect(mended.waitingDeletes.isEmpty)
            #expect(try await bench.kinds() == [1: "主食", 2: "副菜"])
            #expect(try await bench.store.exceptionRecords(of: try await bench.record()).isEmpty)
        }
    }

    @Test func aSheetThatLeavesTheConfigurationDeletesNothing() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"]])
            try bench.write("b.csv", [["2", "b", "主菜"]])
            try await bench.sync(["a.csv", "b.csv"])
            let report = try await bench.sync(["a.csv"])
            #expect(report.counts.changes == 0)
            #expect(try await bench.kinds() == [1: "主食", 2: "主菜"])
            // Its rows may turn up elsewhere, and follow that sheet from then on.
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "副菜"]])
            try await bench.sync(["a.csv"])
            #expect(try await bench.kinds() == [1: "主食", 2: "副菜"])
            try bench.write("a.csv", [["1", "a", "主食"]])
            try await bench.sync(["a.csv"])
            #expect(try await bench.kinds() == [1: "主食"])
        }
    }
}

import LabelDiff
import LabelStore
import SheetsEmulator
import Testing

@testable import Sync

/// Revert sets the labels back, restore the sheets.
@Suite struct RestoreAfterRevertTests {
    @Test func afterBothThereIsNothingLeftThatDiffers() async throws {
        try await GoogleBench.with(["a": RestoreTests.rows]) { bench in
            try await bench.sync(["a"])
            try bench.emulator.type("a", "'料理'!C2:C5", [["副菜"], [""], ["副菜"], ["主食"]])
            try bench.emulator.append("a", tab: "料理", [RestoreTests.row(10, "主食")])
            try await bench.sync(["a"])
            let record = try await bench.record()
            let reverter = RevertRunner(
                dataset: record.name, guards: .none, store: bench.store, actor: "tests", worker: "tests",
                logger: GoogleBench.silent)
            try await #expect(
                reverter.revert(RevertRunner.Wish(version: 1, keys: nil), why: "a test").outcome == .published)
            #expect(try await bench.rootHash(3) == bench.rootHash(1))
            let reverted = try await bench.store.openExceptions(of: try await bench.record()).byKey
            #expect(reverted.values.count { $0.reverted != nil } == 5)

            let report = try await bench.restore(["a"], to: 1)
            #expect(report.outcome == .restored)
            #expect(report.counts.writtenCells == 4)
            #expect(report.counts.left == ["inserted": 1])
            // The sheets say what the labels say: the four exceptions end. That of the row which has come since stays.
            #expect(try await bench.sync(["a"]).outcome == .unchanged)
            let left = try await bench.store.openExceptions(of: try await bench.record()).byKey
            #expect(left.values.count { $0.reverted != nil } == 1)
            #expect(try await bench.record().currentVersion == 3)
            #expect(try await bench.rootHash(3) == bench.rootHash(1))
        }
    }
}

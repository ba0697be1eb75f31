import LabelStore
import TestSupport
import Testing

@testable import Sync

@Suite struct OneConnectionTests {
    /// Whatever a run does at the same time, it does not wait for itself.
    @Test func aRunNeedsNoMoreThanOneConnection() async throws {
        try await Workbench.with { bench in
            let kinds = ["主食", "主菜", "副菜"]
            let store = TestStore.open(bench.configuration, connections: 1)
            for round in 0...1 {
                // Two chunks, and a typo that waits as an exception.
                let rows = (1...10_100).map { ["\($0)", "料理\($0)", kinds[($0 + round) % 3]] }
                try bench.write("a.csv", rows + [["20000", "料理", "主"]])
                let plan = try await bench.runner(["a.csv"], store: store).plan()
                #expect(plan.counts.inserted + plan.counts.updated == 10_100)
                let report = try await bench.runner(["a.csv"], store: store).sync()
                #expect(report.version == round + 1)
            }
            await store.close()
        }
    }
}

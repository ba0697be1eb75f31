import LabelStore
import Testing

@testable import Sync

@Suite struct SchemaChangeTests {
    private static let narrower = Workbench.schemaText.replacing("[主食, 主菜, 副菜]", with: "[主食, 主菜]")
    private static let wider = Workbench.schemaText.replacing("[主食, 主菜, 副菜]", with: "[主食, 主菜, 副菜, 汁物]")

    @Test func aNewSchemaIsANewVersionEvenWhereNoLabelChanges() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"]])
            let first = try await bench.sync(["a.csv"])
            let second = try await bench.sync(["a.csv"], schema: Self.wider)
            #expect(second.outcome == .published)
            #expect(second.schemaChanged)
            #expect(second.schemaChanges.map(\.description) == ["kind: the value “汁物” is new"])
            #expect(second.schemaChanges.map(\.effect) == ["harmless"])
            #expect(second.counts.changes == 0)
            #expect(second.versionHash != first.versionHash)
            #expect(try await bench.sync(["a.csv"], schema: Self.wider).outcome == .unchanged)
        }
    }

    @Test func labelsThatANewSchemaRefusesAreACostThatIsHeldUntilApproved() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "副菜"]])
            try await bench.sync(["a.csv"])
            let held = try await bench.sync(["a.csv"], schema: Self.narrower)
            #expect(held.outcome == .held)
            #expect(held.breaches == ["1 label would be lost to the new schema, whole or in part"])
            #expect(held.changes.map(\.isCost) == [true])
            #expect(try await bench.kinds() == [1: "主食", 2: "副菜"])
            let hold = try #require(held.holdID)
            try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "tests") { lease in
                try await bench.store.approve(hold, actor: "boss", why: nil, pastBlock: false, hours: 1, lease: lease)
            }
            let passed = try await bench.sync(["a.csv"], schema: Self.narrower)
            #expect(passed.outcome == .published)
            #expect(try await bench.kinds() == [1: "主食"])
        }
    }

    @Test func aNewSchemaWaitsUntilEverySheetCanBeRead() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"]])
            try bench.write("b.csv", [["2", "a", "主食"]])
            try await bench.sync(["a.csv", "b.csv"])
            try bench.remove("b.csv")
            try bench.write("a.csv", [["1", "a", "主菜"]])
            let report = try await bench.sync(["a.csv", "b.csv"], schema: Self.wider)
            #expect(report.outcome == .failed)
            #expect(try await bench.kinds() == [1: "主食", 2: "主食"])
        }
    }
}

import LabelStore
import Testing

@testable import Sync

@Suite struct ConfigurationChangeTests {
    @Test func aKeyThatWasADuplicateInASheetThatLeavesIsDecidedAnew() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]])
            try bench.write("b.csv", [["2", "b", "副菜"]])
            try await bench.sync(["a.csv", "b.csv"])
            #expect(try await bench.kinds() == [1: "主食"])
            // No sheet has changed; the configuration has.
            let report = try await bench.sync(["a.csv"])
            #expect(report.outcome == .published)
            #expect(try await bench.kinds() == [1: "主食", 2: "主菜"])
            #expect(try await bench.store.exceptionRecords(of: try await bench.record()).isEmpty)
        }
    }

    @Test func deletesThatWaitedForASheetThatLeavesAreDecidedAnew() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]])
            try bench.write("b.csv", [["3", "b", "副菜"]])
            try await bench.sync(["a.csv", "b.csv"])
            try bench.write("a.csv", [["1", "a", "主食"]])
            try bench.remove("b.csv")
            try await bench.sync(["a.csv", "b.csv"])
            #expect(try await bench.kinds().count == 3)
            try await bench.sync(["a.csv"])
            #expect(try await bench.kinds() == [1: "主食", 3: "副菜"])
        }
    }

    /// Under another primary key every label is another row: none may stand twice in one version.
    @Test func anotherPrimaryKeyCostsEveryLabelThatNoRowReplaces() async throws {
        let schema = Workbench.schemaText
            .replacing("primaryKey: [id]", with: "primaryKey: [id, name]")
            .replacing("title: 名前, sheaf: { role: context }", with: "title: 名前, sheaf: { role: key }")
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]])
            try await bench.sync(["a.csv"])
            // A key that cannot be read would make every delete wait.
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"], ["?", "c", "主菜"]])
            let report = try await bench.sync(["a.csv"], schema: schema)
            #expect(report.outcome == .held)
            #expect(report.changes.filter(\.isCost).count == 2)
            #expect(try await bench.labels().count == 2)
        }
    }

    /// One sheet needs no second pass, so absence is proven at once; what the schema costs is a cost all the same.
    @Test func whatANewSchemaCostsIsHeldAlsoWhereAbsenceIsProven() async throws {
        let keyed = Workbench.schemaText
            .replacing("primaryKey: [id]", with: "primaryKey: [id, name]")
            .replacing("title: 名前, sheaf: { role: context }", with: "title: 名前, sheaf: { role: key }")
        let narrower = Workbench.schemaText.replacing("[主食, 主菜, 副菜]", with: "[主食, 主菜]")
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "副菜"]])
            try await bench.sync(["a.csv"])
            let changed = try await bench.sync(["a.csv"], schema: keyed)
            #expect(changed.outcome == .held)
            #expect(changed.changes.filter(\.isCost).count == 2)
            try bench.write("a.csv", [["1", "a", "主食"]])
            let lost = try await bench.sync(["a.csv"], schema: narrower)
            #expect(lost.outcome == .held)
            #expect(lost.changes.map(\.isCost) == [true])
            #expect(try await bench.kinds() == [1: "主食", 2: "副菜"])
        }
    }

    @Test func aKeyLongerThanTheColumnsForPeopleIsStillOneRejection() async throws {
        let schema = Workbench.schemaText.replacing("type: integer", with: "type: string")
        try await Workbench.with { bench in
            let long = String(repeating: "長", count: 40_000)
            try bench.write("a.csv", [[long, "a", "?"], ["2", "b", "主菜"], [long + "い", "c", "主食"]])
            let report = try await bench.sync(["a.csv"], schema: schema)
            #expect(report.outcome == .published)
            #expect(report.counts.rejected == 1)
            #expect(report.counts.labels == 2)
        }
    }

    @Test func aKeyColumnThatWasFilledDownIsAnswered() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", (0..<20_000).map { _ in ["7", "a", "主食"] })
            let report = try await bench.sync(["a.csv"])
            #expect(report.counts.rejected == 20_000)
            let error = try #require(report.rejections.first?.errors.first)
            #expect(error.en.contains("19979 more"))
        }
    }
}

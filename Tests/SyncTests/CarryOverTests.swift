import LabelSchema
import LabelStore
import Testing

@testable import Sync

/// What a new schema makes of labels: those that rows offer anew, and those that are kept.
@Suite struct CarryOverTests {
    private static let header = ["ID", "dish", "種類"]

    private static func schema(_ field: String, more: String = "") -> String {
        """
        primaryKey: [id]
        \(more)
        fields:
          - { name: id, type: integer, title: ID }
          \(field)
          - { name: kind, title: 種類, constraints: { required: true, enum: [主食, 主菜] }, sheaf: { role: label } }
        """
    }

    private static let before = schema("- { name: dish, type: string }")
    private static let renamed = schema("- { name: meal, type: string, title: dish, sheaf: { was: dish } }")
    private static let removed = schema("")

    @Test func aRenamedFieldChangesNoLabelForTheGuardsAndKeepsTheKeptOnes() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"], ["3", "c", "主菜"]], header: Self.header)
            try await bench.sync(["a.csv"], schema: Self.before)
            // A row that is refused now: its label is kept, and must keep its value under the new name.
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "謎"], ["3", "c", "主菜"]], header: Self.header)
            try await bench.sync(["a.csv"], schema: Self.before)
            let guards = Guards(maxChanged: 0, maxDeleted: 0, maxRejected: nil, floor: 0)
            let report = try await bench.sync(["a.csv"], schema: Self.renamed, guards: guards)
            #expect(report.outcome == .published)
            #expect(report.counts.updated == 3)
            #expect(
                try await bench.labels().map { String(decoding: $0, as: UTF8.self) }.sorted() == [
                    #"{"id":1,"kind":"主食","meal":"a"}"#, #"{"id":2,"kind":"主菜","meal":"b"}"#,
                    #"{"id":3,"kind":"主菜","meal":"c"}"#,
                ])
            #expect(try await bench.sync(["a.csv"], schema: Self.renamed).outcome == .unchanged)
        }
    }

    @Test func aValueThatChangesWithTheNameIsAChange() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]], header: Self.header)
            try await bench.sync(["a.csv"], schema: Self.before)
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "z", "主菜"]], header: Self.header)
            let guards = Guards(maxChanged: 0, maxDeleted: 0, maxRejected: nil, floor: 0)
            let report = try await bench.sync(["a.csv"], schema: Self.renamed, guards: guards)
            #expect(report.outcome == .held)
            #expect(report.breaches.count == 1 && report.breaches[0].contains("max_changed: 1 rows"))
        }
    }

    @Test func theValuesOfAFieldThatGoesAreACostThatIsHeldUntilApproved() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "", "主菜"]], header: Self.header)
            try await bench.sync(["a.csv"], schema: Self.before)
            let held = try await bench.sync(["a.csv"], schema: Self.removed)
            #expect(held.outcome == .held)
            #expect(held.breaches == ["1 label would be lost to the new schema, whole or in part"])
            let hold = try #require(held.holdID)
            try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "tests") { lease in
                try await bench.store.approve(hold, actor: "boss", why: nil, pastBlock: false, hours: 1, lease: lease)
            }
            #expect(try await bench.sync(["a.csv"], schema: Self.removed).outcome == .published)
            #expect(try await bench.kinds() == [1: "主食", 2: "主菜"])
        }
    }

    @Test func aKeptLabelThatLosesAValueIsACostToo() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "", "主菜"]], header: Self.header)
            try await bench.sync(["a.csv"], schema: Self.before)
            // The row is refused, so its label has no row to take its place.
            try bench.write("a.csv", [["1", "a", "謎"], ["2", "", "主菜"]], header: Self.header)
            try await bench.sync(["a.csv"], schema: Self.before)
            let held = try await bench.sync(["a.csv"], schema: Self.removed)
            #expect(held.outcome == .held)
            #expect(held.changes.map(\.isCost) == [true])
            #expect(held.changes.map(\.kind) == [.update])
            #expect(try await bench.kinds() == [1: "主食", 2: "主菜"])
        }
    }

    @Test(arguments: ["superset", "partial"])
    func aColumnThatASheetHadAndHasNoMoreRefusesTheSheet(match: String) async throws {
        let schema = Self.schema("- { name: dish, type: string }", more: "fieldsMatch: \(match)")
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"]], header: Self.header)
            try bench.write("b.csv", [["2", "主食"]], header: ["ID", "種類"])
            #expect(try await bench.sync(["a.csv", "b.csv"], schema: schema).counts.inserted == 2)
            try bench.write("a.csv", [["1", "主食"], ["3", "主食"]], header: ["ID", "種類"])
            let report = try await bench.sync(["a.csv", "b.csv"], schema: schema)
            #expect(report.sheets[0].failure?.code == "missing-label")
            #expect(try await bench.labels().count == 2)
            try bench.write("b.csv", [["2", "b", "主食"]], header: Self.header)
            #expect(try await bench.sync(["a.csv", "b.csv"], schema: schema).counts.updated == 1)
        }
    }
}

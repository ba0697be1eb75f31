import Foundation
import LabelDiff
import LabelSchema
import LabelStore
import SheetSource
import TestRandom
import Testing

@testable import Sync

@Suite struct SyncTests {
    @Test func publishesValidRowsAsAVersionAndReportsTheRest() async throws {
        try await Workbench.with { bench in
            try bench.write(
                "a.csv",
                [
                    ["1", "ご飯", "主食"], ["2", "肉じゃが", "主菜", "sato"], ["3", "謎", ""], ["4", "x", "主しょく"],
                    ["5", "x", "副菜"], ["5", "y", "主菜"], ["abc", "x", "主菜"],
                ])
            let report = try await bench.sync(["a.csv"])
            #expect(report.outcome == .published)
            #expect(report.version == 1)
            #expect(report.counts.inserted == 2)
            #expect(report.counts.pending == 1)
            #expect(report.counts.rejected == 4)
            #expect(try await bench.kinds() == [1: "主食", 2: "主菜"])
            let kinds = report.rejections.map(\.kind)
            #expect(kinds == ["invalid", "duplicate", "duplicate", "unreadable_key"])
            #expect(report.rejections.map { $0.errors.first?.cell } == ["C5", "A6", "A7", "A8"])
            #expect(report.rejections[1].errors.first?.en.contains("a.csv!A7") == true)
        }
    }

    @Test func aReportTellsOfWarningsAndOfTheSpellingsThatPeopleType() async throws {
        try await Workbench.with { bench in
            let schema = Workbench.schemaText
                .replacing(
                    "title: 名前, sheaf: {", with: "title: 名前, constraints: { maxLength: 3 }, sheaf: { severity: warning,"
                )
                .replacing("sheaf: { role: label }", with: "sheaf: { role: label, aliases: { 主食: [ごはん, ライス] } }")
            try bench.write(
                "a.csv",
                [
                    ["1", "とても長い", "ごはん"], ["2", "短い", "ライス"], ["3", "短い", "ごはん"],
                    // A row that is refused tells its warning with its errors.
                    ["4", "これも長い", "?"],
                ])
            let report = try await bench.sync(["a.csv"], schema: schema)
            #expect(try await bench.kinds() == [1: "主食", 2: "主食", 3: "主食"])
            #expect(report.counts.warnings == 1)
            #expect(report.warnings.map(\.row) == [2])
            #expect(report.warnings.first?.problem.cell == "B2" && report.warnings.first?.problem.severity == "warning")
            #expect(report.rejections.first?.errors.map(\.severity) == ["warning", "error"])
            #expect(report.aliases.map { "\($0.spelling) \($0.value) \($0.count)" } == ["ごはん 主食 2", "ライス 主食 1"])
        }
    }

    /// A sheet that somebody has just begun to work on is no pile of mistakes.
    @Test func nineThousandBlankRowsOfTenThousandAreWorkToDo() async throws {
        try await Workbench.with { bench in
            var rows = (1...10_000).map { ["\($0)", "料理\($0)", $0 % 10 == 0 ? "主食" : ""] }
            try bench.write("a.csv", rows)
            let report = try await bench.sync(["a.csv"])
            #expect(report.outcome == .published)
            #expect(report.counts.pending == 9_000 && report.counts.inserted == 1_000)
            #expect(report.counts.rejected == 0 && report.rejections.isEmpty && report.warnings.isEmpty)
            rows[0][2] = "主菜"
            rows[1][2] = "?"
            try bench.write("a.csv", rows)
            let next = try await bench.sync(["a.csv"])
            #expect(next.counts.pending == 8_998 && next.counts.inserted == 1 && next.counts.rejected == 1)
        }
    }

    @Test func writesNothingButARunRecordWhenNothingChanged() async throws {
        try await Workbench.with { bench in
            // A standing mistake and a duplicate do not spoil it.
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "?"], ["3", "c", "主菜"], ["3", "c", "副菜"]])
            try bench.write("b.csv", [["10", "a", "主食"]])
            try await bench.sync(["a.csv", "b.csv"])
            let before = try await bench.everything()
            let report = try await bench.sync(["a.csv", "b.csv"])
            let after = try await bench.everything()
            #expect(report.outcome == .unchanged)
            #expect(report.counts.rejected == 3)
            let changed = Set(before.keys.filter { before[$0] != after[$0] })
            #expect(changed == ["sheaf_runs", "sheaf_leases"])
            #expect(try await bench.runStates() == [.unchanged, .published])
        }
    }

    @Test func planWritesNothingAtAllAndAgreesWithTheSyncThatFollows() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"], ["3", "c", "副菜"]])
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", [["1", "a", "主菜"], ["3", "c", "?"], ["4", "d", "副菜"]])
            let before = try await bench.everything()
            let plan = try await bench.runner(["a.csv"]).plan()
            #expect(try await bench.everything() == before)
            let report = try await bench.sync(["a.csv"])
            #expect(plan.counts == report.counts)
            #expect(plan.changes.map(\.key) == report.changes.map(\.key))
            let update = try #require(plan.changes.first { $0.kind == .update })
            #expect(update.key == "[1]")
            #expect(update.cells == [.init(field: "kind", title: "種類", before: "主食", after: "主菜")])
        }
    }

    @Test func plansADatasetThatTheStoreHasNeverSeen() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"]])
            let before = try await bench.everything()
            let plan = try await bench.runner(["a.csv"]).plan()
            #expect(plan.counts.inserted == 1)
            #expect(plan.baseVersion == 0)
            #expect(try await bench.everything() == before)
        }
    }

    @Test(arguments: [
        [["1", "a", "主しょく"]],
        [["1", "a", "主食"], ["1", "a", "主菜"]],
        [["1", "a", "#N/A"]],
    ])
    func keepsTheLastGoodLabelOfARowThatBecameInvalidOrDuplicate(_ rows: [[String]]) async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "副菜"], ["2", "b", "主菜"]])
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", rows + [["2", "b", "主食"]])
            let report = try await bench.sync(["a.csv"])
            #expect(try await bench.kinds() == [1: "副菜", 2: "主食"])
            #expect(!report.rejections.contains { !$0.keepsLabel })
            // And mending it takes the new value.
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主食"]])
            try await bench.sync(["a.csv"])
            #expect(try await bench.kinds() == [1: "主食", 2: "主食"])
            #expect(try await bench.store.exceptionRecords(of: try await bench.record()).isEmpty)
        }
    }

    @Test func movingSortingAndInsertingRowsChangesNoLabel() async throws {
        try await Workbench.with { bench in
            let rows = (1...40).map { ["\($0)", "n\($0)", ["主食", "主菜", "副菜"][$0 % 3]] }
            try bench.write("a.csv", Array(rows[..<20]))
            try bench.write("b.csv", Array(rows[20...]))
            try await bench.sync(["a.csv", "b.csv"])
            let labels = try await bench.labels()
            // Sorted, cut from one sheet and pasted into the other, columns in another order, a column of their own.
            let moved = rows.reversed().map { [$0[2], "x", $0[1], "", $0[0]] }
            try bench.write("a.csv", Array(moved[..<3]), header: ["種類", "覚え書き", "名前", "担当者", "ID"])
            try bench.write("b.csv", Array(moved[3...]), header: ["種類", "覚え書き", "名前", "担当者", "ID"])
            let report = try await bench.sync(["a.csv", "b.csv"])
            #expect(report.outcome == .unchanged)
            #expect(report.counts.changes == 0)
            #expect(report.counts.moved == 23)
            #expect(try await bench.labels() == labels)
        }
    }

    @Test func aProblemThatOnlyMovesToAnotherRowIsAsOldAsItWas() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "?"], ["x", "b", "主食"], ["3", "c", "主食"]])
            try await bench.sync(["a.csv"])
            let before = try await bench.store.exceptionRecords(of: try await bench.record())
            try bench.write("a.csv", [["9", "z", "主食"], ["1", "a", "?"], ["x", "b", "主食"], ["3", "c", "主食"]])
            try await bench.sync(["a.csv"])
            let after = try await bench.store.exceptionRecords(of: try await bench.record())
            #expect(before.map(\.problem.rowNumber) == [2, 3])
            #expect(after.map(\.problem.rowNumber) == [3, 4])
            #expect(after.map(\.openedAt) == before.map(\.openedAt))
        }
    }

    @Test func recordsWhoTypedALabelAndWhere() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食", "sato"]])
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", [["1", "a", "主菜", "tanaka"]])
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", [["2", "b", "主菜", "tanaka"]])
            try await bench.sync(["a.csv"])
            let record = try await bench.record()
            let revisions = try await bench.store.revisions(of: key("[1]"), in: record)
            #expect(revisions.map(\.annotator) == ["sato", "tanaka"])
            #expect(revisions.map(\.validFrom) == [1, 2])
            #expect(revisions.map(\.validTo) == [2, 3])
            #expect(revisions.map(\.sheetRow) == [2, 2])
        }
    }

    @Test func aVersionNeverChangesWhateverComesAfterIt() async throws {
        try await Workbench.with { bench in
            var random = SeededRandom(seed: 7)
            var contents: [[[UInt8]]] = []
            for _ in 1...8 {
                let rows = (1...30).filter { _ in random.number(in: 0..<4) > 0 }.map {
                    ["\($0)", "n", ["主食", "主菜", "副菜"][random.number(in: 0..<3)]]
                }
                try bench.write("a.csv", rows)
                try await bench.sync(["a.csv"])
                contents.append(try await bench.labels())
            }
            for (index, labels) in contents.enumerated() {
                #expect(try await bench.labels(version: index + 1) == labels)
            }
        }
    }

    @Test func theSameRowsGiveTheSameHashesWhereverTheyStand() async throws {
        let rows = (1...50).map { ["\($0)", "n\($0)", ["主食", "主菜", "副菜"][$0 % 3]] }
        let one = try await Workbench.with { bench in
            try bench.write("a.csv", rows)
            return try await bench.sync(["a.csv"]).versionHash
        }
        let other = try await Workbench.with { bench in
            try bench.write("x.csv", Array(rows[25...].reversed()))
            try bench.write("y.csv", Array(rows[..<25].reversed()))
            return try await bench.sync(["x.csv", "y.csv"]).versionHash
        }
        #expect(one == other)
        #expect(one != nil)
    }
}

func key(_ json: String) -> KeyHash { LabelSchema.keyHash(Array(json.utf8)) }

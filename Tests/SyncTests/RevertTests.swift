import LabelDiff
import LabelSchema
import LabelStore
import Logging
import MySQL
import TestSupport
import Testing

@testable import Sync

/// A revert brings former labels back as a new version, and the sheets do not undo it.
@Suite struct RevertTests {
    private static let first = [["1", "a", "主食"], ["2", "b", "主菜"], ["3", "c", "副菜"]]
    /// One label changed, one gone, one new.
    private static let second = [["1", "a", "主菜"], ["3", "c", "副菜"], ["4", "d", "主食"]]

    private func runner(_ bench: Workbench, guards: Guards = .none) -> RevertRunner {
        RevertRunner(
            dataset: Workbench.dataset, guards: guards, store: bench.store, actor: "tests", worker: "tests",
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
    }

    private func key(_ id: Int) -> KeyHash { LabelSchema.keyHash(Array("[\(id)]".utf8)) }

    private func two(_ body: (Workbench) async throws -> Void) async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.first)
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", Self.second)
            try await bench.sync(["a.csv"])
            try await body(bench)
        }
    }

    @Test func theFormerLabelsComeBackWithTheFormerHash() async throws {
        try await two { bench in
            let report = try await runner(bench).revert(.init(version: 1), why: "a bad batch")
            #expect(report.outcome == .published)
            #expect(report.version == 3)
            #expect([report.counts.inserted, report.counts.updated, report.counts.deleted] == [1, 1, 1])
            #expect(try await bench.labels(version: 3) == bench.labels(version: 1))
            let record = try await bench.record()
            let versions = try await bench.store.versions(of: record)
            #expect(versions[0].versionHash == versions[2].versionHash)
            #expect(versions[0].reason == "a bad batch")
            #expect(try await bench.store.runs(of: record, limit: 1).map(\.kind) == ["revert"])
            // Who typed a label, and where, is told as it was.
            let revisions = try await bench.store.revisions(of: key(1), in: record)
            #expect(revisions.map(\.sheetRow) == [2, 2, 2])
            #expect(try await bench.store.unrelayedEvents().map(\.version) == [1, 2, 3])
        }
    }

    @Test func theNextSyncsDoNotUndoIt() async throws {
        try await two { bench in
            try await runner(bench).revert(.init(version: 1), why: nil)
            for _ in 1...2 {
                let report = try await bench.sync(["a.csv"])
                #expect(report.outcome == .unchanged)
                #expect(report.counts.reverted == 3)
            }
            // Sorted, copied to another sheet and back: the same values are the same values.
            try bench.write("a.csv", Self.second.reversed())
            #expect(try await bench.sync(["a.csv"]).outcome == .unchanged)
            try bench.write("a.csv", [])
            try bench.write("b.csv", Self.second)
            #expect(try await bench.sync(["a.csv", "b.csv"]).outcome == .unchanged)
            #expect(try await bench.kinds() == [1: "主食", 2: "主菜", 3: "副菜"])
        }
    }

    @Test func whatSomebodyTypesAfterwardsCounts() async throws {
        try await two { bench in
            try await runner(bench).revert(.init(version: 1), why: nil)
            try bench.write("a.csv", [["1", "a", "副菜"], ["3", "c", "副菜"], ["4", "d", "主菜"], ["2", "b", "主食"]])
            let report = try await bench.sync(["a.csv"])
            #expect(report.outcome == .published)
            #expect(report.counts.reverted == 0)
            #expect(try await bench.kinds() == [1: "副菜", 2: "主食", 3: "副菜", 4: "主菜"])
            // And from now on the sheets say what is.
            try bench.write("a.csv", Self.second)
            try await bench.sync(["a.csv"])
            #expect(try await bench.kinds() == [1: "主菜", 3: "副菜", 4: "主食"])
        }
    }

    @Test func aSecondRevertKeepsWhatTheSheetsWereKnownToHold() async throws {
        try await two { bench in
            try await runner(bench).revert(.init(version: 1), why: nil)
            let first = try await bench.store.openExceptions(of: bench.record()).byKey
            // Back to what the sheets hold, and away from it again.
            try await runner(bench).revert(.init(version: 2), why: nil)
            #expect(try await bench.kinds() == [1: "主菜", 3: "副菜", 4: "主食"])
            try await runner(bench).revert(.init(version: 1), why: nil)
            let second = try await bench.store.openExceptions(of: bench.record()).byKey
            #expect(second == first)
            #expect(try await bench.sync(["a.csv"]).outcome == .unchanged)
            #expect(try await bench.kinds() == [1: "主食", 2: "主菜", 3: "副菜"])
        }
    }

    @Test func revertedToWhatTheSheetsHoldNothingStandsOpen() async throws {
        try await two { bench in
            try await runner(bench).revert(.init(version: 1), why: nil)
            try await runner(bench).revert(.init(version: 2), why: nil)
            let report = try await bench.sync(["a.csv"])
            #expect(report.outcome == .unchanged)
            let open = try await bench.store.openExceptions(of: bench.record()).byKey
            #expect(open.isEmpty)
        }
    }

    @Test func approvedTheSheetsCountAgain() async throws {
        try await two { bench in
            try await runner(bench).revert(.init(version: 1), why: nil)
            try await bench.sync(["a.csv"])
            let record = try await bench.record()
            let count = try await bench.store.withLease("dataset:dish", owner: "t") { lease in
                try await bench.store.approveReverted(
                    of: record, keys: [key(1)], actor: "t", why: "was right", lease: lease)
            }
            #expect(count == 1)
            #expect(try await bench.sync(["a.csv"]).counts.updated == 1)
            #expect(try await bench.kinds() == [1: "主菜", 2: "主菜", 3: "副菜"])
            try await bench.store.withLease("dataset:dish", owner: "t") { lease in
                _ = try await bench.store.approveReverted(
                    of: try await bench.record(), keys: nil, actor: "t", why: nil, lease: lease)
            }
            try await bench.sync(["a.csv"])
            #expect(try await bench.kinds() == [1: "主菜", 3: "副菜", 4: "主食"])
            await #expect(throws: StoreError.self) {
                try await bench.store.withLease("dataset:dish", owner: "t") { lease in
                    _ = try await bench.store.approveReverted(
                        of: try await bench.record(), keys: nil, actor: "t", why: nil, lease: lease)
                }
            }
        }
    }

    @Test func aRevertOfTooMuchIsHeldAndPassesOnceApproved() async throws {
        try await two { bench in
            let guards = Guards(maxInserted: 0, maxChanged: 0, maxDeleted: 0, floor: 0)
            let before = try await bench.labels()
            let held = try await runner(bench, guards: guards).revert(.init(version: 1), why: nil)
            #expect(held.outcome == .held)
            #expect(try await bench.labels() == before)
            // An equal plan is the same hold.
            let again = try await runner(bench, guards: guards).revert(.init(version: 1), why: nil)
            #expect(held.holdID == again.holdID)
            let hold = try #require(held.holdID)
            try await bench.store.withLease("dataset:dish", owner: "t") { lease in
                try await bench.store.approve(hold, actor: "t", why: nil, pastBlock: false, hours: 1, lease: lease)
            }
            // A sync does not use it up, nor does it let anything else pass.
            #expect(try await bench.sync(["a.csv"], guards: guards).outcome == .unchanged)
            let report = try await runner(bench, guards: guards).revert(.init(version: 1), why: nil)
            #expect(report.outcome == .published)
            #expect(try await bench.kinds() == [1: "主食", 2: "主菜", 3: "副菜"])
            #expect(try await bench.store.holds(of: bench.record()).isEmpty)
        }
    }

    @Test func aPlanWritesNothing() async throws {
        try await two { bench in
            let before = try await bench.everything()
            let report = try await runner(bench).plan(.init(version: 1))
            #expect(report.outcome == .planned)
            #expect(report.changes.count == 3)
            #expect(report.changes.first?.cells.map(\.after) == ["主食"])
            #expect(try await bench.everything() == before)
        }
    }

    @Test func onlyTheKeysNamedGoBack() async throws {
        try await two { bench in
            let report = try await runner(bench).revert(.init(version: 1, keys: [key(2)]), why: nil)
            #expect(report.counts.changes == 1)
            #expect(try await bench.kinds() == [1: "主菜", 2: "主菜", 3: "副菜", 4: "主食"])
        }
    }

    @Test func aKeyWhoseDeleteWaitsIsLeftOut() async throws {
        try await two { bench in
            // An unreadable key blocks the delete of 4.
            try bench.write("a.csv", [["1", "a", "主菜"], ["3", "c", "副菜"], ["x", "d", "主食"]])
            try await bench.sync(["a.csv"])
            let report = try await runner(bench).revert(.init(version: 1), why: nil)
            #expect(report.leftOut.map(\.key) == ["[4]"])
            #expect(report.leftOut.map(\.reason) == [.deleteWaits])
            #expect(try await bench.kinds() == [1: "主食", 2: "主菜", 3: "副菜", 4: "主食"])
        }
    }

    @Test func aFormerLabelThatTheSchemaOfNowForbidsIsLeftOut() async throws {
        try await two { bench in
            let narrow = Workbench.schemaText.replacing("enum: [主食, 主菜, 副菜]", with: "enum: [主菜, 副菜, 汁物]")
            try bench.write("a.csv", [["1", "a", "主菜"], ["3", "c", "副菜"], ["4", "d", "汁物"]])
            try await bench.sync(["a.csv"], schema: narrow)
            let report = try await runner(bench).revert(.init(version: 1), why: nil)
            #expect(report.leftOut.map(\.key) == ["[1]"])
            #expect(report.leftOut.first?.errors.map(\.field) == ["kind"])
            #expect(try await bench.kinds() == [1: "主菜", 2: "主菜", 3: "副菜"])
            let record = try await bench.record()
            let schema = try await bench.store.currentSchemaForTests(of: record)
            #expect(try await bench.labels().filter { !schema.check(canonicalLabel: $0).isEmpty }.isEmpty)
        }
    }

    @Test func aRenamedFieldComesBackUnderItsNameOfNow() async throws {
        try await two { bench in
            let renamed = Workbench.schemaText.replacing("- name: kind", with: "- name: type_of")
                .replacing("sheaf: { role: label }", with: "sheaf: { role: label, was: kind }")
            try await bench.sync(["a.csv"], schema: renamed)
            let report = try await runner(bench).revert(.init(version: 1), why: nil)
            #expect(report.counts.changes == 3)
            #expect(report.leftOut.isEmpty)
            let texts = try await bench.labels().map { String(decoding: $0, as: UTF8.self) }.sorted()
            #expect(
                texts == [
                    #"{"id":1,"name":"a","type_of":"主食"}"#, #"{"id":2,"name":"b","type_of":"主菜"}"#,
                    #"{"id":3,"name":"c","type_of":"副菜"}"#,
                ])
            #expect(try await bench.sync(["a.csv"], schema: renamed).outcome == .unchanged)
        }
    }

    @Test func aSchemaThatReadsTheSameRowsOtherwiseDoesNotUndoIt() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "ａ", "主食"], ["2", "ｂ", "主菜"]])
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", [["1", "ａ", "主菜"], ["2", "ｂ", "副菜"]])
            try await bench.sync(["a.csv"])
            try await runner(bench).revert(.init(version: 1), why: nil)
            // Another name, then another normalisation, then a further field: nobody typed anything.
            let renamed = Workbench.schemaText.replacing("- name: kind", with: "- name: type_of")
                .replacing("sheaf: { role: label }", with: "sheaf: { role: label, was: kind }")
            let narrow = renamed + "\nsheaf: { normalize: [nfkc] }\n"
            let wider = narrow.replacing(
                "  - { name: annotator",
                with: "  - { name: note, type: string, sheaf: { role: label } }\n  - { name: annotator")
            for (schema, header) in [(renamed, nil), (narrow, nil), (wider, "note")] {
                if let header {
                    try bench.write(
                        "a.csv", [["1", "ａ", "主菜", "x", ""], ["2", "ｂ", "副菜", "x", ""]],
                        header: ["ID", "名前", "種類", "担当者", header])
                }
                let report = try await bench.sync(["a.csv"], schema: schema)
                #expect(report.counts.reverted == 2)
                let texts = try await bench.labels().map { String(decoding: $0, as: UTF8.self) }
                #expect(texts.filter { $0.contains("副菜") }.isEmpty)
                #expect(try await bench.sync(["a.csv"], schema: schema).outcome == .unchanged)
            }
            // And what somebody types still counts.
            try bench.write(
                "a.csv", [["1", "ａ", "副菜", "x", ""], ["2", "ｂ", "副菜", "x", ""]],
                header: ["ID", "名前", "種類", "担当者", "note"])
            #expect(try await bench.sync(["a.csv"], schema: wider).counts.updated == 1)
        }
    }

    @Test func aUniqueValueThatIsTakenByNowIsNotGivenTwice() async throws {
        let unique = Workbench.schemaText.replacing(
            "title: 名前,", with: "title: 名前, constraints: { unique: true },")
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"], ["2", "b", "主菜"]])
            try await bench.sync(["a.csv"], schema: unique)
            try bench.write("a.csv", [["1", "c", "主食"], ["2", "a", "主菜"]])
            try await bench.sync(["a.csv"], schema: unique)
            // Alone, 1 would have the name that 2 has now; together they swap back.
            let alone = try await runner(bench).revert(.init(version: 1, keys: [key(1)]), why: nil)
            #expect(alone.outcome == .unchanged)
            #expect(alone.leftOut.map(\.key) == ["[1]"])
            #expect(alone.leftOut.first?.errors.map(\.code) == ["unique-error"])
            let both = try await runner(bench).revert(.init(version: 1), why: nil)
            #expect(both.counts.updated == 2)
            #expect(try await bench.labels() == bench.labels(version: 1))
        }
    }

    @Test func aLabelThatOthersReferToDoesNotGoBackAlone() async throws {
        let tree = """
            name: dish
            primaryKey: [id]
            fields:
              - { name: id, type: integer, title: ID, sheaf: { role: key } }
              - { name: name, type: string, title: 名前, sheaf: { role: context } }
              - { name: kind, type: integer, title: 種類, sheaf: { role: label } }
            foreignKeys:
              - { fields: [kind], reference: { fields: [id] } }
            """
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "1"]])
            try await bench.sync(["a.csv"], schema: tree)
            try bench.write("a.csv", [["1", "a", "1"], ["2", "b", "1"], ["3", "c", "2"]])
            try await bench.sync(["a.csv"], schema: tree)
            let alone = try await runner(bench).revert(.init(version: 1, keys: [key(2)]), why: nil)
            #expect(alone.outcome == .unchanged)
            #expect(alone.leftOut.map(\.key) == ["[2]"])
            let both = try await runner(bench).revert(.init(version: 1), why: nil)
            #expect(both.counts.deleted == 2)
        }
    }

    @Test func nothingToSetBackIsNoVersion() async throws {
        try await two { bench in
            let report = try await runner(bench).revert(.init(version: 2), why: nil)
            #expect(report.outcome == .unchanged)
            #expect(try await bench.record().currentVersion == 2)
            await #expect(throws: StoreError.self) { try await runner(bench).revert(.init(version: 9), why: nil) }
            #expect(try await bench.runStates().first == .unchanged)
        }
    }

    @Test func manyLabelsGoBackInSeveralTransactions() async throws {
        try await Workbench.with { bench in
            let rows = { (kind: String) in (1...12_000).map { ["\($0)", "n", kind] } }
            try bench.write("a.csv", rows("主食"))
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", rows("主菜"))
            try await bench.sync(["a.csv"])
            try await runner(bench).revert(.init(version: 1), why: nil)
            let versions = try await bench.store.versions(of: bench.record())
            #expect(versions[0].versionHash == versions[2].versionHash)
            #expect(try await bench.labels() == bench.labels(version: 1))
            let report = try await bench.sync(["a.csv"])
            #expect(report.outcome == .unchanged)
            #expect(report.counts.reverted == 12_000)
        }
    }
}

extension LabelStore {
    fileprivate func currentSchemaForTests(of dataset: DatasetRecord) async throws -> LabelSchema {
        let current = try await version(dataset.currentVersion, of: dataset)
        return try LabelSchema.parse(document: try await schemaDocument(current.schemaID))
    }
}

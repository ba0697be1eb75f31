import LabelDiff
import LabelSchema
import LabelStore
import Testing

@testable import Sync

/// A key that was corrected: the row keeps its history.
@Suite struct RekeyTests {
    private static func key(_ id: Int) -> NamedKey {
        let json = "[\(id)]"
        return NamedKey(hash: LabelSchema.keyHash(Array(json.utf8)), json: json)
    }

    private static func rekey(_ old: Int, _ new: Int, _ bench: Workbench, why: String? = "mistyped") async throws {
        let dataset = try await bench.record()
        try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "tests") { lease in
            try await bench.store.rekey(
                from: key(old), to: key(new), in: dataset, actor: "boss", why: why, lease: lease)
        }
    }

    private static func undo(_ new: Int, _ bench: Workbench) async throws {
        let dataset = try await bench.record()
        try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "tests") { lease in
            try await bench.store.undoRekey(
                to: key(new).hash, in: dataset, actor: "other", why: nil, lease: lease)
        }
    }

    /// The history as a person would sum it up.
    private static func history(_ id: Int, _ bench: Workbench) async throws -> [String] {
        let dataset = try await bench.record()
        let schema = try LabelSchema.parse(Workbench.schemaText, file: "dish.yaml")
        let history = try await KeyHistory(of: key(id).hash, in: dataset, schema: schema, store: bench.store)
        let steps = history.steps.map { step in
            let version = step.version.map(String.init) ?? "-"
            let cells = step.cells.map { "\($0.before ?? "")>\($0.after ?? "")" }.joined(separator: " ")
            let detail = step.kind == .rekey ? "\(step.formerKey ?? "") \(step.actor) \(step.why ?? "")" : cells
            return "\(version) \(step.kind.rawValue) \(detail)"
        }
        return steps + (history.laterKey.map { ["now \($0.newKey)"] } ?? [])
    }

    private static func refusal(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch let error as StoreError {
            return error.code == .notAllowed ? error.message : error.code.rawValue
        } catch {
            return "\(error)"
        }
    }

    /// Versions: 1 has 1, 2 and 3; 2 has 1 changed; 3 has 9 in place of 1.
    private static func corrected(_ bench: Workbench) async throws {
        try bench.write("a.csv", [["1", "n1", "主食"], ["2", "n2", "主食"], ["3", "n3", "副菜"]])
        try await bench.sync(["a.csv"])
        try bench.write("a.csv", [["1", "n1", "主菜"], ["2", "n2", "主食"], ["3", "n3", "副菜"]])
        try await bench.sync(["a.csv"])
        try bench.write("a.csv", [["9", "n1", "副菜"], ["2", "n2", "主食"], ["3", "n3", "副菜"]])
    }

    @Test func aCorrectedKeyTellsTheHistoryOfTheFormerOne() async throws {
        try await Workbench.with { bench in
            try await Self.corrected(bench)
            try await bench.sync(["a.csv"])
            #expect(try await Self.history(9, bench) == ["3 insert >n1 >副菜"])
            let before = try await bench.labels()
            try await Self.rekey(1, 9, bench)
            #expect(
                try await Self.history(9, bench) == [
                    "1 insert >n1 >主食", "2 update 主食>主菜", "3 rekey [1] boss mistyped", "3 update 主菜>副菜",
                ])
            #expect(
                try await Self.history(1, bench) == [
                    "1 insert >n1 >主食", "2 update 主食>主菜", "3 delete n1> 主菜>", "now [9]",
                ])
            // It changes no label and no version.
            #expect(try await bench.record().currentVersion == 3)
            #expect(try await bench.labels() == before)
            try await Self.undo(9, bench)
            #expect(try await Self.history(9, bench) == ["3 insert >n1 >副菜"])
            let records = try await bench.store.rekeys(of: try await bench.record(), includingUndone: true)
            #expect(records.map(\.actor) == ["boss"])
            #expect(records.map(\.undoneBy) == ["other"])
            #expect(try await bench.store.rekeys(of: try await bench.record()).isEmpty)
            // Taken back, it may be said anew.
            try await Self.rekey(1, 9, bench)
            #expect(try await Self.history(9, bench).count == 4)
        }
    }

    @Test func aKeyThatWasCorrectedTwiceTellsItAll() async throws {
        try await Workbench.with { bench in
            try await Self.corrected(bench)
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", [["2", "n2", "主食"], ["3", "n3", "副菜"]])
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", [["7", "n1", "副菜"], ["2", "n2", "主食"], ["3", "n3", "副菜"]])
            try await bench.sync(["a.csv"])
            try await Self.rekey(1, 9, bench)
            try await Self.rekey(9, 7, bench, why: nil)
            // The row was away for a version.
            #expect(
                try await Self.history(7, bench) == [
                    "1 insert >n1 >主食", "2 update 主食>主菜", "3 rekey [1] boss mistyped", "3 update 主菜>副菜",
                    "4 delete n1> 副菜>", "5 rekey [9] boss ", "5 insert >n1 >副菜",
                ])
        }
    }

    @Test func itMayBeSaidBeforeTheNewKeyIsPublished() async throws {
        try await Workbench.with { bench in
            try await Self.corrected(bench)
            try await Self.rekey(1, 9, bench)
            #expect(
                try await Self.history(9, bench) == [
                    "1 insert >n1 >主食", "2 update 主食>主菜", "- rekey [1] boss mistyped",
                ])
            try await bench.sync(["a.csv"])
            #expect(try await Self.history(9, bench).last == "3 update 主菜>副菜")
            // Whoever takes the former key later is another row.
            try bench.write("a.csv", [["9", "n1", "副菜"], ["1", "new", "主食"], ["3", "n3", "副菜"]])
            try await bench.sync(["a.csv"])
            #expect(try await Self.history(9, bench).count == 4)
        }
    }

    @Test func whatCannotBeOneRowIsRefused() async throws {
        try await Workbench.with { bench in
            try await Self.corrected(bench)
            try await bench.sync(["a.csv"])
            #expect(await Self.refusal { try await Self.rekey(1, 1, bench) } == "Both are the same key.")
            #expect(
                await Self.refusal { try await Self.rekey(8, 9, bench) } == "The former key was never a label of dish.")
            #expect(
                await Self.refusal { try await Self.rekey(1, 2, bench) }
                    == "Both keys are labels in dish@1: they are two rows.")
            #expect(
                await Self.refusal { try await Self.rekey(3, 9, bench) }
                    == "Both keys are labels in dish@3: they are two rows.")
            try await Self.rekey(1, 9, bench)
            #expect(
                await Self.refusal { try await Self.rekey(1, 8, bench) }
                    == "The former key was said to have become another one already.")
            #expect(
                await Self.refusal { try await Self.rekey(9, 1, bench) }
                    == "The former key was this one before: that would lead in a circle.")
            #expect(
                await Self.refusal { try await Self.undo(5, bench) }
                    == "No key of dish was said to have become this one.")
            #expect(try await bench.store.rekeys(of: try await bench.record()).count == 1)
        }
    }

    @Test func aPlanPointsOutWhatLooksLikeACorrectedKey() async throws {
        try await Workbench.with { bench in
            try await Self.corrected(bench)
            let plan = try await bench.runner(["a.csv"]).plan()
            #expect(
                plan.likelyRekeys == [SyncReport.LikelyRekey(from: "[1]", to: "[9]", sheet: "a.csv", row: 2)])
            #expect(plan.withoutCellText.likelyRekeys.isEmpty)
            try await Self.rekey(1, 9, bench)
            #expect(try await bench.runner(["a.csv"]).plan().likelyRekeys.isEmpty)
        }
    }

    @Test func aCorrectedKeyIsOneChangeToTheGuards() async throws {
        try await Workbench.with { bench in
            let guards = Guards(maxChanged: 0.5, maxDeleted: 0.1, maxRejected: 0.2, floor: 1)
            try bench.write("a.csv", (1...20).map { ["\($0)", "n\($0)", "主食"] })
            try await bench.sync(["a.csv"], guards: guards)
            try bench.write("a.csv", (1...20).map { ["\($0 <= 4 ? $0 + 100 : $0)", "n\($0)", "主食"] })
            let held = try await bench.sync(["a.csv"], guards: guards)
            #expect(held.outcome == .held)
            #expect(held.breaches == ["max_deleted: 4 rows of 20, and 2 are allowed"])
            #expect(held.likelyRekeys.map(\.to) == ["[101]", "[102]", "[103]", "[104]"])
            for id in 1...2 { try await Self.rekey(id, id + 100, bench) }
            let passed = try await bench.sync(["a.csv"], guards: guards)
            #expect(passed.outcome == .published)
            #expect(passed.counts.deleted == 4)
            #expect(
                try await Self.history(101, bench) == ["1 insert >n1 >主食", "2 rekey [1] boss mistyped", "2 update "])
        }
    }

    /// Many corrections are many changes.
    @Test func correctedKeysCountAsChangedRows() async throws {
        try await Workbench.with { bench in
            let guards = Guards(maxChanged: 0.1, maxDeleted: nil, maxRejected: nil, floor: 1)
            try bench.write("a.csv", (1...20).map { ["\($0)", "n\($0)", "主食"] })
            try await bench.sync(["a.csv"], guards: guards)
            try bench.write("a.csv", (1...20).map { ["\($0 <= 4 ? $0 + 100 : $0)", "n\($0)", "主食"] })
            let dataset = try await bench.record()
            #expect(dataset.currentVersion == 1)
            for id in 1...4 { try await Self.rekey(id, id + 100, bench) }
            let held = try await bench.sync(["a.csv"], guards: guards)
            #expect(held.breaches == ["max_changed: 4 rows of 20, and 2 are allowed"])
        }
    }

    @Test func aRenamedFieldIsNoChangeOfItsLabels() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "n1", "主食"], ["2", "n2", "主食"]])
            try await bench.sync(["a.csv"])
            let renamed = Workbench.schemaText
                .replacing("name: kind", with: "name: course").replacing(
                    "{ role: label }", with: "{ role: label, was: kind }")
            try bench.write("a.csv", [["1", "n1", "主食"], ["2", "n2", "主菜"]])
            let report = try await bench.sync(["a.csv"], schema: renamed)
            #expect(report.counts.updated == 2)
            #expect(report.changes.map(\.key) == ["[2]"])
            #expect(report.changes.first?.cells.map(\.field) == ["course"])
            #expect(report.notes == ["Updates that only take over new names of fields: 1."])
            let dataset = try await bench.record()
            #expect(dataset.currentVersion == 2)
            let schema = try LabelSchema.parse(renamed, file: "dish.yaml")
            let lineage = try await SchemaLineage.load(of: dataset, from: bench.store)
            let diff = VersionDiff(store: bench.store, dataset: dataset, schema: schema, lineage: lineage)
            let changes = Shared<[SyncReport.Change]>([])
            try await diff.changes(from: 1, to: 2) { changes.value += $0 }
            #expect(changes.value.map(\.key) == ["[2]"])
            #expect(changes.value.first?.cells.map(\.field) == ["course"])
            #expect(changes.value.first?.cells.map(\.before) == ["主食"])
            changes.value = []
            try await diff.changes(from: 2, to: 1) { changes.value += $0 }
            #expect(changes.value.map(\.key) == ["[2]"])
            #expect(changes.value.first?.cells.map(\.after) == ["主食"])

            let history = try await KeyHistory(of: Self.key(1).hash, in: dataset, schema: schema, store: bench.store)
            #expect(history.steps.map(\.kind) == [.insert, .update])
            #expect(history.steps.map { $0.cells.map(\.field) } == [["name", "course"], []])
            let schemas = try await bench.store.schemas(of: dataset)
            #expect(schemas.map(\.firstVersion) == [1, 2])
            #expect(schemas.map(\.lastVersion) == [1, 2])
        }
    }
}

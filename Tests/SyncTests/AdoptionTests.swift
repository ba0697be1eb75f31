import LabelSchema
import LabelStore
import Logging
import MySQL
import SheetSource
import Testing

@testable import Sync

@Suite struct AdoptionTests {
    @Test func labelsThatATeamHasBecomeVersionOneAndFollowTheSheetsLater() async throws {
        try await Workbench.with { bench in
            try bench.write("old.csv", [["1", "a", "主食"], ["2", "b", "主菜"], ["3", "c", "副菜"]])
            let report = try await bench.runner(["old.csv"], mode: .adopt(skipsInvalid: false)).sync()
            #expect(report.version == 1)
            // Only one of them is in the sheets so far: the others stay.
            try bench.write("a.csv", [["1", "a", "副菜"]])
            let synced = try await bench.sync(["a.csv"])
            #expect(synced.counts.deleted == 0)
            #expect(try await bench.kinds() == [1: "副菜", 2: "主菜", 3: "副菜"])
            // One that has been in a sheet follows it.
            try bench.write("a.csv", [["2", "b", "主菜"]])
            try await bench.sync(["a.csv"])
            #expect(try await bench.kinds() == [2: "主菜", 3: "副菜"])
        }
    }

    @Test func adoptingRefusesAllIfOneRowIsNotValidUnlessToldOtherwise() async throws {
        try await Workbench.with { bench in
            try bench.write("old.csv", [["1", "a", "主食"], ["2", "b", "?"]])
            let refused = try await bench.runner(["old.csv"], mode: .adopt(skipsInvalid: false)).sync()
            #expect(refused.outcome == .failed)
            #expect(refused.rejections.map { $0.errors.first?.cell } == ["C3"])
            #expect(try await bench.record().currentVersion == 0)
            let taken = try await bench.runner(["old.csv"], mode: .adopt(skipsInvalid: true)).sync()
            #expect(taken.version == 1)
            #expect(try await bench.kinds() == [1: "主食"])
            #expect(try await bench.store.exceptionRecords(of: try await bench.record()).isEmpty)
        }
    }

    @Test func adoptingADatasetThatHasAVersionIsRefused() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"]])
            try await bench.sync(["a.csv"])
            let runner = try bench.runner(["a.csv"], mode: .adopt(skipsInvalid: false))
            let error = await #expect(throws: StoreError.self) { try await runner.sync() }
            #expect(error?.code == .notAllowed)
        }
    }

    @Test func aTableOfTheDatabaseIsReadAsASheet() async throws {
        try await Workbench.with { bench in
            let pool = MySQLPool(configuration: bench.configuration)
            try await pool.withConnection { connection in
                _ = try connection.execute(
                    "CREATE TABLE old (id INT, `名前` TEXT, `種類` VARCHAR(20), `担当者` TEXT, extra BLOB)")
                _ = try connection.execute(
                    "INSERT INTO old VALUES (1, 'ご飯', '主食', 'sato', 'x'), (2, NULL, '主菜', NULL, NULL)")
            }
            await pool.close()
            let definition = DatasetDefinition(
                name: Workbench.dataset, schema: try .parse(Workbench.schemaText, file: "dish.yaml"),
                sheets: [
                    SheetDefinition(
                        reference: SheetReference(spreadsheet: "old"), location: "table:old", annotator: nil,
                        reader: TableSource(store: bench.store, columns: ["id", "名前", "種類", "担当者"]))
                ], guards: .none)
            let runner = SyncRunner(
                definition: definition, store: bench.store, actor: "tests", worker: "tests", logger: .init(label: "t"),
                mode: .adopt(skipsInvalid: false))
            #expect(try await runner.sync().version == 1)
            #expect(
                try await bench.labels().map { String(decoding: $0, as: UTF8.self) }.sorted() == [
                    "{\"id\":1,\"kind\":\"主食\",\"name\":\"ご飯\"}", "{\"id\":2,\"kind\":\"主菜\"}",
                ])
        }
    }
}

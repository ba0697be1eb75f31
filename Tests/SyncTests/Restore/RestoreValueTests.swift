import LabelSchema
import LabelStore
import SheetSource
import SheetsEmulator
import Testing

@testable import Sync

/// Values of every kind, under the schema of then and of now.
@Suite struct RestoreValueTests {
    private static let typed = """
        name: dish
        primaryKey: [id, step]
        fields:
          - { name: id, type: string, title: ID, sheaf: { role: key } }
          - { name: step, type: date, title: 日, sheaf: { role: key } }
          - { name: due, type: date, title: 期限, sheaf: { role: label } }
          - { name: day, type: date, format: '%Y年%m月%d日', title: 和暦, sheaf: { role: label } }
          - { name: at, type: datetime, title: 時刻, sheaf: { role: label } }
          - { name: ok, type: boolean, title: 可否, sheaf: { role: label } }
          - { name: yes, type: boolean, title: 承認, trueValues: [はい], falseValues: [いいえ], sheaf: { role: label } }
          - { name: n, type: number, title: 数, sheaf: { role: label } }
          - { name: big, type: integer, title: 大, sheaf: { role: label } }
          - { name: tags, type: list, title: タグ, sheaf: { role: label } }
          - { name: json, type: object, title: 物, sheaf: { role: label } }
          - { name: at2, type: geopoint, title: 所, sheaf: { role: label } }
          - { name: note, type: string, title: メモ, sheaf: { role: note } }

        """
    private static let header = ["メモ", "ID", "日", "期限", "和暦", "時刻", "可否", "承認", "数", "大", "タグ", "物", "所"]
    private static let first = [
        "n", "甲", "2026-01-01", "2026-05-01", "2026年05月01日", "2026-05-01 10:30:00", "TRUE", "はい", "1.5",
        "'9007199254740993", "時短、節約,和食", "{\"a\":[1,null]}", "139.76, 35.68",
    ]
    private static let second = [
        "n2", "甲", "2026-01-01", "2027-01-31", "2027年01月31日", "2027-01-31 00:00:00", "FALSE", "いいえ", "-2", "7", "辛い",
        "{}", "1, 2",
    ]

    private static func with(_ body: (GoogleBench, GoogleBench.Settings) async throws -> Void) async throws {
        try await GoogleBench.with([:]) { bench in
            var settings = GoogleBench.Settings()
            settings.schema = typed
            bench.emulator.addSpreadsheet(
                id: "a", title: "表", sharedWith: [bench.email], tabs: [(GoogleBench.tab, [header, first])])
            try await body(bench, settings)
        }
    }

    @Test func valuesOfEveryKindComeBackAsTheyWere() async throws {
        try await Self.with { bench, settings in
            try await bench.sync(["a"], settings)
            let before = try bench.emulator.rows("a", tab: GoogleBench.tab)
            for changed in [Self.second, Self.second.enumerated().map { $0 < 3 ? $1 : "" }] {
                try bench.emulator.type("a", "'料理'!A2", [changed])
                try await bench.sync(["a"], settings)
                let report = try await bench.restore(["a"], to: 1, settings)
                #expect(report.outcome == .restored)
                #expect(report.counts.writtenCells == 10)
                #expect(try bench.emulator.rows("a", tab: GoogleBench.tab)[1][0] == "n2")
                try await bench.sync(["a"], settings)
                #expect(try await bench.rootHash(try await bench.record().currentVersion) == bench.rootHash(1))
            }
            // A date that stood there as a number, and a checkbox, are what they were.
            try bench.emulator.type("a", "'料理'!A2", [Self.second])
            try await bench.restore(["a"], to: 1, settings)
            let shown = try bench.emulator.rows("a", tab: GoogleBench.tab)[1]
            #expect(shown[3] == before[1][3] && shown[6] == "TRUE" && shown[7] == "はい" && shown[8] == "1.5")
        }
    }

    @Test func valuesThatTheSchemaTakesNoMoreAreListed() async throws {
        try await GoogleBench.with(["a": RestoreTests.rows]) { bench in
            try await bench.sync(["a"])
            try bench.emulator.type("a", "'料理'!C2:C10", RestoreTests.rows.map { _ in ["主食"] })
            var settings = GoogleBench.Settings()
            settings.schema = Workbench.schemaText.replacing("[主食, 主菜, 副菜]", with: "[主食, 主菜]")
                .replacing("- name: kind", with: "- name: category")
                .replacing("sheaf: { role: label }", with: "sheaf: { role: label, was: kind }")
            let report = try await bench.restore(["a"], to: 1, settings)
            #expect(report.counts.left == ["cannot_be_typed": 3])
            #expect(report.cells.map(\.key) == ["[1]", "[4]", "[7]"])
            #expect(report.cells.allSatisfy { $0.field == "category" && $0.after == "主菜" && $0.state == .written })
            #expect(try bench.shown("a").map { $0[2] } == ["主菜", "主食", "主食", "主菜", "主食", "主食", "主菜", "主食", "主食"])
        }
    }

    @Test func rowsThatWereKnownByAnotherKeyAreRefused() async throws {
        try await GoogleBench.with(["a": RestoreTests.rows]) { bench in
            try await bench.sync(["a"])
            var settings = GoogleBench.Settings()
            settings.schema = Workbench.schemaText.replacing("type: integer", with: "type: string")
            let other = settings
            await #expect(throws: RestoreProblem.self) { try await bench.restore(["a"], to: 1, other) }
        }
    }

    @Test func whatWasRedactedIsNotPutBackAndClearsNothing() async throws {
        try await GoogleBench.with(["a": RestoreTests.rows]) { bench in
            try await bench.sync(["a"])
            try bench.emulator.type("a", "'料理'!C2:C3", [["主食"], ["主食"]])
            try bench.emulator.deleteRows("a", tab: GoogleBench.tab, 10...10)
            try await bench.sync(["a"])
            let redacted = { (id: Int, label: String) in
                """
                UPDATE sheaf_history SET label = '\(label)', redacted_hash = UNHEX(REPEAT('00', 16))
                WHERE label LIKE '{"id":\(id),%'
                """
            }
            try await bench.execute(redacted(1, #"{"id":1,"name":"料理1"}"#))
            try await bench.execute(redacted(9, "{}"))
            let report = try await bench.restore(["a"], to: 1) { $0.appends = true }
            #expect(report.cells.map(\.key) == ["[2]"])
            #expect(report.counts.left == ["redacted": 1])
            #expect(try bench.shown("a")[0][2] == "主食")
        }
    }

    /// Files are read, so that a key in one of them is known, and never written.
    @Test func filesAreNotWritten() async throws {
        try await GoogleBench.with(["a": RestoreTests.rows]) { bench in
            try await Workbench.with { files in
                try files.write("b.csv", [RestoreTests.row(50, "主食")])
                var definition = try bench.definition(["a"])
                let file = SheetDefinition(
                    reference: SheetReference(spreadsheet: "b.csv"), location: "csv:b.csv", annotator: nil,
                    reader: CSVFolderSource(folder: files.folder))
                definition = DatasetDefinition(
                    name: definition.name, schema: definition.schema, sheets: definition.sheets + [file],
                    guards: .none)
                let both = definition
                let sync = {
                    try await SyncRunner(
                        definition: both, store: bench.store, actor: "tests", worker: "tests",
                        logger: GoogleBench.silent
                    ).sync()
                }
                _ = try await sync()
                try files.write("b.csv", [RestoreTests.row(50, "主菜")])
                try bench.emulator.type("a", "'料理'!C2", [["主食"]])
                let version = try await bench.store.version(1, of: try await bench.record())
                let report = try await RestoreRunner(
                    definition: both, request: RestoreRequest(version: version), store: bench.store, actor: "tests",
                    worker: "tests", logger: GoogleBench.silent
                ).restore(writer: bench.writer)
                #expect(report.counts.writtenCells == 1)
                #expect(report.counts.left == ["not_written": 1])
                #expect(report.left.first?.reason.contains("CSV") == true)
            }
        }
    }

    /// An account that signed in to read cannot write, and the message says which leave it lacks.
    @Test func leaveToReadIsNoLeaveToWrite() async throws {
        try await GoogleBench.with(["a": RestoreTests.rows]) { bench in
            try await bench.sync(["a"])
            try bench.emulator.type("a", "'料理'!C2", [["主食"]])
            let report = try await bench.restorer(["a"], to: 1).restore(writer: bench.source)
            #expect(report.outcome == .partial)
            #expect(report.sheets.first?.failure?.code == "sign-in-refused")
            #expect(report.sheets.first?.failure?.hint.contains("https://www.googleapis.com/auth/spreadsheets") == true)
            #expect(try bench.shown("a")[0][2] == "主食")
        }
    }
}

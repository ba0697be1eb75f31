import LabelSchema
import LabelStore
import SheetSource
import SheetsEmulator
import Testing

@testable import Sync

/// The values of a version go back into the sheets, cell by cell, by primary key.
@Suite struct RestoreTests {
    static func row(_ id: Int, _ kind: String, _ name: String? = nil) -> [String] {
        ["\(id)", name ?? "料理\(id)", kind, "佐藤"]
    }

    static let kinds = ["主食", "主菜", "副菜"]
    static let rows = (1...9).map { row($0, kinds[$0 % 3]) }

    /// Version 1 as it was, version 2 with other kinds in some rows.
    private static func changed(_ body: (GoogleBench) async throws -> Void) async throws {
        try await GoogleBench.with(["a": rows]) { bench in
            try await bench.sync(["a"])
            try bench.emulator.type("a", "'料理'!C2:C4", [["副菜"], ["副菜"], ["副菜"]])
            try await bench.sync(["a"])
            try await body(bench)
        }
    }

    @Test func aPlanTellsEachCellAndWritesNothing() async throws {
        try await Self.changed { bench in
            let before = try bench.shown("a")
            let calls = try await bench.calls {
                let report = try await bench.restorePlan(["a"], to: 1)
                #expect(report.outcome == .planned)
                #expect(
                    report.cells.map { "\($0.key) \($0.cell) \($0.before ?? "") → \($0.after ?? "")" }
                        == ["[1] C2 副菜 → 主菜", "[3] C4 副菜 → 主食"])
                #expect(report.counts.equalLabels == 7)
                #expect(report.counts.labels == 9)
            }
            #expect(calls["spreadsheets.batchUpdate"] == nil)
            #expect(try bench.shown("a") == before)
            #expect(
                try await bench.store.runs(of: try await bench.record(), limit: 10).allSatisfy { $0.kind == "sync" })
        }
    }

    @Test func theNextSyncFindsTheLabelsOfThatVersion() async throws {
        try await Self.changed { bench in
            let report = try await bench.restore(["a"], to: 1)
            #expect(report.outcome == .restored)
            #expect(report.counts.writtenCells == 2)
            #expect(report.cells.allSatisfy { $0.state == .written })
            #expect(try bench.shown("a") == Self.rows)
            let run = try await bench.store.runs(of: try await bench.record(), limit: 1).first
            #expect(run?.kind == "restore" && run?.state == .unchanged)
            #expect(run?.report?.contains("副菜") == false)
            #expect(try await bench.sync(["a"]).outcome == .published)
            #expect(try await bench.rootHash(3) == bench.rootHash(1))
            // There is nothing left to do.
            #expect(try await bench.restore(["a"], to: 1).outcome == .unchanged)
        }
    }

    /// The next sync reads what was written though no notice has told of it yet.
    @Test func whatWasWrittenIsReadByTheNextSync() async throws {
        try await Self.changed { bench in
            bench.emulator.noticeDelay = .seconds(3_600)
            try await bench.wait(7_200)
            try await bench.restore(["a"], to: 1)
            #expect(try await bench.dirty() == ["a"])
            #expect(try await bench.sync(["a"]).counts.updated == 2)
        }
    }

    @Test func rowsAreFoundByTheirKeyWhereverTheyStand() async throws {
        try await GoogleBench.with(["a": Self.rows, "b": [Self.row(100, "主食")]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.emulator.sort("a", tab: "料理", byColumn: 0, descending: true)
            try bench.emulator.deleteRows("a", tab: "料理", 2...2)
            try bench.emulator.insertRows("b", tab: "料理", at: 2, [Self.row(9, "主菜")])
            try bench.emulator.type("a", "'料理'!C2", [["副菜"]])
            let report = try await bench.restore(["a", "b"], to: 1)
            #expect(report.cells.map { "\($0.key) \($0.cell)" } == ["[9] C2"])
            #expect(try bench.shownKinds("b") == ["9": "主食", "100": "主食"])
        }
    }

    @Test func contextIsTheAnnotatorsOwnUnlessItIsAskedFor() async throws {
        try await GoogleBench.with(["a": Self.rows]) { bench in
            try await bench.sync(["a"])
            try bench.emulator.type("a", "'料理'!B2:D2", [["別の名前", "副菜", "鈴木"]])
            let report = try await bench.restore(["a"], to: 1)
            #expect(report.counts.contextCells == 1)
            #expect(try bench.shown("a")[0] == ["1", "別の名前", "主菜", "鈴木"])
            let all = try await bench.restore(["a"], to: 1) { $0.includesContext = true }
            #expect(all.cells.map(\.cell) == ["B2"])
            #expect(try bench.shown("a")[0] == ["1", "料理1", "主菜", "鈴木"])
        }
    }

    @Test func onlyKeysAndSheetsThatAreAskedForAreWritten() async throws {
        try await GoogleBench.with(["a": Self.rows, "b": [Self.row(100, "主食"), Self.row(101, "主食")]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.emulator.type("a", "'料理'!C2:C3", [["主食"], ["主食"]])
            try bench.emulator.type("b", "'料理'!C2:C3", [["副菜"], ["副菜"]])
            let schema = try LabelSchema.parse(Workbench.schemaText, file: "dish.yaml")
            let report = try await bench.restore(["a", "b"], to: 1) { request in
                request.sheet = "b"
                request.keys = ["[101]", "[2]"].map {
                    NamedKey(hash: LabelSchema.keyHash(schema.key(json: $0) ?? []), json: $0)
                }
            }
            #expect(report.cells.map { "\($0.key) \($0.cell)" } == ["[101] C3"])
            #expect(try bench.shownKinds("b") == ["100": "副菜", "101": "主食"])
            #expect(try bench.shown("a")[0][2] == "主食")
            await #expect(throws: RestoreProblem.self) {
                try await bench.restorePlan(["a", "b"], to: 1) { $0.sheet = "no such sheet" }
            }
        }
    }

    @Test func whatNobodyCanDecideStaysAndIsListed() async throws {
        try await GoogleBench.with(["a": Self.rows]) { bench in
            try await bench.sync(["a"])
            // Twice, unreadable, new, and gone.
            try bench.emulator.type(
                "a", "'料理'!A3:C6", [["1", "二", "副菜"], ["x", "三", "副菜"], ["77", "四", "副菜"], ["5", "五", "主食"]])
            let before = try bench.shown("a")
            let report = try await bench.restore(["a"], to: 1)
            #expect(try bench.shown("a")[0...3] == before[0...3])
            #expect(try bench.shown("a")[4] == ["5", "五", "副菜", "佐藤"])
            #expect(
                report.counts.left
                    == ["duplicate": 1, "unreadable_key": 1, "inserted": 1, "missing": 3])
            #expect(report.left.first { $0.kind == .duplicate }?.cells == ["料理!A2", "料理!A3"])
            #expect(report.left.first { $0.kind == .unreadableKey }?.cells == ["A4"])
            #expect(report.left.filter { $0.kind == .missing }.compactMap(\.key).sorted() == ["[2]", "[3]", "[4]"])
        }
    }

    @Test func aPendingCopyOfARowIsNotTheOneThatIsMeant() async throws {
        try await GoogleBench.with(["a": Self.rows, "b": [["1", "料理1", "", ""]]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.emulator.type("a", "'料理'!C2", [["副菜"]])
            try await bench.restore(["a", "b"], to: 1)
            #expect(try bench.shown("a")[0][2] == "主菜")
            #expect(try bench.shown("b")[0] == ["1", "料理1"])
            // Blank everywhere: the one row that there is gets the value.
            try bench.emulator.type("a", "'料理'!C3", [[""]])
            try await bench.restore(["a", "b"], to: 1)
            #expect(try bench.shown("a")[1][2] == "副菜")
        }
    }

    @Test func rowsThatAreGoneGetANewOneWhereTheyStood() async throws {
        try await GoogleBench.with(["a": Self.rows, "b": [Self.row(100, "主食"), Self.row(101, "主菜")]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.emulator.deleteRows("b", tab: "料理", 3...3)
            try bench.emulator.deleteRows("a", tab: "料理", 2...4)
            try await bench.sync(["a", "b"])
            #expect(try await bench.kinds().count == 7)
            #expect(try await bench.restore(["a", "b"], to: 1).counts.left == ["missing": 4])
            let report = try await bench.restore(["a", "b"], to: 1) { $0.appends = true }
            #expect(report.counts.appendedRows == 4)
            #expect(report.outcome == .restored)
            #expect(try bench.shownKinds("a").count == 9)
            #expect(try bench.shown("b") == [Self.row(100, "主食"), ["101", "料理101", "主菜"]])
            try await bench.sync(["a", "b"])
            #expect(try await bench.rootHash(3) == bench.rootHash(1))
            #expect(try await bench.restore(["a", "b"], to: 1) { $0.appends = true }.outcome == .unchanged)
        }
    }

    @Test func aKeyThatWasCorrectedGetsNoRowOfItsOwn() async throws {
        try await GoogleBench.with(["a": Self.rows]) { bench in
            try await bench.sync(["a"])
            try bench.emulator.type("a", "'料理'!A2", [["50"]])
            try await bench.sync(["a"])
            let named = { (json: String) in NamedKey(hash: LabelSchema.keyHash(Array(json.utf8)), json: json) }
            let record = try await bench.record()
            try await bench.store.withLease(SyncRunner.leaseName(dataset: record.name), owner: "tests") { lease in
                try await bench.store.rekey(
                    from: named("[1]"), to: named("[50]"), in: record, actor: "tests", why: nil, lease: lease)
            }
            let report = try await bench.restore(["a"], to: 1) { $0.appends = true }
            #expect(report.counts.left == ["rekeyed": 1, "inserted": 1])
            #expect(try bench.shown("a").count == 9)
        }
    }

    @Test func aRowIsNotMadeInvalid() async throws {
        let strict = Workbench.schemaText.replacing(
            "primaryKey: [id]",
            with: "primaryKey: [id]\nsheaf: { rules: [\"if name = '特別' then kind = '副菜'\"] }")
        try await GoogleBench.with(["a": Self.rows]) { bench in
            var settings = GoogleBench.Settings()
            settings.schema = strict
            try await bench.sync(["a"], settings)
            try bench.emulator.type("a", "'料理'!B2:C3", [["特別", "副菜"], ["料理2", "主食"]])
            let report = try await bench.restore(["a"], to: 1, settings)
            #expect(report.counts.left == ["would_be_invalid": 1])
            #expect(report.cells.map(\.key) == ["[2]"])
            #expect(try bench.shown("a")[0][2] == "副菜")
        }
    }
}

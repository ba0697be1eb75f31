import LabelSchema
import LabelStore
import SheetSource
import SheetsEmulator
import TestSupport
import Testing

@testable import Sync

/// A run reads what may have changed, and nothing else; and nothing that was seen is forgotten.
@Suite struct ChangeTests {
    private static let listOnly = ["drive.changes.list": 1]

    private static func row(_ id: Int, _ kind: String = "主食") -> [String] { ["\(id)", "n\(id)", kind] }

    // MARK: - What a run costs

    @Test func aRunOverAThousandSheetsCostsWhatChanged() async throws {
        try await GoogleBench.with([:]) { bench in
            let ids = (0..<1_000).map { "s\($0)" }
            for (index, id) in ids.enumerated() { bench.add(id, [Self.row(index)]) }
            let first = try await bench.calls {
                let report = try await bench.sync(ids)
                #expect(report.counts.inserted == 1_000)
            }
            let firstTotal = first.values.reduce(0, +)
            #expect(firstTotal == 4_001, "\(first)")

            let idle = try await bench.calls {
                let report = try await bench.sync(ids)
                #expect(report.outcome == .unchanged)
                #expect(report.counts.rows == 1_000)
            }
            #expect(idle == Self.listOnly)

            for index in 0..<7 { try bench.emulator.type("s\(index * 100)", "'料理'!C2", [["主菜"]]) }
            let seven = try await bench.calls {
                let report = try await bench.sync(ids)
                #expect(report.counts.updated == 7)
                #expect(report.counts.unchanged == 993)
                #expect(report.sheets.count { $0.wasRead } == 7)
            }
            #expect(seven["drive.changes.list"] == 1)
            #expect(seven.values.reduce(0, +) <= 1 + 3 * 7, "\(seven)")
            #expect(try await bench.kinds().values.count { $0 == "主菜" } == 7)

            for id in ids { try bench.emulator.type(id, "'料理'!C2", [["副菜"]]) }
            let all = try await bench.calls {
                let report = try await bench.sync(ids)
                #expect(report.counts.updated == 1_000)
            }
            let allTotal = all.values.reduce(0, +)
            #expect(allTotal <= 3_001, "\(all)")
        }
    }

    @Test func tabsOfOneSpreadsheetShareItsCalls() async throws {
        try await GoogleBench.with([:]) { bench in
            bench.emulator.addSpreadsheet(
                id: "s", title: "表", sharedWith: [bench.email],
                tabs: (1...5).map { ("t\($0)", [GoogleBench.header, Self.row($0)]) })
            let definition = DatasetDefinition(
                name: Workbench.dataset, schema: try bench.definition([]).schema,
                sheets: (1...5).map { number in
                    SheetDefinition(
                        reference: .init(spreadsheet: "s", tab: "t\(number)"), location: "google:s/t\(number)",
                        annotator: nil, reader: bench.source, fileID: "s")
                }, guards: .none)
            func sync() async throws -> SyncReport {
                try await SyncRunner(
                    definition: definition, store: bench.store, actor: "tests", worker: "tests",
                    logger: GoogleBench.silent,
                    policy: ReadPolicy(changes: try await bench.feed.follow())
                ).sync()
            }
            #expect(try await sync().counts.inserted == 5)
            try bench.emulator.type("s", "'t3'!C2", [["副菜"]])
            let calls = try await bench.calls {
                let report = try await sync()
                #expect(report.counts.updated == 1)
            }
            #expect(calls.values.reduce(0, +) <= 4, "\(calls)")
        }
    }

    // MARK: - Nothing seen is forgotten

    /// After each of these ends, the next run reads the sheet that changed.
    @Test func aChangeThatARunSawIsReadAgainIfTheRunIsHeld() async throws {
        try await GoogleBench.with(["a": (1...20).map { Self.row($0) }, "b": [Self.row(100)]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.rewrite("a", (1...20).map { Self.row($0, "主菜") })
            var strict = GoogleBench.Settings()
            strict.guards = Guards(maxChanged: 0.1, floor: 1)
            #expect(try await bench.sync(["a", "b"], strict).outcome == .held)
            #expect(try await bench.dirty() == ["a"])
            let again = try await bench.sync(["a", "b"], strict)
            #expect(again.outcome == .held)
            #expect(again.sheets.map(\.wasRead) == [true, false])
            #expect(try await bench.sync(["a", "b"]).counts.updated == 20)
            #expect(try await bench.dirty() == [])
        }
    }

    @Test func aChangeThatARunSawIsReadAgainIfTheRunIsBusyOrFails() async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.emulator.type("a", "'料理'!C2", [["主菜"]])
            let lease = try await bench.store.acquireLease("dataset:dish", owner: "another")
            await #expect(throws: StoreError.self) { try await bench.sync(["a", "b"]) }
            try await lease.release()
            #expect(try await bench.dirty() == ["a"])

            bench.emulator.inject(EmulatorFault(.status(503), times: 100, method: "values"))
            let failed = try await bench.sync(["a", "b"])
            #expect(failed.isPartial)
            bench.emulator.clearFaults()
            #expect(try await bench.dirty() == ["a"])
            #expect(try await bench.sync(["a", "b"]).counts.updated == 1)
        }
    }

    /// A read of everything finds what no notice told; if that run comes to nothing, the next one has to know.
    @Test func aChangeFoundWithoutANoticeIsRememberedByAHeldRun() async throws {
        try await GoogleBench.with(["a": (1...20).map { Self.row($0) }, "b": [Self.row(100)]]) { bench in
            try await bench.sync(["a", "b"])
            bench.emulator.noticeDelay = .seconds(3_600)
            try bench.rewrite("a", (1...20).map { Self.row($0, "主菜") })
            #expect(try await bench.calls { try await bench.sync(["a", "b"]) } == Self.listOnly)
            var strict = GoogleBench.Settings()
            strict.guards = Guards(maxChanged: 0.1, floor: 1)
            strict.readsAll = true
            #expect(try await bench.sync(["a", "b"], strict).outcome == .held)
            #expect(try await bench.dirty() == ["a"])
            #expect(try await bench.sync(["a", "b"]).counts.updated == 20)
            #expect(try await bench.dirty() == [])
        }
    }

    @Test func workersThatFollowChangesAtOnceForgetNone() async throws {
        let ids = (0..<8).map { "s\($0)" }
        try await GoogleBench.with([:]) { bench in
            for (index, id) in ids.enumerated() { bench.add(id, [Self.row(index)]) }
            try await bench.sync(ids)
            for round in 0..<5 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for id in ids {
                        try bench.emulator.type(id, "'料理'!B2", [["round \(round)"]])
                        group.addTask {
                            guard case .marked = try await bench.feed.follow() else {
                                Issue.record("the list could not be followed")
                                return
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                _ = try await bench.feed.follow()
                #expect(try await bench.dirty() == ids)
                #expect(try await bench.sync(ids).counts.updated == 8)
            }
        }
    }

    @Test func aTokenThatIsRejectedMeansAFullRead() async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)]]) { bench in
            try await bench.sync(["a", "b"])
            bench.emulator.noticeDelay = .seconds(3_600)
            try bench.emulator.type("b", "'料理'!C2", [["主菜"]])
            try await bench.execute("UPDATE sheaf_feeds SET page_token = 'from-another-world'")
            let report = try await bench.sync(["a", "b"])
            #expect(report.sheets.allSatisfy { $0.wasRead })
            #expect(report.counts.updated == 1)
            let next = try await bench.calls { try await bench.sync(["a", "b"]) }
            #expect(next["drive.changes.list"] == 1)
        }
    }

    /// While the list cannot be had, no sheet is asked for in vain, and nothing is made of not knowing.
    @Test func aListThatCannotBeHadFailsTheRunAndMarksNothing() async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.emulator.type("a", "'料理'!C2", [["主菜"]])
            bench.emulator.inject(EmulatorFault(.status(503), times: 100, method: "changes"))
            let calls = try await bench.calls {
                let report = try await bench.sync(["a", "b"])
                #expect(report.outcome == .failed)
                #expect(report.sheets.allSatisfy { $0.failure?.code == "unavailable" })
            }
            #expect(Set(calls.keys) == ["drive.changes.list"])
            bench.emulator.clearFaults()
            #expect(try await bench.dirty() == [])
            let report = try await bench.sync(["a", "b"])
            #expect(report.counts.updated == 1)
            #expect(report.sheets.map(\.wasRead) == [true, false])
        }
    }

    // MARK: - When a sheet is read that nobody has marked

    @Test func aSheetIsReadUntilItHasCooledDown() async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.emulator.type("a", "'料理'!C2", [["主菜"]])
            try await bench.sync(["a", "b"])
            // An edit whose notice has not come yet.
            bench.emulator.noticeDelay = .seconds(3_600)
            try bench.emulator.type("a", "'料理'!C2", [["副菜"]])
            try await bench.wait(60)
            #expect(try await bench.sync(["a", "b"]).counts.updated == 1)
            try await bench.wait(200)
            #expect(try await bench.sync(["a", "b"]).sheets.map(\.wasRead) == [true, false])
            try await bench.wait(200)
            // Read once after it has cooled down, and no more.
            #expect(try await bench.sync(["a", "b"]).sheets.map(\.wasRead) == [true, false])
            #expect(try await bench.calls { try await bench.sync(["a", "b"]) } == Self.listOnly)
        }
    }

    @Test func everySheetIsReadOnSchedule() async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)]]) { bench in
            try await bench.sync(["a", "b"])
            bench.emulator.noticeDelay = .seconds(1_000_000)
            try bench.emulator.type("b", "'料理'!C2", [["主菜"]])
            try await bench.wait(86_000)
            #expect(try await bench.calls { try await bench.sync(["a", "b"]) } == Self.listOnly)
            try await bench.wait(1_000)
            #expect(try await bench.sync(["a", "b"]).counts.updated == 1)
        }
    }

    /// A web server may say "unchanged" of a file that is another one: a sticking ETag must not hide it for ever.
    @Test func aSourceThatSaysUnchangedIsReadInFullOnScheduleToo() async throws {
        try await Workbench.with { bench in
            try bench.write("a", [Self.row(1)])
            let reader = StuckReader(source: CSVFolderSource(folder: bench.folder))
            func sync() async throws -> SyncReport {
                try await SyncRunner(
                    definition: DatasetDefinition(
                        name: Workbench.dataset, schema: try LabelSchema.parse(Workbench.schemaText, file: "dish.yaml"),
                        sheets: [
                            SheetDefinition(
                                reference: SheetReference(spreadsheet: "a"), location: "url:a", annotator: nil,
                                reader: reader)
                        ], guards: .none), store: bench.store, actor: "tests", worker: "tests",
                    logger: GoogleBench.silent
                ).sync()
            }
            func wait(_ hours: Int) async throws {
                try await bench.execute("UPDATE sheaf_sheets SET read_at = read_at - INTERVAL \(hours) HOUR")
            }
            #expect(try await sync().counts.inserted == 1)
            try bench.write("a", [Self.row(1, "主菜")])
            try await wait(23)
            #expect(try await sync().sheets.map(\.wasRead) == [false])
            try await wait(1)
            #expect(try await sync().counts.updated == 1)
            // Once a day, also if it turns out to be the same.
            for _ in 0..<2 {
                try await wait(24)
                #expect(try await sync().sheets.map(\.wasRead) == [true])
                #expect(try await sync().sheets.map(\.wasRead) == [false])
            }
        }
    }

    /// A note is no label: the file has another version, and the sheet is read once.
    @Test func whatIsWrittenBesideTheLabelsCostsOneReadAndHidesNoEdit() async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.emulator.setNote("a", "'料理'!C2", "よく見てください", by: bench.email)
            #expect(try await bench.sync(["a", "b"]).sheets.map(\.wasRead) == [true, false])
            #expect(try await bench.calls { try await bench.sync(["a", "b"]) } == Self.listOnly)
            // Right after it, a person's edit.
            try bench.emulator.setNote("a", "'料理'!C2", "", by: bench.email)
            try bench.emulator.type("a", "'料理'!C2", [["主菜"]])
            #expect(try await bench.sync(["a", "b"]).counts.updated == 1)
        }
    }

    @Test func anotherSchemaReadsEverySheet() async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)]]) { bench in
            try await bench.sync(["a", "b"])
            var other = GoogleBench.Settings()
            other.schema = Workbench.schemaText.replacing("副菜]", with: "副菜, 汁物]")
            let report = try await bench.sync(["a", "b"], other)
            #expect(report.schemaChanged)
            #expect(report.sheets.allSatisfy { $0.wasRead })
            #expect(try await bench.calls { try await bench.sync(["a", "b"], other) } == Self.listOnly)
        }
    }

    /// Where a sheet's rows are is a matter of that sheet alone.
    @Test func anotherHeaderRowOrNamedRangeReadsItsSheetAndNoOther() async throws {
        // The header of `a` stands twice, so that either row may be it: below the upper one, the lower one is a rejected row.
        try await GoogleBench.with(["a": [GoogleBench.header, Self.row(1)], "b": [Self.row(2), Self.row(3)]]) { bench in
            try bench.emulator.defineName("b", "表", range: "'料理'!A1:D3")
            func sync(headerRow: Int, namedRange: String?) async throws -> SyncReport {
                let plain = try bench.definition(["a", "b"])
                let sheets = plain.sheets.enumerated().map { index, sheet in
                    SheetDefinition(
                        reference: SheetReference(
                            spreadsheet: sheet.reference.spreadsheet, tab: sheet.reference.tab,
                            namedRange: index == 1 ? namedRange : nil, headerRow: index == 0 ? headerRow : 1),
                        location: sheet.location, annotator: nil, reader: sheet.reader, fileID: sheet.fileID)
                }
                return try await SyncRunner(
                    definition: DatasetDefinition(
                        name: plain.name, schema: plain.schema, sheets: sheets, guards: .none),
                    store: bench.store, actor: "tests", worker: "tests", logger: GoogleBench.silent,
                    policy: ReadPolicy(changes: try await bench.feed.follow())
                ).sync()
            }
            let cases: [(headerRow: Int, namedRange: String?, wasRead: [Bool], rejected: Int)] = [
                (1, nil, [true, true], 1), (2, nil, [true, false], 0), (2, "表", [false, true], 0),
                (2, nil, [false, true], 0), (1, nil, [true, false], 1),
            ]
            for (index, one) in cases.enumerated() {
                let report = try await sync(headerRow: one.headerRow, namedRange: one.namedRange)
                #expect(report.sheets.map(\.wasRead) == one.wasRead, "case \(index)")
                #expect(report.counts.rejected == one.rejected, "case \(index)")
                #expect(try await bench.kinds().count == 3, "case \(index)")
                let idle = try await bench.calls {
                    _ = try await sync(headerRow: one.headerRow, namedRange: one.namedRange)
                }
                #expect(idle == Self.listOnly, "case \(index)")
            }
        }
    }

    @Test func aPlanReadsWhatChangedAndForgetsNothing() async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.emulator.type("a", "'料理'!C2", [["主菜"]])
            for _ in 0..<2 {
                let plan = try await bench.plan(["a", "b"])
                #expect(plan.counts.updated == 1)
                #expect(plan.counts.unchanged == 1)
                #expect(plan.sheets.map(\.wasRead) == [true, false])
            }
            #expect(try await bench.dirty() == [])
            #expect(try await bench.sync(["a", "b"]).counts.updated == 1)
        }
    }
}

/// Says "unchanged" whenever that is taken for an answer, whatever has changed.
private struct StuckReader: SheetReader {
    let source: CSVFolderSource

    func read(_ request: SheetRequest) async throws(SheetError) -> SheetReading {
        guard request.acceptsUnchanged, let known = request.knownVersion else { return try await source.read(request) }
        return SheetReading(
            identity: SheetIdentity(
                spreadsheet: request.sheet.spreadsheet, spreadsheetTitle: "", sheetID: 0, title: ""),
            fileVersionBefore: known, fileVersionAfter: known, bytes: 0, rowsRead: 0, oneAnswer: true,
            isUnchanged: true)
    }
}

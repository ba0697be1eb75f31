import LabelStore
import SheetSource
import SheetsEmulator
import TestRandom
import Testing

@testable import Sync

/// What a run decides that reads only some of the sheets.
@Suite struct PartialReadTests {
    private static func row(_ id: Int, _ kind: String = "主食") -> [String] { ["\(id)", "n\(id)", kind] }

    /// A row was cut from one sheet and pasted into another, and only one of the two notices has come.
    @Test(arguments: ["a", "b"])
    func aRowThatMovedIsNeverDeletedWhicheverNoticeComesFirst(_ noticed: String) async throws {
        try await GoogleBench.with(["a": [Self.row(1), Self.row(2)], "b": [Self.row(3)], "c": [Self.row(4)]]) { bench in
            let ids = ["a", "b", "c"]
            try await bench.sync(ids)
            let edits: [String: () throws -> Void] = [
                "a": { try bench.rewrite("a", [Self.row(1)]) },
                "b": { try bench.rewrite("b", [Self.row(3), Self.row(2)]) },
            ]
            try edits[noticed]?()
            // The list has told it once, so it stands in it; what comes after is late.
            _ = try await bench.feed.look()
            bench.emulator.noticeDelay = .seconds(3_600)
            try edits[noticed == "a" ? "b" : "a"]?()
            let report = try await bench.sync(ids)
            #expect(report.counts.deleted == 0)
            #expect(report.counts.rejected == 0)
            #expect(report.counts.moved == 1)
            #expect(try await bench.kinds().count == 4)
            // And then it is at home there: the old sheet's change has nothing to say of it.
            bench.emulator.noticeDelay = .zero
            try bench.emulator.type("a", "'料理'!B2", [["another"]])
            #expect(try await bench.sync(ids).counts.updated == 1)
        }
    }

    @Test func aRowCopiedIntoAChangedSheetIsADuplicateOfOneThatStandsInAnother() async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)], "c": [Self.row(3)]]) { bench in
            let ids = ["a", "b", "c"]
            try await bench.sync(ids)
            try bench.emulator.append("b", tab: "料理", [Self.row(1, "主菜")])
            let copied = try await bench.sync(ids)
            #expect(copied.counts.rejected == 2)
            #expect(copied.sheets.map(\.wasRead) == [true, true, false])
            #expect(try await bench.kinds()[1] == "主食")
            // It is taken away where the label was: the other row, in a sheet that nobody touched, decides now.
            try bench.rewrite("a", [])
            let solved = try await bench.sync(ids)
            #expect(solved.counts.rejected == 0)
            #expect(try await bench.kinds() == [1: "主菜", 2: "主食", 3: "主食"])
        }
    }

    @Test func aDeletedRowIsDeletedAfterTwoLooksAtEverySheet() async throws {
        try await GoogleBench.with(["a": [Self.row(1), Self.row(2)], "b": [Self.row(3)], "c": [Self.row(4)]]) { bench in
            let ids = ["a", "b", "c"]
            try await bench.sync(ids)
            try bench.rewrite("a", [Self.row(1)])
            let report = try await bench.sync(ids)
            #expect(report.counts.deleted == 1)
            #expect(report.passes == 2)
            #expect(report.sheets.allSatisfy { $0.wasRead })
        }
    }

    @Test func whileADeleteWaitsAnyChangeReadsEverySheet() async throws {
        try await GoogleBench.with(["a": [Self.row(1), Self.row(2)], "b": [Self.row(3)], "c": [Self.row(4)]]) { bench in
            let ids = ["a", "b", "c"]
            try await bench.sync(ids)
            try bench.emulator.unshare("c", with: bench.email)
            try bench.rewrite("a", [Self.row(1)])
            let blocked = try await bench.sync(ids)
            #expect(blocked.counts.deleted == 0)
            #expect(blocked.counts.waitingDeletes == 1)
            try bench.emulator.share("c", with: bench.email)
            let report = try await bench.sync(ids)
            #expect(report.counts.deleted == 1)
            #expect(try await bench.kinds() == [1: "主食", 3: "主食", 4: "主食"])
        }
    }

    /// Rejections stand in sheets that are not read, and count as what they are: nothing new.
    @Test func whatIsRejectedInASheetThatIsNotReadStillCounts() async throws {
        try await GoogleBench.with(["a": [Self.row(1), Self.row(2, "?")], "b": [["x", "n", "主食"], Self.row(3)]]) {
            bench in
            let ids = ["a", "b"]
            let first = try await bench.sync(ids)
            #expect(first.counts.rejected == 2)
            try bench.emulator.append("a", tab: "料理", [Self.row(4)])
            let second = try await bench.sync(ids)
            #expect(second.counts.rejected == 2)
            #expect(second.counts.newlyRejected == 0)
            #expect(second.sheets.map(\.wasRead) == [true, false])
            // A key that cannot be read blocks deletes also where it stands in a sheet that was not asked for at first.
            try bench.rewrite("a", [Self.row(1), Self.row(2, "?")])
            let blocked = try await bench.sync(ids)
            #expect(blocked.counts.deleted == 0)
            #expect(blocked.counts.waitingDeletes == 1)
        }
    }

    @Test func twoEntriesForOneTabAreRefusedAlsoWhereOneIsNotRead() async throws {
        try await GoogleBench.with(["a": [Self.row(1)]]) { bench in
            func sync() async throws -> SyncReport {
                let sheets = [("google:a/料理", 0), ("google:a/#0", 1)].map { location, index in
                    SheetDefinition(
                        reference: .init(spreadsheet: "a", tab: index == 0 ? "料理" : nil, sheetID: index == 0 ? nil : 0),
                        location: location, annotator: nil, reader: bench.source, fileID: "a")
                }
                return try await SyncRunner(
                    definition: DatasetDefinition(
                        name: Workbench.dataset, schema: try bench.definition([]).schema, sheets: sheets,
                        guards: .none), store: bench.store, actor: "tests", worker: "tests",
                    logger: GoogleBench.silent,
                    policy: ReadPolicy(changes: try await bench.feed.follow())
                ).sync()
            }
            for _ in 0..<3 {
                let report = try await sync()
                #expect(report.sheets.map { $0.failure?.code } == [nil, "same-tab-twice"])
                #expect(report.counts.labels == 1)
            }
        }
    }

    /// Random edits of three spreadsheets, synced now and then by what the list of changes says, against the same model as
    /// runs that read everything; half of the time the notices of some edits come a round late.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func labelsAreWhatThePromisesSay(_ seed: UInt64) async throws {
        let ids = ["a", "b", "c"]
        try await GoogleBench.with(["a": [], "b": [], "c": []]) { bench in
            var random = SeededRandom(seed: seed)
            var settings = GoogleBench.Settings()
            settings.coolDown = .zero
            var sheets = RandomSheets(count: 3)
            var model: [Int: String] = [:]
            try await bench.sync(ids, settings)
            for step in 1...12 {
                let before = sheets.sheets
                for _ in 0..<(1 + random.number(in: 0..<4)) { sheets.edit(&random) }
                for (index, id) in ids.enumerated() where sheets.sheets[index] != before[index] {
                    try bench.rewrite(id, sheets.sheets[index].map(\.cells))
                }
                let after = sheets.expectedLabels(before: model)
                let report = try await bench.sync(ids, settings)
                #expect(try await bench.kinds() == after, "seed \(seed), step \(step)")
                #expect(report.counts.labels == after.count, "seed \(seed), step \(step)")
                model = after
            }
            // Whatever was skipped on the way: reading everything finds nothing more.
            let open = try await bench.store.openExceptions(of: bench.record())
            settings.readsAll = true
            let full = try await bench.sync(ids, settings)
            #expect(full.outcome == .unchanged, "seed \(seed)")
            let afterwards = try await bench.store.openExceptions(of: bench.record())
            #expect(afterwards.byKey == open.byKey)
            #expect(try await bench.kinds() == model)
        }
    }
}

import Foundation
import LabelSchema
import LabelStore
import SheetSource
import SheetsEmulator
import TestSupport
import Testing

@testable import Sync

/// Ways in which a run that reads only some of the sheets could forget something.
@Suite struct PendingWorkTests {
    private static func row(_ id: Int, _ kind: String = "主食") -> [String] { ["\(id)", "n\(id)", kind] }

    private static func number(_ id: String, _ bench: GoogleBench) async throws -> UInt32 {
        try #require(
            try await bench.store.sheets(of: try await bench.record()).first { $0.fileID == id && $0.state != .active }?
                .id)
    }

    private static func retire(_ id: String, deletes: Bool, _ bench: GoogleBench) async throws {
        let record = try await bench.record()
        let sheet = try await number(id, bench)
        try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "t") { lease in
            try await bench.store.retire(
                sheet: sheet, of: record, deletes: deletes, actor: "t", why: nil, lease: lease)
        }
    }

    /// Drive was out when the row went: it is the other sheets that could not be read, and nothing marks them.
    @Test func aDeleteThatWaitedForDriveIsProvenOnceDriveIsBack() async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)]]) { bench in
            let folder = FileManager.default.temporaryDirectory.path() + "/sheaf-pending-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            func write(_ rows: [[String]]) throws {
                let text =
                    ([GoogleBench.header] + rows).map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n"
                try text.write(toFile: "\(folder)/c.csv", atomically: true, encoding: .utf8)
            }
            func sync(_ changes: KnownChanges? = nil) async throws -> SyncReport {
                let definition = try bench.definition(["a", "b"])
                let csv = SheetDefinition(
                    reference: SheetReference(spreadsheet: "c.csv"), location: "csv:c.csv", annotator: nil,
                    reader: CSVFolderSource(folder: folder))
                let known: KnownChanges
                if let changes { known = changes } else { known = try await bench.feed.follow() }
                return try await SyncRunner(
                    definition: DatasetDefinition(
                        name: Workbench.dataset, schema: definition.schema, sheets: definition.sheets + [csv],
                        guards: .none), store: bench.store, actor: "t", worker: "t", logger: GoogleBench.silent,
                    policy: ReadPolicy(changes: known)
                ).sync()
            }
            try write([Self.row(3), Self.row(4)])
            #expect(try await sync().counts.labels == 4)
            try write([Self.row(3)])
            let out = try await sync(.unavailable(SheetError(.unavailable, "out")))
            #expect(out.counts.waitingDeletes == 1)
            let back = try await sync()
            #expect(back.counts.deleted == 1)
            #expect(try await bench.kinds().count == 3)
        }
    }

    @Test func aDeleteOfARetiredSheetThatWaitsCanBeApprovedPastTheBlock() async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)], "c": [Self.row(3)]]) { bench in
            try await bench.sync(["a", "b", "c"])
            try await bench.sync(["a", "b"])
            try bench.emulator.append("b", tab: "料理", [["x", "n", "主食"]])
            try await bench.sync(["a", "b"])
            try await Self.retire("c", deletes: true, bench)
            let blocked = try await bench.sync(["a", "b"])
            #expect(blocked.counts.waitingDeletes == 1)
            let record = try await bench.record()
            _ = try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "t") {
                try await bench.store.approveWaitingDeletes(of: record, actor: "t", why: nil, hours: 24, lease: $0)
            }
            let approved = try await bench.sync(["a", "b"])
            #expect(approved.counts.deleted == 1)
        }
    }

    /// Somebody typed between the two looks: the proof has to be tried again by the next run.
    @Test func aDeleteOfARetiredSheetIsTriedAgainAfterAnEditBetweenTheTwoLooks() async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)], "c": [Self.row(3)]]) { bench in
            try await bench.sync(["a", "b", "c"])
            try await bench.sync(["a", "b"])
            try await Self.retire("c", deletes: true, bench)
            let definition = try bench.definition(["a", "b"])
            let edited = Shared(false)
            let report = try await SyncRunner(
                definition: definition, store: bench.store, actor: "t", worker: "t", logger: GoogleBench.silent,
                policy: ReadPolicy(changes: try await bench.feed.follow(), coolDown: .zero),
                progress: { step in
                    if case .comparing = step, !edited.value {
                        edited.value = true
                        try? bench.emulator.type("a", "'料理'!B2", [["typed"]])
                    }
                }
            ).sync()
            #expect(edited.value)
            #expect(report.counts.deleted == 0)
            var settings = GoogleBench.Settings()
            settings.coolDown = .zero
            _ = try await bench.sync(["a", "b"], settings)
            _ = try await bench.sync(["a", "b"], settings)
            #expect(try await bench.kinds() == [1: "主食", 2: "主食"])
        }
    }

    /// A list of changes that goes round in circles.
    @Test(.timeLimit(.minutes(1))) func aListOfChangesThatDoesNotGoOnEndsTheLook() async throws {
        struct Stuck: ChangeSource {
            func feedName() async -> String { "stuck" }
            func startToken() async throws(SheetError) -> String { "1" }
            func changes(since token: String) async throws(SheetError) -> ChangePage {
                if Task.isCancelled { throw SheetError(.cancelled, "") }
                return ChangePage(changes: [], nextToken: token, isLast: false)
            }
        }
        try await GoogleBench.with(["a": [Self.row(1)]]) { bench in
            try await bench.sync(["a"])
            let feed = ChangeFeed(source: Stuck(), store: bench.store, logger: GoogleBench.silent)
            _ = try await feed.follow()
            for look in [feed.follow, feed.look] {
                let task = Task { try await look() }
                let timer = Task {
                    try await Task.sleep(for: .seconds(10))
                    task.cancel()
                }
                guard case .unavailable(let error) = try await task.value else {
                    Issue.record("it went on")
                    return
                }
                #expect(error.code == .malformedAnswer)
                timer.cancel()
            }
        }
    }

    /// A server that says "not modified" whatever has become of its file is not believed for ever.
    @Test func aSourceThatAlwaysSaysUnchangedIsReadInFullOnceADay() async throws {
        struct Stubborn: SheetReader {
            let source: CSVFolderSource
            let asked: Shared<[Bool]>

            func read(_ request: SheetRequest) async throws(SheetError) -> SheetReading {
                asked.value.append(request.acceptsUnchanged)
                guard request.acceptsUnchanged, let version = request.knownVersion else {
                    return try await source.read(request)
                }
                return SheetReading(
                    identity: SheetIdentity(spreadsheet: "a", spreadsheetTitle: "a", sheetID: 0, title: "a"),
                    fileVersionBefore: version, fileVersionAfter: version, bytes: 0, rowsRead: 0, oneAnswer: true,
                    isUnchanged: true)
            }
        }
        try await Workbench.with { bench in
            let reader = Stubborn(source: CSVFolderSource(folder: bench.folder), asked: Shared([]))
            func sync() async throws -> SyncReport {
                let definition = DatasetDefinition(
                    name: Workbench.dataset, schema: try LabelSchema.parse(Workbench.schemaText, file: "dish.yaml"),
                    sheets: [
                        SheetDefinition(
                            reference: SheetReference(spreadsheet: "a.csv"), location: "csv:a.csv", annotator: nil,
                            reader: reader)
                    ], guards: .none)
                return try await SyncRunner(
                    definition: definition, store: bench.store, actor: "t", worker: "t", logger: GoogleBench.silent
                ).sync()
            }
            func wait() async throws {
                try await bench.execute("UPDATE sheaf_sheets SET read_at = read_at - INTERVAL 25 HOUR")
            }
            try bench.write("a.csv", [["1", "n", "主食"]])
            _ = try await sync()
            // The same bytes once a day, and not at every run from then on.
            try await wait()
            #expect(try await sync().outcome == .unchanged)
            #expect(try await sync().outcome == .unchanged)
            #expect(reader.asked.value == [false, false, true])
            try bench.write("a.csv", [["1", "n", "主菜"]])
            #expect(try await sync().outcome == .unchanged)
            try await wait()
            #expect(try await sync().counts.updated == 1)
        }
    }

    @Test func aRunThatFindsNothingNewStillTellsOfDeletesThatWait() async throws {
        try await GoogleBench.with(["a": [Self.row(1), Self.row(2)], "b": [Self.row(3)]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.emulator.unshare("b", with: bench.email)
            try bench.rewrite("a", [Self.row(1)])
            #expect(try await bench.sync(["a", "b"]).counts.waitingDeletes == 1)
            let next = try await bench.sync(["a", "b"])
            #expect(next.outcome == .unchanged)
            #expect(next.counts.waitingDeletes == 1)
        }
    }
}

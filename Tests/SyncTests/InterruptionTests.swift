import Foundation
import LabelDiff
import LabelStore
import MySQL
import Synchronization
import TestSupport
import Testing

@testable import Sync

@Suite struct InterruptionTests {
    @Test func theSecondOfTwoWorkersIsToldWhoIsAtWork() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", "a", "主食"]])
            try await bench.sync(["a.csv"])
            try await bench.store.withLease(
                SyncRunner.leaseName(dataset: Workbench.dataset), owner: "sato@host, process 1"
            ) { _ in
                let error = await #expect(throws: StoreError.self) { try await bench.sync(["a.csv"]) }
                #expect(error?.code == .busy)
                #expect(error?.message.contains("sato@host, process 1") == true)
            }
            #expect(try await bench.sync(["a.csv"]).outcome == .unchanged)
        }
    }

    @Test func twoSyncsAtOnceNeverWriteTheSameVersionTwice() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", (1...500).map { ["\($0)", "n", "主食"] })
            let other = TestStore.open(bench.configuration)
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for store in [bench.store, other, bench.store, other] {
                    group.addTask {
                        do {
                            _ = try await bench.runner(["a.csv"], store: store).sync()
                            return true
                        } catch let error as StoreError where error.code == .busy {
                            return false
                        } catch {
                            Issue.record(error)
                            return false
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.contains(true))
            #expect(try await bench.record().currentVersion == 1)
            #expect(try await bench.kinds().count == 500)
            await other.close()
        }
    }

    @Test(arguments: ["reading", "writing"])
    func aCancelledRunEndsAsCancelledAndLeavesTheLastVersion(_ phase: String) async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", (1...25_000).map { ["\($0)", "n", "主食"] })
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", (1...25_000).map { ["\($0)", "n", "主菜"] })
            let running = Shared<Task<SyncReport, any Error>?>(nil)
            let runner = try bench.runner(["a.csv"]) { event in
                switch event {
                case .reading where phase == "reading": running.value?.cancel()
                case .writing(let done, let total) where phase == "writing" && done < total: running.value?.cancel()
                default: break
                }
            }
            let (gate, open) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                for await _ in gate {}
                return try await runner.sync()
            }
            running.value = task
            open.finish()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await bench.runStates().first == .cancelled)
            #expect(try await bench.record().currentVersion == 1)
            #expect(Set(try await bench.kinds().values) == ["主食"])
            let staged = try await bench.countStaged()
            #expect(staged == 0)
            #expect(try await bench.sync(["a.csv"]).version == 2)
            #expect(Set(try await bench.kinds().values) == ["主菜"])
        }
    }

    /// A worker that dies takes nothing back: its staged rows stay, unseen, until the next run undoes them.
    @Test(arguments: 1...3)
    func aWorkerThatDiesInMidPublishLeavesTheLastVersionAndTheNextRunCarriesOn(_ chunks: Int) async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", (1...100).map { ["\($0)", "n", "主食"] })
            try await bench.sync(["a.csv"])
            let before = try await bench.labels()
            try await bench.stageAndDie(chunks: chunks)
            #expect(try await bench.countStaged() > 0)
            #expect(try await bench.labels() == before)
            #expect(try await bench.record().currentVersion == 1)
            let plan = try await bench.runner(["a.csv"]).plan()
            #expect(plan.counts.changes == 0)
            let report = try await bench.sync(["a.csv"])
            #expect(report.outcome == .unchanged)
            #expect(try await bench.labels() == before)
            #expect(try await bench.countStaged() == 0)
            #expect(try await bench.runStates().prefix(2) == [.unchanged, .abandoned])
        }
    }
}

extension Workbench {
    /// Rows that belong to a version that is not published.
    func countStaged() async throws -> Int {
        let pool = MySQLPool(configuration: configuration)
        let count = try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT (SELECT COUNT(*) FROM sheaf_labels l JOIN sheaf_datasets d USING (dataset_id)
                        WHERE l.valid_from > d.current_version)
                    + (SELECT COUNT(*) FROM sheaf_history h JOIN sheaf_datasets d USING (dataset_id)
                        WHERE h.valid_to > d.current_version)
                    + (SELECT COUNT(*) FROM sheaf_versions WHERE state = 'staging') AS n
                """
            ).first?.int("n") ?? 0
        }
        await pool.close()
        return Int(count)
    }

    /// Does what a worker does that dies while it publishes: it stages some chunks, and is never heard of again.
    func stageAndDie(chunks: Int) async throws {
        struct Dead: Error {}
        let dataset = try await record()
        let lease = try await store.acquireLease(SyncRunner.leaseName(dataset: Self.dataset), owner: "dead", seconds: 1)
        let runID = try await store.beginRun(dataset, kind: "sync", actor: "dead", worker: "dead", lease: lease)
        let version = try await store.version(1, of: dataset)
        let draft = VersionDraft(
            dataset: dataset, schemaID: version.schemaID, runID: runID, actor: "dead", reason: nil)
        let keys = try await store.page(of: dataset, version: 1, after: nil, limit: 100).keys
        let given = Shared(0)
        let figures = VersionFigures(
            rootHash: version.rootHash, versionHash: version.versionHash, labelCount: 0, inserted: 0, updated: 0,
            deleted: 0)
        do {
            try await store.publish(
                draft, figures: figures, publication: Publication(runState: .published, report: "{}"), lease: lease,
                nextChunk: {
                    let number = given.value
                    // A chunk is made while the one before is written: `chunks` of them are staged by then.
                    guard number <= chunks else { throw Dead() }
                    var chunk = StagedChunk()
                    let some = keys[(number * 20)..<(number * 20 + 20)]
                    chunk.deletes = Array(some.prefix(10))
                    chunk.updates = some.suffix(10).map {
                        StagedLabel(
                            key: $0, rowHash: RowHash(high: 1, low: 2), label: Array("{}".utf8), sheetID: 1,
                            sheetRow: 1, annotator: nil)
                    }
                    given.value = number + 1
                    return chunk
                })
        } catch is Dead {}
        // Its lease runs out by itself; here it is let go, so that nobody has to wait.
        try await lease.release()
    }
}

import Digest
import LabelDiff
import LabelStore
import Logging
import MySQL
import TestSupport
import Testing

@testable import LabelStore

/// Staging a large change set in two halves at a time, and what becomes of it when the lease is lost meanwhile.
@Suite("Two lanes of one lease")
struct LaneTests {
    @Test func twoHalvesMakeTheVersionThatOneWouldMake() async throws {
        try await LaneBench.with { bench in
            try await bench.publish(lower: bench.labels(0..<40, value: 1), upper: bench.labels(40..<90, value: 1))
            #expect(try await bench.stored() == Array(repeating: 1, count: 90))
            // Updates and deletes go into history from both lanes.
            try await bench.publish(
                lower: bench.labels(0..<40, value: 2, asUpdates: true), upper: [bench.deletes(40..<90)])
            #expect(try await bench.stored() == Array(repeating: 2, count: 40))
            #expect(try await bench.number("SELECT COUNT(*) FROM sheaf_history WHERE valid_to = 2") == 90)
        }
    }

    @Test func whoHasLostTheLeaseWritesNothingOnTheSecondLaneEither() async throws {
        try await LaneBench.with { bench in
            let old = try await bench.store.acquireLease("dataset:lanes", owner: "old")
            let lane = try await old.openSecondLane()
            try await bench.expire()
            _ = try await bench.other.acquireLease("dataset:lanes", owner: "new")
            let refused = await #expect(throws: StoreError.self) {
                try await lane.write { connection in _ = try connection.execute("DELETE FROM sheaf_sheets") }
            }
            #expect(refused?.code == .leaseLost)
        }
    }

    @Test("A lease changes hands only when what is under way on its second lane is over")
    func takingOverWaitsForTheSecondLane() async throws {
        try await LaneBench.with { bench in
            let old = try await bench.store.acquireLease("dataset:lanes", owner: "old")
            let lane = try await old.openSecondLane()
            // A transaction of the lane that has passed its fence, and hangs.
            let hung = try await MySQLConnection.connect(bench.configuration)
            try await bench.expire()
            try await hung.execute("START TRANSACTION")
            let passed = try await hung.execute(
                "UPDATE sheaf_leases SET step = step + 1 WHERE name = ? AND token = ?",
                [.text(lane.name), .uint(lane.token)])
            #expect(passed.affectedRows == 1)
            let taking = Task { try await bench.other.acquireLease("dataset:lanes", owner: "new") }
            try await bench.waitUntilSomeoneWaits()
            try await hung.execute(
                "INSERT INTO sheaf_schemas VALUES (99, 1, REPEAT('x', 32), 'lane', UTC_TIMESTAMP(6))")
            try await hung.execute("COMMIT")
            await hung.close()
            // What the new owner finds proves that it waited.
            let new = try await taking.value
            #expect(new.token > old.token)
            let seen = try await new.write { connection in
                try connection.rows("SELECT COUNT(*) AS n FROM sheaf_schemas WHERE schema_id = 99").first?.int("n")
            }
            #expect(seen == 1)
        }
    }

    @Test("After a failure on the second lane, the next write of the lease waits for what is left of it there")
    func theNextWriteClosesTheLane() async throws {
        try await LaneBench.with { bench in
            let lease = try await bench.store.acquireLease("dataset:lanes", owner: "worker")
            let stray = try await lease.openSecondLane()
            await lease.secondLaneFailed()
            try await lease.write { _ in }
            // A statement that comes late finds another step.
            await #expect(throws: StoreError.self) { try await stray.write { _ in } }
            // And the lease goes on, with a lane that is whole again.
            let lane = try await lease.openSecondLane()
            try await lane.write { _ in }
            try await lease.write { _ in }
        }
    }

    @Test func aHalfThatFailsLeavesNothingOnceItIsUndone() async throws {
        try await LaneBench.with { bench in
            try await bench.publish(lower: bench.labels(0..<30, value: 1), upper: bench.labels(30..<60, value: 1))
            struct Failed: Error {}
            await #expect(throws: Failed.self) {
                try await bench.publish(
                    lower: bench.labels(0..<30, value: 2, asUpdates: true),
                    upper: bench.labels(30..<60, value: 2, asUpdates: true), failure: Failed())
            }
            #expect(try await bench.number("SELECT COUNT(*) FROM sheaf_history") > 0)
            let dataset = try await bench.store.dataset("lanes")
            try await bench.store.withLease("dataset:lanes", owner: "next") { lease in
                let undone = try await bench.store.undoAbandonedStaging(dataset, lease: lease)
                #expect(undone == 2)
            }
            #expect(try await bench.stored() == Array(repeating: 1, count: 60))
            #expect(try await bench.number("SELECT COUNT(*) FROM sheaf_history") == 0)
        }
    }
}

/// A dataset whose labels are numbers.
private struct LaneBench: Sendable {
    let store: LabelStore
    /// Another worker's view of the same database.
    let other: LabelStore
    let configuration: MySQLConfiguration

    static func with(_ body: (LaneBench) async throws -> Void) async throws {
        try await TestStore.withStore { store, configuration in
            let bench = LaneBench(store: store, other: TestStore.open(configuration), configuration: configuration)
            _ = try await store.ensureDataset("lanes")
            let result: Result<Void, any Error>
            do { result = .success(try await body(bench)) } catch { result = .failure(error) }
            await bench.other.close()
            try result.get()
        }
    }

    func labels(_ keys: Range<Int>, value: Int, asUpdates: Bool = false) -> [StagedChunk] {
        stride(from: keys.lowerBound, to: keys.upperBound, by: 7).map { start in
            var chunk = StagedChunk()
            let labels = (start..<min(start + 7, keys.upperBound)).map { key in
                StagedLabel(
                    key: Self.key(key), rowHash: RowHash(high: 0, low: UInt64(value)),
                    label: Array("{\"v\":\(value)}".utf8), sheetID: nil, sheetRow: nil, annotator: nil)
            }
            if asUpdates { chunk.updates = labels } else { chunk.inserts = labels }
            return chunk
        }
    }

    func deletes(_ keys: Range<Int>) -> StagedChunk {
        var chunk = StagedChunk()
        chunk.deletes = keys.map(Self.key)
        return chunk
    }

    func publish(lower: [StagedChunk], upper: [StagedChunk], failure: (any Error)? = nil) async throws {
        let dataset = try await store.dataset("lanes")
        try await store.withLease("dataset:lanes", owner: "tests") { lease in
            let schema = try await store.ensureSchema(
                Array("{}".utf8), hash: Self.digest, dataset: dataset, lease: lease)
            let run = try await store.beginRun(dataset, kind: "sync", actor: "tests", worker: "tests", lease: lease)
            let (lowerList, upperList) = (ChunkQueue(lower, failure: nil), ChunkQueue(upper, failure: failure))
            try await store.publish(
                VersionDraft(dataset: dataset, schemaID: schema, runID: run, actor: "tests", reason: nil),
                figures: VersionFigures(
                    rootHash: Self.digest, versionHash: Self.digest, labelCount: 0, inserted: 0, updated: 0, deleted: 0),
                publication: Publication(runState: .published, report: "{}"), lease: lease,
                nextChunk: { try await lowerList.next() }, otherHalf: { try await upperList.next() })
        }
    }

    /// The values of the current version, in key order.
    func stored() async throws -> [Int] {
        let dataset = try await store.dataset("lanes")
        return try await store.page(of: dataset, version: dataset.currentVersion, after: nil, limit: 1_000).labels
            .map { Int(String(decoding: $0.dropFirst(5).dropLast(), as: UTF8.self)) ?? -1 }
    }

    func number(_ sql: String) async throws -> Int {
        let connection = try await MySQLConnection.connect(configuration)
        let number = try await connection.rows(sql).first.map { Int(try $0.int(0)) } ?? 0
        await connection.close()
        return number
    }

    func expire() async throws {
        let connection = try await MySQLConnection.connect(configuration)
        try await connection.execute("UPDATE sheaf_leases SET expires_at = '1970-01-01 00:00:01'")
        await connection.close()
    }

    /// Returns when a session of this database waits for a lock of a row.
    func waitUntilSomeoneWaits() async throws {
        while try await number(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE DB = DATABASE() AND INFO LIKE 'UPDATE sheaf_leases%'"
        )
            == 0
        {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func key(_ number: Int) -> KeyHash { KeyHash(high: UInt64(number), low: 0) }

    private static let digest: SHA256Digest = {
        var hasher = SHA256Hasher()
        hasher.update("lanes")
        return hasher.finish()
    }()
}

private actor ChunkQueue {
    private var rest: ArraySlice<StagedChunk>
    private let failure: (any Error)?

    init(_ chunks: [StagedChunk], failure: (any Error)?) {
        rest = chunks[...]
        self.failure = failure
    }

    /// The next piece; with a failure to come, that instead of the last one.
    func next() throws -> StagedChunk? {
        if let failure, rest.count == 1 { throw failure }
        return rest.popFirst()
    }
}

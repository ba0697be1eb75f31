import Digest
import LabelDiff
import Logging
import MySQL
import TestSupport
import Testing

@testable import LabelStore

/// What a run decides beside the labels is seen whole or not at all, however much of it there is.
@Suite struct StagedDecisionTests {
    /// More than fit one transaction.
    private static let count = DecisionSteps.maximumRows * 2 + 7

    private struct Bench {
        let store: LabelStore
        let configuration: MySQLConfiguration
        let dataset: DatasetRecord
        let lease: Lease

        static func with(_ body: (Bench) async throws -> Void) async throws {
            try await TestStore.withStore { store, configuration in
                let dataset = try await store.ensureDataset("dish")
                try await store.withLease("dataset:dish", owner: "tests") { lease in
                    try await body(
                        Bench(store: store, configuration: configuration, dataset: dataset, lease: lease))
                }
            }
        }

        func publication(_ keys: Range<Int>, seen: UInt64 = 1, settling: Range<Int> = 0..<0) -> Publication {
            var publication = Publication(runState: .unchanged, report: "{}")
            publication.settledKeys = settling.map(StagedDecisionTests.key)
            publication.exceptions = keys.map { number in
                ExceptionToStore(
                    key: StagedDecisionTests.key(number),
                    problem: Problem(
                        kind: .invalid, sheetID: 1, ordinal: 0, seen: RowHash(high: seen, low: 0),
                        rowNumber: UInt32(number + 2)),
                    labelKey: "[\(number)]", errors: "[]")
            }
            return publication
        }

        func run() async throws -> UInt64 {
            try await store.beginRun(dataset, kind: "sync", actor: "tests", worker: "tests", lease: lease)
        }

        func save(_ publication: Publication) async throws {
            try await store.storeBookkeeping(publication, dataset: dataset, runID: try await run(), lease: lease)
        }

        /// Stages all that a crash before the last transaction would leave.
        func abandon(_ publication: Publication) async throws {
            try await store.stage(
                DecisionSteps(publication), dataset: dataset, runID: try await run(), lease: lease)
        }

        func open() async throws -> [KeyHash: OpenExceptions] {
            try await store.openExceptions(of: dataset).byKey
        }

        func number(_ sql: String) async throws -> Int64 {
            let connection = try await MySQLConnection.connect(configuration)
            let number = try await connection.run { connection in
                try connection.rows(sql).first.map { row in try row.int(sql.hasPrefix("CHECKSUM") ? 1 : 0) }
            }
            await connection.close()
            return number ?? -1
        }
    }

    private static func key(_ number: Int) -> KeyHash { KeyHash(high: UInt64(number) << 32, low: 7) }

    @Test func manyExceptionsAreStagedAndSeenTogether() async throws {
        try await Bench.with { bench in
            let publication = bench.publication(0..<Self.count)
            #expect(DecisionSteps(publication).transactions.count == 3)
            try await bench.save(publication)
            let open = try await bench.open()
            #expect(open.count == Self.count)
            #expect(try await bench.number("SELECT staged_decision FROM sheaf_datasets") == 0)
            // The same problems in other rows: each is as old as it was, and none is there twice.
            let first = try await bench.number("SELECT MAX(opened_run) FROM sheaf_exceptions")
            try await bench.save(bench.publication(0..<Self.count, settling: 0..<Self.count))
            #expect(try await bench.open() == open)
            #expect(try await bench.number("SELECT MAX(opened_run) FROM sheaf_exceptions") == first)
            #expect(try await bench.number("SELECT COUNT(*) FROM sheaf_exceptions") == Int64(Self.count))
        }
    }

    @Test func whatWasStagedAndNeverDecidedIsNotSeenAndIsUndone() async throws {
        try await Bench.with { bench in
            try await bench.save(bench.publication(0..<Self.count))
            let before = try await bench.open()
            let sum = try await bench.number("CHECKSUM TABLE sheaf_exceptions EXTENDED")
            try await bench.abandon(bench.publication(9..<Self.count, seen: 2, settling: 0..<Self.count))
            #expect(try await bench.number("SELECT COUNT(*) FROM sheaf_exceptions WHERE decided_to = 2") > 0)
            #expect(try await bench.open() == before)
            _ = try await bench.store.undoAbandonedStaging(bench.dataset, lease: bench.lease)
            #expect(try await bench.open() == before)
            #expect(try await bench.number("CHECKSUM TABLE sheaf_exceptions EXTENDED") == sum)
            // And its number may be used again.
            try await bench.save(bench.publication(0..<3, seen: 3, settling: 0..<Self.count))
            #expect(try await bench.open().count == 3)
            #expect(try await bench.number("SELECT COUNT(*) FROM sheaf_exceptions") == 3)
        }
    }

    @Test func whatEndedIsClearedAwayLaterIfTheWorkerDiedBefore() async throws {
        try await Bench.with { bench in
            try await bench.save(bench.publication(0..<Self.count))
            let publication = bench.publication(0..<2, seen: 2, settling: 0..<Self.count)
            let decision = DecisionSteps(publication)
            let run = try await bench.run()
            try await bench.store.stage(decision, dataset: bench.dataset, runID: run, lease: bench.lease)
            let dataset = bench.dataset
            try await bench.lease.write { connection in
                try LabelStore.settle(decision, dataset: dataset, runID: run, connection)
            }
            #expect(try await bench.open().count == 2)
            #expect(try await bench.number("SELECT COUNT(*) FROM sheaf_exceptions") == Int64(Self.count + 2))
            _ = try await bench.store.undoAbandonedStaging(bench.dataset, lease: bench.lease)
            #expect(try await bench.open().count == 2)
            #expect(try await bench.number("SELECT COUNT(*) FROM sheaf_exceptions") == 2)
        }
    }

    @Test func approvalsThatAnAbandonedRunUsedStand() async throws {
        try await Bench.with { bench in
            let entries = (0..<Self.count).map { number in
                HoldEntry(key: Self.key(number), action: .insert, before: nil, after: RowHash(high: 1, low: 1))
            }
            let hold = try await bench.store.hold(
                entries.map { ($0, nil) }, reasons: "max_inserted", dataset: bench.dataset,
                runID: try await bench.run(), report: { _ in "{}" }, lease: bench.lease)
            try await bench.store.approve(
                hold, actor: "tests", why: nil, pastBlock: false, hours: 1, lease: bench.lease)
            var publication = Publication(runState: .published, report: "{}")
            publication.usedApprovals = entries.map { HoldEntryKey(holdID: hold, entry: $0) }
            try await bench.abandon(publication)
            #expect(try await bench.number("SELECT COUNT(*) FROM sheaf_hold_entries WHERE used_by IS NOT NULL") > 0)
            #expect(try await bench.store.approvals(of: bench.dataset).entries.count == Self.count)
            _ = try await bench.store.undoAbandonedStaging(bench.dataset, lease: bench.lease)
            #expect(try await bench.number("SELECT COUNT(*) FROM sheaf_hold_entries WHERE used_by IS NOT NULL") == 0)
            #expect(try await bench.store.approvals(of: bench.dataset).entries.count == Self.count)
            try await bench.save(publication)
            #expect(try await bench.store.approvals(of: bench.dataset).entries.isEmpty)
            #expect(try await bench.store.holds(of: bench.dataset, includingClosed: true).map(\.state) == ["closed"])
        }
    }

    @Test func aHoldThatWasNeverFinishedIsNoHold() async throws {
        try await Bench.with { bench in
            let entries = (0..<3).map { number in
                (
                    entry: HoldEntry(
                        key: Self.key(number), action: .insert, before: nil, after: RowHash(high: 1, low: 1)),
                    labelKey: String?.none
                )
            }
            let (lease, datasetID) = (bench.lease, MySQLValue.uint(UInt64(bench.dataset.id)))
            try await bench.lease.write { connection in
                let hold = try connection.execute(
                    """
                    INSERT INTO sheaf_holds (dataset_id, state, entries_hash, reasons, run_id, created_at, past_block)
                    VALUES (?, 'staging', ?, '', 1, UTC_TIMESTAMP(6), 0)
                    """, [datasetID, .bytes(HoldEntry.digest(of: entries.map(\.entry)).bytes)]
                ).lastInsertID
                _ = try connection.execute(
                    "INSERT INTO sheaf_hold_entries (hold_id, key_hash, action) VALUES (?, ?, 'insert')",
                    [.uint(hold), .bytes(Self.key(1).bytes)])
            }
            #expect(try await bench.store.holds(of: bench.dataset, includingClosed: true).isEmpty)
            await #expect(throws: StoreError.self) {
                try await bench.store.approve(1, actor: "t", why: nil, pastBlock: false, hours: 1, lease: lease)
            }
            _ = try await bench.store.undoAbandonedStaging(bench.dataset, lease: bench.lease)
            #expect(try await bench.number("SELECT COUNT(*) FROM sheaf_hold_entries") == 0)
            #expect(try await bench.number("SELECT COUNT(*) FROM sheaf_holds") == 0)
        }
    }

    @Test func deletesThatWaitAreApprovedAsOneHoldHoweverOften() async throws {
        try await Bench.with { bench in
            var publication = Publication(runState: .unchanged, report: "{}")
            publication.exceptions = (0..<12).map { number in
                ExceptionToStore(
                    key: Self.key(number),
                    problem: Problem(
                        kind: .deleteWaiting, sheetID: 1, ordinal: 0, seen: RowHash(high: 5, low: 5), rowNumber: 0),
                    labelKey: "[\(number)]", errors: nil)
            }
            try await bench.save(publication)
            let first = try await bench.store.approveWaitingDeletes(
                of: bench.dataset, actor: "a", why: "gone", hours: 1, lease: bench.lease)
            let again = try await bench.store.approveWaitingDeletes(
                of: bench.dataset, actor: "b", why: "still", hours: 9, lease: bench.lease)
            #expect(first.hold == again.hold)
            let holds = try await bench.store.holds(of: bench.dataset)
            #expect(holds.map(\.approvedBy) == ["b"])
            #expect(try await bench.store.approvals(of: bench.dataset).deletesPastBlock.count == 12)
        }
    }
}

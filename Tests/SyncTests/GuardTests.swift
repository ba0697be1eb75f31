import LabelStore
import Testing

@testable import Sync

@Suite struct GuardTests {
    private static let guards = Guards(maxChanged: 0.5, maxDeleted: 0.1, maxRejected: 0.2, floor: 2)

    private static func rows(_ ids: some Sequence<Int>, kind: String = "主食") -> [[String]] {
        ids.map { ["\($0)", "n", kind] }
    }

    private static func approve(_ hold: UInt64, _ bench: Workbench, pastBlock: Bool = false) async throws {
        try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "tests") { lease in
            try await bench.store.approve(
                hold, actor: "boss", why: "meant", pastBlock: pastBlock, hours: 1, lease: lease)
        }
    }

    @Test func aRunThatWouldDeleteTooMuchIsHeldAndWritesNothing() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows(1...100))
            try await bench.sync(["a.csv"], guards: Self.guards)
            try bench.write("a.csv", Self.rows(1...50))
            let report = try await bench.sync(["a.csv"], guards: Self.guards)
            #expect(report.outcome == .held)
            #expect(report.breaches == ["max_deleted: 50 rows of 100, and 10 are allowed"])
            #expect(try await bench.kinds().count == 100)
            // An equal plan shares the hold; putting the rows back resolves it.
            let again = try await bench.sync(["a.csv"], guards: Self.guards)
            #expect(again.holdID == report.holdID)
            try bench.write("a.csv", Self.rows(1...100))
            let back = try await bench.sync(["a.csv"], guards: Self.guards)
            #expect(back.outcome == .unchanged)
            #expect(try await bench.store.holds(of: nil).isEmpty)
        }
    }

    @Test func approvingLetsExactlyTheEntriesShownPass() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows(1...100))
            try await bench.sync(["a.csv"], guards: Self.guards)
            try bench.write("a.csv", Self.rows(1...50))
            let held = try await bench.sync(["a.csv"], guards: Self.guards)
            try await Self.approve(try #require(held.holdID), bench)
            // More is gone by now: that is counted again, on its own.
            try bench.write("a.csv", Self.rows(1...20))
            let more = try await bench.sync(["a.csv"], guards: Self.guards)
            #expect(more.outcome == .held)
            #expect(more.counts.approved == 50)
            #expect(more.breaches == ["max_deleted: 30 rows of 100, and 10 are allowed"])
            // What was approved, and a little more than that, passes.
            try bench.write("a.csv", Self.rows(3...50))
            let passed = try await bench.sync(["a.csv"], guards: Self.guards)
            #expect(passed.outcome == .published)
            #expect(passed.counts.deleted == 52)
            #expect(try await bench.store.holds(of: nil).isEmpty)
            // It is used up: the same deletes of rows that have come back are held anew.
            try bench.write("a.csv", Self.rows(1...100))
            try await bench.sync(["a.csv"], guards: Self.guards)
            try bench.write("a.csv", Self.rows(1...50))
            #expect(try await bench.sync(["a.csv"], guards: Self.guards).outcome == .held)
        }
    }

    @Test func anApprovalDoesNotPassABlockUnlessItSaysSo() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows(1...100))
            try await bench.sync(["a.csv"], guards: Self.guards)
            try bench.write("a.csv", Self.rows(1...50))
            let held = try await bench.sync(["a.csv"], guards: Self.guards)
            let hold = try #require(held.holdID)
            try await Self.approve(hold, bench)
            try bench.write("a.csv", Self.rows(1...50) + [["?", "n", "主食"]])
            let waiting = try await bench.sync(["a.csv"], guards: Self.guards)
            #expect(waiting.counts.deleted == 0)
            #expect(waiting.counts.waitingDeletes == 50)
            try await Self.approve(hold, bench, pastBlock: true)
            let passed = try await bench.sync(["a.csv"], guards: Self.guards)
            #expect(passed.counts.deleted == 50)
            #expect(try await bench.kinds().count == 50)
        }
    }

    @Test func rejectionsThatWereSeenBeforeDoNotCountAgain() async throws {
        try await Workbench.with { bench in
            let wrong = (1...8).map { ["\($0)", "n", "?"] }
            try bench.write("a.csv", wrong + Self.rows(9...50))
            let first = try await bench.sync(["a.csv"], guards: Self.guards)
            #expect(first.outcome == .published)
            let more = (51...59).map { ["\($0)", "n", "?"] }
            try bench.write("a.csv", wrong + Self.rows(9...50) + more)
            let second = try await bench.sync(["a.csv"], guards: Self.guards)
            #expect(second.outcome == .unchanged)
            #expect(second.counts.rejected == 17)
            #expect(second.counts.newlyRejected == 9)
        }
    }

    @Test func aColumnOfKeysThatWasWipedIsHeld() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows(1...100))
            try await bench.sync(["a.csv"], guards: Self.guards)
            try bench.write("a.csv", (1...100).map { _ in ["", "n", "主食"] })
            let report = try await bench.sync(["a.csv"], guards: Self.guards)
            #expect(report.outcome == .held)
            #expect(try await bench.kinds().count == 100)
        }
    }

    @Test func theFirstLoadIsFreeToInsert() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows(1...100))
            let guards = Guards(maxInserted: 0.01, maxChanged: 0, maxDeleted: 0, maxRejected: 0, floor: 0)
            #expect(try await bench.sync(["a.csv"], guards: guards).outcome == .published)
        }
    }
}

@Suite struct ApprovalTests {
    private static let guards = Guards(maxChanged: 0.5, maxDeleted: 0.1, maxRejected: 0.2, floor: 2)

    private static func rows(_ ids: some Sequence<Int>) -> [[String]] { ids.map { ["\($0)", "n", "主食"] } }

    private static func lease<R: Sendable>(_ bench: Workbench, _ body: (Lease) async throws -> R) async throws -> R {
        try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "tests", body)
    }

    private static func approve(_ hold: UInt64, _ bench: Workbench, pastBlock: Bool = false) async throws {
        try await lease(bench) { lease in
            try await bench.store.approve(
                hold, actor: "boss", why: "meant", pastBlock: pastBlock, hours: 1, lease: lease)
        }
    }

    /// Two holds show the same deletes, and both are approved: they let them pass once.
    @Test func whatTwoHoldsShowIsUsedUpInBoth() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows(1...100))
            try await bench.sync(["a.csv"], guards: Self.guards)
            try bench.write("a.csv", Self.rows(1...50))
            let first = try #require(try await bench.sync(["a.csv"], guards: Self.guards).holdID)
            try await Self.approve(first, bench)
            try bench.write("a.csv", Self.rows(1...20))
            let second = try #require(try await bench.sync(["a.csv"], guards: Self.guards).holdID)
            #expect(second != first)
            try await Self.approve(second, bench)
            #expect(try await bench.sync(["a.csv"], guards: Self.guards).outcome == .published)
            #expect(try await bench.store.holds(of: nil).isEmpty)
            try bench.write("a.csv", Self.rows(1...100))
            try await bench.sync(["a.csv"], guards: Self.guards)
            try bench.write("a.csv", Self.rows(1...50))
            #expect(try await bench.sync(["a.csv"], guards: Self.guards).outcome == .held)
        }
    }

    @Test func anExpiredApprovalLetsNothingPass() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows(1...100))
            try await bench.sync(["a.csv"], guards: Self.guards)
            try bench.write("a.csv", Self.rows(1...50))
            let hold = try #require(try await bench.sync(["a.csv"], guards: Self.guards).holdID)
            try await Self.approve(hold, bench)
            try await bench.execute("UPDATE sheaf_holds SET expires_at = '2000-01-01'")
            #expect(try await bench.sync(["a.csv"], guards: Self.guards).outcome == .held)
            let error = await #expect(throws: StoreError.self) { try await Self.approve(hold, bench) }
            #expect(error?.code == .notAllowed)
        }
    }

    @Test func deletesThatWaitCanBeApprovedAndNothingElseWithThem() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows(1...100))
            try bench.write("b.csv", Self.rows(101...110))
            try await bench.sync(["a.csv", "b.csv"], guards: Self.guards)
            try bench.write("b.csv", Self.rows(101...105) + [["合計", "", "主食"]])
            let waiting = try await bench.sync(["a.csv", "b.csv"], guards: Self.guards)
            #expect(waiting.counts.waitingDeletes == 5)
            let record = try await bench.record()
            let approved = try await Self.lease(bench) { lease in
                try await bench.store.approveWaitingDeletes(
                    of: record, actor: "boss", why: nil, hours: 1, lease: lease)
            }
            #expect(approved.deletes == 5)
            // One more is gone by now: that one waits on.
            try bench.write("b.csv", Self.rows(101...104) + [["合計", "", "主食"]])
            let passed = try await bench.sync(["a.csv", "b.csv"], guards: Self.guards)
            #expect(passed.counts.deleted == 5)
            #expect(passed.counts.waitingDeletes == 1)
            #expect(try await bench.kinds().count == 105)
        }
    }

    /// The approval lifts the block; that the row is gone has to be proven all the same.
    @Test func aRowOnItsWayToAnotherSheetIsNotDeletedByAnApproval() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows(1...10))
            try bench.write("b.csv", Self.rows(11...20) + [["?", "", "主食"]])
            try await bench.sync(["a.csv", "b.csv"])
            try bench.write("a.csv", Self.rows(1...9))
            try await bench.sync(["a.csv", "b.csv"])
            let record = try await bench.record()
            _ = try await Self.lease(bench) { lease in
                try await bench.store.approveWaitingDeletes(
                    of: record, actor: "boss", why: nil, hours: 1, lease: lease)
            }
            bench.beforeRead.value = { sheet, number in
                if sheet == "b.csv", number == 3 { try bench.write("b.csv", Self.rows(10...20) + [["?", "", "主食"]]) }
            }
            let report = try await bench.sync(["a.csv", "b.csv"])
            bench.beforeRead.value = nil
            #expect(report.counts.deleted == 0)
            #expect(try await bench.kinds().count == 20)
        }
    }

    /// Exactly the label that was shown: another value that has been published since is not covered.
    @Test func anApprovedDeleteDoesNotCoverAnotherValue() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows(1...10) + [["?", "", "主食"]])
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", Self.rows(1...9) + [["?", "", "主食"]])
            try await bench.sync(["a.csv"])
            let record = try await bench.record()
            _ = try await Self.lease(bench) { lease in
                try await bench.store.approveWaitingDeletes(
                    of: record, actor: "boss", why: nil, hours: 1, lease: lease)
            }
            try bench.write("a.csv", Self.rows(1...9) + [["10", "n", "主菜"], ["?", "", "主食"]])
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", Self.rows(1...9) + [["?", "", "主食"]])
            let report = try await bench.sync(["a.csv"])
            #expect(report.counts.deleted == 0)
            #expect(report.counts.waitingDeletes == 1)
        }
    }
}

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

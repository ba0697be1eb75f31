import Foundation
import LabelStore
import Logging
import MySQL
import TestSupport
import Testing

@testable import Sync

/// What runs and readers cost the database, by its own counters, which do not depend on the machine.
@Suite("What a run costs the database")
struct CostTests {
    /// What one session did, by the server's counters.
    private struct Cost {
        /// Rows and entries of keys that were read.
        var read = 0
        /// Of those, the ones that are the next of a key, as in a pass over it.
        var next = 0
        var written = 0
        var bytesSent = 0

        static func - (left: Cost, right: Cost) -> Cost {
            Cost(
                read: left.read - right.read, next: left.next - right.next, written: left.written - right.written,
                bytesSent: left.bytesSent - right.bytesSent)
        }
    }

    /// A store whose work is all done by one session, so that the session's counters tell all of it.
    private struct CountedStore {
        let store: LabelStore
        private let pool: MySQLPool

        init(_ configuration: MySQLConfiguration) {
            pool = MySQLPool(configuration: configuration, maximumConnections: 1)
            store = LabelStore(pool: pool, logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        }

        func cost<R>(_ body: () async throws -> R) async throws -> (R, Cost) {
            let before = try await snapshot()
            let result = try await body()
            return (result, try await snapshot() - before)
        }

        private func snapshot() async throws -> Cost {
            try await pool.withConnection { connection in
                var cost = Cost()
                for row in try connection.rows("SHOW SESSION STATUS") {
                    let (name, value) = (try row.text(0), Int(try row.text(1)) ?? 0)
                    // Looking at the counters fills and reads a table of the server's own, by `rnd_next`.
                    if name.hasPrefix("Handler_read_"), name != "Handler_read_rnd_next" { cost.read += value }
                    if name == "Handler_read_next" { cost.next += value }
                    if ["Handler_write", "Handler_update", "Handler_delete"].contains(name) { cost.written += value }
                    if name == "Bytes_sent" { cost.bytesSent += value }
                }
                return cost
            }
        }
    }

    private static func rows(_ count: Int, changing: Int = 0, to kind: String = "主菜") -> [Workbench.Row] {
        (1...count).map { id in
            let isChanged = changing > 0 && id % (count / changing) == 0
            return ["\(id)", "料理 \(id)", isChanged ? kind : "主食", "佐藤"]
        }
    }

    @Test(
        "A run without changes ends while someone else has the label tables locked: it neither reads nor writes them",
        .enabled(if: TestDatabase.isPrivate), .timeLimit(.minutes(1)))
    func aRunWithoutChangesTouchesNoLabelTable() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows(300, changing: 3))
            // An open rejection changes nothing about it.
            try bench.write("b.csv", [["1001", "カレー", "主食", ""], ["1002", "うどん", "麺", ""]])
            _ = try await bench.sync(["a.csv", "b.csv"])

            let other = try await MySQLConnection.connect(bench.configuration)
            try await other.execute("LOCK TABLES sheaf_labels WRITE, sheaf_history WRITE")
            let report = try await bench.sync(["a.csv", "b.csv"])
            #expect(report.outcome == .unchanged)
            #expect(report.counts.rejected == 1)
            await other.close()
        }
    }

    @Test("A run without changes costs the same few reads, whatever is stored")
    func aRunWithoutChangesReadsNoLabel() async throws {
        var costs: [Int] = []
        for count in [20, 2_000] {
            try await Workbench.with { bench in
                try bench.write("a.csv", Self.rows(count))
                _ = try await bench.sync(["a.csv"])
                let counted = CountedStore(bench.configuration)
                let sums = try await bench.everything()
                let (report, cost) = try await counted.cost {
                    try await bench.runner(["a.csv"], store: counted.store).sync()
                }
                #expect(report.outcome == .unchanged)
                costs.append(cost.read)
                // The run itself, its lease, and nothing of labels, versions and events.
                let after = try await bench.everything()
                let changed = Set(after.keys.filter { after[$0] != sums[$0] })
                #expect(changed.isSubset(of: ["sheaf_runs", "sheaf_leases", "sheaf_sheets"]), "\(changed)")
                #expect(cost.written <= 20, "\(cost)")
                await counted.store.close()
            }
        }
        #expect(costs[1] < 150, "\(costs)")
        #expect(abs(costs[0] - costs[1]) <= 10, "\(costs)")
    }

    @Test("With 100,000 labels, 100 changes read each hash once, some hundred rows beside, and no other label's text")
    func aHundredChangesCostOnePassOverTheHashes() async throws {
        let (labels, changes) = (100_000, 100)
        try await Workbench.with { bench in
            try bench.write("a.csv", Self.rows(labels))
            _ = try await bench.sync(["a.csv"])
            try bench.write("a.csv", Self.rows(labels, changing: changes))
            let counted = CountedStore(bench.configuration)
            let (report, cost) = try await counted.cost {
                try await bench.runner(["a.csv"], store: counted.store).sync()
            }
            #expect(report.counts.updated == changes)
            #expect((labels...(labels + 700)).contains(cost.read), "\(cost)")
            #expect(cost.next >= labels - changes, "\(cost)")
            // A row of the pass: two hashes with their lengths, the sheet, five bytes of packet. The texts that the report
            // shows, and everything else, are little beside it.
            let pass = labels * (2 * 17 + 4 + 6)
            #expect((pass...(pass + 150_000)).contains(cost.bytesSent), "\(cost), \(pass)")
            // Of each change a history row, the label out and the label in.
            #expect(cost.written <= 3 * changes + 40, "\(cost)")
            try await Self.check(counted, pages: bench)
            await counted.store.close()
        }
    }

    /// A page costs a page, wherever it begins, of the old version and of the new one.
    private static func check(_ counted: CountedStore, pages bench: Workbench) async throws {
        let dataset = try await bench.record()
        for version in [1, 2] {
            let (_, cost) = try await counted.cost {
                let first = try await counted.store.page(of: dataset, version: version, after: nil, limit: 1_000)
                return try await counted.store.page(of: dataset, version: version, after: first.next, limit: 1_000)
            }
            #expect(cost.read <= 2 * 5_000, "version \(version): \(cost)")
            #expect(cost.bytesSent <= 2 * 1_100 * 200, "version \(version): \(cost)")
        }
    }
}

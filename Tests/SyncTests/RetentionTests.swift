import LabelDiff
import LabelStore
import MySQL
import TestRandom
import TestSupport
import Testing

@testable import Sync

/// What is pruned is gone whole, and what is kept reads as it was published.
@Suite struct RetentionTests {
    private static let now = Duration.zero
    private static let newestTwo = RetentionRule(keepVersions: 2, keepDays: nil, grace: now)

    @Test func aVersionIsMarkedFirstAndPrunedByALaterRun() async throws {
        try await Workbench.with { bench in
            try await publish(bench, 5)
            let first = try await collect(bench, Self.newestTwo)
            #expect(first.toMark == [1, 2, 3])
            #expect(first.toPrune == [])
            #expect(try await bench.labels(version: 1).count == 3)
            let second = try await collect(bench, Self.newestTwo)
            #expect(second.toPrune == [1, 2, 3])
            let third = try await collect(bench, Self.newestTwo)
            #expect(third.toPrune + third.toMark + third.unfinished == [])
            #expect(try await bench.store.versions(of: bench.record()).map(\.version) == [5, 4])
            #expect(try await bench.store.versions(of: bench.record(), includingPruned: true).count == 5)
        }
    }

    @Test func aGraceTimeThatIsNotOverPrunesNothing() async throws {
        try await Workbench.with { bench in
            try await publish(bench, 4)
            let rule = RetentionRule(keepVersions: 1, keepDays: nil, grace: .seconds(3_600))
            _ = try await collect(bench, rule)
            #expect(try await collect(bench, rule).waiting == [1, 2, 3])
            #expect(try await collect(bench, rule).toPrune == [])
        }
    }

    @Test func aTagSetMeanwhileTakesTheMarkBack() async throws {
        try await Workbench.with { bench in
            try await publish(bench, 4)
            _ = try await collect(bench, Self.newestTwo)
            try await bench.execute(
                "INSERT INTO sheaf_tags VALUES (1, 'release', 2, 'tests', NULL, UTC_TIMESTAMP(6))")
            let plan = try await collect(bench, Self.newestTwo)
            #expect(plan.toUnmark == [2])
            #expect(plan.toPrune == [1])
            #expect(plan.kept[2] == .tag)
        }
    }

    /// What refers to version 2 of four.
    static let references: [(KeepReason, String)] = [
        (.tag, "INSERT INTO sheaf_tags VALUES (1, 'release', 2, 'tests', NULL, UTC_TIMESTAMP(6))"),
        (
            .job,
            """
            INSERT INTO sheaf_jobs (dataset_id, version, pipeline, retry, idempotency_key, state, launcher, changes, not_before,
                created_at, attempts)
            VALUES (1, 2, 'p', 0, '', 'succeeded', 'command', 0, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 1)
            """
        ),
        (.reference, "INSERT INTO sheaf_version_references VALUES (2, 1, 1, 2)"),
    ]

    @Test(arguments: references)
    func whatIsReferredToIsKept(_ reason: KeepReason, _ sql: String) async throws {
        try await Workbench.with { bench in
            try await publish(bench, 4)
            try bench.write("b.csv", [["1", "料理1", "主食"]])
            try await bench.sync(["b.csv"], dataset: "other")
            try await bench.execute(sql)
            for _ in 1...2 { _ = try await collect(bench, Self.newestTwo) }
            #expect(try await bench.store.versions(of: bench.record()).map(\.version) == [4, 3, 2])
            #expect(try await bench.store.retentionPlan(of: bench.record(), Self.newestTwo).kept[2] == reason)
        }
    }

    @Test func agesAndNumbersKeepTogether() async throws {
        try await Workbench.with { bench in
            try await publish(bench, 5)
            try await bench.execute(
                "UPDATE sheaf_versions SET published_at = UTC_TIMESTAMP(6) - INTERVAL (40 - 10 * CAST(version AS SIGNED)) DAY"
            )
            // 30, 20, 10, 0 and −10 days old.
            for (versions, days, marked) in [
                (1, 15, [1, 2]), (4, 15, [1]), (1, nil, [1, 2, 3, 4]), (nil, 25, [1]), (nil, 1, [1, 2, 3]),
            ] as [(Int?, Int?, [Int])] {
                let rule = RetentionRule(keepVersions: versions, keepDays: days, grace: Self.now)
                #expect(try await bench.store.retentionPlan(of: bench.record(), rule).toMark == marked)
            }
        }
    }

    @Test func askingForAPrunedVersionSaysSo() async throws {
        try await Workbench.with { bench in
            try await publish(bench, 4)
            for _ in 1...2 { _ = try await collect(bench, Self.newestTwo) }
            let record = try await bench.record()
            let error = await #expect(throws: StoreError.self) {
                _ = try await bench.store.version(1, of: record)
            }
            #expect(error?.code == .prunedVersion)
            #expect(error?.message.contains("dish@1 was pruned on ") == true)
            #expect(error?.message.hasSuffix(" by tests.") == true)
            let read = await #expect(throws: StoreError.self) {
                try await bench.store.forEachPage(of: record, version: 1, limit: 10) { _ in }
            }
            #expect(read?.code == .prunedVersion)
            let unknown = await #expect(throws: StoreError.self) { _ = try await bench.store.version(9, of: record) }
            #expect(unknown?.code == .unknownVersion)
        }
    }

    /// A reader who began before sees the version whole, or is told.
    @Test func aReaderWhoBeganBeforeIsTold() async throws {
        try await Workbench.with { bench in
            try await publish(bench, 4)
            _ = try await collect(bench, Self.newestTwo)
            let record = try await bench.record()
            let pages = Shared(0)
            let error = await #expect(throws: StoreError.self) {
                try await bench.store.forEachPage(of: record, version: 1, limit: 1) { _ in
                    pages.value += 1
                    if pages.value == 1 { _ = try await collect(bench, Self.newestTwo) }
                }
            }
            #expect(error?.code == .prunedVersion)
            // The next pages may have been read ahead, while the version was still whole.
            #expect(pages.value <= 3)
        }
    }

    /// Whatever is tagged and pruned, in whatever order and wherever it is cut short: what is kept reads as it did.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func whatIsKeptReadsAsItWasPublished(_ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        try await Workbench.with { bench in
            var rows: [Int: String] = [:]
            var published: [[Int: String]] = [[:]]
            while published.count < 14 {
                for _ in 0...random.number(in: 0..<4) {
                    let key = random.number(in: 1..<9)
                    rows[key] = random.once(in: 4) ? nil : random.pick(["主食", "主菜", "副菜"])
                }
                if rows == published.last { continue }
                try bench.write("a.csv", rows.sorted { $0.key < $1.key }.map { ["\($0.key)", "料理", $0.value] })
                try await bench.sync(["a.csv"])
                published.append(rows)
                if random.once(in: 4) {
                    let version = random.number(in: 1..<published.count)
                    try await bench.execute(
                        """
                        INSERT IGNORE INTO sheaf_tags SELECT 1, 't\(published.count)', \(version), 'tests', NULL, UTC_TIMESTAMP(6)
                        FROM sheaf_versions WHERE version = \(version) AND state = 'published'
                        """)
                }
                if random.once(in: 2) {
                    let rule = RetentionRule(
                        keepVersions: random.number(in: 1..<5), keepDays: nil, grace: Self.now)
                    // Cut short behind the first transaction, one time in three.
                    _ = try await collect(bench, rule, deletes: !random.once(in: 3))
                }
                let record = try await bench.record()
                let pruned = try await bench.store.prunedVersions(of: record)
                for version in 1..<published.count where !pruned.contains(version) {
                    #expect(
                        try await bench.kinds(version: version) == published[version], "seed \(seed), @\(version)")
                }
                let report = try await DatasetVerifier(store: bench.store).verify(record, .all).report
                #expect(report.findings.map(\.message) == [], "seed \(seed)")
                #expect(report.prunedVersions == pruned.count)
            }
            // In the end nothing is left that no version needs.
            for _ in 1...2 {
                _ = try await collect(bench, RetentionRule(keepVersions: 1, keepDays: nil, grace: Self.now))
            }
            let record = try await bench.record()
            let kept = try await bench.store.versions(of: record).map(\.version).reversed()
            #expect(try await bench.store.freedRows(of: record, keeping: Array(kept)) == FreedRows())
        }
    }

    @Test func oldRunsThatPublishedNothingGo() async throws {
        try await Workbench.with { bench in
            try await publish(bench, 3)
            for _ in 1...3 { try await bench.sync(["a.csv"]) }
            try await bench.execute("UPDATE sheaf_runs SET finished_at = finished_at - INTERVAL 50 DAY")
            let record = try await bench.record()
            let runs = try await bench.store.runs(of: record, limit: 100).count
            let deleted = try await bench.store.withLease(SyncRunner.leaseName(dataset: record.name), owner: "t") {
                try await bench.store.deleteOldRecords(of: record, days: 30, lease: $0)
            }
            // Those that published are a version's.
            #expect(deleted.runs == runs - 3)
            #expect(try await bench.store.runs(of: record, limit: 100).count == 3)
        }
    }

    @discardableResult
    private func collect(
        _ bench: Workbench, _ rule: RetentionRule, deletes: Bool = true
    ) async throws -> RetentionPlan {
        let record = try await bench.record()
        return try await bench.store.withLease(SyncRunner.leaseName(dataset: record.name), owner: "t") { lease in
            let plan = try await bench.store.mark(record, rule, actor: "tests", why: nil, lease: lease)
            guard deletes else { return plan }
            let expected = try await bench.store.freedRows(of: record, keeping: plan.staying)
            let freed = try await bench.store.deleteUnneeded(
                of: record, pruned: plan.toPrune + plan.unfinished, keeping: plan.staying, lease: lease)
            #expect(freed == expected)
            return plan
        }
    }

    /// Versions of three labels, each of which changes one of them.
    private func publish(_ bench: Workbench, _ count: Int) async throws {
        for version in 1...count {
            try bench.write(
                "a.csv",
                (1...3).map { ["\($0)", $0 == 1 + version % 3 ? "料理\(version)" : "料理", "主食"] })
            try await bench.sync(["a.csv"])
        }
        #expect(try await bench.record().currentVersion == count)
    }
}

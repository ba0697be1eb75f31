import LabelDiff
import LabelSchema
import MySQL
import TestRandom
import TestSupport
import Testing

@testable import LabelStore

/// Views show what versions hold, and nothing else.
@Suite struct ViewTests {
    private static func label(_ key: KeyHash, _ text: String) -> String { #"{"id":\#(key.low),"v":"\#(text)"}"# }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func viewsHoldWhatEachVersionHolds(seed: UInt64) async throws {
        try await ViewBench.with { bench, _ in
            var random = SeededRandom(seed: seed)
            var versions: [[KeyHash: String]] = [[:]]
            for version in 1...6 {
                var labels = versions[version - 1]
                var changes: [KeyHash: String?] = [:]
                for number in 1...20 where random.once(in: 2) {
                    let key = ViewBench.key(number)
                    if labels[key] != nil, random.once(in: 3) {
                        changes[key] = .some(nil)
                        labels[key] = nil
                    } else {
                        changes[key] = Self.label(key, "\(number) of \(version)")
                        labels[key] = "\(number) of \(version)"
                    }
                }
                try await bench.publish(changes, before: Set(versions[version - 1].keys))
                versions.append(labels)
            }
            try await bench.tag("Release-1", 2)
            try await bench.tag("release-1", 4)
            #expect(try await bench.reconcile().warnings == [])

            #expect(try await bench.labels("dish") == versions[6])
            #expect(try await bench.count("SELECT COUNT(*) FROM dish WHERE version <> 6") == 0)
            #expect(try await bench.labels("dish__tag__release-1") == versions[4])
            let other = ViewName.name(of: .tag("Release-1"), dataset: "dish")
            #expect(try await bench.labels(other) == versions[2])
            for version in 1...6 {
                let found = try await bench.labels("dish__versions", where: "version = \(version)")
                #expect(found == versions[version], "version \(version)")
                try await expectChanges(bench, version, from: versions[version - 1], to: versions[version])
            }
            let total = versions.reduce(0) { $0 + $1.count }
            #expect(try await bench.count("SELECT COUNT(*) FROM dish__versions") == total)

            // What is staged for version 7, of each kind, is seen nowhere.
            let newest = versions[6]
            var staged: [KeyHash: String?] = [:]
            for (index, key) in newest.keys.sorted().enumerated() {
                staged[key] = index.isMultiple(of: 2) ? .some(nil) : .some(Self.label(key, "staged"))
            }
            staged[ViewBench.key(99)] = Self.label(ViewBench.key(99), "staged")
            try await bench.publish(staged, before: Set(newest.keys), failing: true)
            #expect(try await bench.count("SELECT COUNT(*) FROM sheaf_labels WHERE valid_from = 7") > 0)
            #expect(try await bench.labels("dish") == newest)
            #expect(try await bench.labels("dish__versions", where: "version = 6") == newest)
            #expect(try await bench.count("SELECT COUNT(*) FROM dish__versions WHERE version > 6") == 0)
            #expect(try await bench.count("SELECT COUNT(*) FROM dish__changes WHERE version > 6") == 0)
            try await expectChanges(bench, 6, from: versions[5], to: newest)
            #expect(try await bench.labels("dish__tag__release-1") == versions[4])
        }
    }

    private func expectChanges(
        _ bench: ViewBench, _ version: Int, from before: [KeyHash: String], to after: [KeyHash: String]
    ) async throws {
        var expected: [String] = []
        for key in Set(before.keys).union(after.keys).sorted() {
            switch (before[key], after[key]) {
            case (nil, let text?): expected.append("\(key) insert \(text)")
            case (let text?, nil): expected.append("\(key) delete \(text)")
            case (let old?, let text?) where old != text: expected.append("\(key) update \(text)")
            default: break
            }
        }
        let rows = try await bench.rows(
            """
            SELECT key_hash, `change`, v, published_at = (SELECT published_at FROM sheaf_versions s
                WHERE s.version = c.version) AS dated
            FROM dish__changes c WHERE version = \(version) ORDER BY key_hash
            """)
        let found = try rows.map { "\(try $0.keyHash("key_hash")) \(try $0.text("change")) \(try $0.text("v"))" }
        #expect(found == expected, "version \(version)")
        #expect(try rows.allSatisfy { try $0.int("dated") == 1 })
    }

    @Test func aTagThatMovesChangesItsViewAtOnce() async throws {
        try await ViewBench.with { bench, _ in
            let key = ViewBench.key(1)
            try await bench.publish([key: Self.label(key, "one")], before: [])
            try await bench.publish([key: Self.label(key, "two")], before: [key])
            try await bench.tag("best", 1)
            try await bench.reconcile()
            #expect(try await bench.labels("dish__tag__best") == [key: "one"])
            try await bench.tag("best", 2)
            #expect(try await bench.labels("dish__tag__best") == [key: "two"])
            try await bench.run("DELETE FROM sheaf_tags")
            #expect(try await bench.labels("dish__tag__best").isEmpty)
            let done = try await bench.reconcile(onlyIfUnsettled: true)
            #expect(done.dropped == ["`\(bench.database)`.`dish__tag__best`"])
        }
    }

    @Test func prunedVersionsAndLabelsWithoutTextAreInNoView() async throws {
        try await ViewBench.with { bench, _ in
            let (first, second) = (ViewBench.key(1), ViewBench.key(2))
            try await bench.publish(
                [first: Self.label(first, "a"), second: Self.label(second, "a")], before: [])
            try await bench.publish([first: Self.label(first, "b")], before: [first])
            let third: [KeyHash: String?] = [first: Self.label(first, "c"), second: nil]
            try await bench.publish(third, before: [first, second])
            try await bench.reconcile()
            try await bench.run(
                "UPDATE sheaf_versions SET state = 'pruned' WHERE version = 2",
                "UPDATE sheaf_history SET label = '{}' WHERE valid_to = 3 AND valid_from = 1")
            #expect(try await bench.labels("dish__versions", where: "version = 1") == [first: "a"])
            #expect(try await bench.labels("dish__versions", where: "version = 2").isEmpty)
            #expect(try await bench.labels("dish__versions", where: "version = 3") == [first: "c"])
            // What version 3 changed against one that is gone, nobody can tell.
            let changed = try await bench.rows("SELECT version, `change` FROM dish__changes ORDER BY version")
            #expect(try changed.map { try $0.int("version") } == [1])
            #expect(try await bench.count("SELECT COUNT(*) FROM dish WHERE v IS NULL") == 0)
            try await bench.run("UPDATE sheaf_labels SET label = '{}'")
            #expect(try await bench.labels("dish").isEmpty)
        }
    }

    /// Whatever the reader's session makes of quotes.
    @Test(arguments: ["", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,IGNORE_SPACE", "STRICT_ALL_TABLES"])
    func readersMayHaveAnyMode(mode: String) async throws {
        try await ViewBench.with { bench, _ in
            let key = ViewBench.key(1)
            try await bench.publish([key: Self.label(key, #"a\"b\\c"#)], before: [])
            try await bench.reconcile()
            let text = try await bench.store.pool.withConnection { connection in
                try connection.execute("SET SESSION sql_mode = '\(mode)'")
                defer { _ = try? connection.execute("SET SESSION sql_mode = DEFAULT") }
                return try connection.rows("SELECT v FROM dish").first?.text("v")
            }
            #expect(text == #"a"b\c"#)
        }
    }

    /// A version is read by the keys, of both tables, and not all versions of all labels.
    @Test func aVersionIsReadByTheKeys() async throws {
        try await ViewBench.with { bench, configuration in
            let keys = (1...2_000).map(ViewBench.key)
            try await bench.publish(
                Dictionary(uniqueKeysWithValues: keys.map { ($0, Optional(Self.label($0, "1"))) }), before: [])
            for version in 2...30 {
                var changes: [KeyHash: String?] = [:]
                for key in keys[(version * 20)..<(version * 20 + 20)] { changes[key] = Self.label(key, "\(version)") }
                try await bench.publish(changes, before: Set(keys))
            }
            try await bench.tag("t", 15)
            try await bench.reconcile()
            try await bench.run("ANALYZE TABLE sheaf_labels, sheaf_history, sheaf_versions")
            let reader = TestStore.open(configuration, connections: 1, onThatNode: true)
            let limits = [
                // 2,000 labels, 580 rows of history; what is in the view is written down once, and read again.
                ("dish__versions WHERE version = 15", 10_000), ("dish", 8_000), ("dish__tag__t", 10_000),
                ("dish__changes WHERE version = 30", 300),
                ("dish WHERE key_hash = X'\(String(repeating: "0", count: 32))'", 50),
            ]
            for (view, limit) in limits {
                let reads = try await reader.pool.withConnection { connection in
                    try connection.execute("FLUSH STATUS")
                    _ = try connection.rows("SELECT COUNT(*), COUNT(v) FROM \(view)")
                    return try connection.rows("SHOW SESSION STATUS LIKE 'Handler_read%'")
                        .reduce(0) { $0 + (Int(try $1.text("Value")) ?? 0) }
                }
                #expect(reads <= limit, "\(view)")
            }
            await reader.close()
        }
    }
}

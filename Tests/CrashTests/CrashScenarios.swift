import Foundation
import LabelDiff
import LabelStore
import MySQL
import Synchronization
import TestSupport

extension CrashScenario {
    /// Every scenario: how it begins, what is killed, what people do then.
    static let all: [CrashScenario] = [
        CrashScenario(
            name: "migrate", prepare: { try $0.sheet(Dishes.first) }, command: ["migrate"],
            next: [.sheaf(["migrate"]), .sheaf(["sync"])], changesTables: true, sample: 2),
        CrashScenario(
            name: "migrate a store that has exceptions", prepare: olderStore, command: ["migrate"],
            next: [.sheaf(["migrate"])], changesTables: true, sample: 2),
        CrashScenario(
            name: "first load",
            prepare: { bench in
                try await bench.run(["migrate"])
                try bench.sheet(Dishes.first)
            }, command: ["sync"], next: [.sheaf(["sync"])]),
        CrashScenario(
            name: "nothing changed",
            prepare: { try await $0.publish() }, command: ["sync"], next: [.sheaf(["sync"])]),
        CrashScenario(
            name: "change",
            prepare: { bench in
                try await bench.publishTwoSheets()
                try bench.sheet(Dishes.second)
                try bench.sheet(Dishes.secondOther, in: "b.csv")
            }, command: ["sync"], next: [.sheaf(["sync"])]),
        CrashScenario(
            name: "change with deletes that wait",
            prepare: { bench in
                try await bench.publishTwoSheets()
                try bench.sheet(Dishes.second)
                try bench.sheet(Dishes.secondOther + [DishRow(0).with(id: "")], in: "b.csv")
            }, command: ["sync"], next: [.sheaf(["sync"])]),
        CrashScenario(
            name: "publish in several chunks",
            prepare: { bench in
                try await bench.publish((1...300).map { DishRow($0) })
                // More than two pieces of 10,000: updates, deletes and inserts in each of them.
                try bench.sheet((101...200).map { DishRow($0, 1) } + (201...20_200).map { DishRow($0) })
            }, command: ["sync"], next: [.sheaf(["sync"])], isLarge: true),
        CrashScenario(
            name: "publish with many open problems",
            prepare: { bench in
                try await bench.publish(Dishes.first + (901...1_000).map { DishRow($0).with(kind: "夜食") })
                // More than one transaction takes; of those that were open some end, and some are open as before.
                try bench.sheet(Dishes.second + (951...6_300).map { DishRow($0).with(kind: "夜食") })
            }, command: ["sync"], next: [.sheaf(["sync"])], isLarge: true),
        CrashScenario(
            name: "undo of an abandoned staging", prepare: abandonedStaging, command: ["sync"],
            next: [.sheaf(["sync"])]),
        CrashScenario(
            name: "a run that is held", prepare: { try await $0.loseRows() }, command: ["sync"], end: 4,
            next: [.sheaf(["sync"], ends: [4])]),
        CrashScenario(
            name: "a run that is held for many rows", prepare: { try await $0.rejectManyRows() }, command: ["sync"],
            end: 4, next: [.sheaf(["sync"], ends: [4])], isLarge: true),
        CrashScenario(
            name: "approve", prepare: held, command: approve, next: [.sheaf(approve), .sheaf(["sync"])]),
        CrashScenario(
            name: "publish what was approved",
            prepare: { bench in
                try await held(bench)
                try await bench.run(approve)
            }, command: ["sync"], next: [.sheaf(["sync"])]),
        CrashScenario(
            name: "publish what was approved of many rows",
            prepare: { bench in
                try await bench.rejectManyRows()
                try await bench.run(["sync"], expecting: [4])
                try await bench.run(approve)
            }, command: ["sync"], next: [.sheaf(["sync"])], isLarge: true),
        CrashScenario(
            name: "approve deletes that wait", prepare: waiting, command: approveWaiting,
            next: [.sheaf(approveWaiting, ends: [0]), .sheaf(["sync"])]),
        CrashScenario(
            name: "revert", prepare: changed, command: revert, next: [.sheaf(revert), .sheaf(["sync"])]),
        CrashScenario(
            name: "sync after a revert",
            prepare: { bench in
                try await changed(bench)
                try await bench.run(revert)
                // Some keys go on as they were reverted, some are typed anew.
                try bench.sheet(Dishes.second.map { $0.id == "5" ? $0.with(kind: "主菜") : $0 })
            }, command: ["sync"], next: [.sheaf(["sync"])]),
        CrashScenario(
            name: "tag", prepare: { try await $0.publish() }, command: tag, next: [.sheaf(tag), .sheaf(["sync"])]),
        CrashScenario(
            name: "repair of stored hashes", prepare: bitFlips, command: repair,
            next: [.sheaf(repair), .sheaf(["sync"])],
            isAtomic: false, beginsSound: false),
        CrashScenario(
            name: "gc", prepare: prunable, command: gc, next: [.sheaf(gc), .sheaf(["sync"])], isAtomic: false),
        CrashScenario(
            name: "job relay", prepare: trainable, command: ["relay"], next: [.untilJobsEnd, .sheaf(["sync"])],
            launches: true),
        CrashScenario(
            name: "supervisor of a job", prepare: trainable, command: ["relay"],
            next: [.untilJobsEnd, .sheaf(["sync"])], sender: .others),
        CrashScenario(
            name: "adopt",
            prepare: { bench in
                try await bench.run(["migrate"])
                try bench.sheet((1...30).map { DishRow($0) }, in: "old.csv")
                try bench.sheet((1...25).map { DishRow($0) })
            }, command: adopt, next: [.sheaf(adopt, ends: [0, 2]), .sheaf(["sync"])]),
        CrashScenario(
            name: "retire a sheet",
            prepare: { bench in
                try await bench.publishTwoSheets()
                try bench.configure(sheets: ["a.csv"])
            }, command: retire, next: [.sheaf(retire), .sheaf(["sync"])]),
        CrashScenario(
            name: "rekey",
            prepare: { bench in
                try await bench.publish((1...30).map { DishRow($0) })
                try bench.sheet((1...29).map { DishRow($0) } + [DishRow(30).with(id: "130")])
                try await bench.run(["sync"])
            }, command: rekey, next: [.sheaf(rekey, ends: [0, 2]), .sheaf(["sync"])]),
    ]

    private static let approve = ["approve", "1", "--why", "the sheet was split"]
    private static let approveWaiting = ["approve", "--waiting", "dish", "--why", "they are gone"]
    private static let revert = ["revert", "dish", "--to", "1", "--why", "a bad batch"]
    private static let tag = ["tag", "dish@1", "release-1", "--why", "in the app since today"]
    private static let repair = ["verify", "--all-versions", "--repair", "--why", "a broken disk"]
    private static let gc = ["gc", "--why", "the disk is full"]
    private static let adopt = ["adopt", "dish", "--csv", "old.csv", "--reason", "from the old table"]
    private static let retire = ["sheet", "retire", "2", "--delete", "--why", "its annotator has left"]
    private static let rekey = ["rekey", "dish", "30", "130", "--why", "a typing error"]

    /// A store as release 0.3 left it, with open exceptions.
    private static func olderStore(_ bench: CrashBench) async throws {
        // What `migrate` makes before it comes to the first statement of migration 4.
        bench.proxy.count(PacketTrap(.kill, .before, .statement("ADD COLUMN current_decision")))
        try await bench.run(["migrate"], expecting: [-SIGKILL])
        try await bench.settle()
        bench.proxy.count()
        try await bench.expireLeases()
        try await bench.connection.run { connection in
            _ = try connection.execute(
                "DELETE FROM sheaf_migrations WHERE number = 4")
            _ = try connection.execute(
                """
                INSERT INTO sheaf_datasets (dataset_id, name, current_version, created_at)
                VALUES (1, 'dish', 0, UTC_TIMESTAMP(6))
                """)
            for row in 2..<12 {
                _ = try connection.execute(
                    """
                    INSERT INTO sheaf_exceptions (dataset_id, key_hash, kind, sheet_id, ordinal, seen_hash, sheet_row,
                        label_key, errors, opened_run, opened_at)
                    VALUES (1, UNHEX(MD5(?)), 'invalid', 1, 0, UNHEX(MD5(?)), ?, '[1]', '[]', 1, UTC_TIMESTAMP(6))
                    """, [.text("key \(row)"), .text("row \(row)"), .int(Int64(row))])
            }
        }
    }

    /// A worker that was gone before it had published: more rows staged than one transaction of the undo takes.
    private static func abandonedStaging(_ bench: CrashBench) async throws {
        struct Gone: Error {}
        try await bench.publish((1...1_500).map { DishRow($0) })
        let store = bench.store
        let dataset = try await store.dataset("dish")
        let published = try await store.page(of: dataset, version: 1, after: nil, limit: 10_000)
        let version = try await store.version(1, of: dataset)
        try await store.withLease("dataset:dish", owner: "gone") { lease in
            let run = try await store.beginRun(dataset, kind: "sync", actor: "gone", worker: "gone", lease: lease)
            let draft = VersionDraft(
                dataset: dataset, schemaID: version.schemaID, runID: run, actor: "gone", reason: nil)
            var chunks = [StagedChunk(), StagedChunk()]
            for (index, key) in published.keys.prefix(1_300).enumerated() {
                if index % 5 == 0 {
                    chunks[index % 2].deletes.append(key)
                } else {
                    chunks[index % 2].updates.append(.abandoned(key))
                }
            }
            for number in 0..<1_200 {
                chunks[number % 2].inserts.append(.abandoned(KeyHash(high: UInt64(number), low: 7)))
            }
            let pieces = Mutex(chunks)
            do {
                try await store.publish(
                    draft,
                    figures: VersionFigures(
                        rootHash: version.rootHash, versionHash: version.versionHash, labelCount: 1, inserted: 0,
                        updated: 0, deleted: 0),
                    publication: Publication(runState: .published, report: "{}"), lease: lease,
                    nextChunk: {
                        try pieces.withLock { pieces in
                            if pieces.isEmpty { throw Gone() }
                            return pieces.removeFirst()
                        }
                    })
            } catch is Gone {
            }
        }
        try bench.sheet((3...1_510).map { DishRow($0, $0 % 100 == 0 ? 1 : 0) })
    }

    private static func held(_ bench: CrashBench) async throws {
        try await bench.loseRows()
        try await bench.run(["sync"], expecting: [4])
    }

    /// Five versions, of which two are marked to be pruned and one has a tag.
    private static func prunable(_ bench: CrashBench) async throws {
        try await changed(bench)
        for round in 0..<3 {
            try bench.sheet(Dishes.second + (60...70).map { DishRow($0, round) })
            try await bench.run(["sync"])
        }
        try await bench.run(["tag", "dish@2", "kept"])
        try bench.configure(sheets: ["a.csv", "b.csv"], settings: "    retention: { keep_versions: 2, grace: 0s }")
        try await bench.run(gc)
    }

    private static func bitFlips(_ bench: CrashBench) async throws {
        try await changed(bench)
        try await bench.connection.run { connection in
            _ = try connection.execute("UPDATE sheaf_versions SET label_count = label_count + 1 WHERE version = 1")
            _ = try connection.execute("UPDATE sheaf_versions SET root_hash = REVERSE(root_hash) WHERE version = 2")
            _ = try connection.execute(
                "UPDATE sheaf_labels SET row_hash = REVERSE(row_hash) WHERE label LIKE '%\"id\":2_,%'")
        }
    }

    private static func changed(_ bench: CrashBench) async throws {
        try await bench.publishTwoSheets()
        try bench.sheet(Dishes.second)
        try bench.sheet(Dishes.secondOther, in: "b.csv")
        try await bench.run(["sync"])
    }

    private static func waiting(_ bench: CrashBench) async throws {
        try await bench.publishTwoSheets()
        try bench.sheet(Dishes.second)
        try bench.sheet(Dishes.secondOther + [DishRow(0).with(id: "")], in: "b.csv")
        try await bench.run(["sync"])
    }

    private static func trainable(_ bench: CrashBench) async throws {
        try bench.configure(
            settings: """
                    training:
                      launcher: { run: [/bin/sh, -c, 'true'], attempts: 5 }
                """)
        try await bench.publish(Dishes.first, with: ["--no-train"])
        try bench.sheet(Dishes.second)
        try await bench.run(["sync", "--no-train"])
    }
}

extension StagedLabel {
    /// A label of a version that nobody will publish.
    fileprivate static func abandoned(_ key: KeyHash) -> StagedLabel {
        StagedLabel(
            key: key, rowHash: RowHash(high: key.high, low: key.low &+ 1), label: Array("{\"id\":0}".utf8), sheetID: 1,
            sheetRow: 1, annotator: nil)
    }
}

/// What stands in the sheets.
enum Dishes {
    /// With a row that is not valid, a key twice, and one to be filled in.
    static let first =
        (1...30).map { DishRow($0) } + [
            DishRow(31).with(kind: "夜食"), DishRow(32), DishRow(32, 1), DishRow(33).with(kind: ""),
        ]
    static let other = (41...50).map { DishRow($0) } + [DishRow(51).with(kind: "?")]

    /// Labels that change, come and go, rows that move to the other sheet; mended mistakes, and new ones.
    static let second =
        (3...8).map { DishRow($0, 1) } + [DishRow(9).with(kind: "夜食"), DishRow(10), DishRow(10, 1)]
        + (11...26).map { DishRow($0) } + (31...36).map { DishRow($0) }
    static let secondOther = (27...30).map { DishRow($0) } + (42...55).map { DishRow($0, $0 % 2) }
}

extension CrashBench {
    /// Publishes rows as version 1 of a new store.
    func publish(_ rows: [DishRow] = Dishes.first, with options: [String] = []) async throws {
        try sheet(rows)
        try await run(["migrate"])
        try await run(["sync"] + options)
    }

    func publishTwoSheets() async throws {
        try configure(sheets: ["a.csv", "b.csv"])
        try sheet(Dishes.other, in: "b.csv")
        try await publish()
    }

    /// More rejected rows than a transaction takes, and than the guards allow.
    func rejectManyRows() async throws {
        try configure(guards: "{ max_rejected: 5%, floor: 1 }")
        try await publish((1...30).map { DishRow($0) })
        try sheet(
            (5...35).map { DishRow($0, $0 % 4 == 0 ? 1 : 0) } + (101...10_200).map { DishRow($0).with(kind: "?") })
    }

    /// Half of what was published is no longer there.
    func loseRows() async throws {
        try configure(guards: "{ max_deleted: 5%, max_rejected: 5%, floor: 1 }")
        try await publish((1...30).map { DishRow($0) })
        try sheet((1...14).map { DishRow($0) } + [DishRow(15).with(kind: "夜食"), DishRow(16).with(kind: "?")])
    }
}

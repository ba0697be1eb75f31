import Digest
import LabelDiff
import LabelStore
import MySQL
import TestRandom
import TestSupport
import Testing

@testable import Sync

/// Every kind of damage is told precisely, and what is repaired is only what something else confirms.
@Suite struct VerificationTests {
    /// Something done to the tables by hand, and what verifying has to say of it.
    struct Damage: Sendable, CustomTestStringConvertible {
        let name: String
        let sql: [String]
        /// Each finding as `kind key@from-to`, with `!` where it can be repaired.
        let told: Set<String>

        var testDescription: String { name }
    }

    private static let hashOfText = "UNHEX(LEFT(SHA2(label, 256), 32))"

    static let damages = [
        Damage(
            name: "a changed byte in a current label",
            sql: ["UPDATE sheaf_labels SET label = REPLACE(label, '料理3', '料理９') WHERE label LIKE '%\"id\":3,%'"],
            told: ["row-hash [3]@1-"]),
        Damage(
            name: "a changed byte in the history",
            sql: ["UPDATE sheaf_history SET label = REPLACE(label, '主食', '副菜') WHERE label LIKE '%\"id\":1,%'"],
            told: ["row-hash [1]@1-2"]),
        Damage(
            name: "a label that is no JSON any more",
            sql: ["UPDATE sheaf_labels SET label = LEFT(label, 10) WHERE label LIKE '%\"id\":3,%'"],
            told: ["row-hash @1-"]),
        Damage(
            name: "a changed key in a label",
            sql: [
                "UPDATE sheaf_labels SET label = REPLACE(label, '\"id\":3', '\"id\":8') WHERE label LIKE '%\"id\":3,%'"
            ],
            told: ["row-hash @1-"]),
        Damage(
            name: "a changed row hash",
            sql: ["UPDATE sheaf_labels SET row_hash = UNHEX(REPEAT('ab', 16)) WHERE label LIKE '%\"id\":3,%'"],
            told: ["row-hash [3]@1-!"]),
        Damage(
            name: "a changed row hash in the history",
            sql: ["UPDATE sheaf_history SET row_hash = UNHEX(REPEAT('ab', 16)) WHERE label LIKE '%\"id\":6,%'"],
            told: ["row-hash [6]@1-2!"]),
        Damage(
            name: "two hashes that were swapped",
            sql: [
                "CREATE TABLE swap AS SELECT key_hash, row_hash FROM sheaf_labels WHERE label REGEXP '\"id\":[34],'",
                """
                UPDATE sheaf_labels l JOIN swap s ON s.key_hash <> l.key_hash SET l.row_hash = s.row_hash
                WHERE l.label REGEXP '\"id\":[34],'
                """,
            ], told: ["row-hash [3]@1-!", "row-hash [4]@1-!"]),
        Damage(
            name: "a text and the hash of another row",
            sql: [
                "UPDATE sheaf_labels SET row_hash = UNHEX(REPEAT('ab', 16)) WHERE label LIKE '%\"id\":3,%'",
                "UPDATE sheaf_labels SET label = REPLACE(label, '料理4', '料理９') WHERE label LIKE '%\"id\":4,%'",
            ], told: ["row-hash [3]@1-!", "row-hash [4]@1-"]),
        Damage(
            name: "two texts that were swapped",
            sql: [
                "CREATE TABLE swap AS SELECT key_hash, label FROM sheaf_labels WHERE label REGEXP '\"id\":[34],'",
                """
                UPDATE sheaf_labels l JOIN swap s ON s.key_hash <> l.key_hash AND l.key_hash IN (SELECT key_hash FROM swap)
                SET l.label = s.label
                """,
            ], told: ["row-hash @1-"]),
        Damage(
            name: "two keys that were swapped",
            sql: [
                """
                CREATE TABLE swap AS SELECT key_hash, label, row_hash FROM sheaf_labels WHERE label REGEXP '\"id\":[34],'
                """,
                """
                UPDATE sheaf_labels l JOIN swap s ON s.key_hash <> l.key_hash AND l.key_hash IN (SELECT key_hash FROM swap)
                SET l.label = s.label, l.row_hash = s.row_hash
                """,
            ], told: ["key-hash [3]@1-", "key-hash [4]@1-", "root-hash @1-4"]),
        Damage(
            name: "a label changed together with its hash",
            sql: [
                "UPDATE sheaf_labels SET label = REPLACE(label, '料理3', '料理９') WHERE label LIKE '%\"id\":3,%'",
                "UPDATE sheaf_labels SET row_hash = \(hashOfText) WHERE label LIKE '%\"id\":3,%'",
            ], told: ["root-hash @1-4"]),
        Damage(
            name: "a label that its schema does not allow",
            sql: [
                "UPDATE sheaf_labels SET label = REPLACE(label, '主菜', '飲料') WHERE label LIKE '%\"id\":4,%'",
                "UPDATE sheaf_labels SET row_hash = \(hashOfText) WHERE label LIKE '%\"id\":4,%'",
            ], told: ["schema [4]@1-", "root-hash @1-4"]),
        Damage(
            name: "a label with a space between its members",
            sql: [
                "UPDATE sheaf_labels SET label = REPLACE(label, ',\"kind\"', ', \"kind\"') WHERE label LIKE '%\"id\":4,%'",
                "UPDATE sheaf_labels SET row_hash = \(hashOfText) WHERE label LIKE '%\"id\":4,%'",
            ], told: ["canonical-form [4]@1-", "root-hash @1-4"]),
        Damage(
            name: "a lost label", sql: ["DELETE FROM sheaf_labels WHERE label LIKE '%\"id\":7,%'"],
            told: ["root-hash @2-4", "change-counts @2-3"]),
        Damage(
            name: "a lost row of the history", sql: ["DELETE FROM sheaf_history WHERE label LIKE '%\"id\":6,%'"],
            told: ["root-hash @1-2", "change-counts @1-2", "change-counts @2-3"]),
        Damage(
            name: "a label that was added",
            sql: [
                """
                INSERT INTO sheaf_labels (dataset_id, key_hash, valid_from, row_hash, label, run_id)
                SELECT dataset_id, UNHEX(LEFT(SHA2('[9]', 256), 32)), 2, UNHEX(LEFT(SHA2(REPLACE(label, '"id":7', '"id":9'), 256), 32)),
                    REPLACE(label, '"id":7', '"id":9'), run_id FROM sheaf_labels WHERE label LIKE '%"id":7,%'
                """
            ], told: ["root-hash @2-4", "change-counts @2-3"]),
        Damage(
            name: "an interval that is there twice",
            sql: [
                """
                INSERT INTO sheaf_history (dataset_id, key_hash, valid_to, valid_from, row_hash, label, run_id)
                SELECT dataset_id, key_hash, 3, 2, row_hash, label, run_id FROM sheaf_labels WHERE label LIKE '%"id":7,%'
                """
            ], told: ["overlap [7]@2-3", "root-hash @2-3", "change-counts @2-3"]),
        Damage(
            name: "an interval that ends before it begins",
            sql: ["UPDATE sheaf_history SET valid_from = 3 WHERE label LIKE '%\"id\":2,%'"],
            told: ["interval [2]@3-3", "root-hash @1-3", "change-counts @1-2", "change-counts @3-4"]),
        Damage(
            name: "a label that begins with another version",
            sql: ["UPDATE sheaf_labels SET valid_from = 3 WHERE label LIKE '%\"id\":7,%'"],
            told: ["root-hash @2-3", "change-counts @2-3", "change-counts @3-4"]),
        Damage(
            name: "a changed count of labels",
            sql: ["UPDATE sheaf_versions SET label_count = 7 WHERE version = 2"], told: ["label-count @2-3!"]),
        Damage(
            name: "a changed count of inserts",
            sql: ["UPDATE sheaf_versions SET inserted = 2, updated = 0 WHERE version = 2"],
            told: ["change-counts @2-3!"]),
        Damage(
            name: "a changed root hash",
            sql: ["UPDATE sheaf_versions SET root_hash = UNHEX(REPEAT('ab', 32)) WHERE version = 2"],
            told: ["root-hash @2-3!"]),
        Damage(
            name: "a changed version hash",
            sql: ["UPDATE sheaf_versions SET version_hash = UNHEX(REPEAT('ab', 32)) WHERE version = 3"],
            told: ["version-hash @3-4!"]),
        Damage(
            name: "both hashes of a version",
            sql: [
                "UPDATE sheaf_versions SET version_hash = NULL, root_hash = UNHEX(REPEAT('ab', 32)) WHERE version = 3"
            ],
            told: ["root-hash @3-4!", "version-hash @3-4!"]),
        Damage(
            name: "both hashes of a version that lost a label",
            sql: [
                "UPDATE sheaf_versions SET version_hash = NULL, root_hash = NULL WHERE version = 3",
                "DELETE FROM sheaf_labels WHERE label LIKE '%\"id\":2,%'",
            ], told: ["root-hash @3-4", "change-counts @3-4"]),
        Damage(
            name: "a row hash and the root hashes of the versions it stands in",
            sql: [
                "UPDATE sheaf_labels SET row_hash = UNHEX(REPEAT('ab', 16)) WHERE label LIKE '%\"id\":2,%'",
                "UPDATE sheaf_versions SET root_hash = UNHEX(REPEAT('ab', 32)) WHERE version = 3",
            ], told: ["row-hash [2]@3-!", "root-hash @3-4!"]),
        Damage(
            name: "a changed schema",
            sql: ["UPDATE sheaf_schemas SET document = REPLACE(document, '副菜', '飲料')"], told: ["schema-document @1-4"]),
        Damage(
            name: "a changed hash of a schema",
            sql: ["UPDATE sheaf_schemas SET schema_hash = UNHEX(REPEAT('ab', 32))"], told: ["schema-document @1-4!"]),
        Damage(
            name: "a version that is gone", sql: ["DELETE FROM sheaf_versions WHERE version = 2"],
            told: ["missing-version @2-3"]),
        Damage(
            name: "a current version that is behind", sql: ["UPDATE sheaf_datasets SET current_version = 2"],
            told: ["current-version @!"]),
        Damage(
            name: "a current version that is not there", sql: ["UPDATE sheaf_datasets SET current_version = 9"],
            told: ["current-version @!"]),
        Damage(
            name: "a row of a version that nobody is writing",
            sql: ["UPDATE sheaf_labels SET valid_from = 5 WHERE label LIKE '%\"id\":7,%'"],
            told: ["staged @5-", "root-hash @2-4", "change-counts @2-3"]),
        Damage(
            name: "a redaction that nobody made",
            sql: [
                "UPDATE sheaf_labels SET label = '{}', redacted_hash = UNHEX(LEFT(SHA2('{}', 256), 32)) WHERE label LIKE '%\"id\":3,%'"
            ], told: ["redaction @1-"]),
        Damage(
            name: "a changed seen digest",
            sql: ["UPDATE sheaf_sheets SET seen_digest = UNHEX(REPEAT('ab', 32))"], told: ["seen-digest @!"]),
    ]

    @Test(arguments: damages)
    func eachDamageIsToldAndOnlyWhatIsConfirmedIsRepaired(_ damage: Damage) async throws {
        try await Workbench.with { bench in
            try await publishThreeVersions(bench)
            let verifier = DatasetVerifier(store: bench.store)
            #expect(try await verifier.verify(bench.record(), .all).report.found == 0)
            for sql in damage.sql { try await bench.execute(sql) }

            let result = try await verifier.verify(bench.record(), .all)
            #expect(Set(result.report.findings.map(Self.brief)) == damage.told)
            #expect(result.report.versions.allSatisfy(\.isSound) == damage.told.allSatisfy(Self.isBookkeeping))

            let labels = try await texts(bench)
            try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "t") { lease in
                try await bench.store.repair(
                    result.repairs, of: bench.record(), actor: "t", why: nil, lease: lease)
            }
            let left = try await verifier.verify(bench.record(), .all).report
            #expect(Set(left.findings.map(Self.brief)) == damage.told.filter { !$0.hasSuffix("!") })
            #expect(try await texts(bench) == labels)
        }
    }

    /// What concerns no version's labels.
    private static func isBookkeeping(_ told: String) -> Bool {
        ["seen-digest", "current-version", "missing-version"].contains { told.hasPrefix($0) }
    }

    @Test func oneVersionIsVerifiedByItself() async throws {
        try await Workbench.with { bench in
            try await publishThreeVersions(bench)
            let verifier = DatasetVerifier(store: bench.store)
            try await bench.execute("UPDATE sheaf_history SET label = '{}' WHERE label LIKE '%\"id\":1,%'")
            // The row is the first version's, and no other's.
            for version in 1...3 {
                let report = try await verifier.verify(bench.record(), .one(version)).report
                #expect(report.found == (version == 1 ? 1 : 0), "version \(version)")
                #expect(report.otherVersions == 2)
                #expect(report.rows == 6)
                #expect(report.versions.map(\.labels) == [6])
            }
            #expect(try await verifier.verify(bench.record(), .one(nil)).report.versions.map(\.version) == [3])
        }
    }

    @Test func whatIsStagedIsNoDamageWhileItsVersionIsThere() async throws {
        try await Workbench.with { bench in
            try await publishThreeVersions(bench)
            try await bench.execute(
                """
                INSERT INTO sheaf_versions SELECT dataset_id, 4, 'staging', 3, schema_id, run_id, NULL, NULL, 0, 0, 0, 0, actor,
                    reason, created_at, NULL, NULL, NULL FROM sheaf_versions WHERE version = 3
                """)
            try await bench.execute(
                """
                INSERT INTO sheaf_history (dataset_id, key_hash, valid_to, valid_from, row_hash, label, run_id)
                SELECT dataset_id, key_hash, 4, valid_from, row_hash, label, run_id FROM sheaf_labels
                WHERE label LIKE '%"id":3,%'
                """)
            try await bench.execute("DELETE FROM sheaf_labels WHERE label LIKE '%\"id\":3,%'")
            let verifier = DatasetVerifier(store: bench.store)
            #expect(try await verifier.verify(bench.record(), .all).report.found == 0)
            #expect(try await verifier.verify(bench.record(), .one(nil)).report.found == 0)
        }
    }

    private static func brief(_ finding: VerificationFinding) -> String {
        let versions = (finding.fromVersion.map { "\($0)-" } ?? "") + (finding.toVersion.map { "\($0)" } ?? "")
        return "\(finding.kind.rawValue) \(finding.key ?? "")@\(versions)\(finding.isRepairable ? "!" : "")"
    }

    /// Version 2 changes one label, deletes one and inserts one; version 3 changes another.
    private func publishThreeVersions(_ bench: Workbench) async throws {
        var rows = (1...6).map { ["\($0)", "料理\($0)", ["主食", "主菜"][($0 + 1) % 2]] }
        try bench.write("a.csv", rows)
        try await bench.sync(["a.csv"])
        rows[0][2] = "副菜"
        rows[5] = ["7", "料理7", "副菜"]
        try bench.write("a.csv", rows)
        try await bench.sync(["a.csv"])
        rows[1][2] = "主食"
        try bench.write("a.csv", rows)
        try await bench.sync(["a.csv"])
        #expect(try await bench.record().currentVersion == 3)
    }

    private func texts(_ bench: Workbench) async throws -> [String] {
        let connection = try await MySQLConnection.connect(bench.configuration)
        let texts = try await connection.run { connection in
            try connection.rows("SELECT label FROM sheaf_labels UNION ALL SELECT label FROM sheaf_history")
                .map { try $0.text("label") }.sorted()
        }
        await connection.close()
        return texts
    }
}

/// Whatever happens to a dataset, verifying finds nothing afterwards.
@Suite struct VerificationLifeTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func aLifeLeavesNothingToBeFound(_ seed: UInt64) async throws {
        let all = ["unreadable", "rename", "config", "guards", "schema", "csv"]
        var chooser = SeededRandom(seed: seed &* 7919)
        let options = Set(all.filter { _ in chooser.once(in: 2) })
        try await GoogleBench.with([:]) { bench in
            let world = DatasetLife(bench, seed: seed, options: options)
            world.setUp()
            _ = try await world.sync()
            let verifier = DatasetVerifier(store: bench.store)
            for step in 1...10 {
                for _ in 0..<world.random.number(in: 0..<5) { world.edit() }
                if world.random.once(in: 3) { try await world.bigEvent() }
                _ = try await world.sync(full: world.random.once(in: 4))
                let report = try await verifier.verify(bench.record(), .all).report
                #expect(report.findings.map(\.message) == [], "seed \(seed), step \(step)")
                let newest = try await verifier.verify(bench.record(), .one(nil)).report
                #expect(newest.found == 0, "seed \(seed), step \(step)")
            }
        }
    }
}

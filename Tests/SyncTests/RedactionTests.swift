import LabelDiff
import LabelSchema
import LabelStore
import MySQL
import TestSupport
import Testing

@testable import Sync

/// What is redacted is nowhere in the store any more, and every version keeps its hashes.
@Suite struct RedactionTests {
    private static let secret = "山田花子"

    @Test func noTableHoldsTheTextAnyMore() async throws {
        try await Workbench.with { bench in
            try await publish(bench)
            let before = try await bench.store.versions(of: bench.record()).map(\.versionHash)
            #expect(
                try await tables(with: Self.secret, bench) == ["sheaf_exceptions", "sheaf_history", "sheaf_labels"])
            let plan = try await redact(bench, 1)
            #expect(plan.rows.map(\.row.validFrom) == [1, 2])
            #expect(try await tables(with: Self.secret, bench) == [])
            #expect(try await bench.store.versions(of: bench.record()).map(\.versionHash) == before)
            let report = try await DatasetVerifier(store: bench.store).verify(bench.record(), .all).report
            #expect(report.findings.map(\.message) == [])
            #expect(report.versions.map(\.redacted) == [1, 1, 1])
            #expect(report.versions.map(\.labels) == [3, 3, 3])
            // Once more takes nothing, and is no error.
            #expect(try await redact(bench, 1).rows.isEmpty)
        }
    }

    @Test func anUnchangedSheetBringsNothingBack() async throws {
        try await Workbench.with { bench in
            try await publish(bench)
            try bench.write("a.csv", Self.rows)
            try await bench.sync(["a.csv"])
            let version = try await bench.record().currentVersion
            try await redact(bench, 1)
            try bench.write("a.csv", Self.rows.reversed())
            #expect(try await bench.sync(["a.csv"]).outcome == .unchanged)
            #expect(try await bench.record().currentVersion == version)
            #expect(try await bench.labels().contains(CanonicalLabel.redacted))
            // Somebody edits the row: a new value, of its own right.
            var edited = Self.rows
            edited[0][2] = "副菜"
            try bench.write("a.csv", edited)
            let report = try await bench.sync(["a.csv"])
            #expect(report.counts.updated == 1)
            #expect(try await bench.labels(version: version).contains(CanonicalLabel.redacted))
            #expect(try await bench.labels().contains(CanonicalLabel.redacted) == false)
        }
    }

    @Test func aRedactedLabelIsDeletedChangedAndComparedLikeAnyOther() async throws {
        try await Workbench.with { bench in
            try await publish(bench)
            try await redact(bench, 1)
            let record = try await bench.record()
            let schema = try LabelSchema.parse(Workbench.schemaText, file: "dish.yaml")
            let diff = VersionDiff(
                store: bench.store, dataset: record, schema: schema,
                lineage: try await SchemaLineage.load(of: record, from: bench.store))
            var changes: [SyncReport.Change] = []
            try await diff.changes(from: 1, to: 2) { changes += $0 }
            #expect(changes.map(\.isRedacted) == [true])
            #expect(changes.map(\.cells) == [[]])
            let history = try await KeyHistory(
                of: LabelSchema.keyHash(Array("[1]".utf8)), in: record, schema: schema, store: bench.store)
            #expect(history.steps.map(\.isRedacted) == [true, true])
            #expect(history.steps.allSatisfy { $0.cells.isEmpty })
            try bench.write("a.csv", Array(Self.rows.dropFirst()))
            #expect(try await bench.sync(["a.csv"]).counts.deleted == 1)
            let report = try await DatasetVerifier(store: bench.store).verify(bench.record(), .all).report
            #expect(report.found == 0)
        }
    }

    @Test func aNewSchemaCostsNoRedactedLabel() async throws {
        try await Workbench.with { bench in
            try await publish(bench)
            try await redact(bench, 1)
            // No sheet offers the label any more, and the schema changes: what was carried over is what is left.
            let schema = Workbench.schemaText.replacing("主食, 主菜, 副菜", with: "主食, 主菜, 副菜, 汁物")
            let report = try await bench.sync(["a.csv"], schema: schema)
            #expect(report.counts.deleted == 0)
            #expect(try await bench.labels().contains(CanonicalLabel.redacted))
            let verified = try await DatasetVerifier(store: bench.store).verify(bench.record(), .all).report
            #expect(verified.findings.map(\.message) == [])
        }
    }

    @Test func aFieldGoesAndTheRestStays() async throws {
        try await Workbench.with { bench in
            try await publish(bench)
            let plan = try await redact(bench, 1, fields: ["name"])
            #expect(plan.rows.count == 2)
            #expect(try await tables(with: Self.secret, bench) == [])
            #expect(try await bench.labels(version: 1).contains(Array(#"{"id":1,"kind":"主食"}"#.utf8)))
            let report = try await DatasetVerifier(store: bench.store).verify(bench.record(), .all).report
            #expect(report.findings.map(\.message) == [])
            #expect(report.versions.map(\.redacted) == [1, 1, 1])
        }
    }

    @Test(arguments: [(["kind"], "would not satisfy"), (["id"], "part of the key"), (["nmae"], "no field")])
    func whatCannotGoAloneIsRefused(_ fields: [String], _ words: String) async throws {
        try await Workbench.with { bench in
            try await publish(bench)
            let before = try await bench.everything()
            let refusal = await #expect(throws: Redactor.Refusal.self) {
                _ = try await Redactor(dataset: bench.record(), store: bench.store)
                    .plan(LabelSchema.keyHash(Array("[1]".utf8)), fields: fields, includesFormerKeys: true)
            }
            #expect(refusal?.message.contains(words) == true)
            #expect(try await bench.everything() == before)
        }
    }

    @Test func aFormerKeyIsIncludedAndAnotherRowsIsNot() async throws {
        try await Workbench.with { bench in
            try bench.write("a.csv", [["1", Self.secret, "主食"], ["2", "料理", "主菜"]])
            try await bench.sync(["a.csv"])
            try bench.write("a.csv", [["9", Self.secret, "主食"], ["2", "料理", "主菜"]])
            try await bench.sync(["a.csv"])
            // The former key is another row's now.
            try bench.write("a.csv", [["9", Self.secret, "主食"], ["2", "料理", "主菜"], ["1", "別の料理", "主菜"]])
            try await bench.sync(["a.csv"])
            let record = try await bench.record()
            let (old, new) = (Array("[1]".utf8), Array("[9]".utf8))
            try await bench.execute(
                """
                INSERT INTO sheaf_rekeys (dataset_id, old_key_hash, new_key_hash, old_key, new_key, actor, created_at)
                SELECT 1, UNHEX(LEFT(SHA2('[1]', 256), 32)), UNHEX(LEFT(SHA2('[9]', 256), 32)), '[1]', '[9]', 't', UTC_TIMESTAMP(6)
                """)
            #expect(LabelSchema.keyHash(old) != LabelSchema.keyHash(new))
            let plan = try await redact(bench, 9)
            #expect(plan.keys.count == 2)
            #expect(try await tables(with: Self.secret, bench) == [])
            #expect(try await bench.kinds(version: record.currentVersion) == [1: "主菜", 2: "主菜"])
            let report = try await DatasetVerifier(store: bench.store).verify(record, .all).report
            #expect(report.findings.map(\.message) == [])
        }
    }

    // MARK: - A dataset with somebody's name in it

    private static let rows = [["1", secret, "主菜"], ["2", "料理2", "主菜"], ["3", "料理3", "主食"]]

    /// Version 2 changes the label that holds the name; then its row turns invalid, and version 3 changes another.
    private func publish(_ bench: Workbench) async throws {
        var rows = Self.rows
        rows[0][2] = "主食"
        try bench.write("a.csv", rows)
        try await bench.sync(["a.csv"])
        try bench.write("a.csv", Self.rows)
        try await bench.sync(["a.csv"])
        rows = Self.rows
        rows[0][2] = Self.secret
        rows[1][2] = "副菜"
        try bench.write("a.csv", rows)
        try await bench.sync(["a.csv"])
        #expect(try await bench.record().currentVersion == 3)
    }

    @discardableResult
    private func redact(_ bench: Workbench, _ key: Int, fields: [String]? = nil) async throws -> Redactor.Plan {
        let record = try await bench.record()
        let redactor = Redactor(dataset: record, store: bench.store)
        return try await bench.store.withLease(SyncRunner.leaseName(dataset: record.name), owner: "t") { lease in
            let plan = try await redactor.plan(
                LabelSchema.keyHash(Array("[\(key)]".utf8)), fields: fields, includesFormerKeys: true)
            try await bench.store.redact(
                plan.rows, keys: plan.keys,
                RedactionWish(
                    fields: fields.map { "\($0)" }, erasesAnnotator: true, actor: "tests", why: "asked",
                    subject: "a key"), in: record, lease: lease)
            return plan
        }
    }

    /// The tables in which a text stands, in any column.
    private func tables(with text: String, _ bench: Workbench) async throws -> [String] {
        let connection = try await MySQLConnection.connect(bench.configuration)
        let found = try await connection.run { connection -> [String] in
            var found: [String] = []
            for row in try connection.rows("SHOW TABLES LIKE 'sheaf\\_%'") {
                let table = try row.text(0)
                var conditions: [String] = []
                for column in try connection.rows("SHOW COLUMNS FROM `\(table)`") {
                    let type = try column.text("Type").lowercased()
                    guard type.contains("text") || type.contains("char") else { continue }
                    conditions.append("`\(try column.text("Field"))` LIKE '%\(text)%'")
                }
                if conditions.isEmpty { continue }
                let count = try connection.rows(
                    "SELECT COUNT(*) AS n FROM `\(table)` WHERE \(conditions.joined(separator: " OR "))")
                if try count.first?.int("n") ?? 0 > 0 { found.append(table) }
            }
            return found.sorted()
        }
        await connection.close()
        return found
    }
}

import Digest
import Foundation
import LabelDiff
import LabelSchema
import LabelStore
import TestRandom
import Testing

@testable import Sync

/// Whatever people do to sheets, to the schema and to the dataset it refers to: each version keeps its schema, and no
/// label goes that is written somewhere, or that nobody has given up.
@Suite struct SchemaLifeTests {
    /// As many datasets live as `SHEAF_TEST_LIVES` says, or a few.
    private static let lives = min(
        1_000, ProcessInfo.processInfo.environment["SHEAF_TEST_LIVES"].flatMap(Int.init) ?? 4)
    private static let first = ProcessInfo.processInfo.environment["SHEAF_TEST_FIRST"].flatMap(Int.init) ?? 1

    @Test(arguments: first..<(first + lives))
    func everyVersionKeepsItsSchema(seed: Int) async throws {
        try await Workbench.with { bench in
            var life = Life(bench: bench, seed: seed)
            for _ in 0..<14 { try await life.round() }
            try await life.checkOldVersions()
            try await life.settle()
        }
    }
}

private typealias Labels = [String: [String: String]]

private struct Life {
    let bench: Workbench
    let seed: Int
    var random: SeededRandom
    var schema = ChangingSchema()
    var sheets = ChangingSheets()
    var configured = ["0.csv", "1.csv", "2.csv"]
    var number = 0
    var guards = Guards.none
    /// Labels whose loss somebody has approved, by key, since the last version.
    var approved: Set<String> = []
    /// Labels of a sheet that was given up with its labels.
    var givenUp: Set<String> = []
    var versions: [Int: [[UInt8]]] = [:]
    var log: [String] = []

    static let header = ["id", "code", "parent", "color", "kind", "note"]
    static let colors = """
        primaryKey: [color]
        fields:
          - { name: color, type: string }
          - { name: weight, type: integer, sheaf: { role: label } }
        """

    init(bench: Workbench, seed: Int) {
        self.bench = bench
        self.seed = seed
        random = SeededRandom(seed: UInt64(seed))
    }

    private func fail(_ text: String) {
        Issue.record("seed \(seed), round \(number): \(text)\n\(log.suffix(30).joined(separator: "\n"))")
    }

    // MARK: - Rounds

    mutating func round() async throws {
        number += 1
        guards = random.once(in: 6) ? Guards(maxChanged: 0, maxDeleted: 0, maxRejected: 0, floor: 1) : .none
        for _ in 0..<random.number(in: 1..<6) { sheets.edit(&random) }
        if number > 1, random.once(in: 2) { schema.change(&random) }
        if number == 1 || random.once(in: 4) { try await changeColors() }
        if random.once(in: 5) {
            configured = configured.count == 3 ? ["0.csv", "1.csv"] : ["0.csv", "1.csv", "2.csv"]
        }
        let lost = random.once(in: 6) ? random.pick(configured) : nil
        try writeSheets(without: lost)
        log.append("round \(number)\n\(schema.text)\(sheets.rows) of \(configured), without \(lost ?? "none")")
        if random.once(in: 5) { try await cancelled() }
        if random.once(in: 5) { try await retireOrphans() }
        var report = try await run(isWhole: lost == nil)
        if report.outcome == .held, random.number(in: 0..<3) > 0 {
            try await approve(report)
            report = try await run(isWhole: lost == nil)
        }
        guard report.outcome != .failed else { return }
        let again = try await run(isWhole: lost == nil)
        if again.version != nil { fail("publishes again: \(again.changes.map(\.key))") }
        if report.outcome == .held, again.holdID != report.holdID { fail("another hold for the same") }
        if report.outcome != .held, again.outcome == .held { fail("held after it was not: \(again.breaches)") }
    }

    /// All is mended and approved in the end, and then everything that is written is a label.
    mutating func settle() async throws {
        number += 1
        for index in sheets.rows.indices { sheets.rows[index].removeAll { $0[0] == "x" } }
        configured = ["0.csv", "1.csv", "2.csv"]
        try writeSheets(without: nil)
        log.append("settling \(sheets.rows)")
        for _ in 0..<4 {
            let report = try await run(isWhole: true)
            if report.outcome == .unchanged { return }
            if report.outcome == .held { try await approve(report) }
        }
        fail("never comes to rest")
    }

    private func writeSheets(without lost: String?) throws {
        for (index, rows) in sheets.rows.enumerated() {
            if "\(index).csv" == lost {
                try? bench.remove("\(index).csv")
            } else {
                let columns = Self.columns(index)
                try bench.write(
                    "\(index).csv", rows.map { Array($0.prefix(columns)) }, header: Array(Self.header.prefix(columns)))
            }
        }
    }

    /// The last sheet has never had a column for notes.
    private static func columns(_ sheet: Int) -> Int { sheet == 2 ? 5 : 6 }

    private mutating func changeColors() async throws {
        sheets.colors = random.pick([["red", "blue"], ["red", "blue", "green"], ["red"], ["green", "blue"]])
        try bench.write("colors.csv", sheets.colors.map { [$0, "1"] }, header: ["color", "weight"])
        try await bench.sync(["colors.csv"], schema: Self.colors, dataset: "colors")
    }

    /// A run that is stopped half-way leaves nothing behind.
    private mutating func cancelled() async throws {
        let (steps, stop) = (Shared(0), random.number(in: 1..<6))
        let running = Shared<Task<SyncReport, any Error>?>(nil)
        let before = try await labels()
        let runner = try bench.runner(configured, schema: schema.text) { _ in
            steps.value += 1
            if steps.value == stop { running.value?.cancel() }
        }
        let task = Task { try await runner.sync() }
        running.value = task
        do {
            let report = try await task.value
            try await check(report, before: before, isWhole: false)
        } catch is CancellationError {
            if try await labels() != before { fail("a run that was stopped changed labels") }
        }
    }

    private mutating func retireOrphans() async throws {
        guard let record = try await bench.store.findDataset(Workbench.dataset) else { return }
        for sheet in try await bench.store.sheets(of: record) where sheet.state == .orphaned {
            let deletes = random.once(in: 2)
            log.append("retire \(sheet.location), with its labels: \(deletes)")
            if deletes { givenUp.formUnion(try await labels().keys) }
            try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "t") {
                try await bench.store.retire(
                    sheet: sheet.id, of: record, deletes: deletes, actor: "t", why: nil, lease: $0)
            }
        }
    }

    private mutating func approve(_ report: SyncReport) async throws {
        guard let hold = report.holdID else { return fail("held without a hold") }
        log.append("approve \(report.changes.map { "\($0.kind) \($0.key)" })")
        for change in report.changes where change.kind == .delete { approved.insert(change.key) }
        let pastBlock = random.once(in: 3)
        try await bench.store.withLease(SyncRunner.leaseName(dataset: Workbench.dataset), owner: "t") {
            try await bench.store.approve(hold, actor: "t", why: nil, pastBlock: pastBlock, hours: 1, lease: $0)
        }
    }

    // MARK: - Checking

    private mutating func run(isWhole: Bool) async throws -> SyncReport {
        let before = try await labels()
        let report = try await bench.sync(configured, schema: schema.text, guards: guards)
        log.append(
            "\(report.outcome) \(report.version ?? 0): \(report.changes.map { "\($0.kind) \($0.key) \($0.isCost)" }), "
                + "rejected \(report.rejections.map { "\($0.key ?? "") \($0.errors.map(\.code))" }), "
                + "waiting \(report.waitingDeletes.map(\.key)), breaches \(report.breaches), "
                + "unread \(report.sheets.compactMap(\.failure?.code))")
        try await check(report, before: before, isWhole: isWhole)
        return report
    }

    private mutating func check(_ report: SyncReport, before: Labels, isWhole: Bool) async throws {
        let after = try await labels()
        guard let version = report.version else {
            if before != after { fail("labels changed without a version") }
            return
        }
        let written = filledRows()
        for (id, label) in after {
            // Of a key that stands in two sheets, one that cannot be read leaves one row to go by.
            let rows = (written[id] ?? []).map(schema.label)
            let isWritten = rows.contains(label) && (rows.count == 1 || !isWhole)
            if !isWritten, before[id].map(schema.carried) != label { fail("label \(id) comes from nowhere: \(label)") }
        }
        for id in before.keys where after[id] == nil {
            if approved.contains("[\(id)]") || givenUp.contains(id) { continue }
            if written[id] != nil { fail("label \(id) is lost, though it is written") }
            if !isWhole { fail("label \(id) is lost, though not every sheet was read") }
            if sheets.rows.joined().contains(where: { $0[0] == "x" && $0[4] != "" }), configured.count == 3 {
                fail("label \(id) is lost, though a key cannot be read")
            }
        }
        try await check(version, after)
        if isWhole { checkGoodRows(written, before, after) }
        let isNew = !report.changes.isEmpty || report.schemaChanged
        if !isNew { fail("version \(version) changes nothing") }
        approved = []
    }

    /// The version itself, with its schema and what it was checked against.
    private mutating func check(_ version: Int, _ labels: Labels) async throws {
        let record = try await bench.record()
        let stored = try await bench.store.version(version, of: record)
        let document = try await bench.store.schemaDocument(stored.schemaID)
        let parsed = try LabelSchema.parse(document: document)
        var offered = Set<String>()
        for reference in try await bench.store.references(of: record, version: version) {
            let other = try await bench.store.dataset(reference.dataset)
            for label in try await bench.store.page(
                of: other, version: reference.version, after: nil, limit: 1_000
            ).labels {
                for member in CanonicalLabel.parse(label) ?? [] where member.name == "color" {
                    offered.insert(member.value.displayText)
                }
            }
        }
        for (id, label) in labels {
            if let mistake = schema.mistake(in: label, colors: offered) { fail("label \(id) \(mistake)") }
        }
        for mistake in schema.mistakes(among: labels) { fail(mistake) }
        let page = try await bench.store.page(of: record, version: version, after: nil, limit: 1_000)
        var bytes: [UInt8] = []
        for (key, label) in zip(page.keys, page.labels) {
            let errors = parsed.check(canonicalLabel: label)
            if !errors.isEmpty { fail("the schema refuses \(String(decoding: label, as: UTF8.self)): \(errors)") }
            guard let own = parsed.key(ofCanonicalLabel: label) else { return fail("a label without a key") }
            if digest(own).bytes.prefix(16) != key.bytes[...] { fail("a label stands under another key") }
            bytes += key.bytes + digest(label).bytes.prefix(16)
        }
        if digest(bytes) != stored.rootHash { fail("another root hash") }
        if VersionFormat.versionHash(schemaHash: digest(document), rootHash: stored.rootHash) != stored.versionHash
            || stored.labelCount != page.keys.count
        {
            fail("another version hash or count")
        }
        versions[version] = page.labels
    }

    /// Rows that nothing stands against are labels.
    private func checkGoodRows(_ written: [String: [[String]]], _ before: Labels, _ after: Labels) {
        var codes: [String: Int] = [:]
        for rows in written.values { for row in rows { codes[row[1], default: 0] += 1 } }
        let held = before.mapValues { schema.carried($0)[schema.code] }
        for (id, rows) in written where rows.count == 1 {
            let row = rows[0]
            let isAlone = row[1].isEmpty || codes[row[1]] == 1 && held.allSatisfy { $0.key == id || $0.value != row[1] }
            guard isAlone, row[2].isEmpty, schema.mistake(in: schema.label(row), colors: Set(sheets.colors)) == nil
            else { continue }
            if after[id] != schema.label(row) { fail("row \(row) is no label") }
        }
    }

    private func digest(_ bytes: [UInt8]) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return hasher.finish()
    }

    private func filledRows() -> [String: [[String]]] {
        var written: [String: [[String]]] = [:]
        for sheet in configured {
            let index = Int(sheet.prefix(1)) ?? 0
            for row in sheets.rows[index] where !row[4].isEmpty && row[0] != "x" {
                written[row[0], default: []].append(Array((row.prefix(Self.columns(index)) + [""]).prefix(6)))
            }
        }
        return written
    }

    func checkOldVersions() async throws {
        for (version, labels) in versions where try await bench.labels(version: version) != labels {
            fail("version \(version) is not what it was")
        }
    }

    private func labels() async throws -> Labels {
        guard let record = try await bench.store.findDataset(Workbench.dataset), record.currentVersion > 0 else {
            return [:]
        }
        var labels: Labels = [:]
        for bytes in try await bench.labels() {
            let members = CanonicalLabel.parse(bytes) ?? []
            let values = Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value.displayText) })
            labels[values.first { $0.key.hasPrefix("id") }?.value ?? ""] = values
        }
        return labels
    }
}

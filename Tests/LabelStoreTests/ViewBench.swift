import Digest
import LabelDiff
import LabelSchema
import MySQL
import TestRandom
import TestSupport
import Testing

@testable import LabelStore

/// A dataset whose versions a test writes label by label, to be read through its views.
struct ViewBench {
    let store: LabelStore
    let name: String
    /// The database of the store.
    let database: String

    static func with(
        _ name: String = "dish", _ body: (ViewBench, MySQLConfiguration) async throws -> Void
    ) async throws {
        try await TestStore.withStore { store, configuration in
            let bench = ViewBench(store: store, name: name, database: configuration.database ?? "")
            try await body(bench, configuration)
        }
    }

    /// Key `id`, and a text `v`.
    static let schema =
        #"{"fields":[{"name":"id","type":"integer"},{"name":"v","sheaf":{"role":"label"}}],"primaryKey":["id"]}"#

    static func key(_ number: Int) -> KeyHash { KeyHash(high: UInt64(number) << 40, low: UInt64(number)) }

    /// Publishes a version.
    ///
    /// - Parameters:
    ///   - changes: the new labels; `nil` deletes one.
    ///   - before: the keys that there are.
    ///   - schema: of which schema.
    ///   - failing: all is staged and nothing published, as by a worker that was killed.
    /// - Throws: what the store throws.
    func publish(
        _ changes: [KeyHash: String?], before: Set<KeyHash>, schema: String = ViewBench.schema, failing: Bool = false
    ) async throws {
        var chunk = StagedChunk()
        for (key, label) in changes.sorted(by: { $0.key < $1.key }) {
            guard let label else {
                chunk.deletes.append(key)
                continue
            }
            var hasher = SHA256Hasher()
            hasher.update(label)
            let words = hasher.finish().first16
            let staged = StagedLabel(
                key: key, rowHash: RowHash(words), label: Array(label.utf8), sheetID: nil, sheetRow: nil, annotator: nil
            )
            if before.contains(key) { chunk.updates.append(staged) } else { chunk.inserts.append(staged) }
        }
        let chunks = failing ? [chunk, StagedChunk(), StagedChunk()] : [chunk]
        let source = Chunks(chunks, failing: failing)
        _ = try await store.ensureDataset(name)
        let dataset = try await store.dataset(name)
        try await store.withLease("dataset:\(name)", owner: "tests") { lease in
            _ = try await store.undoAbandonedStaging(dataset, lease: lease)
            let document = Array(schema.utf8)
            var hasher = SHA256Hasher()
            hasher.update(document)
            let hash = hasher.finish()
            let schemaID = try await store.ensureSchema(document, hash: hash, dataset: dataset, lease: lease)
            let run = try await store.beginRun(dataset, kind: "sync", actor: "tests", worker: "tests", lease: lease)
            let draft = VersionDraft(dataset: dataset, schemaID: schemaID, runID: run, actor: "tests", reason: nil)
            do {
                try await store.publish(
                    draft,
                    figures: VersionFigures(
                        rootHash: hash, versionHash: hash, labelCount: 0, inserted: 0, updated: 0, deleted: 0),
                    publication: Publication(runState: .published, report: "{}"), lease: lease,
                    nextChunk: { try await source.next() })
            } catch is Chunks.Killed where failing {}
        }
    }

    func tag(_ name: String, _ version: Int) async throws {
        let dataset = try await store.dataset(self.name)
        _ = try await store.withLease("dataset:\(self.name)", owner: "tests") { lease in
            try await store.setTag(name, to: version, of: dataset, moves: true, actor: "tests", why: nil, lease: lease)
        }
    }

    @discardableResult
    func reconcile(
        _ place: ViewPlace = .storeDatabase, onlyIfUnsettled: Bool = false
    ) async throws -> ViewReconciliation {
        try await store.reconcileViews(of: name, in: place, owner: "tests", onlyIfUnsettled: onlyIfUnsettled)
    }

    /// Runs statements of the test's own.
    func run(_ statements: String...) async throws {
        for statement in statements { try await store.pool.withConnection { _ = try $0.execute(statement) } }
    }

    func rows(_ sql: String) async throws -> [ResultRow] {
        try await store.pool.withConnection { try $0.rows(sql) }
    }

    /// The keys and texts `v` of what a query over a view gives.
    func labels(_ view: String, where condition: String = "1 = 1") async throws -> [KeyHash: String] {
        var labels: [KeyHash: String] = [:]
        for row in try await rows("SELECT key_hash, v FROM `\(view)` WHERE \(condition)") {
            labels[try row.keyHash("key_hash")] = try row.text("v")
        }
        return labels
    }

    func count(_ sql: String) async throws -> Int { Int(try await rows(sql).first?.int(0) ?? -1) }
}

/// Gives chunks, and may end as a worker that is killed.
private actor Chunks {
    struct Killed: Error {}

    private var rest: ArraySlice<StagedChunk>
    private let failing: Bool

    init(_ chunks: [StagedChunk], failing: Bool) {
        rest = chunks[...]
        self.failing = failing
    }

    func next() throws -> StagedChunk? {
        if failing, rest.count == 1 { throw Killed() }
        return rest.popFirst()
    }
}

internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// The unique keys and references of a dataset as they would be after a revert.
struct ReversionTable {
    private let scene: Reversion.Scene
    private let constraints: TableConstraints
    private let offered: [Int: Set<TupleHash>]

    private static let pageSize = 5_000

    /// References to other datasets are held to the versions that the current one was checked against.
    init(_ scene: Reversion.Scene) async throws {
        self.scene = scene
        constraints = TableConstraints(scene.schema)
        var offered: [Int: Set<TupleHash>] = [:]
        let referenced = try await scene.store.references(of: scene.dataset, version: scene.dataset.currentVersion)
        for (place, key) in scene.schema.foreignKeys.enumerated() {
            for reference in referenced where key.reference == .dataset(reference.dataset) {
                let record = try await scene.store.dataset(reference.dataset)
                let version = try await scene.store.version(reference.version, of: record)
                let schema = try LabelSchema.parse(
                    document: try await scene.store.schemaDocument(version.schemaID))
                offered[place] = try await DatasetReference(record: record, version: reference.version, schema: schema)
                    .offered(to: key, in: scene.store)
            }
        }
        self.offered = offered
    }

    /// The entries that may not be made, each with what would be broken.
    func broken(_ entries: [Reversion.Entry]) async throws -> [KeyHash: Set<TableConstraints.Breach>] {
        let changes = Dictionary(entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        var kept: [KeptLabel] = []
        // What labels that go or change offer now, for references of those that stay.
        var leaving: [(key: KeyHash, tuples: [TupleHash])] = []
        try await eachLabel(of: scene.dataset.currentVersion) { key, label in
            if changes[key] == nil {
                kept.append(KeptLabel(key: key, tuples: tuples(label)))
            } else {
                leaving.append((key, tuples(label)))
            }
        }
        let coming = entries.filter { $0.after != nil }.map(\.key)
        for start in stride(from: 0, to: coming.count, by: Self.pageSize) {
            let some = Array(coming[start..<min(start + Self.pageSize, coming.count)])
            for (key, label) in try await scene.store.labels(
                of: scene.dataset, version: scene.target.version, keys: some)
            {
                guard let form = scene.carried(label)?.label else { continue }
                kept.append(KeptLabel(key: key, tuples: tuples(form)))
            }
        }
        let findings = constraints.look(rows: [], tuple: { _, _ in .missing }, kept: kept, offered: offered)
        var broken = findings.failing.filter { changes[$0.key] != nil }
        let own = scene.schema.foreignKeys.firstIndex { $0.reference == .itself } ?? 0
        for (place, values) in findings.needed {
            for (tuple, referring) in values {
                let changed = referring.filter { changes[$0] != nil }
                // Those that refer go back no more; if none of them changes, what they refer to has to stay.
                let refused = changed.isEmpty ? leaving.filter { $0.tuples[place] == tuple }.map(\.key) : changed
                for key in refused { broken[key, default: []].insert(.foreign(own)) }
            }
        }
        return broken
    }

    private func tuples(_ label: [UInt8]) -> [TupleHash] {
        scene.schema.tableTuples.map { LabelSchema.tupleHash($0, ofCanonicalLabel: label) }
    }

    private func eachLabel(of version: Int, _ body: (KeyHash, [UInt8]) -> Void) async throws {
        try await scene.store.forEachPage(of: scene.dataset, version: version, limit: Self.pageSize) { page in
            try Task.checkCancellation()
            for (key, label) in zip(page.keys, page.labels) { body(key, label) }
        }
    }
}

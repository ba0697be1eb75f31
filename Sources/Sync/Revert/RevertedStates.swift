internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// What the sheets were last known to hold for reverted keys, under a new schema.
///
/// The store knows that by the hash of a label. Under a schema with other names or another normalisation the same row has
/// another hash, and nobody typed anything: so the label is looked up where the revert left it, in the history, and read
/// anew.
struct RevertedStates {
    /// One state under the new schema.
    struct State: Sendable {
        let hash: RowHash
        /// The primary key as canonical JSON.
        let labelKey: [UInt8]
    }

    private let store: LabelStore
    private let dataset: DatasetRecord
    private let newer: LabelSchema
    /// From which version on each schema holds, oldest first.
    private var schemas: [(version: Int, schema: LabelSchema)] = []

    private static let pageSize = 2_000

    init(dataset: DatasetRecord, newer: LabelSchema, store: LabelStore) async throws {
        self.store = store
        self.dataset = dataset
        self.newer = newer
        for step in try await store.schemaSteps(of: dataset) {
            // One that this program cannot read leads nowhere: what came before it is not found again.
            let schema = try? LabelSchema.parse(document: try await store.schemaDocument(step.schemaID))
            guard let schema else {
                schemas = []
                continue
            }
            schemas.append((step.version, schema))
        }
    }

    /// The states that have another hash now.
    ///
    /// - Parameter exceptions: what is open.
    /// - Returns: by key; a state that no former label explains is left as it is.
    /// - Throws: what the store throws; `CancellationError`.
    func reread(_ exceptions: [KeyHash: OpenExceptions]) async throws -> [KeyHash: State] {
        var wanted: [KeyHash: RowHash] = [:]
        for (key, open) in exceptions {
            if case .value(let hash)? = open.reverted?.state { wanted[key] = hash }
        }
        guard !wanted.isEmpty, let last = schemas.last else { return [:] }
        let ways = zip(schemas, schemas.dropFirst()).map { Rereading(from: $0.schema, to: $1.schema) }
        let way = Rereading(from: last.schema, to: newer)
        var states: [KeyHash: State] = [:]
        let keys = wanted.keys.sorted()
        for start in stride(from: 0, to: keys.count, by: Self.pageSize) {
            try Task.checkCancellation()
            let some = Array(keys[start..<min(start + Self.pageSize, keys.count)])
            for former in try await store.formerLabels(of: some, in: dataset) where states[former.key] == nil {
                guard let label = current(former.label, from: former.validFrom, ways),
                    LabelSchema.rowHash(label) == wanted[former.key], let form = way.read(canonicalLabel: label)
                else { continue }
                let hash = LabelSchema.rowHash(form)
                guard hash != wanted[former.key], let key = newer.key(ofCanonicalLabel: form) else { continue }
                states[former.key] = State(hash: hash, labelKey: key)
            }
        }
        return states
    }

    /// A label as its row would be read under the schema of the current version.
    private func current(_ label: [UInt8], from version: Int, _ ways: [Rereading]) -> [UInt8]? {
        guard let first = schemas.lastIndex(where: { $0.version <= version }) else { return nil }
        var label: [UInt8]? = label
        for way in ways[first...] { label = label.flatMap { way.read(canonicalLabel: $0) } }
        return label
    }
}

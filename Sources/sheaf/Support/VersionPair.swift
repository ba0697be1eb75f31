import LabelStore

/// Two versions of one dataset, as `sheaf diff` takes them: `DATASET FROM [TO]`, or `DATASET@FROM [DATASET@TO]`.
struct VersionPair {
    let dataset: DatasetRecord
    /// `nil` is the empty version, which goes before the first one and is called 0.
    let from: VersionRecord?
    let to: VersionRecord

    /// The later one of both, in whose terms the other is told.
    var newest: VersionRecord {
        if let from, from.version > to.version { return from }
        return to
    }

    var fromNumber: Int { from?.version ?? 0 }

    /// Finds both in the store.
    ///
    /// - Parameters:
    ///   - dataset: the dataset, or with `@` the earlier version.
    ///   - names: the versions that are named behind it; without the later one it is the newest.
    ///   - store: where they are.
    /// - Throws: `Failure` or `StoreError` if there is no such dataset or version.
    init(_ dataset: String, _ names: [String], in store: LabelStore) async throws {
        let parts = dataset.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let names = Array(parts.dropFirst()) + names
        let record = try await store.dataset(parts[0])
        self.dataset = record
        let isEmpty = names[0] == "0" || names[0] == "\(record.name)@0"
        from = isEmpty ? nil : try await Self.version(names[0], record, store)
        to = try await Self.version(names.count > 1 ? names[1] : "latest", record, store)
    }

    private static func version(_ name: String, _ dataset: DatasetRecord, _ store: LabelStore) async throws
        -> VersionRecord
    {
        try await store.version(named: try VersionReference(name, of: dataset.name).version, of: dataset)
    }
}

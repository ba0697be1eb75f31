internal import Digest
package import LabelDiff
package import LabelSchema
package import LabelStore

/// The difference between two versions, cell by cell.
package struct VersionDiff: Sendable {
    package let store: LabelStore
    package let dataset: DatasetRecord
    /// The schema of the later version.
    package let schema: LabelSchema

    package init(store: LabelStore, dataset: DatasetRecord, schema: LabelSchema) {
        self.store = store
        self.dataset = dataset
        self.schema = schema
    }

    /// Hands over the changes from one version to another in pages, in key order.
    ///
    /// A label that was changed and changed back is no change.
    ///
    /// - Parameters:
    ///   - old: the earlier version; 0 is the empty one.
    ///   - new: the later version.
    ///   - page: takes up to 2,000 changes at a time; a page may be empty.
    /// - Throws: what the store or `page` throws; `CancellationError`.
    package func changes(
        from old: Int, to new: Int, _ page: ([SyncReport.Change]) async throws -> Void
    ) async throws {
        let keys = try await store.keysChanged(in: dataset, from: min(old, new), to: max(old, new))
        let pageSize = 2_000
        for start in stride(from: 0, to: keys.count, by: pageSize) {
            try Task.checkCancellation()
            let some = Array(keys[start..<min(start + pageSize, keys.count)])
            let before = old == 0 ? [:] : try await store.labels(of: dataset, version: old, keys: some)
            let after = new == 0 ? [:] : try await store.labels(of: dataset, version: new, keys: some)
            try await page(some.compactMap { change(before[$0], after[$0]) })
        }
    }

    private func change(_ before: [UInt8]?, _ after: [UInt8]?) -> SyncReport.Change? {
        let kind: SyncReport.Change.Kind
        switch (before, after) {
        case (nil, nil): return nil
        case (nil, _): kind = .insert
        case (_, nil): kind = .delete
        case (let before?, let after?):
            if before == after { return nil }
            kind = .update
        }
        let key = schema.key(ofCanonicalLabel: after ?? before ?? []) ?? []
        return SyncReport.Change(
            kind: kind, key: String(decoding: key, as: UTF8.self), sheet: nil, row: nil, annotator: nil, isCost: false,
            reasons: [], cells: schema.cellChanges(from: before ?? [], to: after ?? []))
    }
}

extension LabelSchema {
    /// The store's name for a key in canonical form.
    package static func keyHash(_ key: [UInt8]) -> KeyHash {
        var hasher = SHA256Hasher()
        return key.withUnsafeBytes { KeyHash(hasher.first16(of: $0)) }
    }
}

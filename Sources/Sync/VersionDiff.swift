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
    /// How fields came to be called what they are.
    package let lineage: SchemaLineage

    package init(store: LabelStore, dataset: DatasetRecord, schema: LabelSchema, lineage: SchemaLineage) {
        self.store = store
        self.dataset = dataset
        self.schema = schema
        self.lineage = lineage
    }

    /// Hands over the changes from one version to another in pages, in key order.
    ///
    /// A label that was changed and changed back is no change, and neither is one whose fields were only renamed.
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
            let before = try await labels(some, version: old, newest: max(old, new))
            let after = try await labels(some, version: new, newest: max(old, new))
            // What was read of versions that still stand is whole.
            for version in [old, new] where version > 0 { try await store.requirePublished(version, of: dataset) }
            try await page(some.compactMap { change($0, before[$0], after[$0]) })
        }
    }

    /// The labels of a version, with the names of the later one.
    private func labels(_ keys: [KeyHash], version: Int, newest: Int) async throws -> [KeyHash: [UInt8]] {
        if version == 0 { return [:] }
        let labels = try await store.labels(of: dataset, version: version, keys: keys)
        return version == newest
            ? labels : labels.mapValues { lineage.translated($0, from: version, to: newest) }
    }

    private func change(_ hash: KeyHash, _ before: [UInt8]?, _ after: [UInt8]?) -> SyncReport.Change? {
        let kind: SyncReport.Change.Kind
        let isRedacted = before == CanonicalLabel.redacted || after == CanonicalLabel.redacted
        switch (before, after) {
        case (nil, nil): return nil
        case (nil, _): kind = .insert
        case (_, nil): kind = .delete
        case (let before?, let after?):
            // Two texts that are gone are not known to be the same.
            if before == after, !isRedacted { return nil }
            kind = .update
        }
        let key =
            schema.key(ofCanonicalLabel: after ?? []) ?? schema.key(ofCanonicalLabel: before ?? [])
            ?? Array("[\"(redacted \(hash))\"]".utf8)
        return SyncReport.Change(
            kind: kind, key: String(decoding: key, as: UTF8.self), sheet: nil, row: nil, annotator: nil, isCost: false,
            reasons: [],
            // Of a text that is gone, no cell is known to differ.
            cells: isRedacted ? [] : schema.cellChanges(from: before ?? [], to: after ?? []),
            isRedacted: isRedacted ? true : nil)
    }
}

extension LabelSchema {
    /// The store's name for a key in canonical form.
    package static func keyHash(_ key: [UInt8]) -> KeyHash {
        var hasher = SHA256Hasher()
        return key.withUnsafeBytes { KeyHash(hasher.first16(of: $0)) }
    }
}

internal import LabelDiff
package import LabelSchema
package import LabelStore

/// What a schema would cost: the stored labels that do not satisfy it.
package struct SchemaCost: Sendable {
    /// A stored label that does not satisfy the schema.
    package struct InvalidLabel: Sendable {
        /// The primary key as canonical JSON, as the label has it.
        package let key: String
        package let errors: [CellError]
    }

    private let store: LabelStore
    private let dataset: DatasetRecord
    private let schema: LabelSchema

    private static let pageSize = 5_000

    /// - Parameters:
    ///   - store: keeps the labels.
    ///   - dataset: whose labels are looked at.
    ///   - schema: the schema that is to be.
    package init(store: LabelStore, dataset: DatasetRecord, schema: LabelSchema) {
        self.store = store
        self.dataset = dataset
        self.schema = schema
    }

    /// Checks every label of a version, page by page, in key order.
    ///
    /// Each is checked as a run would carry it over: under the names that its fields have now.
    ///
    /// - Parameters:
    ///   - version: the version; 0 has no labels.
    ///   - page: takes how many labels have been checked so far, and those of this page that fail.
    /// - Throws: what the store or `page` throws; `CancellationError`.
    package func check(version: Int, _ page: (Int, [InvalidLabel]) async throws -> Void) async throws {
        if version == 0 { return }
        let current = try await store.version(version, of: dataset)
        let old = try LabelSchema.parse(document: try await store.schemaDocument(current.schemaID))
        var checked = 0
        var last: KeyHash?
        while true {
            try Task.checkCancellation()
            let labels = try await store.page(of: dataset, version: version, after: last, limit: Self.pageSize)
            checked += labels.keys.count
            let invalid = zip(labels.keys, labels.labels).compactMap { key, label -> InvalidLabel? in
                let errors = errors(label, key)
                if errors.isEmpty { return nil }
                let json = old.key(ofCanonicalLabel: label) ?? []
                return InvalidLabel(key: String(decoding: json, as: UTF8.self), errors: errors)
            }
            try await page(checked, invalid)
            guard labels.keys.count == Self.pageSize else { return }
            last = labels.keys.last
        }
    }

    private func errors(_ label: [UInt8], _ key: KeyHash) -> [CellError] {
        let form = schema.translated(canonicalLabel: label) ?? label
        let errors = schema.check(canonicalLabel: form)
        guard errors.isEmpty else { return errors }
        // Another primary key is another row.
        let keyNow = schema.key(ofCanonicalLabel: form).map(LabelSchema.keyHash)
        return keyNow == key ? [] : schema.keyErrors(ofStoredLabel: form)
    }
}

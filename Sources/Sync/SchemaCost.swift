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

        fileprivate init(_ label: [UInt8], of schema: LabelSchema, _ errors: [CellError]) {
            key = String(decoding: schema.key(ofCanonicalLabel: label) ?? [], as: UTF8.self)
            self.errors = errors
        }
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
        var table = try await TableCheck(dataset: dataset, schema: schema, store: store)
        try await store.forEachPage(of: dataset, version: version, limit: Self.pageSize) { labels in
            checked += labels.keys.count
            let invalid = zip(labels.keys, labels.labels).compactMap { key, label -> InvalidLabel? in
                // Nothing is left of it that a schema could cost.
                if label == CanonicalLabel.redacted { return nil }
                let form = schema.translated(canonicalLabel: label) ?? label
                let errors = errors(form, key)
                if errors.isEmpty {
                    table.add(form, key)
                    return nil
                }
                return InvalidLabel(label, of: old, errors)
            }
            try await page(checked, invalid)
        }
        let broken = table.errors()
        let keys = broken.keys.sorted()
        for start in stride(from: 0, to: keys.count, by: Self.pageSize) {
            let some = Array(keys[start..<min(start + Self.pageSize, keys.count)])
            let labels = try await store.labels(of: dataset, version: version, keys: some)
            try await page(
                checked,
                some.compactMap { key in
                    guard let label = labels[key] else { return nil }
                    let form = schema.translated(canonicalLabel: label) ?? label
                    return InvalidLabel(label, of: old, schema.quoting(form, in: broken[key] ?? []))
                })
        }
    }

    private func errors(_ form: [UInt8], _ key: KeyHash) -> [CellError] {
        let errors = schema.check(canonicalLabel: form)
        guard errors.isEmpty else { return errors }
        // Another primary key is another row.
        let keyNow = schema.key(ofCanonicalLabel: form).map(LabelSchema.keyHash)
        return keyNow == key ? [] : schema.keyErrors(ofStoredLabel: form)
    }
}

/// What labels break of the keys that more than one of them is needed for.
private struct TableCheck {
    private let schema: LabelSchema
    private let constraints: TableConstraints
    private let offered: [Int: Set<TupleHash>]
    private var kept: [KeptLabel] = []

    init(dataset: DatasetRecord, schema: LabelSchema, store: LabelStore) async throws {
        self.schema = schema
        let definition = try await DatasetDefinition(name: dataset.name, schema: schema, sheets: [], guards: Guards())
            .resolvingReferences(in: store)
        constraints = definition.constraints
        var offered: [Int: Set<TupleHash>] = [:]
        for (place, key) in schema.foreignKeys.enumerated() {
            for reference in definition.references where key.reference == .dataset(reference.record.name) {
                offered[place] = try await reference.offered(to: key, in: store)
            }
        }
        self.offered = offered
    }

    mutating func add(_ label: [UInt8], _ key: KeyHash) {
        if constraints.isEmpty { return }
        let tuples = schema.tableTuples.map { LabelSchema.tupleHash($0, ofCanonicalLabel: label) }
        kept.append(KeptLabel(key: key, tuples: tuples))
    }

    /// The errors of each label that breaks such a key.
    func errors() -> [KeyHash: [CellError]] {
        if constraints.isEmpty { return [:] }
        let findings = constraints.look(rows: [], tuple: { _, _ in .missing }, kept: kept, offered: offered)
        var breaches = findings.failing
        let own = schema.foreignKeys.firstIndex { $0.reference == .itself }
        if let own {
            for key in findings.needed.values.flatMap(\.values).joined() {
                breaches[key, default: []].insert(.foreign(own))
            }
        }
        return breaches.mapValues(schema.errors(ofStoredLabel:))
    }
}

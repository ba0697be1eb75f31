internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// What a version says of each key, under the names that its fields have now.
struct RestoreTargets: Sendable {
    /// One label of the version.
    struct Target: Sendable {
        /// By field, canonical values.
        let values: [String: LabelValue]
        /// Canonical JSON, without what the schema has no field for any more.
        let label: [UInt8]
        /// A value that is missing may have been there.
        let isRedacted: Bool
        /// The store's number of the sheet in which its row stood.
        let sheetID: UInt32?
        let lostFields: [String]
    }

    let store: LabelStore
    let dataset: DatasetRecord
    let version: VersionRecord
    let schema: LabelSchema
    private let lineage: SchemaLineage

    /// - Throws: `RestoreProblem` if rows were known by another key then; what the store throws.
    init(_ version: VersionRecord, of dataset: DatasetRecord, schema: LabelSchema, store: LabelStore) async throws {
        self.store = store
        self.dataset = dataset
        self.version = version
        self.schema = schema
        lineage = try await SchemaLineage.load(of: dataset, from: store)
        let old = try LabelSchema.parse(document: try await store.schemaDocument(version.schemaID))
        let names = old.primaryKey.compactMap(nameNow)
        let types = { (schema: LabelSchema, names: [String]) in
            names.map { name in schema.fields.first { $0.name == name }?.type }
        }
        guard names == schema.primaryKey, types(old, old.primaryKey) == types(schema, schema.primaryKey) else {
            throw RestoreProblem(
                code: "other-primary-key",
                message: "In \(dataset.name)@\(version.version) rows were known by another primary key "
                    + "(\(old.primaryKey.joined(separator: ", "))) than they are now.",
                hint: "Export that version and put its values back by hand.")
        }
    }

    /// The name that a field of the version has now; nil if it is gone.
    private func nameNow(_ name: String) -> String? {
        var json: [UInt8] = []
        LabelValue.object([name: .null]).appendJSON(to: &json)
        return carried(json).flatMap { CanonicalLabel.parse($0.label)?.first?.name }
    }

    private func carried(_ label: [UInt8]) -> (label: [UInt8], lost: [String])? {
        schema.carriedOver(
            canonicalLabel: lineage.translated(label, from: version.version, to: dataset.currentVersion))
    }

    /// The labels of these keys, where the version has any.
    func load(_ keys: [KeyHash]) async throws -> [KeyHash: Target] {
        if keys.isEmpty { return [:] }
        return try await store.restorable(of: dataset, version: version.version, keys: keys).compactMapValues { found in
            guard let (label, lost) = carried(found.label), let members = CanonicalLabel.parse(label) else {
                return nil
            }
            return Target(
                values: Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }),
                label: label, isRedacted: found.isRedacted, sheetID: found.sheetID, lostFields: lost)
        }
    }
}

internal import Digest
internal import LabelDiff
package import LabelSchema
package import LabelStore

/// Another dataset that foreign keys point to, as of the version that a run checks them against.
package struct DatasetReference: Sendable {
    package let record: DatasetRecord
    package let version: Int
    /// The schema of that version.
    package let schema: LabelSchema
}

/// A foreign key points to what is not there: nothing of the dataset can be decided.
package struct ReferenceProblem: Error, Sendable, CustomStringConvertible {
    package let message: String
    package let hint: String

    package var description: String { "\(message) \(hint)" }
}

extension DatasetDefinition {
    /// The definition with the datasets that its foreign keys point to.
    ///
    /// - Parameter store: the store that holds them.
    /// - Returns: the definition, to be used for one run: the versions are those that are current now.
    /// - Throws: `ReferenceProblem` if a dataset or a field is not there or of another type; errors of the store.
    package func resolvingReferences(in store: LabelStore) async throws -> DatasetDefinition {
        var resolved = self
        resolved.references = []
        for name in schema.referencedDatasets {
            guard let record = try await store.findDataset(name), record.currentVersion > 0 else {
                throw ReferenceProblem(
                    message:
                        "The foreign keys of \(self.name) point to \(CellText.shown(name)), which has no version yet.",
                    hint: "Sync that dataset first, or correct `resource` in the schema.")
            }
            let version = try await store.version(record.currentVersion, of: record)
            let target = try LabelSchema.parse(document: try await store.schemaDocument(version.schemaID))
            if let problem = schema.problems(withReferenceTo: name, target).first {
                throw ReferenceProblem(
                    message: "The foreign keys of \(self.name) do not fit \(name)@\(record.currentVersion): \(problem)",
                    hint: "Correct `reference` in the schema.")
            }
            resolved.references.append(DatasetReference(record: record, version: version.version, schema: target))
        }
        return resolved
    }
}

extension LabelSchema {
    /// What is wrong with this schema's foreign keys to another dataset, whose schema is given; empty if nothing is.
    package func problems(withReferenceTo name: String, _ target: LabelSchema) -> [String] {
        var problems: [String] = []
        for key in foreignKeys where key.reference == .dataset(name) {
            for (own, other) in zip(key.fields, key.referencedFields) {
                guard let field = target.canonicalFields.first(where: { $0.name == other }) else {
                    problems.append("\(name) has no field `\(CellText.shown(other))` that is stored.")
                    continue
                }
                guard let mine = fields.first(where: { $0.name == own }), mine.type != field.type else { continue }
                problems.append(
                    "`\(own)` is of the type `\(mine.type.rawValue)`, and `\(other)` of \(name) of the type "
                        + "`\(field.type.rawValue)`.")
            }
        }
        return problems
    }
}

extension DatasetReference {
    /// The values that the version offers to a foreign key.
    func offered(to key: ForeignKey, in store: LabelStore) async throws -> Set<TupleHash> {
        // The key of a label is the same array of values.
        if key.referencedFields == schema.primaryKey {
            return Set(try await store.keys(of: record, version: version))
        }
        var offered: Set<TupleHash> = []
        try await store.forEachPage(of: record, version: version, limit: 5_000) { page in
            for label in page.labels {
                let tuple = LabelSchema.tupleHash(key.referencedFields, ofCanonicalLabel: label)
                if tuple != .missing { offered.insert(tuple) }
            }
        }
        return offered
    }
}

extension LabelSchema {
    /// The hash of some fields' values in a stored label; `missing` if one of them has none.
    static func tupleHash(_ fields: [String], ofCanonicalLabel label: [UInt8]) -> TupleHash {
        tuple(fields, ofCanonicalLabel: label).map(keyHash) ?? .missing
    }
}

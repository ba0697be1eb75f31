internal import LabelSchema
package import LabelStore
internal import Tabular

/// The schemas that a dataset has had, as far as they rename fields: they lead from the names of an old label to today's.
package struct SchemaLineage: Sendable {
    private let renaming: [(version: Int, schema: LabelSchema)]

    /// Reads the schemas of a dataset's versions.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - store: keeps its schemas.
    /// - Returns: the lineage up to the current version.
    /// - Throws: what the store throws.
    package static func load(of dataset: DatasetRecord, from store: LabelStore) async throws -> SchemaLineage {
        var known: [UInt32: LabelSchema?] = [:]
        var renaming: [(version: Int, schema: LabelSchema)] = []
        // The first schema has no labels of another one to rename.
        for step in try await store.schemaSteps(of: dataset).dropFirst() {
            if known[step.schemaID] == nil {
                let document = try await store.schemaDocument(step.schemaID)
                known[step.schemaID] = .some(Self.renames(document) ? try? LabelSchema.parse(document: document) : nil)
            }
            if let schema = known[step.schemaID] ?? nil { renaming.append((step.version, schema)) }
        }
        return SchemaLineage(renaming: renaming)
    }

    /// A label that was written in one version, under the names of a later one.
    ///
    /// - Parameters:
    ///   - label: canonical JSON.
    ///   - written: the version that the label was written in.
    ///   - version: the version whose names are wanted.
    /// - Returns: the label; as it is where no field was renamed.
    package func translated(_ label: [UInt8], from written: Int, to version: Int) -> [UInt8] {
        var label = label
        for step in renaming where step.version > written && step.version <= version {
            label = step.schema.translated(canonicalLabel: label) ?? label
        }
        return label
    }

    /// What fields of one version are called in a later one.
    ///
    /// - Parameters:
    ///   - fields: their names.
    ///   - written: the version that has these names.
    ///   - version: the later version.
    /// - Returns: the later name of each field; a field that is gone keeps the name that it had last.
    package func names(of fields: [String], from written: Int, to version: Int) -> [String: String] {
        // A label whose values are the names of its own members.
        var label: [UInt8] = []
        for name in fields.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            label.append(UInt8(ascii: label.isEmpty ? "{" : ","))
            JSONText.append(name, to: &label)
            label.append(UInt8(ascii: ":"))
            JSONText.append(name, to: &label)
        }
        label.append(UInt8(ascii: "}"))
        var names: [String: String] = [:]
        for member in CanonicalLabel.parse(translated(label, from: written, to: version)) ?? [] {
            if case .string(let former) = member.value { names[former] = member.name }
        }
        return names
    }

    /// Whether a document names a field's former name, which few do: the others need not be read.
    private static func renames(_ document: [UInt8]) -> Bool {
        String(decoding: document, as: UTF8.self).contains("\"was\":")
    }
}

package import LabelDiff
internal import LabelSchema
package import LabelStore

/// Takes personal data out of a label and its history.
///
/// The hashes stay, so that versions keep theirs; what is left of a label satisfies the schemas of all versions that it
/// stands in, or nothing is left of it. A row that its sheet still holds unchanged has the hash it had: no run brings the
/// text back before somebody edits it.
package struct Redactor: Sendable {
    /// What would be, or was, taken away.
    package struct Plan: Sendable {
        /// The keys concerned: the one given, and those that the row had before.
        package var keys: [KeyHash] = []
        package var rows: [RowRedaction] = []
        /// Rows that are redacted already, or hold nothing of what is to go.
        package var untouched = 0
        package var traces = TextTraces(exceptions: 0, holdEntries: 0, rekeys: 0)
        /// The row is known by another key now, which is not redacted along.
        package var laterKey: String?
    }

    /// Why a field cannot be taken away by itself.
    package struct Refusal: Error {
        package let message: String
        package let hint: String
    }

    private let dataset: DatasetRecord
    private let store: LabelStore

    package init(dataset: DatasetRecord, store: LabelStore) {
        self.dataset = dataset
        self.store = store
    }

    /// What redacting a key would take away; writes nothing.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - fields: the fields to remove; `nil`: the whole label, with its key.
    ///   - includesFormerKeys: also what the row was under keys that were corrected since.
    /// - Returns: the plan.
    /// - Throws: `Refusal` if what is left would not satisfy a schema, or a field is no field or part of the key;
    ///   `StoreError.unknownKey` if it never was a label; what the store throws.
    package func plan(_ key: KeyHash, fields: [String]?, includesFormerKeys: Bool) async throws -> Plan {
        var plan = Plan()
        let around = try await store.rekeys(around: key, in: dataset)
        plan.laterKey = around.to?.newKey
        let schemas = try await loadSchemas()
        let removed = try fields.map { try names($0, schemas) }
        var rows = try await store.storedRows(of: key, in: dataset)
        plan.keys = [key]
        if includesFormerKeys {
            var (next, since) = (around.from, rows.first?.validFrom ?? .max)
            while let correction = next, !plan.keys.contains(correction.oldHash) {
                // Later than that the former key is another row's.
                let former = try await store.storedRows(of: correction.oldHash, in: dataset)
                    .filter { $0.validFrom < since }
                since = min(since, former.first?.validFrom ?? .max)
                rows += former
                plan.keys.append(correction.oldHash)
                next = try await store.rekeys(around: correction.oldHash, in: dataset).from
            }
        }
        guard !rows.isEmpty else {
            throw StoreError(
                .unknownKey, "This key was never a label of \(dataset.name), or its versions are pruned.",
                hint: "`sheaf log \(dataset.name) --key KEY` tells its history.")
        }
        for row in rows {
            guard let left = try left(of: row, without: removed, schemas) else {
                plan.untouched += 1
                continue
            }
            plan.rows.append(RowRedaction(row: row, left: left, leftHash: LabelSchema.rowHash(left)))
        }
        plan.traces = try await store.textTraces(of: plan.keys, in: dataset)
        return plan
    }

    // MARK: - Fields

    /// From a version on, a schema.
    private struct Step {
        let version: Int
        let schema: LabelSchema
    }

    private func loadSchemas() async throws -> [Step] {
        let steps = try await store.schemaSteps(of: dataset)
        var documents: [[UInt8]] = []
        for step in steps {
            let document = try await store.schemaDocument(step.schemaID)
            documents.append(document)
        }
        return try zip(steps, documents).map { step, document in
            Step(version: step.version, schema: try LabelSchema.parse(document: document))
        }
    }

    /// The names that fields have, and those that they had before.
    private func names(_ fields: [String], _ schemas: [Step]) throws -> Set<String> {
        let all = schemas.flatMap(\.schema.fields)
        let known = Set(all.flatMap { [$0.name] + $0.formerNames })
        let keys = Set(schemas.flatMap(\.schema.primaryKey))
        var names: Set<String> = []
        for field in fields {
            guard known.contains(field) else {
                let near = NearestText.find(field, among: known.sorted()).map { "Did you mean \($0)?" }
                throw Refusal(
                    message: "\(dataset.name) has no field `\(CellText.shown(field))`.",
                    hint: near ?? "Its fields are \(known.sorted().joined(separator: ", ")).")
            }
            guard !keys.contains(field) else {
                throw Refusal(
                    message: "`\(CellText.shown(field))` is part of the key, without which a label is none.",
                    hint: "Leave out --fields to redact the label whole.")
            }
            names.insert(field)
        }
        var found = 0
        repeat {
            found = names.count
            for field in all where names.contains(field.name) { names.formUnion(field.formerNames) }
        } while names.count > found
        return names
    }

    /// What is left of a row; `nil`: as much as there is already.
    private func left(of row: StoredRow, without removed: Set<String>?, _ schemas: [Step]) throws -> [UInt8]? {
        if row.label == CanonicalLabel.redacted { return nil }
        guard let removed else { return CanonicalLabel.redacted }
        guard let left = CanonicalLabel.removing(removed, from: row.label) else {
            throw StoreError.damaged("a label that is no JSON; `sheaf verify` tells which")
        }
        if left == row.label { return nil }
        for (place, step) in schemas.enumerated() where step.version < row.validTo ?? .max {
            let end = place + 1 < schemas.count ? schemas[place + 1].version : Int.max
            guard row.validFrom < end, let error = step.schema.check(canonicalLabel: left).first else { continue }
            let field = error.field.map { " (\(CellText.shown($0)))" } ?? ""
            throw Refusal(
                message: "Without these fields the label of version \(row.validFrom) would not satisfy the schema of "
                    + "version \(max(step.version, row.validFrom)): \(error.code)\(field).",
                hint: "Leave out --fields to redact the label whole; exports leave it out then.")
        }
        return left
    }
}

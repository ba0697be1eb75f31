internal import Foundation
internal import LabelDiff
internal import LabelSchema
internal import SheetSource
internal import Tabular

/// A file with the rows of a dataset that foreign keys point to, in place of the store.
package struct ReferenceFile: Sendable {
    /// The name of the dataset.
    package var dataset: String
    package var file: DatasetValidation.File

    package init(dataset: String, file: DatasetValidation.File) {
        self.dataset = dataset
        self.file = file
    }

    /// Why a reference file cannot be used.
    package struct Refused: Error, Sendable {
        package let file: String
        package let problems: [String]
    }

    /// The values that the file offers to a foreign key: those of the columns that it refers to, read as the values of
    /// the fields that refer are.
    ///
    /// - Throws: `Refused` if the file lacks a column or is no CSV; `SheetError` if it cannot be read at all.
    func offered(
        to key: ForeignKey, of schema: LabelSchema, _ hasher: RunHasher
    ) async throws -> Set<TupleHash> {
        let collector = ReferenceCollector(schema: try Self.schema(of: key, in: schema), hasher: hasher)
        do throws(SheetError) {
            _ = try await file.reader.read(SheetRequest(file.sheet, into: collector))
        } catch {
            if let refused = error.underlying as? HeaderRefused {
                throw Refused(file: file.name, problems: refused.problems.map { $0.message(.en) })
            }
            if let underlying = error.underlying { throw underlying }
            guard error.code == .csvMalformed else { throw error }
            throw Refused(file: file.name, problems: [error.detail])
        }
        return await collector.offered
    }

    /// A schema for the columns that a foreign key refers to: the fields that refer, under the names of those, as a key.
    private static func schema(of key: ForeignKey, in schema: LabelSchema) throws -> LabelSchema {
        let document = try JSONSerialization.jsonObject(with: Data(schema.document)) as? [String: Any] ?? [:]
        let fields = document["fields"] as? [[String: Any]] ?? []
        let renamed = zip(key.fields, key.referencedFields).compactMap { name, referenced -> [String: Any]? in
            guard let field = fields.first(where: { $0["name"] as? String == name }) else { return nil }
            let kept = ["type", "format", "trueValues", "falseValues", "decimalChar", "groupChar", "bareNumber"]
            var copy = field.filter { kept.contains($0.key) }
            copy["name"] = referenced
            if let own = (field["sheaf"] as? [String: Any])?["normalize"] { copy["sheaf"] = ["normalize": own] }
            return copy
        }
        // Every schema has a label; this one has no column.
        let label: [String: Any] = ["name": "label_of_nothing", "sheaf": ["role": "label"]]
        var reduced: [String: Any] = [
            "fields": renamed + [label], "primaryKey": key.referencedFields, "fieldsMatch": "partial",
        ]
        if let normalize = (document["sheaf"] as? [String: Any])?["normalize"] {
            reduced["sheaf"] = ["normalize": normalize]
        }
        return try LabelSchema.parse(document: Array(try JSONSerialization.data(withJSONObject: reduced)))
    }
}

/// Takes the rows of a reference file in, and keeps their keys' hashes.
private actor ReferenceCollector: RowConsumer {
    private let schema: LabelSchema
    private let hasher: RunHasher
    private var validator: RowValidator?
    private(set) var offered: Set<TupleHash> = []

    init(schema: LabelSchema, hasher: RunHasher) {
        self.schema = schema
        self.hasher = hasher
    }

    func begin(_ identity: SheetIdentity) {}

    func receive(_ batch: RowBatch) throws {
        guard batch.rowCount > 0 else { return }
        let skipped = validator == nil ? 1 : 0
        if validator == nil {
            switch schema.bind(header: batch.texts(ofRow: 0), headerRow: batch.firstRowNumber) {
            case .bound(let bound):
                let missing = schema.primaryKey.filter { bound.column(ofField: $0) == nil }
                guard missing.isEmpty else {
                    throw HeaderRefused(
                        problems: missing.map { .missingColumn(field: $0, title: $0, suggestion: nil) })
                }
                validator = bound
            case .refused(let problems): throw HeaderRefused(problems: problems)
            }
        }
        guard let validated = validator?.validate(batch, skippingFirst: skipped) else { return }
        validated.bytes.withUnsafeBytes { bytes in
            for row in validated.rows where !row.key.isEmpty {
                offered.insert(hasher.hash(UnsafeRawBufferPointer(rebasing: bytes[row.key])))
            }
        }
    }
}

import LabelDiff
import LabelSchema
import LabelStore
import Sync

/// A primary key as a person gives it: `1234`, `1234,2` for one of several fields, or `[1234,2]` as `--json` prints it.
struct TypedKey {
    /// Canonical JSON.
    let json: [UInt8]

    var hash: KeyHash { LabelSchema.keyHash(json) }

    /// The key as the store takes it.
    var named: NamedKey { NamedKey(hash: hash, json: String(decoding: json, as: UTF8.self)) }

    /// - Parameters:
    ///   - typed: what the person typed.
    ///   - dataset: the dataset, for messages.
    ///   - schema: its schema.
    /// - Throws: `Failure` with `Exit.usage` if it is no key of the dataset.
    init(_ typed: String, of dataset: DatasetRecord, _ schema: LabelSchema) throws {
        let values = typed.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.trimmingPrefix(while: { $0 == " " }) }.map(String.init)
        // As `--json` prints keys, or as one would type it in the sheet.
        let typedKey = { schema.key(typed: schema.primaryKey.count == 1 ? [typed] : values) }
        guard let key = schema.key(json: typed) ?? typedKey() else {
            throw Failure(
                .usage, code: "bad-key", "`\(CellText.shown(typed))` is not a key of \(dataset.name).",
                hint: "Its primary key is \(schema.primaryKey.joined(separator: ", ")).")
        }
        json = key
    }
}

extension LabelStore {
    /// The schema of a dataset's current version.
    func currentSchema(of dataset: DatasetRecord) async throws -> LabelSchema {
        let current = try await version(dataset.currentVersion, of: dataset)
        return try LabelSchema.parse(document: try await schemaDocument(current.schemaID))
    }
}

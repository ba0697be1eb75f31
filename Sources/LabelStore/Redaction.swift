package import LabelDiff
internal import MySQL

/// Who had the text of a label taken away, when and why.
package struct RedactionRecord: Sendable {
    package let id: UInt64
    package let key: KeyHash
    /// The hash of the label as it was published.
    package let rowHash: RowHash
    package let fromVersion: Int
    /// The version that replaced it; `nil` if it was current when it was redacted.
    package let toVersion: Int?
    /// The fields that were removed, as a JSON array; `nil`: all.
    package let fields: String?
    package let actor: String
    package let reason: String?
    package let createdAt: String
}

extension LabelStore {
    /// The redactions of a dataset, oldest first.
    package func redactions(of dataset: DatasetRecord) async throws -> [RedactionRecord] {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT redaction_id, key_hash, row_hash, from_version, to_version, fields, actor, reason,
                    CAST(created_at AS CHAR) AS created
                FROM sheaf_redactions WHERE dataset_id = ? ORDER BY redaction_id
                """, [.uint(UInt64(dataset.id))]
            ).map { row in
                guard let rowHash = try row.rowHash("row_hash") else {
                    throw StoreError.damaged("a redaction without a hash")
                }
                return RedactionRecord(
                    id: UInt64(try row.int("redaction_id")), key: try row.keyHash("key_hash"), rowHash: rowHash,
                    fromVersion: Int(try row.int("from_version")), toVersion: try row.optionalNumber("to_version"),
                    fields: try row.optionalText("fields"), actor: try row.text("actor"),
                    reason: try row.optionalText("reason"), createdAt: try row.text("created"))
            }
        }
    }
}

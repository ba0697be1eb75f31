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

/// A row whose text was taken away, in part or whole.
package struct RedactedRow: Sendable {
    package let key: KeyHash
    /// The hash of the label as it was published.
    package let rowHash: RowHash
    package let validFrom: Int
    /// The version that replaced or deleted it; `nil` while it stands.
    package let validTo: Int?
    /// Nothing of it is left, so that no export has it.
    package let isWhole: Bool

    package func stands(in version: Int) -> Bool { validFrom <= version && version < validTo ?? .max }
}

/// What is to be left of a row.
package struct RowRedaction: Sendable {
    package let row: StoredRow
    package let left: [UInt8]
    package let leftHash: RowHash

    package init(row: StoredRow, left: [UInt8], leftHash: RowHash) {
        self.row = row
        self.left = left
        self.leftHash = leftHash
    }
}

/// Who wants which fields taken away, and why.
package struct RedactionWish: Sendable {
    /// The fields, as a JSON array; `nil`: everything, the key too.
    package let fields: String?
    package let erasesAnnotator: Bool
    package let actor: String
    package let why: String?
    /// What the audit says: the hash of the key, never its text.
    package let subject: String

    package init(fields: String?, erasesAnnotator: Bool, actor: String, why: String?, subject: String) {
        self.fields = fields
        self.erasesAnnotator = erasesAnnotator
        self.actor = actor
        self.why = why
        self.subject = subject
    }
}

/// Texts that the store keeps of keys beside their labels.
package struct TextTraces: Sendable, Equatable {
    package let exceptions: Int
    package let holdEntries: Int
    package let rekeys: Int

    package init(exceptions: Int, holdEntries: Int, rekeys: Int) {
        self.exceptions = exceptions
        self.holdEntries = holdEntries
        self.rekeys = rekeys
    }
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

    /// Every row of a dataset that was redacted, with the versions in which it stands; bounded by the redactions.
    package func redactedRows(of dataset: DatasetRecord) async throws -> [RedactedRow] {
        let id = MySQLValue.uint(UInt64(dataset.id))
        let keys = "(SELECT DISTINCT key_hash FROM sheaf_redactions WHERE dataset_id = ?) r"
        return try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT h.key_hash, h.row_hash, h.valid_from, h.valid_to, h.label = '{}' AS is_whole
                FROM \(keys) JOIN sheaf_history h ON h.dataset_id = ? AND h.key_hash = r.key_hash
                WHERE h.redacted_hash IS NOT NULL
                UNION ALL
                SELECT l.key_hash, l.row_hash, l.valid_from, NULL, l.label = '{}' AS is_whole
                FROM \(keys) JOIN sheaf_labels l ON l.dataset_id = ? AND l.key_hash = r.key_hash
                WHERE l.redacted_hash IS NOT NULL
                """, [id, id, id, id]
            ).map { row in
                guard let rowHash = try row.rowHash("row_hash") else {
                    throw StoreError.damaged("a label without a hash")
                }
                return RedactedRow(
                    key: try row.keyHash("key_hash"), rowHash: rowHash, validFrom: Int(try row.int("valid_from")),
                    validTo: try row.optionalNumber("valid_to"), isWhole: try row.int("is_whole") == 1)
            }
        }
    }

    /// Every row that a key ever had and that is still there, oldest first.
    package func storedRows(of key: KeyHash, in dataset: DatasetRecord) async throws -> [StoredRow] {
        let parameters = [MySQLValue.uint(UInt64(dataset.id)), key.value]
        let columns = "valid_from, row_hash, redacted_hash, label, home_sheet_id"
        return try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT \(columns), valid_to FROM sheaf_history WHERE dataset_id = ? AND key_hash = ?
                UNION ALL
                SELECT \(columns), NULL FROM sheaf_labels WHERE dataset_id = ? AND key_hash = ?
                ORDER BY valid_from
                """, parameters + parameters
            ).map { row in
                guard let rowHash = try row.rowHash("row_hash") else {
                    throw StoreError.damaged("a label without a hash")
                }
                let validTo = try row.optionalNumber("valid_to")
                return StoredRow(
                    key: key, validFrom: Int(try row.int("valid_from")), validTo: validTo, rowHash: rowHash,
                    redactedHash: try row.rowHash("redacted_hash"), label: try row.bytes("label"),
                    homeSheetID: try row.optionalID("home_sheet_id"), isHistory: validTo != nil)
            }
        }
    }

    // MARK: - Redacting

    /// What else of some keys the store holds as text: open problems, what holds showed, corrected keys.
    package func textTraces(of keys: [KeyHash], in dataset: DatasetRecord) async throws -> TextTraces {
        let id = MySQLValue.uint(UInt64(dataset.id))
        let list = markers(keys.count)
        return try await pool.withConnection { connection in
            let exceptions = try connection.rows(
                """
                SELECT COUNT(*) AS n FROM sheaf_exceptions WHERE dataset_id = ? AND key_hash IN (\(list))
                    AND kind <> 'unreadable_key' AND (label_key IS NOT NULL OR errors IS NOT NULL)
                """, [id] + keys.map(\.value))
            let entries = try connection.rows(
                """
                SELECT COUNT(*) AS n FROM sheaf_hold_entries e JOIN sheaf_holds h ON h.hold_id = e.hold_id
                WHERE h.dataset_id = ? AND e.key_hash IN (\(list)) AND e.label_key IS NOT NULL
                """, [id] + keys.map(\.value))
            let rekeys = try connection.rows(
                """
                SELECT COUNT(*) AS n FROM sheaf_rekeys
                WHERE dataset_id = ? AND (old_key_hash IN (\(list)) AND old_key <> ?
                    OR new_key_hash IN (\(list)) AND new_key <> ?)
                """,
                [id] + keys.map(\.value) + [.text(Self.redactedKey)] + keys.map(\.value) + [.text(Self.redactedKey)])
            return TextTraces(
                exceptions: Int(try exceptions.first?.int("n") ?? 0),
                holdEntries: Int(try entries.first?.int("n") ?? 0),
                rekeys: Int(try rekeys.first?.int("n") ?? 0))
        }
    }

    /// Stands in place of a corrected key whose text was taken away.
    package static let redactedKey = "[\"(redacted)\"]"

    /// Takes the text of labels away, in bounded transactions, and leaves tombstones.
    ///
    /// A redaction that was cut short is finished by doing it again: what is done is left as it is.
    ///
    /// - Parameters:
    ///   - rows: what is left of which row.
    ///   - keys: the keys concerned; what else the store holds of them as text goes too.
    ///   - wish: what is asked for, by whom and why.
    ///   - dataset: the dataset.
    ///   - lease: that of the dataset; no version is staged.
    /// - Throws: `StoreError.leaseLost` if another worker has taken over; `MySQLError`.
    package func redact(
        _ rows: [RowRedaction], keys: [KeyHash], _ wish: RedactionWish, in dataset: DatasetRecord, lease: Lease
    ) async throws {
        try await lease.write { connection in
            try Self.audit(
                "redact", dataset: .uint(UInt64(dataset.id)), subject: "\(wish.subject): \(rows.count) rows",
                actor: wish.actor, why: wish.why, connection)
            try Self.forget(keys, wish, dataset, connection)
        }
        for some in rows.chunked(200) {
            try await lease.write { connection in
                for row in some { try Self.redact(row, wish, dataset, connection) }
            }
        }
    }

    private static func redact(
        _ redaction: RowRedaction, _ wish: RedactionWish, _ dataset: DatasetRecord,
        _ connection: isolated MySQLConnection
    ) throws {
        let (row, id) = (redaction.row, MySQLValue.uint(UInt64(dataset.id)))
        let annotator = wish.erasesAnnotator ? ", annotator = NULL" : ""
        _ = try connection.execute(
            """
            UPDATE \(row.isHistory ? "sheaf_history" : "sheaf_labels") SET label = ?, redacted_hash = ?\(annotator)
            WHERE dataset_id = ? AND key_hash = ? AND valid_from = ? AND row_hash = ?
            """,
            [
                .text(String(decoding: redaction.left, as: UTF8.self)), redaction.leftHash.value, id, row.key.value,
                .int(Int64(row.validFrom)), row.rowHash.value,
            ])
        _ = try connection.execute(
            """
            INSERT INTO sheaf_redactions (dataset_id, key_hash, row_hash, from_version, to_version, fields, actor, reason,
                created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))
            """,
            [
                id, row.key.value, row.rowHash.value, .int(Int64(row.validFrom)),
                row.validTo.map { .int(Int64($0)) } ?? .null, wish.fields.value, .text(wish.actor), wish.why.value,
            ])
    }

    /// Takes away what stands of some keys beside the labels.
    private static func forget(
        _ keys: [KeyHash], _ wish: RedactionWish, _ dataset: DatasetRecord, _ connection: isolated MySQLConnection
    ) throws {
        let id = MySQLValue.uint(UInt64(dataset.id))
        let (list, values) = (markers(keys.count), keys.map(\.value))
        // An error quotes its cell, whichever field it is of.
        _ = try connection.execute(
            """
            UPDATE sheaf_exceptions SET errors = NULL\(wish.fields == nil ? ", label_key = NULL" : "")
            WHERE dataset_id = ? AND key_hash IN (\(list)) AND kind <> 'unreadable_key'
            """, [id] + values)
        guard wish.fields == nil else { return }
        _ = try connection.execute(
            """
            UPDATE sheaf_hold_entries SET label_key = NULL WHERE key_hash IN (\(list)) AND hold_id IN
                (SELECT hold_id FROM sheaf_holds WHERE dataset_id = ?)
            """, values + [id])
        for side in ["old_key", "new_key"] {
            _ = try connection.execute(
                "UPDATE sheaf_rekeys SET \(side) = ? WHERE dataset_id = ? AND \(side)_hash IN (\(list))",
                [.text(redactedKey), id] + values)
        }
    }
}

package import LabelDiff
internal import MySQL

/// That the row known by one key is known by another one now.
package struct RekeyRecord: Sendable, Equatable {
    package let id: UInt64
    package let oldHash: KeyHash
    package let newHash: KeyHash
    /// The primary keys as canonical JSON.
    package let oldKey: String
    package let newKey: String
    package let actor: String
    package let reason: String?
    package let createdAt: String
    /// Who took it back, and when; `nil` while it holds.
    package let undoneBy: String?
    package let undoneAt: String?
}

/// A key with its name in the store.
package struct NamedKey: Sendable {
    package let hash: KeyHash
    /// Canonical JSON.
    package let json: String

    package init(hash: KeyHash, json: String) {
        self.hash = hash
        self.json = json
    }
}

/// The versions from one to before another in which a key was a label.
private struct Interval {
    let from: Int
    let to: Int

    func overlaps(_ other: Interval) -> Bool { from < other.to && other.from < to }
}

extension LabelStore {
    /// Notes that a row's key was corrected, so that the history of the old key goes on under the new one.
    ///
    /// It changes no label and no version, and may be said before the new key is published or after.
    ///
    /// - Parameters:
    ///   - old: the key that the row was known by: it is or was a label.
    ///   - new: the key that it is known by now.
    ///   - dataset: the dataset.
    ///   - actor: who says so.
    ///   - why: their reason.
    ///   - lease: that of the dataset.
    /// - Throws: `StoreError.notAllowed`, saying why, if both were labels in one version, if either has been rekeyed
    ///   already or the keys would lead in a circle, or if the old key was never a label; `StoreError.leaseLost`.
    package func rekey(
        from old: NamedKey, to new: NamedKey, in dataset: DatasetRecord, actor: String, why: String?, lease: Lease
    ) async throws {
        guard old.hash != new.hash else {
            throw StoreError(.notAllowed, "Both are the same key.", hint: "Give the former key, and then the new one.")
        }
        guard old.json.utf8.count <= 60_000, new.json.utf8.count <= 60_000 else {
            throw StoreError(.notAllowed, "A key of more than 60,000 bytes cannot be kept.", hint: "")
        }
        try await lease.write { connection in
            let datasetID = MySQLValue.uint(UInt64(dataset.id))
            let before = try Self.intervals(of: old.hash, datasetID, connection)
            guard !before.isEmpty else {
                throw StoreError(
                    .notAllowed, "The former key was never a label of \(dataset.name).",
                    hint: "`sheaf log \(dataset.name) --key KEY` tells whether a key was.")
            }
            let after = try Self.intervals(of: new.hash, datasetID, connection)
            for interval in before {
                guard let both = after.first(where: interval.overlaps) else { continue }
                throw StoreError(
                    .notAllowed,
                    "Both keys are labels in \(dataset.name)@\(max(interval.from, both.from)): they are two rows.",
                    hint: "Only a key that went before the other one came can have become it.")
            }
            try Self.checkChain(from: old.hash, to: new.hash, datasetID, connection)
            _ = try connection.execute(
                """
                INSERT INTO sheaf_rekeys
                    (dataset_id, old_key_hash, new_key_hash, old_key, new_key, actor, reason, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))
                """,
                [
                    datasetID, old.hash.value, new.hash.value, .text(old.json), .text(new.json), .text(actor),
                    why.value,
                ])
            try Self.audit(
                "rekey", dataset: datasetID, subject: "\(old.hash) to \(new.hash)", actor: actor, why: why, connection)
        }
    }

    /// Takes back that a key was corrected.
    ///
    /// - Parameters:
    ///   - new: the key that a row was said to be known by now.
    ///   - dataset: the dataset.
    ///   - actor: who takes it back.
    ///   - why: their reason, kept in the audit.
    ///   - lease: that of the dataset.
    /// - Throws: `StoreError.notAllowed` if nothing of the kind was said; `StoreError.leaseLost`.
    package func undoRekey(
        to new: KeyHash, in dataset: DatasetRecord, actor: String, why: String?, lease: Lease
    ) async throws {
        try await lease.write { connection in
            let datasetID = MySQLValue.uint(UInt64(dataset.id))
            let undone = try connection.execute(
                """
                UPDATE sheaf_rekeys SET undone_by = ?, undone_at = UTC_TIMESTAMP(6)
                WHERE dataset_id = ? AND new_key_hash = ? AND undone_at IS NULL
                """, [.text(actor), datasetID, new.value])
            guard undone.affectedRows > 0 else {
                throw StoreError(
                    .notAllowed, "No key of \(dataset.name) was said to have become this one.",
                    hint: "`sheaf rekey --list \(dataset.name)` lists them.")
            }
            try Self.audit(
                "rekey --undo", dataset: datasetID, subject: "\(new)", actor: actor, why: why, connection)
        }
    }

    /// The corrected keys of a dataset, oldest first.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - includingUndone: also those that were taken back.
    /// - Returns: the records.
    /// - Throws: `MySQLError`.
    package func rekeys(of dataset: DatasetRecord, includingUndone: Bool = false) async throws -> [RekeyRecord] {
        try await pool.withConnection { connection in
            try connection.rows(
                Self.selectRekeys
                    + " WHERE dataset_id = ?\(includingUndone ? "" : " AND undone_at IS NULL") ORDER BY rekey_id",
                [.uint(UInt64(dataset.id))]
            ).map(Self.rekeyRecord)
        }
    }

    /// What a key is said to have been, or to have become.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - dataset: the dataset.
    /// - Returns: the record that leads to this key, and the one that leads on from it.
    /// - Throws: `MySQLError`.
    package func rekeys(
        around key: KeyHash, in dataset: DatasetRecord
    ) async throws -> (from: RekeyRecord?, to: RekeyRecord?) {
        try await pool.withConnection { connection in
            let datasetID = MySQLValue.uint(UInt64(dataset.id))
            return (
                try Self.rekey(column: "new_key_hash", key, datasetID, connection),
                try Self.rekey(column: "old_key_hash", key, datasetID, connection)
            )
        }
    }

    /// Where the labels of some keys stood when they were last written.
    ///
    /// - Parameters:
    ///   - dataset: the dataset.
    ///   - keys: keys of current labels.
    /// - Returns: the places, where they are known.
    /// - Throws: `MySQLError`.
    package func places(of dataset: DatasetRecord, keys: [KeyHash]) async throws -> [KeyHash: RowPlace] {
        try await pool.withConnection { connection in
            var places: [KeyHash: RowPlace] = [:]
            for start in stride(from: 0, to: keys.count, by: keysPerStatement) {
                let some = keys[start..<min(start + keysPerStatement, keys.count)].map(\.value)
                for row in try connection.rows(
                    """
                    SELECT key_hash, sheet_id, sheet_row FROM sheaf_labels FORCE INDEX (PRIMARY)
                    WHERE dataset_id = ? AND key_hash IN (\(markers(some.count)))
                        AND sheet_id IS NOT NULL AND sheet_row IS NOT NULL
                    """, [.uint(UInt64(dataset.id))] + some)
                {
                    places[try row.keyHash("key_hash")] = RowPlace(
                        sheetID: UInt32(try row.int("sheet_id")), row: UInt32(try row.int("sheet_row")))
                }
            }
            return places
        }
    }

    // MARK: - Checks

    private static func intervals(
        of key: KeyHash, _ datasetID: MySQLValue, _ connection: isolated MySQLConnection
    ) throws -> [Interval] {
        // What is staged for a version that is not published, nobody has seen.
        let rows = try connection.rows(
            """
            SELECT valid_from, valid_to FROM sheaf_history WHERE dataset_id = ? AND key_hash = ?
                AND valid_from <= (SELECT current_version FROM sheaf_datasets WHERE dataset_id = ?)
            UNION ALL
            SELECT valid_from, NULL FROM sheaf_labels WHERE dataset_id = ? AND key_hash = ?
                AND valid_from <= (SELECT current_version FROM sheaf_datasets WHERE dataset_id = ?)
            ORDER BY valid_from
            """, [datasetID, key.value, datasetID, datasetID, key.value, datasetID])
        return try rows.map { row in
            Interval(from: Int(try row.int("valid_from")), to: try row.optionalNumber("valid_to") ?? .max)
        }
    }

    /// One key leads to one other and comes from one other, and no way leads back.
    private static func checkChain(
        from old: KeyHash, to new: KeyHash, _ datasetID: MySQLValue, _ connection: isolated MySQLConnection
    ) throws {
        if try rekey(column: "new_key_hash", new, datasetID, connection) != nil {
            throw StoreError(
                .notAllowed, "Another key was said to have become this one already.",
                hint: "Take that back first: `sheaf rekey --undo`.")
        }
        if try rekey(column: "old_key_hash", old, datasetID, connection) != nil {
            throw StoreError(
                .notAllowed, "The former key was said to have become another one already.",
                hint: "Take that back first: `sheaf rekey --undo`.")
        }
        var key = old
        while let earlier = try rekey(column: "new_key_hash", key, datasetID, connection) {
            key = earlier.oldHash
            guard key != new else {
                throw StoreError(
                    .notAllowed, "The former key was this one before: that would lead in a circle.",
                    hint: "Take the earlier correction back: `sheaf rekey --undo`.")
            }
        }
    }

    // MARK: - Rows

    private static let selectRekeys = """
        SELECT rekey_id, old_key_hash, new_key_hash, old_key, new_key, actor, reason,
            CAST(created_at AS CHAR) AS created, undone_by, CAST(undone_at AS CHAR) AS undone
        FROM sheaf_rekeys
        """

    private static func rekey(
        column: String, _ key: KeyHash, _ datasetID: MySQLValue, _ connection: isolated MySQLConnection
    ) throws -> RekeyRecord? {
        try connection.rows(
            selectRekeys + " WHERE dataset_id = ? AND \(column) = ? AND undone_at IS NULL ORDER BY rekey_id LIMIT 1",
            [datasetID, key.value]
        ).first.map(rekeyRecord)
    }

    private static func rekeyRecord(_ row: ResultRow) throws -> RekeyRecord {
        RekeyRecord(
            id: UInt64(try row.int("rekey_id")), oldHash: try row.keyHash("old_key_hash"),
            newHash: try row.keyHash("new_key_hash"), oldKey: try row.text("old_key"), newKey: try row.text("new_key"),
            actor: try row.text("actor"), reason: try row.optionalText("reason"), createdAt: try row.text("created"),
            undoneBy: try row.optionalText("undone_by"), undoneAt: try row.optionalText("undone"))
    }
}

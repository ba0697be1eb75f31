package import LabelDiff
internal import MySQL

extension LabelStore {
    /// What makes an exception `e` of a dataset `d` one that is open: decided, and neither staged for the next decision
    /// nor ended.
    static let isOpen = """
        e.decided_from <= d.current_decision AND (e.decided_to IS NULL OR e.decided_to > d.current_decision)
        """

    /// Everything that is open in a dataset, by key; rows with an unreadable key apart, since their key is only a stand-in.
    package func openExceptions(
        of dataset: DatasetRecord
    ) async throws -> (byKey: [KeyHash: OpenExceptions], unreadable: [Problem]) {
        try await pool.withConnection { connection in
            var byKey: [KeyHash: OpenExceptions] = [:]
            var unreadable: [Problem] = []
            for row in try connection.rows(
                """
                SELECT e.key_hash, e.kind, e.sheet_id, e.ordinal, e.seen_hash, e.state_sheet_id, e.sheet_row
                FROM sheaf_exceptions e JOIN sheaf_datasets d ON d.dataset_id = e.dataset_id
                WHERE e.dataset_id = ? AND \(Self.isOpen) ORDER BY e.key_hash, e.kind, e.sheet_id, e.ordinal
                """, [.uint(UInt64(dataset.id))])
            {
                let key = try row.keyHash("key_hash")
                let kind = try row.text("kind")
                let seen = try row.rowHash("seen_hash")
                if kind == "reverted" {
                    byKey[key, default: OpenExceptions()].reverted = Reverted(
                        state: seen.map { .value($0) } ?? .noValue, sheetID: try row.optionalID("state_sheet_id"))
                    continue
                }
                guard let kind = ProblemKind(rawValue: kind), let seen else {
                    throw StoreError.damaged("exception of kind \(kind)")
                }
                let problem = Problem(
                    kind: kind, sheetID: UInt32(try row.int("sheet_id")), ordinal: UInt32(try row.int("ordinal")),
                    seen: seen, rowNumber: UInt32(try row.int("sheet_row")))
                if kind == .unreadableKey {
                    unreadable.append(problem)
                } else {
                    byKey[key, default: OpenExceptions()].problems.append(problem)
                }
            }
            return (byKey, unreadable)
        }
    }

    /// The open problems of a dataset with their errors, as people want to see them: by sheet and row.
    package func exceptionRecords(
        of dataset: DatasetRecord, limit: Int = 1_000_000_000
    ) async throws -> [ExceptionRecord] {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT e.key_hash, e.kind, e.sheet_id, e.ordinal, e.seen_hash, e.sheet_row, e.label_key, e.errors,
                    COALESCE(s.title, '') AS title, CAST(e.opened_at AS CHAR) AS opened
                FROM sheaf_exceptions e JOIN sheaf_datasets d ON d.dataset_id = e.dataset_id
                LEFT JOIN sheaf_sheets s ON s.sheet_id = e.sheet_id
                WHERE e.dataset_id = ? AND e.kind <> 'reverted' AND \(Self.isOpen)
                ORDER BY e.sheet_id, e.sheet_row, e.key_hash LIMIT ?
                """, [.uint(UInt64(dataset.id)), .int(Int64(limit))]
            ).compactMap { row in
                guard let kind = ProblemKind(rawValue: try row.text("kind")), let seen = try row.rowHash("seen_hash")
                else { return nil }
                return ExceptionRecord(
                    key: try row.keyHash("key_hash"),
                    problem: Problem(
                        kind: kind, sheetID: UInt32(try row.int("sheet_id")),
                        ordinal: UInt32(try row.int("ordinal")), seen: seen,
                        rowNumber: UInt32(try row.int("sheet_row"))),
                    labelKey: try row.optionalText("label_key"), errors: try row.optionalText("errors"),
                    sheetTitle: try row.text("title"), openedAt: try row.text("opened"))
            }
        }
    }

    /// How many exceptions of a dataset are open; reverted values are no problem.
    package func exceptionCount(of dataset: DatasetRecord) async throws -> Int {
        try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT COUNT(*) AS open FROM sheaf_exceptions e JOIN sheaf_datasets d ON d.dataset_id = e.dataset_id
                WHERE e.dataset_id = ? AND e.kind <> 'reverted' AND \(Self.isOpen)
                """, [.uint(UInt64(dataset.id))]
            ).first.map { Int(try $0.int("open")) } ?? 0
        }
    }
}

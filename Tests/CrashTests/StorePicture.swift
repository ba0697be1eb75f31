import Digest
import LabelDiff
import LabelStore
import MySQL
import TestSupport

/// What a store holds, without what differs from run to run: numbers that the database gives out, and times.
struct StorePicture: Equatable, Sendable {
    private var parts: [String: [String]] = [:]

    /// What people see: versions, open problems, holds.
    ///
    /// At every moment it is as before the run, or as after it.
    static func visible(_ bench: CrashBench) async throws -> StorePicture {
        var picture = StorePicture()
        let store = bench.store
        do {
            try await store.requireMigrated()
        } catch let error as StoreError where error.code == .notMigrated {
            return picture
        }
        for dataset in try await store.datasets() where dataset.currentVersion > 0 {
            picture.parts["versions of \(dataset.name)"] = try await store.versions(of: dataset).map {
                "\($0.version): \($0.versionHash.hex), \($0.labelCount) labels, +\($0.inserted) ~\($0.updated) "
                    + "-\($0.deleted), parent \($0.parent), \($0.actor), \($0.reason ?? "")"
            }
            picture.parts["problems of \(dataset.name)"] = try await store.exceptionRecords(of: dataset).map {
                "\($0.problem.kind) \($0.key) \($0.sheetTitle) row \($0.problem.rowNumber), \($0.problem.ordinal): "
                    + "\($0.problem.seen) \($0.labelKey ?? "") \($0.errors ?? "")"
            }
            picture.parts["reverted keys of \(dataset.name)"] = try await store.openExceptions(of: dataset).byKey
                .compactMap { key, open in open.reverted.map { "\(key): \($0.state)" } }.sorted()
        }
        picture.parts["holds"] = try await store.holds(of: nil, includingClosed: true).map { hold in
            let counts = hold.counts.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
            return "\(hold.dataset) \(hold.state): \(hold.reasons), \(counts), by \(hold.approvedBy ?? "nobody"), "
                + "\(hold.approvedWhy ?? ""), \(hold.pastBlock)"
        }
        return picture
    }

    /// Everything that is to be the same in the end, however often a run was killed on the way.
    static func whole(_ bench: CrashBench) async throws -> StorePicture {
        var picture = try await visible(bench)
        let rows = try await bench.connection.run { connection in
            try Self.questions.map { name, sql in (name, try connection.rows(sql).map(Self.line)) }
        }
        for (name, lines) in rows { picture.parts[name] = lines }
        picture.parts["tables"] = try await bench.connection.run { connection in
            try CrashBench.tables(connection).map { table in
                let text = try connection.rows("SHOW CREATE TABLE \(table)").first?.text(1) ?? ""
                return text.replacing(#/AUTO_INCREMENT=\d+ /#, with: "")
            }
        }
        picture.parts["views that stand"] = try await bench.connection.run { connection in
            try CrashBench.views(connection).map { view in
                let text = try connection.rows("SHOW CREATE VIEW `\(view)`").first?.text(1) ?? ""
                return text.replacing(#/`dataset_id` = \d+/#, with: "`dataset_id` = …")
            }
        }
        return picture
    }

    private static func line(_ row: ResultRow) -> String { row.values.map { "\($0)" }.joined(separator: " ") }

    /// What is asked of the tables, by its name.
    private static let questions: [(String, String)] = [
        ("datasets", "SELECT name, current_version FROM sheaf_datasets ORDER BY name"),
        ("migrations", "SELECT number, name, HEX(checksum), statements_done, applied_at IS NULL FROM sheaf_migrations"),
        ("stores", "SELECT COUNT(*) FROM sheaf_store"),
        (
            "states of versions",
            """
            SELECT d.name, v.version, v.state, HEX(s.schema_hash) FROM sheaf_versions v
            JOIN sheaf_datasets d USING (dataset_id) JOIN sheaf_schemas s USING (schema_id) ORDER BY 1, 2
            """
        ),
        (
            "references", "SELECT dataset_id, version, target_dataset_id, target_version FROM sheaf_version_references"
        ),
        ("schemas", "SELECT HEX(schema_hash), COUNT(*) FROM sheaf_schemas GROUP BY schema_hash ORDER BY 1"),
        (
            "labels",
            """
            SELECT l.valid_from, COUNT(*), SUM(CRC32(CONCAT_WS('|', HEX(l.key_hash), HEX(l.row_hash), l.label,
                p.location, l.sheet_row, l.annotator, h.location, HEX(l.redacted_hash))))
            FROM sheaf_labels l LEFT JOIN sheaf_sheets p ON p.sheet_id = l.sheet_id
            LEFT JOIN sheaf_sheets h ON h.sheet_id = l.home_sheet_id GROUP BY l.valid_from ORDER BY 1
            """
        ),
        (
            "history",
            """
            SELECT l.valid_from, l.valid_to, COUNT(*), SUM(CRC32(CONCAT_WS('|', HEX(l.key_hash), HEX(l.row_hash),
                l.label, p.location, l.sheet_row, l.annotator, h.location, HEX(l.redacted_hash))))
            FROM sheaf_history l LEFT JOIN sheaf_sheets p ON p.sheet_id = l.sheet_id
            LEFT JOIN sheaf_sheets h ON h.sheet_id = l.home_sheet_id GROUP BY l.valid_from, l.valid_to ORDER BY 1, 2
            """
        ),
        (
            "sheets",
            """
            SELECT location, state, title, annotator, cleared < marked, HEX(seen_digest), HEX(input_fingerprint),
                file_version, row_count, pending_count, failure, bound_fields FROM sheaf_sheets ORDER BY 1
            """
        ),
        // With those that are staged, or left over.
        (
            "rows of exceptions",
            """
            SELECT HEX(e.key_hash), e.kind, s.location, e.ordinal, HEX(e.seen_hash), e.sheet_row, e.label_key, e.errors
            FROM sheaf_exceptions e LEFT JOIN sheaf_sheets s USING (sheet_id) ORDER BY 1, 2, 3, 4
            """
        ),
        ("rows of holds", "SELECT state, HEX(entries_hash), past_block, approved_by FROM sheaf_holds ORDER BY 1, 2"),
        (
            "entries of holds",
            """
            SELECT h.state, HEX(e.key_hash), e.action, HEX(e.before_hash), HEX(e.after_hash), e.label_key,
                e.used_by IS NULL
            FROM sheaf_hold_entries e LEFT JOIN sheaf_holds h USING (hold_id) ORDER BY 1, 2, 3, 4, 5
            """
        ),
        (
            "events",
            """
            SELECT d.name, e.kind, e.version, e.payload, e.relayed_at IS NULL FROM sheaf_events e
            JOIN sheaf_datasets d USING (dataset_id) ORDER BY 1, 2, 3, 4
            """
        ),
        (
            "jobs",
            """
            SELECT d.name, j.version, j.pipeline, j.retry, j.state, j.launcher, j.changes FROM sheaf_jobs j
            JOIN sheaf_datasets d USING (dataset_id) ORDER BY 1, 2, 3, 4
            """
        ),
        (
            "attempts that succeeded",
            """
            SELECT j.version, COUNT(*) FROM sheaf_job_attempts JOIN sheaf_jobs j USING (job_id)
            WHERE outcome = 'succeeded' GROUP BY j.version ORDER BY 1
            """
        ),
        // A command that was given a second time, since nobody knew of the first, may stand there twice.
        (
            "audit",
            """
            SELECT DISTINCT actor, action, REGEXP_REPLACE(subject, '^hold [0-9]+', 'hold'), why FROM sheaf_audit
            ORDER BY 1, 2, 3, 4
            """
        ),
        ("views", "SELECT view_name, kind, tag, state, problem FROM sheaf_views ORDER BY 1"),
        ("tags", "SELECT name, version, actor, reason FROM sheaf_tags ORDER BY 1"),
        (
            "rekeys",
            "SELECT old_key, new_key, actor, reason, undone_by FROM sheaf_rekeys ORDER BY 1, 2"
        ),
        (
            "redactions",
            "SELECT HEX(key_hash), HEX(row_hash), from_version, to_version, fields, actor FROM sheaf_redactions"
        ),
    ]

    /// What differs from another picture, in words.
    func differences(from other: StorePicture) -> String {
        var text: [String] = []
        for name in Set(parts.keys).union(other.parts.keys).sorted() {
            let (ours, theirs) = (parts[name] ?? [], other.parts[name] ?? [])
            if ours == theirs { continue }
            text.append("\(name):")
            text += theirs.filter { !ours.contains($0) }.prefix(5).map { "  - \($0)" }
            text += ours.filter { !theirs.contains($0) }.prefix(5).map { "  + \($0)" }
            text.append("  \(theirs.count) → \(ours.count)")
        }
        return text.joined(separator: "\n")
    }
}

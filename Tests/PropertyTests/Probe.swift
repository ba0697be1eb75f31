import Digest
import Foundation
import LabelDiff
import LabelStore
import MySQL

/// What stands in the store, read past its own code where that is what is tried.
struct Probe: Sendable {
    let pool: MySQLPool
    let store: LabelStore

    /// One published version, as it is read and as it says of itself.
    struct Version: Sendable, Equatable {
        var keys: [KeyHash]
        var labels: [[UInt8]]
        /// Where each label came from: sheet, row, annotator and run.
        var provenance: [String]
        var record: VersionRecord
    }

    struct Sheet: Sendable {
        var id: UInt32
        var location: String
        var state: String
        var isDirty: Bool
    }

    struct HoldRow: Sendable {
        var key: [UInt8]
        var action: String
        var before: [UInt8]?
        var after: [UInt8]?
        var isUsed: Bool
    }

    struct Hold: Sendable {
        var id: UInt64
        var state: String
        var pastBlock: Bool
        var entries: [HoldRow]
    }

    struct State: Sendable {
        var sheets: [Sheet]
        /// By key hash.
        var homes: [KeyHash: UInt32]
        var open: [KeyHash: OpenExceptions]
        var unreadable: [Problem]
        var holds: [Hold]
        /// Rows that belong to a version that is not published.
        var staged: Int
        var events: Int
        var lastRun: String
    }

    func version(_ number: Int, of dataset: DatasetRecord) async throws -> Version {
        let page = try await store.page(of: dataset, version: number, after: nil, limit: 10_000)
        return Version(
            keys: page.keys, labels: page.labels, provenance: try await provenance(number, of: dataset),
            record: try await store.version(number, of: dataset))
    }

    private func provenance(_ number: Int, of dataset: DatasetRecord) async throws -> [String] {
        let id = MySQLValue.uint(UInt64(dataset.id))
        let version = MySQLValue.int(Int64(number))
        let columns =
            "CONCAT_WS(' ', HEX(key_hash), valid_from, sheet_id, sheet_row, COALESCE(annotator, '-'), run_id) AS origin"
        return try await pool.withConnection { connection in
            try connection.rows(
                """
                SELECT \(columns) FROM sheaf_labels WHERE dataset_id = ? AND valid_from <= ?
                UNION ALL
                SELECT \(columns) FROM sheaf_history WHERE dataset_id = ? AND valid_from <= ? AND valid_to > ?
                ORDER BY origin
                """, [id, version, id, version, version]
            ).map { try $0.text(0) }
        }
    }

    func state(of dataset: DatasetRecord) async throws -> State {
        let (open, unreadable) = try await store.openExceptions(of: dataset)
        let id = MySQLValue.uint(UInt64(dataset.id))
        let current = MySQLValue.int(Int64(dataset.currentVersion))
        return try await pool.withConnection { connection in
            var state = State(
                sheets: [], homes: [:], open: open, unreadable: unreadable, holds: [], staged: 0, events: 0, lastRun: ""
            )
            for row in try connection.rows(
                "SELECT sheet_id, location, state, cleared < marked FROM sheaf_sheets WHERE dataset_id = ?", [id])
            {
                state.sheets.append(
                    Sheet(
                        id: UInt32(try row.int(0)), location: try row.text(1), state: try row.text(2),
                        isDirty: try row.int(3) == 1))
            }
            for row in try connection.rows(
                """
                SELECT key_hash, home_sheet_id FROM sheaf_labels
                WHERE dataset_id = ? AND valid_from <= ? AND home_sheet_id IS NOT NULL
                UNION ALL SELECT key_hash, home_sheet_id FROM sheaf_history
                WHERE dataset_id = ? AND valid_from <= ? AND valid_to > ? AND home_sheet_id IS NOT NULL
                """, [id, current, id, current, current])
            {
                state.homes[Self.keyHash(try row.bytes(0))] = UInt32(try row.int(1))
            }
            for row in try connection.rows(
                """
                SELECT hold_id, state, past_block FROM sheaf_holds
                WHERE dataset_id = ? AND state IN ('open', 'approved') ORDER BY hold_id
                """, [id])
            {
                var hold = Hold(
                    id: UInt64(try row.int(0)), state: try row.text(1), pastBlock: try row.int(2) == 1, entries: [])
                for entry in try connection.rows(
                    """
                    SELECT key_hash, action, before_hash, after_hash, used_by IS NOT NULL FROM sheaf_hold_entries
                    WHERE hold_id = ?
                    """, [.uint(hold.id)])
                {
                    hold.entries.append(
                        HoldRow(
                            key: try entry.bytes(0), action: try entry.text(1),
                            before: try entry.optionalBytes(2), after: try entry.optionalBytes(3),
                            isUsed: try entry.int(4) == 1))
                }
                state.holds.append(hold)
            }
            let counts = try connection.rows(
                """
                SELECT (SELECT COUNT(*) FROM sheaf_labels WHERE dataset_id = ? AND valid_from > ?)
                    + (SELECT COUNT(*) FROM sheaf_history WHERE dataset_id = ? AND valid_to > ?)
                    + (SELECT COUNT(*) FROM sheaf_versions WHERE dataset_id = ? AND state = 'staging'),
                    (SELECT COUNT(*) FROM sheaf_events WHERE dataset_id = ? AND kind = 'version_published'),
                    (SELECT state FROM sheaf_runs WHERE dataset_id = ? ORDER BY run_id DESC LIMIT 1)
                """, [id, current, id, current, id, id, id])
            if let row = counts.first {
                state.staged = Int(try row.int(0))
                state.events = Int(try row.int(1))
                state.lastRun = try row.optionalText(2) ?? ""
            }
            return state
        }
    }

    /// A sum over the rows of a dataset, without what is bookkeeping, or with everything.
    func checksum(of dataset: DatasetRecord, withBookkeeping: Bool) async throws -> String {
        let id = MySQLValue.uint(UInt64(dataset.id))
        let label = "HEX(key_hash) valid_from HEX(row_hash) label sheet_id sheet_row annotator run_id"
        var tables = [
            ("sheaf_labels", label + (withBookkeeping ? " home_sheet_id" : "")),
            ("sheaf_history", label + " valid_to"),
            ("sheaf_versions", "version state parent schema_id run_id HEX(root_hash) HEX(version_hash) label_count"),
            ("sheaf_events", "event_id"),
        ]
        if withBookkeeping {
            tables += [
                (
                    "sheaf_sheets",
                    "sheet_id state location HEX(seen_digest) HEX(input_fingerprint) marked cleared failure read_at"
                ),
                ("sheaf_exceptions", "HEX(key_hash) kind sheet_id ordinal HEX(seen_hash) sheet_row opened_run"),
                ("sheaf_holds", "hold_id state closed_by approved_at"), ("sheaf_runs", "run_id state"),
                ("sheaf_audit", "audit_id"),
            ]
        }
        let parts = tables.map { table, columns in
            let list = columns.split(separator: " ").map { "COALESCE(\($0), '-')" }.joined(separator: ", ")
            return """
                (SELECT CONCAT(COUNT(*), ' ', COALESCE(SUM(CRC32(CONCAT_WS('|', \(list)))), 0)) FROM \(table)
                 WHERE dataset_id = ?)
                """
        }
        return try await pool.withConnection { connection in
            try connection.rows(
                "SELECT CONCAT_WS(', ', \(parts.joined(separator: ", ")))", Array(repeating: id, count: parts.count)
            ).first?.text(0) ?? ""
        }
    }

    func execute(_ sql: String, _ values: [MySQLValue] = []) async throws {
        _ = try await pool.withConnection { connection in try connection.execute(sql, values) }
    }

    // MARK: - Hashes, made here once more

    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return hasher.finish().bytes
    }

    static func hash16(_ bytes: [UInt8]) -> [UInt8] { Array(sha256(bytes).prefix(16)) }

    static func keyHash(_ bytes: [UInt8]) -> KeyHash {
        func word(_ some: ArraySlice<UInt8>) -> UInt64 { some.reduce(0) { $0 << 8 | UInt64($1) } }
        return KeyHash(high: word(bytes[0..<8]), low: word(bytes[8..<16]))
    }

    /// The name that the store has for each key of the stories.
    static let keyHashes: [[UInt8]] = SheetRow.keys.indices.map { hash16(Naive.keyText($0)) }
    static let keys: [KeyHash: Int] = Dictionary(
        uniqueKeysWithValues: keyHashes.enumerated().map { (keyHash($0.element), $0.offset) })
}

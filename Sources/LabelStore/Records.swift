package import Digest
package import LabelDiff

/// A dataset as the store knows it.
package struct DatasetRecord: Sendable, Equatable {
    package let id: UInt32
    package let name: String
    /// The last published version; 0 before the first.
    package let currentVersion: Int

    /// The dataset as it was when a version was its newest.
    package func asOf(_ version: VersionRecord) -> DatasetRecord {
        DatasetRecord(id: id, name: name, currentVersion: version.version)
    }
}

/// What becomes of the labels of a sheet.
package enum SheetState: String, Sendable {
    case active
    /// It left the configuration; its labels stay until somebody retires it.
    case orphaned
    case retiredKeep = "retired_keep"
    case retiredDelete = "retired_delete"
}

/// A sheet as the store knows it.
package struct SheetRecord: Sendable, Equatable {
    package let id: UInt32
    package let location: String
    package let tabID: Int?
    package let title: String
    package let annotator: String?
    package let state: SheetState
    package let seenDigest: SHA256Digest?
    package let inputFingerprint: SHA256Digest?
    package let fileVersion: String?
    package let marked: UInt64
    package let cleared: UInt64
    /// The file that notices of change speak of.
    package let fileID: String?
    /// The version that the last notice told.
    package let noticedVersion: String?
    /// What the spreadsheet was called at the last read.
    package let spreadsheetTitle: String?
    /// Rows at the last read, and how many of them were pending.
    package let rowCount: Int
    package let pendingCount: Int
    /// How long ago, by the database's clock, the run began that read it last; `nil` if none has.
    package let sinceRead: Duration?
    /// How long after the last change found that run began; `nil` if no change was ever found.
    package let readAfterChange: Duration?
    /// Why the last read failed.
    package let failure: String?
    /// The names of the fields that had a column at the last read.
    package let boundFields: [String]

    package var isDirty: Bool { cleared < marked }
}

/// A published version.
package struct VersionRecord: Sendable, Equatable {
    package let version: Int
    package let parent: Int
    package let schemaID: UInt32
    package let schemaHash: SHA256Digest
    package let runID: UInt64
    package let rootHash: SHA256Digest
    package let versionHash: SHA256Digest
    package let labelCount: Int
    package let inserted: Int
    package let updated: Int
    package let deleted: Int
    package let actor: String
    package let reason: String?
    /// UTC, `2026-11-21 03:25:00.000000`.
    package let publishedAt: String
    /// Its labels were pruned: only hashes and counts are left.
    package let isPruned: Bool
    /// When nothing kept it any more; it is pruned once a grace time is over.
    package let pruneMarkedAt: String?
}

/// How a run ended; see `sheaf_runs` in the migrations.
package enum RunState: String, Sendable {
    case running, published, unchanged, held, partial, failed, cancelled, abandoned
}

/// One execution, for `sheaf log --runs`.
package struct RunRecord: Sendable {
    package let id: UInt64
    package let kind: String
    package let state: RunState
    package let actor: String
    package let worker: String
    package let startedAt: String
    package let finishedAt: String?
    package let version: Int?
    /// JSON, as `Sync` wrote it.
    package let report: String?
}

/// By whom, when, why and in which run a version was published.
package struct VersionStamp: Sendable, Equatable {
    package let version: Int
    /// UTC, `2026-11-21 03:25:00.000000`.
    package let publishedAt: String
    package let actor: String
    package let reason: String?
    package let runID: UInt64
    /// What the run was: `sync`, `adopt`, `revert`.
    package let runKind: String
}

/// One version of one label, with where it came from.
package struct LabelRevision: Sendable {
    package let rowHash: RowHash
    /// Canonical JSON; what is left of it, if it was redacted.
    package let label: [UInt8]
    package let isRedacted: Bool
    package let sheet: String?
    package let sheetRow: Int?
    package let annotator: String?
    /// The version that it came with.
    package let begin: VersionStamp
    /// The version that replaced or deleted it; `nil` while it is current.
    package let end: VersionStamp?

    package var validFrom: Int { begin.version }
    package var validTo: Int? { end?.version }
    package var runID: UInt64 { begin.runID }
    package var publishedAt: String { begin.publishedAt }
    package var actor: String { begin.actor }
}

/// A rejection or another exception, as stored.
package struct ExceptionRecord: Sendable {
    package let key: KeyHash
    package let problem: Problem
    /// The primary key as canonical JSON; `nil` where it cannot be read.
    package let labelKey: String?
    /// A JSON array of cell errors.
    package let errors: String?
    package let sheetTitle: String
    package let openedAt: String
}

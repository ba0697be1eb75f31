/// What a run did, or would do: the same for a terminal, for `--json` and for the store.
package struct SyncReport: Codable, Sendable {
    /// How a run ended.
    package enum Outcome: String, Codable, Sendable {
        /// It was only looked at.
        case planned
        case published
        case unchanged
        /// A guard was exceeded: nothing is written until somebody approves.
        case held
        /// Nothing could be read.
        case failed
    }

    package var dataset: String
    package var outcome: Outcome
    package var runID: UInt64?
    /// The version compared with; 0 where there was none.
    package var baseVersion: Int
    /// The version published.
    package var version: Int?
    package var versionHash: String?
    package var counts = Counts()
    package var sheets: [Sheet] = []
    package var changes: [Change] = []
    package var rejections: [Rejection] = []
    package var waitingDeletes: [WaitingDelete] = []
    /// What is to be told of rows that were taken, of the sheets that were read.
    package var warnings: [Warning] = []
    /// The aliases that were typed, of the sheets that were read; most typed first.
    package var aliases: [Alias] = []
    /// The dataset versions that foreign keys were checked against.
    package var references: [Reference] = []
    /// Deletes and inserts that look like one row whose key was corrected.
    package var likelyRekeys: [LikelyRekey] = []
    /// Guards that are exceeded by what no approval covers.
    package var breaches: [String] = []
    package var holdID: UInt64?
    package var notes: [String] = []
    /// Sheets that left the configuration, or whose tab was made anew: their labels stay until somebody retires them.
    package var orphans: [Orphan] = []
    /// Whether the label schema differs from that of the base version.
    package var schemaChanged = false
    /// What differs, the gravest first.
    package var schemaChanges: [SchemaChange] = []
    /// Of a revert: the version whose labels come back.
    package var revertsTo: Int?
    /// Of a revert: the keys whose label stays as it is.
    package var leftOut: [LeftOut] = []
    /// Complete passes over the sheets: 2 where deletes had to be proven.
    package var passes = 1
    package var seconds: Double = 0
    /// Why the run came to nothing, where that is no matter of its sheets.
    package var error: Trouble?

    package init(dataset: String, outcome: Outcome, baseVersion: Int) {
        self.dataset = dataset
        self.outcome = outcome
        self.baseVersion = baseVersion
    }

    /// Some sheet could not be read.
    package var isPartial: Bool { sheets.contains { $0.failure != nil } }

    /// The report without anything that was typed into a cell, as the store keeps it.
    package var withoutCellText: SyncReport {
        var report = self
        report.changes = []
        report.rejections = []
        report.waitingDeletes = []
        report.likelyRekeys = []
        report.leftOut = []
        report.warnings = []
        for index in report.sheets.indices { report.sheets[index].failure?.messages = [:] }
        return report
    }
}

extension SyncReport {
    /// An error that ended a run.
    package struct Trouble: Codable, Sendable {
        package var code: String
        package var message: String
        package var hint: String

        package init(code: String, message: String, hint: String) {
            self.code = code
            self.message = message
            self.hint = hint
        }
    }

    package struct Counts: Codable, Sendable, Equatable {
        /// Labels before and after.
        package var storedBefore = 0
        package var labels = 0
        package var inserted = 0
        package var updated = 0
        package var deleted = 0
        package var unchanged = 0
        /// Rows whose key is there and whose label is still blank.
        package var pending = 0
        /// Rows rejected, and how many of them no earlier run has seen.
        package var rejected = 0
        package var newlyRejected = 0
        package var waitingDeletes = 0
        /// Labels whose row now stands in another sheet.
        package var moved = 0
        /// Entries that an approval covers.
        package var approved = 0
        /// Warnings in the sheets that were read.
        package var warnings = 0
        /// Keys that a revert set back, whose rows in the sheets are not applied.
        package var reverted = 0
        /// Of a revert: keys whose label stays as it is.
        package var leftOut = 0
        /// Rows read.
        package var rows = 0

        package var changes: Int { inserted + updated + deleted }
    }

    package struct Sheet: Codable, Sendable {
        package var title: String
        package var spreadsheet: String
        /// Rows as of the last read, and how many of them were pending.
        package var rows: Int
        package var pending: Int
        /// Whether this run read it; if not, and without a failure, it was known not to have changed.
        package var wasRead: Bool
        package var failure: Failure?

        package struct Failure: Codable, Sendable {
            package var code: String
            /// By language, `en` at least.
            package var messages: [String: String]
            package var hint: String
            package var concernsEverySheet: Bool
        }
    }

    /// A sheet that is gone, and whose labels stay.
    package struct Orphan: Codable, Sendable, Equatable {
        /// What `sheaf sheet retire` calls it.
        package var sheetID: UInt32
        package var title: String
        package var location: String
    }

    /// One change of the change set, cell by cell.
    package struct Change: Codable, Sendable {
        package enum Kind: String, Codable, Sendable { case insert, update, delete }

        package var kind: Kind
        /// The primary key as canonical JSON, such as `[1234]`.
        package var key: String
        package var sheet: String?
        package var row: Int?
        package var annotator: String?
        /// The label, or a value of it, is lost to a schema change.
        package var isCost: Bool
        /// Of a label that is lost: what the schema has against it.
        package var reasons: [Rejection.Problem]
        /// The fields that differ, in schema order.
        package var cells: [Cell]
        /// The text of the label before or after was taken away; its key then goes by its hash if neither tells it.
        package var isRedacted: Bool?

        package struct Cell: Codable, Sendable, Equatable {
            package var field: String
            package var title: String
            package var before: String?
            package var after: String?

            package init(field: String, title: String, before: String?, after: String?) {
                self.field = field
                self.title = title
                self.before = before
                self.after = after
            }
        }
    }

    /// One difference between the schema of the base version and that of this run.
    package struct SchemaChange: Codable, Sendable, Equatable {
        /// `harmless`, `rereads` or `may_cost`.
        package var effect: String
        package var kind: String
        package var field: String?
        /// Fit to be shown.
        package var description: String
    }

    /// A label that goes and one that comes, which look like one row.
    package struct LikelyRekey: Codable, Sendable, Equatable {
        /// The keys as canonical JSON.
        package var from: String
        package var to: String
        /// Where the row with the new key stands.
        package var sheet: String
        package var row: Int
    }

    /// One row that is not valid.
    package struct Rejection: Codable, Sendable {
        /// `invalid`, `duplicate` or `unreadable_key`.
        package var kind: String
        package var key: String?
        package var sheet: String
        package var row: Int
        /// A last good label stays in its place.
        package var keepsLabel: Bool
        package var isNew: Bool
        package var errors: [Problem]

        package struct Problem: Codable, Sendable {
            package var code: String
            package var field: String?
            /// A1 notation, such as `D17`.
            package var cell: String
            package var severity: String
            package var ja: String
            package var en: String
        }
    }

    /// One thing to be told of a row that was taken all the same.
    package struct Warning: Codable, Sendable {
        package var sheet: String
        package var row: Int
        package var problem: Rejection.Problem
    }

    /// A spelling that was taken for another value, and how often.
    package struct Alias: Codable, Sendable {
        package var field: String
        package var spelling: String
        package var value: String
        package var count: Int
    }

    /// A key that a revert leaves as it is.
    package struct LeftOut: Codable, Sendable {
        package enum Reason: String, Codable, Sendable {
            /// Its delete waits for a cell or sheet that cannot be read.
            case deleteWaits = "delete_waits"
            /// The former label does not satisfy the schema of now.
            case invalid
            /// The text of the former label was taken away.
            case redacted
        }

        package var key: String
        package var reason: Reason
        /// Of a label that is not valid: what is wrong with it.
        package var errors: [Rejection.Problem]
    }

    /// A version of another dataset that foreign keys were checked against.
    package struct Reference: Codable, Sendable {
        package var dataset: String
        package var version: Int
    }

    /// A label that no sheet offers any more and that stays, because its absence could not be proven.
    package struct WaitingDelete: Codable, Sendable {
        package var key: String
        /// Sheets that could not be read, and cells with an unreadable key; or the keys of labels that refer to it.
        package var blockedBy: [String]
        /// Other labels refer to it.
        package var isReferenced: Bool
    }
}

/// What putting a version's values back into the sheets did, or would do.
package struct RestoreReport: Codable, Sendable {
    /// How it ended.
    package enum Outcome: String, Codable, Sendable {
        /// It was only looked at.
        case planned
        /// Every cell that was planned holds its value.
        case restored
        /// There was nothing to write.
        case unchanged
        /// Some cells were not written, or some sheets could not be read or written.
        case partial
        /// No sheet could be read.
        case failed
    }

    package var dataset: String
    /// The version whose values they are.
    package var version: Int
    package var outcome: Outcome
    package var runID: UInt64?
    package var counts = Counts()
    package var sheets: [Sheet] = []
    package var cells: [Cell] = []
    package var rows: [Row] = []
    package var left: [Left] = []
    package var notes: [String] = []
    package var seconds: Double = 0

    package init(dataset: String, version: Int, outcome: Outcome) {
        self.dataset = dataset
        self.version = version
        self.outcome = outcome
    }

    package struct Counts: Codable, Sendable, Equatable {
        /// Rows read, and labels of the version that were looked for.
        package var rowsRead = 0
        package var labels = 0
        /// Labels whose row says the same already.
        package var equalLabels = 0
        package var plannedCells = 0
        package var writtenCells = 0
        /// Planned and not written: somebody was faster, or the sheet could not be written.
        package var skippedCells = 0
        package var plannedRows = 0
        package var appendedRows = 0
        /// Context fields that differ, and were left to the annotators.
        package var contextCells = 0
        /// How much is listed in `left`, by its kind.
        package var left: [String: Int] = [:]
    }

    package struct Sheet: Codable, Sendable {
        package var title: String
        package var spreadsheet: String
        package var rows: Int
        package var plannedCells: Int
        package var writtenCells: Int
        package var failure: Failure?

        package struct Failure: Codable, Sendable {
            package var code: String
            package var message: String
            package var hint: String
        }
    }

    /// One cell that gets another value.
    package struct Cell: Codable, Sendable {
        package enum State: String, Codable, Sendable { case planned, written, skipped }

        package var key: String
        package var sheet: String
        /// A1 notation.
        package var cell: String
        package var field: String
        package var title: String
        package var before: String?
        package var after: String?
        package var state: State
        package var reason: String?
    }

    /// One label that is put into a row of its own.
    package struct Row: Codable, Sendable {
        package var key: String
        package var sheet: String
        package var state: Cell.State
        package var reason: String?
    }

    /// Something that stays as it is, and why.
    package struct Left: Codable, Sendable {
        package var kind: Kind
        package var key: String?
        package var sheet: String?
        package var cells: [String] = []
        package var field: String?
        package var reason: String

        package enum Kind: String, Codable, Sendable, CaseIterable {
            /// Nothing that could be typed says the value under the schema of now.
            case cannotBeTyped = "cannot_be_typed"
            /// The sheet has no column for it.
            case noColumn = "no_column"
            /// With the value the row would not be valid any more.
            case wouldBeInvalid = "would_be_invalid"
            /// The key stands in several rows.
            case duplicate
            case unreadableKey = "unreadable_key"
            /// The label's row is in no sheet.
            case missing
            /// The key was corrected since.
            case rekeyed
            /// The key has come since.
            case inserted
            /// Its text was taken away.
            case redacted
            /// It stands in a file that is not written.
            case notWritten = "not_written"
            /// Another row was overwritten, and what it held could not be put back.
            case overwritten
        }
    }

    /// The report without anything that was typed into a cell, as the store keeps it.
    package var withoutCellText: RestoreReport {
        var report = self
        report.cells = []
        report.rows = []
        report.left = []
        return report
    }
}

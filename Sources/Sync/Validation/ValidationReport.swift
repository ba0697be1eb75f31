/// What a validation found: the same for a terminal, for `--json` and for a page to look at.
///
/// The form that `--json` gives is documented in docs/validation-report.md, and is stable.
package struct ValidationReport: Codable, Sendable {
    /// The name of this form.
    package var format = "sheaf-validation-1"
    /// Every file could be read to its end, and no row has an error.
    package var valid: Bool
    package var schema: Schema
    /// Of all files together.
    package var counts = Counts()
    package var files: [File] = []
    /// How often each error was found, in full: the most frequent first.
    package var errors: [Tally] = []
    /// The first rows with errors or warnings, in the order of the files.
    package var rows: [Row] = []
    /// Rows with errors or warnings that `rows` leaves out.
    package var rowsOmitted = 0
    /// Spellings that were taken for the value they stand for, the most frequent first.
    package var aliases: [Alias] = []
    /// What could not be checked, and why.
    package var unchecked: [Unchecked] = []
    package var seconds: Double = 0

    package struct Schema: Codable, Sendable {
        package var file: String
        package var name: String
        package var title: String
        /// Fields in the order of the schema, so that a page can name them.
        package var fields: [Field]
    }

    package struct Field: Codable, Sendable {
        package var name: String
        package var ja: String
        package var en: String
    }

    package struct Counts: Codable, Sendable, Equatable {
        /// Rows with something in the schema's columns: valid, pending and invalid ones.
        package var rows = 0
        package var valid = 0
        /// Rows whose key is there and whose label is still blank.
        package var pending = 0
        package var invalid = 0
        /// Rows with a warning, valid or not.
        package var withWarnings = 0
        /// Errors and warnings of all rows.
        package var errors = 0
        package var warnings = 0

        static func += (left: inout Counts, right: Counts) {
            left.rows += right.rows
            left.valid += right.valid
            left.pending += right.pending
            left.invalid += right.invalid
            left.withWarnings += right.withWarnings
            left.errors += right.errors
            left.warnings += right.warnings
        }
    }

    package struct File: Codable, Sendable {
        package var name: String
        package var counts = Counts()
        /// What is wrong with the file as a whole: its header, or bytes that are no text or no CSV.
        package var problems: [Problem] = []

        /// The file was read to its end.
        package var isComplete: Bool { problems.isEmpty }
    }

    /// What is wrong with a file.
    package struct Problem: Codable, Sendable {
        package var code: String
        package var ja: String
        package var en: String
    }

    /// How often one kind of error was found in one field.
    package struct Tally: Codable, Sendable, Equatable {
        package var code: String
        /// What exactly is wrong, where the code says less: a constraint's name, or the reason of a key.
        package var kind: String?
        package var field: String?
        package var severity: String
        package var count: Int
    }

    package struct Row: Codable, Sendable {
        package var file: String
        /// Counted from 1, as a spreadsheet does; a line break within quotes begins no row.
        package var row: Int
        /// The primary key as canonical JSON, such as `[1234]`; none if it cannot be read.
        package var key: String?
        package var errors: [Finding]
    }

    /// One error or warning.
    package struct Finding: Codable, Sendable {
        package var code: String
        package var kind: String?
        package var field: String?
        package var severity: String
        /// A1 notation, such as `D17`; only the row, `17`, where there is no column.
        package var cell: String
        /// What was typed, cut at 200 characters.
        package var value: String
        /// What was probably meant.
        package var suggestion: String?
        package var ja: String
        package var en: String
    }

    package struct Alias: Codable, Sendable, Equatable {
        package var field: String
        package var spelling: String
        package var value: String
        package var count: Int
    }

    /// A rule of the schema that was not checked.
    package struct Unchecked: Codable, Sendable {
        package var rule: String
        package var fields: [String]
        package var ja: String
        package var en: String
    }
}

internal import MySQL

/// What can go wrong in the store, with what to do about it.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    /// Stable names, used by exit codes and in `--json` output.
    package enum Code: String, Sendable {
        case notMigrated = "not-migrated"
        case newerThanProgram = "store-newer-than-program"
        case changedMigration = "changed-migration"
        case busy
        case leaseLost = "lease-lost"
        case unknownDataset = "unknown-dataset"
        case unknownVersion = "unknown-version"
        case prunedVersion = "pruned-version"
        case unknownTag = "unknown-tag"
        case tagExists = "tag-exists"
        case unknownKey = "unknown-key"
        case unknownHold = "unknown-hold"
        case unknownToken = "unknown-token"
        case unknownJob = "unknown-job"
        case notAllowed = "not-allowed"
        case damaged
    }

    package let code: Code
    package let message: String
    package let hint: String

    package init(_ code: Code, _ message: String, hint: String) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    package var description: String { hint.isEmpty ? message : "\(message) \(hint)" }

    package static func damaged(_ what: String) -> StoreError {
        StoreError(
            .damaged, "The store holds something that Sheaf did not write: \(what).",
            hint: "Restore the database from a backup, or ask whoever changed it by hand.")
    }
}

internal import LabelDiff
package import LabelStore

/// What is to be put back, and where.
package struct RestoreRequest: Sendable {
    package var version: VersionRecord
    /// Only these keys; nil for all of the version.
    package var keys: [NamedKey]?
    /// Only cells of this sheet: its title, its number in the store, or its spreadsheet or file.
    package var sheet: String?
    /// Context fields too, and not only labels.
    package var includesContext = false
    /// Labels whose row is gone get a new one.
    package var appends = false

    package init(version: VersionRecord) {
        self.version = version
    }

    var keyHashes: Set<KeyHash>? { keys.map { Set($0.map(\.hash)) } }
}

/// Why nothing can be put back at all.
package struct RestoreProblem: Error, Sendable {
    package let code: String
    package let message: String
    package let hint: String
}

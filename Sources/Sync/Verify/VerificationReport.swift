/// Something stored that is not what it has to be.
package struct VerificationFinding: Sendable, Encodable {
    package enum Kind: String, Sendable, Encodable, CaseIterable {
        /// The text of a label and its hash do not belong together.
        case rowHash = "row-hash"
        /// A label stands under another key than its own.
        case keyHash = "key-hash"
        /// A text that is not in the canonical form.
        case canonicalForm = "canonical-form"
        /// A label that does not satisfy the schema of a version it stands in.
        case schema
        /// Two values of one key in one version.
        case overlap
        /// A row that stands in no version at all.
        case interval
        /// A redacted label without a record of its redaction.
        case redaction
        /// A row that is there for a later version than the newest one.
        case staged
        case rootHash = "root-hash"
        case versionHash = "version-hash"
        case labelCount = "label-count"
        case changeCounts = "change-counts"
        case schemaDocument = "schema-document"
        case missingVersion = "missing-version"
        case currentVersion = "current-version"
        case seenDigest = "seen-digest"
    }

    package let kind: Kind
    /// The primary key of the row as canonical JSON, if it can be read.
    package var key: String?
    package var keyHash: String?
    /// The versions concerned: from one to before another; without an end, up to the newest.
    package var fromVersion: Int?
    package var toVersion: Int?
    package var sheet: String?
    package var stored: String?
    package var computed: String?
    /// What is wrong, in a sentence without cell text.
    package let message: String
    /// What to do.
    package let hint: String
    /// `--repair` puts it right.
    package var isRepairable = false
}

/// A version that was verified.
package struct VerifiedVersion: Sendable, Encodable {
    package let version: Int
    /// Labels that stand in it.
    package var labels: Int
    /// How many of them were redacted: their hashes cannot be recomputed from their text.
    package var redacted: Int
    package let versionHash: String
    /// Nothing was found that concerns it.
    package var isSound: Bool
}

/// What verifying a dataset found.
package struct VerificationReport: Sendable, Encodable {
    package let dataset: String
    package var versions: [VerifiedVersion] = []
    /// Published versions that were not asked for.
    package var otherVersions = 0
    /// Versions whose labels were pruned.
    package var prunedVersions = 0
    /// Rows read: those that stand in several versions once.
    package var rows = 0
    package var findings: [VerificationFinding] = []
    /// All that was found, also what is not in `findings`.
    package var found = 0
    /// Sheets whose seen digest was recomputed.
    package var sheetsChecked = 0
    /// What could not be checked, and why.
    package var notChecked: [String] = []
    /// What `--repair` has put right, or would put right.
    package var repaired = 0
    package var repairable = 0
    package var seconds = 0.0

    package var isSound: Bool { found == 0 }

    package init(dataset: String) {
        self.dataset = dataset
    }

    /// So many findings are told in full.
    package static let told = 1_000

    mutating func add(_ finding: VerificationFinding) {
        found += 1
        if findings.count < Self.told { findings.append(finding) }
    }
}

internal import Digest
internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// A row whose text and hash do not belong together: one of them was damaged.
struct SuspectRow {
    let row: StoredRow
    /// The hash of the text.
    let computed: RowHash
    /// The text is a label of this key in canonical form: perhaps only the hash was damaged.
    let isLabel: Bool
    let key: String?
}

/// Looks at one row by itself: its text, its hashes, its key, and the schemas it has to satisfy.
struct RowCheck: ~Copyable {
    private var hasher = SHA256Hasher()
    /// Redactions that are on record, by key and the hash of the label as it was published.
    private let redactions: Set<Redacted>

    struct Redacted: Hashable {
        let key: KeyHash
        let row: RowHash
    }

    init(redactions: Set<Redacted>) {
        self.redactions = redactions
    }

    enum Outcome {
        case sound
        case suspect(SuspectRow)
        case wrong(VerificationFinding)
    }

    mutating func look(_ row: StoredRow, _ book: VersionBook) -> Outcome {
        let computed = RowHash(row.label.withUnsafeBytes { hasher.first16(of: $0) })
        let end = row.validTo ?? Int.max
        let schemas = book.schemas(from: row.validFrom, to: end)
        let key = schemas.first.flatMap { $0.schema.key(ofCanonicalLabel: row.label) }
        let text = key.map { String(decoding: $0, as: UTF8.self) }
        if let redacted = row.redactedHash {
            return lookRedacted(row, redacted, computed, schemas, key)
        }
        let isOwnKey = key.map { hash($0) == row.key } ?? false
        guard computed == row.rowHash else {
            let isLabel =
                isOwnKey && CanonicalLabel.isCanonical(row.label)
                && schemas.allSatisfy { $0.schema.check(canonicalLabel: row.label).isEmpty }
            return .suspect(
                SuspectRow(row: row, computed: computed, isLabel: isLabel, key: isOwnKey ? text : nil))
        }
        // Without a schema that can be read, there is nothing to hold it to; that is told once, of the schema.
        if schemas.isEmpty { return .sound }
        return lookAtText(row, schemas, key, isOwnKey: isOwnKey)
    }

    private mutating func lookAtText(
        _ row: StoredRow, _ schemas: [(version: Int, schema: LabelSchema)], _ key: [UInt8]?, isOwnKey: Bool
    ) -> Outcome {
        let text = key.map { String(decoding: $0, as: UTF8.self) }
        guard CanonicalLabel.isCanonical(row.label) else {
            return .wrong(
                finding(
                    .canonicalForm, row, isOwnKey ? text : nil, message: "its text is not in the canonical form",
                    hint: "It was published so, or was changed together with its hash. " + Self.restore))
        }
        guard isOwnKey else {
            var found = finding(
                .keyHash, row, text, message: "its key hash is not that of its key",
                hint: "It stands under another row's key, so nothing here can be repaired. " + Self.restore)
            found.stored = "\(row.key)"
            found.computed = key.map { "\(hash($0))" }
            return .wrong(found)
        }
        for (version, schema) in schemas {
            let errors = schema.check(canonicalLabel: row.label)
            guard let first = errors.first else { continue }
            let field = first.field.map { " in \(CellText.shown($0))" } ?? ""
            return .wrong(
                finding(
                    .schema, row, text,
                    message: "it does not satisfy the schema of version \(version): \(first.code)\(field)",
                    hint: "`sheaf schema show` shows that schema. " + Self.restore))
        }
        return .sound
    }

    /// Of a redacted label the text that is left has a hash of its own; the row's hash is that of the label as it was.
    private mutating func lookRedacted(
        _ row: StoredRow, _ redacted: RowHash, _ computed: RowHash,
        _ schemas: [(version: Int, schema: LabelSchema)], _ key: [UInt8]?
    ) -> Outcome {
        let text = key.map { String(decoding: $0, as: UTF8.self) }
        guard computed == redacted else {
            var found = finding(
                .rowHash, row, text, message: "what a redaction left of it is not what its hash says",
                hint: "What was redacted is in no backup that was made later. " + Self.restore)
            found.stored = "\(redacted)"
            found.computed = "\(computed)"
            return .wrong(found)
        }
        guard redactions.contains(Redacted(key: row.key, row: row.rowHash)) else {
            return .wrong(
                finding(
                    .redaction, row, text, message: "it is redacted, and there is no record of who redacted it",
                    hint: "Its text was taken away by something other than `sheaf redact`."))
        }
        if row.label == CanonicalLabel.redacted || schemas.isEmpty { return .sound }
        return lookAtText(row, schemas, key, isOwnKey: key.map { hash($0) == row.key } ?? false)
    }

    private mutating func hash(_ key: [UInt8]) -> KeyHash { KeyHash(key.withUnsafeBytes { hasher.first16(of: $0) }) }

    private func finding(
        _ kind: VerificationFinding.Kind, _ row: StoredRow, _ key: String?, message: String, hint: String
    ) -> VerificationFinding {
        VerificationFinding(of: row, kind, key: key, message: message, hint: hint)
    }

    static let restore = "Restore the row from a backup."
}

extension VerificationFinding {
    /// What is wrong with a row.
    init(of row: StoredRow, _ kind: Kind, key: String?, message: String, hint: String) {
        self.init(kind: kind, message: message, hint: hint)
        self.key = key
        keyHash = "\(row.key)"
        fromVersion = row.validFrom
        toVersion = row.validTo
    }
}

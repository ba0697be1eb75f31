internal import Digest
internal import LabelDiff
internal import LabelStore

/// One pass over the rows of one version, or of all, in key order.
struct VerificationPass {
    private let reader: RowReader
    private let redactions: Set<RowCheck.Redacted>

    /// The root hash of each version by the stored row hashes.
    private(set) var roots: [Int: SHA256Digest] = [:]
    /// For each version the root hash that something stored confirms.
    private(set) var resolved: [Int: RootResolution] = [:]
    private(set) var suspects: [SuspectRow] = []
    /// There were more of them than can be looked into.
    private(set) var hasTooManySuspects = false
    /// Of the one version read, what its rows say it changed.
    var changes: ChangeCounts?

    init(dataset: DatasetRecord, version: Int?, store: LabelStore) async throws {
        reader = RowReader(dataset: dataset, version: version, store: store)
        redactions = Set(
            try await store.redactions(of: dataset).map { RowCheck.Redacted(key: $0.key, row: $0.rowHash) })
    }

    mutating func run(
        _ book: inout VersionBook, _ schemas: SchemaBook, _ sheets: SeenDigestCheck?,
        into report: inout VerificationReport,
        progress: (Int) -> Void
    ) async throws {
        var roots = VersionRoots(of: book.numbers)
        var check = RowCheck(redactions: redactions)
        var earlier: StoredRow?
        let reader = reader
        var page = try await reader.first()
        while true {
            try Task.checkCancellation()
            let end = page.end
            // The server reads on while these rows are hashed.
            async let following = reader.next(after: end)
            for row in page.rows {
                let (from, to) = span(row)
                roots.add(row.key, row.rowHash, from: from, to: to)
                book.count(from: from, to: to, isRedacted: row.redactedHash != nil)
                if row.validTo == nil { sheets?.add(row) }
                follow(row, after: earlier, &book, &report)
                earlier = row
                switch check.look(row, book) {
                case .sound: break
                case .suspect(let suspect):
                    book.countUnsound(from: from, to: to)
                    if suspects.count < DatasetVerifier.mostSuspects {
                        suspects.append(suspect)
                    } else {
                        hasTooManySuspects = true
                        report.found += 1
                    }
                case .wrong(let finding):
                    book.countUnsound(from: from, to: to)
                    report.add(finding)
                }
            }
            report.rows += page.rows.count
            progress(report.rows)
            guard let next = try await following else { break }
            page = next
        }
        if let last = earlier { close(last, &book) }
        self.roots = roots.finish()
        book.finish()
        try await resolve(book, schemas)
    }

    /// The versions in which a row stands, of those that are looked at.
    private func span(_ row: StoredRow) -> (from: Int, to: Int) {
        reader.version.map { ($0, $0 + 1) } ?? (row.validFrom, row.validTo ?? .max)
    }

    // MARK: - Rows of one key

    /// Counts what a row was to the versions where it begins, and where the one before it ended.
    private func follow(
        _ row: StoredRow, after earlier: StoredRow?, _ book: inout VersionBook, _ report: inout VerificationReport
    ) {
        if row.validFrom < 1 || row.validFrom >= row.validTo ?? .max {
            report.add(
                VerificationFinding(
                    of: row, .interval, key: book.key(of: row), message: "it stands in no version at all",
                    hint: "Its row was changed by hand. " + RowCheck.restore))
        }
        guard let earlier, earlier.key == row.key else {
            if let earlier { close(earlier, &book) }
            book.countChange(row.validFrom, \.inserted)
            return
        }
        let end = earlier.validTo ?? .max
        if row.validFrom < end {
            let (from, to) = (row.validFrom, [row.validTo, earlier.validTo].compactMap(\.self).min())
            var found = VerificationFinding(
                of: row, .overlap, key: book.key(of: row), message: "it has two values in these versions",
                hint: "One of the two rows was added or changed by hand. " + RowCheck.restore)
            found.fromVersion = from
            found.toVersion = to
            found.stored = "\(earlier.rowHash), \(row.rowHash)"
            report.add(found)
        }
        if row.validFrom == end {
            book.countChange(row.validFrom, \.updated)
        } else {
            if row.validFrom > end { book.countChange(end, \.deleted) }
            book.countChange(row.validFrom, \.inserted)
        }
    }

    private func close(_ row: StoredRow, _ book: inout VersionBook) {
        if let end = row.validTo { book.countChange(end, \.deleted) }
    }

    // MARK: - Hash or text

    /// Finds for each version what its labels are known to give, with hashes as they are stored or mended.
    private mutating func resolve(_ book: VersionBook, _ schemas: SchemaBook) async throws {
        for version in book.verified {
            guard let root = roots[version.version], schemas.confirms(root, version) else { continue }
            resolved[version.version] = RootResolution(root: root, mended: [])
        }
        let trials = RootTrials(for: book.verified.filter { resolved[$0.version] == nil }, suspects)
        if trials.isEmpty { return }
        var following: StoredRowPage? = try await reader.first()
        while let page = following {
            try Task.checkCancellation()
            for row in page.rows {
                let (from, to) = span(row)
                trials.add(row, from: from, to: to)
            }
            following = try await reader.next(after: page.end)
        }
        resolved.merge(trials.resolve(schemas.confirms)) { first, _ in first }
    }
}

/// Reads the rows of one version, or of all, range by range.
private struct RowReader: Sendable {
    let dataset: DatasetRecord
    /// The version that is read; `nil`: all.
    let version: Int?
    let store: LabelStore

    func first() async throws -> StoredRowPage {
        try await store.storedRows(of: dataset, version: version, after: nil)
    }

    /// The range behind a key; `nil` if there is none.
    func next(after key: KeyHash?) async throws -> StoredRowPage? {
        guard let key else { return nil }
        return try await store.storedRows(of: dataset, version: version, after: key)
    }
}

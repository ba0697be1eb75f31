internal import Digest
internal import LabelDiff
internal import LabelStore

/// Recomputes the seen digests of sheets from current labels and open exceptions, as far as the store knows what a sheet
/// was last seen to hold.
///
/// It does not know pending rows, nor the single rows of a duplicate key: a sheet with such rows is left out.
final class SeenDigestCheck {
    private struct Entry: Comparable {
        let key: KeyHash
        let seen: RowHash

        static func < (left: Entry, right: Entry) -> Bool {
            left.key != right.key ? left.key < right.key : left.seen < right.seen
        }
    }

    /// A sheet's digest while it is being made.
    private final class Sheet {
        let record: SheetRecord
        /// Rows that are no label, from the last to the first.
        var others: [Entry] = []
        var count = 0
        private var hasher = RootHasher()

        init(_ record: SheetRecord) { self.record = record }

        func add(_ entry: Entry) {
            while let other = others.last, other < entry {
                take(other)
                others.removeLast()
            }
            take(entry)
        }

        private func take(_ entry: Entry) {
            hasher.add(entry.key, entry.seen)
            count += 1
        }

        func finish() -> SHA256Digest {
            for other in others.reversed() { take(other) }
            return hasher.finish()
        }
    }

    private var sheets: [UInt32: Sheet] = [:]
    private let exceptions: [KeyHash: OpenExceptions]
    private let records: [SheetRecord]

    init(of dataset: DatasetRecord, store: LabelStore) async throws {
        records = try await store.sheets(of: dataset)
        let open = try await store.openExceptions(of: dataset)
        exceptions = open.byKey
        for record in records where record.state == .active && record.seenDigest != nil && record.pendingCount == 0 {
            sheets[record.id] = Sheet(record)
        }
        for problem in open.unreadable {
            note(KeyHash(high: problem.seen.high, low: problem.seen.low), problem.seen, problem.sheetID)
        }
        for (key, found) in open.byKey { note(key, found) }
        for sheet in sheets.values { sheet.others.sort(by: >) }
    }

    private func note(_ key: KeyHash, _ seen: RowHash, _ sheet: UInt32) {
        sheets[sheet]?.others.append(Entry(key: key, seen: seen))
    }

    private func note(_ key: KeyHash, _ found: OpenExceptions) {
        for problem in found.problems {
            switch problem.kind {
            case .invalid, .unreadableKey: note(key, problem.seen, problem.sheetID)
            case .duplicate: sheets[problem.sheetID] = nil
            case .deleteWaiting: break
            }
        }
        if found.problems.isEmpty, let reverted = found.reverted, let sheet = reverted.sheetID,
            case .value(let seen) = reverted.state
        {
            note(key, seen, sheet)
        }
    }

    /// Adds a current label.
    func add(_ row: StoredRow) {
        guard let home = row.homeSheetID, let sheet = sheets[home], exceptions[row.key] == nil else { return }
        sheet.add(Entry(key: row.key, seen: row.rowHash))
    }

    /// Compares what was computed with what is stored.
    func conclude(
        _ dataset: DatasetRecord, _ store: LabelStore, into result: inout DatasetVerifier.Result
    ) async throws {
        let now = try await store.sheets(of: dataset)
        let active = records.filter { $0.state == .active && $0.seenDigest != nil }
        var unknown = active.count - sheets.count
        for (id, sheet) in sheets.sorted(by: { $0.key < $1.key }) {
            let computed = sheet.finish()
            // A run came in between, or the store does not know every row of it.
            guard now.first(where: { $0.id == id })?.seenDigest == sheet.record.seenDigest,
                sheet.count == sheet.record.rowCount
            else {
                unknown += 1
                continue
            }
            result.report.sheetsChecked += 1
            guard computed != sheet.record.seenDigest else { continue }
            var finding = VerificationFinding(
                kind: .seenDigest, message: "its seen digest is not that of the rows it was last seen to hold",
                hint: DatasetVerifier.repair + " The next run reads the sheet anew.", isRepairable: true)
            finding.sheet = sheet.record.title
            finding.stored = sheet.record.seenDigest?.hex
            finding.computed = computed.hex
            result.report.add(finding)
            result.repairs.append(.seenDigest(sheetID: id))
        }
        if unknown > 0 {
            result.report.notChecked.append(
                "the seen digest of \(unknown) of \(active.count) sheets: the store does not keep pending rows, "
                    + "nor each row of a duplicate key")
        }
    }
}

internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// Cuts a change set into pieces that are each small enough for one transaction.
///
/// The text of a row is read from the spool only when its piece is due. An actor, so that a piece can be made while the
/// one before is written.
actor ChangeSetChunks {
    private let entries: Slice<ChangeSet>
    private let texts: RowTexts
    private let sheetIDs: [UInt32]
    private let store: LabelStore
    private let dataset: DatasetRecord
    private var next: Int

    /// A piece ends at so many bytes of label text, or as many rows as the store takes, whichever comes first.
    private static let maximumBytes = 8 << 20
    private let maximumRows: Int
    /// Where two pieces are written at a time, and two are made meanwhile, each is half as large.
    private let parts: Int

    /// The halves of a change set, by keys; `nil` for one that is written in one go: of fewer than four pieces, it would
    /// not be felt.
    static func halves(_ entries: ChangeSet, in store: LabelStore) -> (Slice<ChangeSet>, Slice<ChangeSet>)? {
        guard entries.count >= 4 * store.rowsPerTransaction else { return nil }
        return (entries[..<(entries.count / 2)], entries[(entries.count / 2)...])
    }

    init(
        _ entries: Slice<ChangeSet>, atATime parts: Int = 1, texts: RowTexts, sheetIDs: [UInt32], store: LabelStore,
        dataset: DatasetRecord
    ) {
        self.parts = parts
        next = entries.startIndex
        self.store = store
        maximumRows = store.rowsPerTransaction
        self.dataset = dataset
        self.entries = entries
        self.texts = texts
        self.sheetIDs = sheetIDs
    }

    /// The next piece; `nil` after the last.
    func nextChunk() async throws -> StagedChunk? {
        guard next < entries.endIndex else { return nil }
        var chunk = StagedChunk()
        var bytes = 0
        let rows = max(1, maximumRows / parts)
        let carried = try await carried(entries[next..<min(next + rows, entries.endIndex)])
        while next < entries.endIndex, chunk.count < rows, bytes < Self.maximumBytes / parts {
            let entry = entries[next]
            next += 1
            if let label = carried[entry.key] {
                bytes += label.label.count
                chunk.updates.append(label)
                continue
            }
            guard let index = entry.row, let hash = entry.after else {
                chunk.deletes.append(entry.key)
                continue
            }
            let row = texts.decided.rows[index]
            let record = try texts.record(row: index)
            bytes += record.canonical.count
            let label = StagedLabel(
                key: entry.key, rowHash: hash, label: record.canonical, sheetID: sheetIDs[Int(row.sheet)],
                sheetRow: row.rowNumber, annotator: texts.annotator(record, sheet: row.sheet))
            if entry.kind == .insert { chunk.inserts.append(label) } else { chunk.updates.append(label) }
        }
        return chunk
    }

    /// The labels among some changes that no row gives: they are carried over from their stored form, and keep where they
    /// came from.
    private func carried(_ entries: Slice<ChangeSet>) async throws -> [KeyHash: StagedLabel] {
        let forms = Dictionary(
            entries.compactMap { entry in entry.row == nil ? entry.after.map { (entry.key, $0) } : nil },
            uniquingKeysWith: { first, _ in first })
        if forms.isEmpty { return [:] }
        let stored = try await store.labelRecords(
            of: dataset, version: dataset.currentVersion, keys: Array(forms.keys))
        var carried: [KeyHash: StagedLabel] = [:]
        for (key, hash) in forms {
            guard let record = stored[key],
                let form = texts.definition.schema.carriedOver(canonicalLabel: record.label)?.label
            else { throw StoreError.damaged("the label of key \(key) cannot be read") }
            carried[key] = StagedLabel(
                key: key, rowHash: hash, label: form, sheetID: record.sheetID, sheetRow: record.sheetRow,
                annotator: record.annotator, homeSheetID: record.homeSheetID)
        }
        return carried
    }
}

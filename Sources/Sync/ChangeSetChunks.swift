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

    /// A piece ends at so many rows or bytes of label text, whichever comes first: what Galera, TiDB and replicas like.
    private static let maximumRows = 10_000
    private static let maximumBytes = 8 << 20
    /// Where two pieces are written at a time, and two are made meanwhile, each is half as large.
    private let parts: Int

    /// From so many changes on they are written in two halves at a time: below that, it would not be felt.
    private static let fewestOfHalves = 4 * maximumRows

    /// The halves of a change set, by keys; `nil` for one that is written in one go.
    static func halves(_ entries: ChangeSet) -> (Slice<ChangeSet>, Slice<ChangeSet>)? {
        guard entries.count >= fewestOfHalves else { return nil }
        return (entries[..<(entries.count / 2)], entries[(entries.count / 2)...])
    }

    init(
        _ entries: Slice<ChangeSet>, atATime parts: Int = 1, texts: RowTexts, sheetIDs: [UInt32], store: LabelStore,
        dataset: DatasetRecord
    ) {
        self.parts = parts
        next = entries.startIndex
        self.store = store
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
        let carried = try await carried(entries[next..<min(next + Self.maximumRows / parts, entries.endIndex)])
        while next < entries.endIndex, chunk.count < Self.maximumRows / parts, bytes < Self.maximumBytes / parts {
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

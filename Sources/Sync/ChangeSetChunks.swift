internal import LabelDiff
internal import LabelStore

/// Cuts a change set into pieces that are each small enough for one transaction.
///
/// The text of a row is read from the spool only when its piece is due. An actor, so that a piece can be made while the
/// one before is written.
actor ChangeSetChunks {
    private let entries: [ChangeEntry]
    private let texts: RowTexts
    private let sheetIDs: [UInt32]
    private var next = 0

    /// A piece ends at so many rows or bytes of label text, whichever comes first: what Galera, TiDB and replicas like.
    private static let maximumRows = 10_000
    private static let maximumBytes = 8 << 20

    init(_ entries: [ChangeEntry], texts: RowTexts, sheetIDs: [UInt32]) {
        self.entries = entries
        self.texts = texts
        self.sheetIDs = sheetIDs
    }

    /// The next piece; `nil` after the last.
    func nextChunk() throws -> StagedChunk? {
        guard next < entries.count else { return nil }
        var chunk = StagedChunk()
        var bytes = 0
        while next < entries.count, chunk.count < Self.maximumRows, bytes < Self.maximumBytes {
            let entry = entries[next]
            next += 1
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
}

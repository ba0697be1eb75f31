internal import LabelDiff
internal import MySQL

/// A part of a change set as it goes to the database: made while the part before is being written.
struct ChunkRows: Sendable {
    /// The keys whose labels move into history.
    let replaced: [KeyHash]
    let labels: BulkRows
    /// How many changes it has.
    let count: Int

    static let columns = [
        "dataset_id", "key_hash", "valid_from", "row_hash", "label", "sheet_id", "sheet_row", "annotator", "run_id",
        "home_sheet_id",
    ]

    init(_ chunk: StagedChunk, _ draft: VersionDraft) {
        replaced = chunk.updates.map(\.key) + chunk.deletes
        count = chunk.count
        var rows = BulkRows(columnCount: Self.columns.count)
        for label in chunk.inserts { rows.append(label, draft) }
        for label in chunk.updates { rows.append(label, draft) }
        labels = rows
    }
}

extension BulkRows {
    fileprivate mutating func append(_ label: StagedLabel, _ draft: VersionDraft) {
        append(uint: UInt64(draft.dataset.id))
        append(word16: (label.key.high, label.key.low))
        append(int: Int64(draft.version))
        append(word16: (label.rowHash.high, label.rowHash.low))
        append(utf8: label.label)
        append(number: label.sheetID)
        append(number: label.sheetRow)
        if let annotator = label.annotator { append(text: annotator) } else { appendNull() }
        append(uint: draft.runID)
        append(number: label.homeSheetID)
    }

    private mutating func append(number: UInt32?) {
        if let number { append(uint: UInt64(number)) } else { appendNull() }
    }
}

internal import LabelDiff
internal import MySQL

/// A part of a change set as it goes to the database: made while the part before is being written.
struct ChunkRows: Sendable {
    /// The keys whose labels move into history.
    let replaced: [KeyHash]
    /// Those among them that have no label any more.
    let deleted: [KeyHash]
    let inserted: BulkRows
    let updated: BulkRows
    /// How many changes it has.
    let count: Int

    static let columns = [
        "dataset_id", "key_hash", "valid_from", "row_hash", "label", "sheet_id", "sheet_row", "annotator", "run_id",
        "home_sheet_id",
    ]

    /// A label takes the place of the one before, whose key is the same.
    static let onDuplicate =
        columns.filter { $0 != "dataset_id" && $0 != "key_hash" }.map { "\($0) = VALUES(\($0))" }.joined(
            separator: ", ")
        + ", redacted_hash = NULL"

    init(_ chunk: StagedChunk, _ draft: VersionDraft) {
        replaced = chunk.updates.map(\.key) + chunk.deletes
        deleted = chunk.deletes
        count = chunk.count
        inserted = Self.rows(chunk.inserts, draft)
        updated = Self.rows(chunk.updates, draft)
    }

    private static func rows(_ labels: [StagedLabel], _ draft: VersionDraft) -> BulkRows {
        var rows = BulkRows(columnCount: columns.count)
        for label in labels { rows.append(label, draft) }
        return rows
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

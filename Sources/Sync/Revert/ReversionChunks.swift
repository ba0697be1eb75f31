internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// Cuts a revert into pieces that are each small enough for one transaction; the text of the former labels is read when
/// its piece is due.
actor ReversionChunks {
    private let entries: [Reversion.Entry]
    private let scene: Reversion.Scene
    private var next = 0

    private static let maximumRows = 5_000

    init(_ entries: [Reversion.Entry], _ scene: Reversion.Scene) {
        self.entries = entries
        self.scene = scene
    }

    /// The next piece; `nil` after the last.
    ///
    /// Who typed a label and where is told as it was, of the version that it comes from.
    func nextChunk() async throws -> StagedChunk? {
        guard next < entries.count else { return nil }
        let some = entries[next..<min(next + Self.maximumRows, entries.count)]
        next = some.endIndex
        var chunk = StagedChunk()
        let then = try await scene.store.labelRecords(
            of: scene.dataset, version: scene.target.version, keys: some.filter { $0.after != nil }.map(\.key))
        for entry in some {
            guard let after = entry.after else {
                chunk.deletes.append(entry.key)
                continue
            }
            guard let record = then[entry.key], let form = scene.carried(record.label)?.label else {
                throw StoreError.damaged("the label of key \(entry.key) in version \(scene.target.version) is gone")
            }
            let label = StagedLabel(
                key: entry.key, rowHash: after, label: form, sheetID: record.sheetID, sheetRow: record.sheetRow,
                annotator: record.annotator, homeSheetID: entry.home)
            if entry.kind == .insert { chunk.inserts.append(label) } else { chunk.updates.append(label) }
        }
        return chunk
    }
}

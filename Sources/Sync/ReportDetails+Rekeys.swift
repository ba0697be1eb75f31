internal import LabelDiff
internal import LabelSchema
internal import LabelStore

extension ReportDetails {
    /// Deletes and inserts that look like one row whose key was corrected.
    ///
    /// - Parameters:
    ///   - outcome: what the run would do.
    ///   - known: for each corrected key that was said to be one, the former one; those are not told again.
    /// - Returns: the pairs, those whose keys are nearest first, as many as are told in full.
    /// - Throws: errors of the store or the spool.
    func likelyRekeys(_ outcome: MergeOutcome, known: [KeyHash: KeyHash]) async throws -> [SyncReport.LikelyRekey] {
        let (corrected, former) = (Set(known.keys), Set(known.values))
        let deleted = outcome.entries.filter { $0.kind == .delete && !$0.isCost && !former.contains($0.key) }
        guard let dataset = state.dataset, !deleted.isEmpty, deleted.count <= RekeyFinder.mostDeletes else { return [] }
        let inserted = outcome.entries.filter { $0.kind == .insert && !corrected.contains($0.key) }
        guard !inserted.isEmpty, inserted.count <= RekeyFinder.mostInserts else { return [] }
        var finder = RekeyFinder(definition.schema)
        let keys = deleted.map(\.key)
        let labels = try await storedLabels(keys)
        let places = try await store.places(of: dataset, keys: keys)
        for key in keys {
            if let label = labels[key] { finder.add(deleted: label, place: places[key]) }
        }
        for entry in inserted {
            guard let index = entry.row else { continue }
            let row = decided.rows[index]
            finder.add(
                inserted: try texts.record(row: index).canonical,
                place: RowPlace(sheetID: state.sheetIDs[Int(row.sheet)], row: row.rowNumber))
        }
        return finder.pairs().prefix(limit).map { pair in
            let sheet = pair.place.flatMap { place in state.sheetIDs.firstIndex(of: place.sheetID) }
            return SyncReport.LikelyRekey(
                from: String(decoding: pair.from, as: UTF8.self), to: String(decoding: pair.to, as: UTF8.self),
                sheet: sheet.map { texts.names.names[$0] } ?? "", row: Int(pair.place?.row ?? 0))
        }
    }
}

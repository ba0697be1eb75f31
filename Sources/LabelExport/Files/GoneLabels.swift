internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// Labels that the wish had at an older version, and has no more: deleted, or changed so that they are not wanted now.
///
/// Whoever has the older labels takes these away, puts in those that changed, and has the newer ones.
struct GoneLabels: Sendable {
    private let reading: LabelReading

    init(_ reading: LabelReading) {
        self.reading = reading
    }

    /// Hands over the labels as they were, each with the place of the split that it has left.
    ///
    /// - Parameter body: takes some of them.
    /// - Throws: as `LabelReading.forEachChunk(in:limit:maximum:_:)`.
    func forEachRows(_ body: (GoneRows) async throws -> Void) async throws {
        guard let since = reading.selection.changedSince else { return }
        let (store, dataset, version) = (reading.store, reading.dataset, reading.version.version)
        var filter = try RowFilter(reading.selection, reading.schema)
        var former = try RowFilter(reading.selection, reading.formerSchema ?? reading.schema)
        try await store.forEachPageOfEnded(
            of: dataset, version: since, by: version, limit: LabelReading.usualChunk
        ) { page in
            let now = try await store.labels(of: dataset, version: version, keys: page.keys)
            var places: [Int?] = []
            try page.forEach { key, label in
                // Redacted since: nobody knows any more whether it was wanted.
                guard label.count > 2, let before = try former.place(of: key, label) else { return places.append(nil) }
                let after = try now[key].flatMap { label in
                    try label.withUnsafeBufferPointer { try filter.place(of: key, $0) }
                }
                places.append(before == after ? nil : before)
            }
            try await body(GoneRows(page: page, places: places))
        }
    }
}

/// Labels of a page that are gone.
struct GoneRows: PlacedRows, Sendable {
    let page: LabelPage
    /// For each label the place of the split that it has left; `nil` if it is not gone.
    let places: [Int?]

    func forEach(
        _ body: (Int, KeyHash, UnsafeBufferPointer<UInt8>) throws -> Void, tombstone: (RedactedRow) -> Void
    ) throws {
        var index = 0
        try page.forEach { key, label in
            if let place = places[index] { try body(place, key, label) }
            index += 1
        }
    }
}

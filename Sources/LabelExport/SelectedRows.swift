internal import LabelDiff
internal import LabelSchema
internal import LabelStore

/// Labels of a page that a selection has, each with the place of its split.
struct SelectedRows: Sendable {
    private let page: LabelPage
    /// For each label of the page the place of its split; -1 is not wanted, -2 has no text any more.
    private let places: [Int]
    private let tombstones: [KeyHash: RedactedRow]
    /// The last key looked at.
    let cursor: KeyHash
    /// How many labels were looked at.
    let count: Int

    private static let unwanted = -1
    private static let tombstone = -2

    /// - Parameters:
    ///   - page: the labels; at least one.
    ///   - cursor: the last key of it.
    ///   - reading: what is wanted.
    ///   - filter: decides on each label.
    ///   - former: the labels of an older version that need not be told again, by key.
    /// - Throws: `StoredLabelDamaged`.
    init(
        _ page: LabelPage, cursor: KeyHash, _ reading: LabelReading, _ filter: inout RowFilter,
        former: [KeyHash: [UInt8]]
    ) throws {
        self.page = page
        self.cursor = cursor
        count = page.count
        tombstones = reading.form.hasTombstones ? reading.redacted : [:]
        let redacted = reading.redacted
        var places: [Int] = []
        places.reserveCapacity(page.count)
        try page.forEach { key, label in
            if !redacted.isEmpty, let row = redacted[key] {
                if reading.form.hasTombstones {
                    places.append(Self.tombstone)
                    return
                } else if row.isWhole {
                    places.append(Self.unwanted)
                    return
                }
            }
            if let old = former[key], label.elementsEqual(old) {
                places.append(Self.unwanted)
                return
            }
            places.append(try filter.place(of: key, label) ?? Self.unwanted)
        }
        self.places = places
    }

    /// Hands over what is wanted, in key order.
    func forEach(
        _ body: (Int, KeyHash, UnsafeBufferPointer<UInt8>) throws -> Void, tombstone: (RedactedRow) -> Void
    ) throws {
        var index = 0
        try page.forEach { key, label in
            let place = places[index]
            index += 1
            if place >= 0 {
                try body(place, key, label)
            } else if place == Self.tombstone, let row = tombstones[key] {
                tombstone(row)
            }
        }
    }
}

extension LabelReading {
    /// Hands over the labels that are wanted, some at a time, until the body has enough.
    ///
    /// - Parameters:
    ///   - stretch: which keys.
    ///   - limit: about how many labels are looked at at a time.
    ///   - body: takes them; `false` to be given no more.
    /// - Throws: as `forEachChunk(in:limit:maximum:_:)`.
    func forEachRows(
        in stretch: KeyStretch, limit: Int, _ body: (SelectedRows) async throws -> Bool
    ) async throws {
        struct Enough: Error {}
        var filter = try RowFilter(selection, schema)
        let since = selection.changedSince
        do {
            try await store.forEachPage(
                of: dataset, version: version.version, in: stretch, since: since, limit: limit
            ) { page in
                guard let cursor = page.keys.last else { return }
                var former: [KeyHash: [UInt8]] = [:]
                if let since { former = try await store.labels(of: dataset, version: since, keys: page.keys) }
                let rows = try SelectedRows(page, cursor: cursor, self, &filter, former: former)
                guard try await body(rows) else { throw Enough() }
            }
        } catch is Enough {
        }
    }
}

internal import LabelDiff

/// The tuples of the rows of one sheet that are compared over the whole table, by row number.
///
/// Nothing at all for a schema without unique keys and foreign keys.
struct TupleTable: Sendable {
    private let width: Int
    private var hashes: [TupleHash] = []

    init(width: Int) {
        self.width = width
    }

    /// Takes in the tuples of a row.
    mutating func set(_ tuples: some Collection<TupleHash>, row: UInt32) {
        let start = Int(row) * width
        if hashes.count < start + width {
            hashes.append(contentsOf: repeatElement(.missing, count: start + width - hashes.count))
        }
        for (offset, tuple) in tuples.enumerated() { hashes[start + offset] = tuple }
    }

    /// A tuple of a row; `missing` for a row that has none.
    func tuple(row: UInt32, place: Int) -> TupleHash {
        let index = Int(row) * width + place
        return index < hashes.count ? hashes[index] : .missing
    }
}

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

    /// Takes in the tuples of some rows, one row behind the other.
    mutating func add(_ tuples: [TupleHash], rows: [UInt32]) {
        guard width > 0, let last = rows.max() else { return }
        let end = (Int(last) + 1) * width
        if hashes.count < end { hashes.append(contentsOf: repeatElement(.missing, count: end - hashes.count)) }
        for (index, row) in rows.enumerated() {
            for place in 0..<width { hashes[Int(row) * width + place] = tuples[index * width + place] }
        }
    }

    /// A tuple of a row; `missing` for a row that has none.
    func tuple(row: UInt32, place: Int) -> TupleHash {
        let index = Int(row) * width + place
        return index < hashes.count ? hashes[index] : .missing
    }
}

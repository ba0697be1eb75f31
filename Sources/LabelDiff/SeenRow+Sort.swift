extension SeenRow {
    /// A bucket of so few rows is sorted by insertion.
    private static let fewRows = 24

    /// Sorts rows into the order of `precedes`, in place.
    ///
    /// Key hashes are spread evenly, so their leading bits share the rows out into buckets of a few: one counting pass and
    /// one of swaps do nearly all of the work, in a third of the time that comparing takes.
    package static func sort(_ rows: inout [SeenRow]) {
        guard rows.count > 4 * fewRows else {
            rows.sort(by: precedes)
            return
        }
        let bits = min(16, max(1, Int.bitWidth - (rows.count / 8).leadingZeroBitCount))
        let shift = UInt64(64 - bits)
        var ends = [Int](repeating: 0, count: 1 << bits)
        for row in rows { ends[Int(truncatingIfNeeded: row.key.high >> shift)] += 1 }
        var total = 0
        var starts = ends
        for bucket in ends.indices {
            starts[bucket] = total
            total += ends[bucket]
            ends[bucket] = total
        }
        rows.withUnsafeMutableBufferPointer { rows in
            share(rows, shift: shift, from: starts, to: ends)
            for bucket in ends.indices {
                sort(UnsafeMutableBufferPointer(rebasing: rows[starts[bucket]..<ends[bucket]]))
            }
        }
    }

    /// Swaps every row into the bucket of its leading bits (American flag sort).
    private static func share(
        _ rows: UnsafeMutableBufferPointer<SeenRow>, shift: UInt64, from starts: [Int], to ends: [Int]
    ) {
        var next = starts
        for bucket in ends.indices {
            while next[bucket] < ends[bucket] {
                let place = next[bucket]
                let home = Int(truncatingIfNeeded: rows[place].key.high >> shift)
                if home != bucket { rows.swapAt(place, next[home]) }
                next[home] += 1
            }
        }
    }

    private static func sort(_ bucket: UnsafeMutableBufferPointer<SeenRow>) {
        guard bucket.count > 1 else { return }
        guard bucket.count <= fewRows else {
            // Many rows of one key, say.
            var bucket = bucket
            bucket.sort(by: precedes)
            return
        }
        for index in 1..<bucket.count {
            let row = bucket[index]
            var place = index
            while place > 0, precedes(row, bucket[place - 1]) {
                bucket[place] = bucket[place - 1]
                place -= 1
            }
            bucket[place] = row
        }
    }
}

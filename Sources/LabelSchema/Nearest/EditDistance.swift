/// How many letters must be put in, taken out, changed or swapped with their neighbour.
///
/// It keeps its rows, so that comparing with thousands of texts allocates nothing.
package struct EditDistance {
    private var beforeLast: [Int]
    private var last: [Int]
    private var current: [Int]

    /// - Parameter longest: The greatest length of the second of two texts.
    package init(longest: Int) {
        beforeLast = Array(repeating: 0, count: longest + 1)
        last = beforeLast
        current = beforeLast
    }

    /// The distance, or nil if it is more than `limit`; the second text is at most as long as was said.
    package mutating func distance(_ first: [UInt32], _ second: [UInt32], limit: Int) -> Int? {
        if abs(first.count - second.count) > limit { return nil }
        if first.isEmpty || second.isEmpty { return max(first.count, second.count) }
        for column in 0...second.count { last[column] = column }
        for row in 1...first.count {
            current[0] = row
            var least = row
            for column in 1...second.count {
                let isSame = first[row - 1] == second[column - 1]
                var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, first[row - 1] == second[column - 2], first[row - 2] == second[column - 1] {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current[column] = cost
                least = min(least, cost)
            }
            // A row costs at most one more than the row before, so a swap, which reaches back one further, is too dear
            // as well.
            if least > limit { return nil }
            (beforeLast, last, current) = (last, current, beforeLast)
        }
        return last[second.count] <= limit ? last[second.count] : nil
    }
}

/// The characters of an expression's sets in classes: those of one class are in the same sets, so that the automaton
/// need not tell them apart.
struct ScalarClasses: Sendable {
    /// Class 0 is of the characters that are in no set; there may be none.
    private(set) var count = 1
    /// For each set, the classes it consists of.
    private(set) var members: [[Int]]
    /// The class of each character of ASCII.
    private(set) var ascii: [UInt16]
    /// For each 256 characters, where their classes begin in `blocks`.
    private(set) var pages: [UInt32]
    private(set) var blocks: [UInt16]

    /// More would be a table of every character that there is, and no expression that anybody wrote.
    private static let mostClasses = 4096
    /// Distinct pages; `\p{L}` takes some 200.
    private static let pageBits: UInt32 = 8

    init(_ sets: [ScalarSet]) throws(PatternProblem) {
        // Where any set begins or ends.
        var bounds: Set<UInt32> = [0]
        for range in sets.lazy.flatMap(\.ranges) {
            bounds.insert(range.lowerBound)
            if range.upperBound < ScalarSet.lastScalar { bounds.insert(range.upperBound + 1) }
        }
        let starts = bounds.sorted()
        var classes = [Int](repeating: 0, count: starts.count)
        // Each set parts the classes that it holds only a part of.
        for set in sets {
            var parted: [Int: Int] = [:]
            for range in set.ranges {
                var index = Self.index(of: range.lowerBound, in: starts)
                while index < starts.count, starts[index] <= range.upperBound {
                    if let known = parted[classes[index]] {
                        classes[index] = known
                    } else {
                        parted[classes[index]] = count
                        classes[index] = count
                        count += 1
                    }
                    index += 1
                }
            }
        }
        // A class that was parted whole has nothing left: the numbers are closed up, 0 stays.
        var numbers: [Int: Int] = [0: 0]
        for index in classes.indices {
            let number = numbers[classes[index]] ?? numbers.count
            numbers[classes[index]] = number
            classes[index] = number
        }
        count = numbers.count
        guard count <= Self.mostClasses else { throw .tooLarge }
        members = sets.map { set in
            var found: Set<Int> = []
            for range in set.ranges {
                var index = Self.index(of: range.lowerBound, in: starts)
                while index < starts.count, starts[index] <= range.upperBound {
                    found.insert(classes[index])
                    index += 1
                }
            }
            return found.sorted()
        }
        ascii = []
        pages = []
        blocks = []
        fillTables(starts, classes)
    }

    private static func index(of start: UInt32, in starts: [UInt32]) -> Int {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] < start { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func fillTables(_ starts: [UInt32], _ classes: [Int]) {
        let size: UInt32 = 1 << Self.pageBits
        var uniform: [Int: UInt32] = [:]
        var interval = 0
        for first in stride(from: 0, through: ScalarSet.lastScalar, by: Int(size)) {
            while interval + 1 < starts.count, starts[interval + 1] <= first { interval += 1 }
            let isUniform = interval + 1 == starts.count || starts[interval + 1] >= first + size
            if isUniform, let known = uniform[classes[interval]] {
                pages.append(known)
                continue
            }
            let begin = UInt32(blocks.count)
            if isUniform { uniform[classes[interval]] = begin }
            pages.append(begin)
            var current = interval
            for scalar in first..<(first + size) {
                while current + 1 < starts.count, starts[current + 1] <= scalar { current += 1 }
                blocks.append(UInt16(classes[current]))
            }
        }
        ascii = Array(blocks[Int(pages[0])..<(Int(pages[0]) + 128)])
    }
}

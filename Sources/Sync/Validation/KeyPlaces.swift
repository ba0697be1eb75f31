internal import Foundation
internal import LabelDiff
internal import LabelSchema

/// Where a key was seen: 24 bytes a row, whatever the rows hold.
struct KeyPlace: Sendable {
    let key: KeyHash
    let row: UInt32
    let file: UInt16
    let kind: RowKind
    /// The row has errors or warnings of its own.
    let isTroubled: Bool

    /// A number that no other row has.
    var id: UInt64 { UInt64(file) << 32 | UInt64(row) }

    /// In the order of the files and their rows.
    func isAbove(_ other: KeyPlace) -> Bool {
        file != other.file ? file < other.file : row < other.row
    }
}

/// The keys of all rows seen, as hashes, to find those that occur more than once.
///
/// They are kept as they come, and shared out by their first byte in the end: each part is looked through by itself,
/// since no two parts have a key in common.
struct KeyPlaces: Sendable {
    private static let parts = 256
    /// So many tasks share the parts: each goes through all keys for its own.
    private static let tasks = min(8, max(2, ProcessInfo.processInfo.activeProcessorCount))

    private var batches: [[KeyPlace]] = []

    /// Adds the rows of a batch.
    mutating func add(_ batch: [KeyPlace]) {
        if !batch.isEmpty { batches.append(batch) }
    }

    /// Adds the rows of another file.
    mutating func add(_ other: KeyPlaces) {
        batches += other.batches
    }

    /// The rows that share their key with others, by key.
    ///
    /// What was added is forgotten.
    mutating func takeDuplicates() async -> [[KeyPlace]] {
        let batches = batches
        self.batches = []
        return await withTaskGroup(of: [[KeyPlace]].self) { group in
            for task in 0..<Self.tasks {
                let range = Self.parts * task / Self.tasks..<Self.parts * (task + 1) / Self.tasks
                group.addTask {
                    Self.parts(range, of: batches).flatMap { $0.count > 1 ? Self.duplicates($0) : [] }
                }
            }
            var found: [[KeyPlace]] = []
            for await part in group { found += part }
            return found
        }
    }

    /// The keys of some parts.
    private static func parts(_ range: Range<Int>, of batches: [[KeyPlace]]) -> [[KeyPlace]] {
        let count = batches.reduce(0) { $0 + $1.count }
        var parts = [[KeyPlace]](repeating: [], count: range.count)
        // Hashes share themselves out evenly.
        for part in parts.indices { parts[part].reserveCapacity(count / Self.parts + count / Self.parts / 4 + 8) }
        parts.withUnsafeMutableBufferPointer { parts in
            for batch in batches {
                for place in batch {
                    let part = Int(truncatingIfNeeded: place.key.high >> 56)
                    if range.contains(part) { parts[part - range.lowerBound].append(place) }
                }
            }
        }
        return parts
    }

    /// By a table of open addresses, as large as the cache likes: most keys stand alone, and are looked at once.
    private static func duplicates(_ part: [KeyPlace]) -> [[KeyPlace]] {
        var size = 16
        while size < part.count * 2 { size *= 2 }
        let mask = UInt64(size - 1)
        var slots = [Int32](repeating: -1, count: size)
        // For each key that came again, the places after the first.
        var again: [Int: [Int]] = [:]
        part.withUnsafeBufferPointer { part in
            slots.withUnsafeMutableBufferPointer { slots in
                for index in part.indices {
                    let (high, low) = (part[index].key.high, part[index].key.low)
                    var slot = Int(truncatingIfNeeded: low & mask)
                    while slots[slot] >= 0 {
                        let first = Int(slots[slot])
                        if part[first].key.low == low, part[first].key.high == high {
                            again[first, default: []].append(index)
                            break
                        }
                        slot = (slot &+ 1) & Int(truncatingIfNeeded: mask)
                    }
                    if slots[slot] < 0 { slots[slot] = Int32(truncatingIfNeeded: index) }
                }
            }
        }
        return again.map { first, others in
            ([part[first]] + others.map { part[$0] }).sorted { $0.isAbove($1) }
        }
    }
}

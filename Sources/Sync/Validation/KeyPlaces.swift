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

    static func precedes(_ left: KeyPlace, _ right: KeyPlace) -> Bool {
        if left.key != right.key { return left.key < right.key }
        return left.isAbove(right)
    }

    /// In the order of the files and their rows.
    func isAbove(_ other: KeyPlace) -> Bool {
        file != other.file ? file < other.file : row < other.row
    }
}

/// The keys of all rows seen, as hashes, to find those that occur more than once.
///
/// They are shared out by their first byte as they come: each part fits a processor's cache when it is sorted, and no two
/// parts have a key in common.
struct KeyPlaces: Sendable {
    private static let parts = 256

    private var places: [[KeyPlace]] = Array(repeating: [], count: parts)

    /// Adds the rows of a batch.
    mutating func add(_ batch: [KeyPlace]) {
        for place in batch { places[Int(truncatingIfNeeded: place.key.high >> 56)].append(place) }
    }

    /// Adds the rows of another file.
    mutating func add(_ other: KeyPlaces) {
        for part in places.indices {
            if places[part].isEmpty {
                places[part] = other.places[part]
            } else {
                places[part] += other.places[part]
            }
        }
    }

    /// The rows that share their key with others, by key.
    ///
    /// Rows that are pending take no part. What was added is forgotten, part by part, so that sorting needs little memory.
    mutating func takeDuplicates() async -> [[KeyPlace]] {
        let parts = places
        places = Array(repeating: [], count: Self.parts)
        return await withTaskGroup(of: [[KeyPlace]].self) { group in
            for part in parts where part.count > 1 {
                group.addTask { Self.duplicates(part) }
            }
            var found: [[KeyPlace]] = []
            for await part in group { found += part }
            return found
        }
    }

    private static func duplicates(_ part: [KeyPlace]) -> [[KeyPlace]] {
        var sorted = part
        sorted.sort(by: KeyPlace.precedes)
        var found: [[KeyPlace]] = []
        var start = 0
        for index in 1...sorted.count where index == sorted.count || sorted[index].key != sorted[start].key {
            if index - start > 1 { found.append(Array(sorted[start..<index])) }
            start = index
        }
        return found
    }
}

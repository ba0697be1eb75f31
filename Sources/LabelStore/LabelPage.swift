package import LabelDiff

/// Labels of a version, in key order.
///
/// Their texts stand in one array, since a million small ones cost more than reading them.
package struct LabelPage: Sendable {
    package private(set) var keys: [KeyHash] = []
    /// The key that the next page begins behind; `nil` if this page is the last one.
    package internal(set) var next: KeyHash?

    /// About how many labels it was to have, where the tables were asked where it has to end.
    var limit: Int?

    private var text: [UInt8] = []
    /// For each label where its text stands.
    private var ranges: [Range<Int>] = []

    /// Canonical JSON of each label, as stored: these very bytes were hashed.
    package var labels: [[UInt8]] {
        ranges.map { Array(text[$0]) }
    }

    package var count: Int { keys.count }

    /// How many bytes all labels have.
    var byteCount: Int { text.count }

    mutating func append(_ key: KeyHash, _ label: UnsafeRawBufferPointer) {
        keys.append(key)
        ranges.append(text.count..<text.count + label.count)
        text.append(contentsOf: label)
    }

    /// Brings into one order what came of two tables, each in key order for itself.
    mutating func sort() {
        if zip(keys, keys.dropFirst()).allSatisfy({ $0 < $1 }) { return }
        let order = keys.indices.sorted { keys[$0] < keys[$1] }
        keys = order.map { keys[$0] }
        ranges = order.map { ranges[$0] }
    }

    /// Hands over each label with its key, in place: the bytes are dead when the closure ends.
    package func forEach(_ body: (KeyHash, UnsafeBufferPointer<UInt8>) throws -> Void) rethrows {
        try text.withUnsafeBufferPointer { text in
            for (key, range) in zip(keys, ranges) {
                try body(key, UnsafeBufferPointer(rebasing: text[range]))
            }
        }
    }
}

/// A stretch of keys: those behind one and up to another.
package struct KeyStretch: Sendable, Hashable {
    /// The keys begin behind this one; `nil`: at the first of all.
    package var after: KeyHash?
    /// The last key that is in it; `nil`: the last of all.
    package var through: KeyHash?

    package init(after: KeyHash? = nil, through: KeyHash? = nil) {
        self.after = after
        self.through = through
    }

    /// All keys, whatever they are.
    package static let all = KeyStretch()

    /// Cut into stretches in which there are about so many labels each.
    ///
    /// - Parameters:
    ///   - labels: how many labels there are among all keys.
    ///   - limit: how many each stretch is to have.
    /// - Returns: the stretches in key order, without a gap between them; at least one.
    func parts(labels: Int, each limit: Int) -> [KeyStretch] {
        let (start, end) = (after?.high ?? 0, through?.high ?? .max)
        guard limit > 0, end > start else { return [self] }
        let width = end - start
        let share = Double(width) / Double(UInt64.max)
        let count = UInt64((Double(labels) * share / Double(limit)).rounded(.up))
        guard count > 1, count < width else { return [self] }
        let step = width / count
        let ends = (1..<count).map { KeyHash(high: start + $0 * step, low: .max) }
        return zip([after] + ends.map(Optional.some), ends.map(Optional.some) + [through])
            .map { KeyStretch(after: $0, through: $1) }
    }

    /// All keys, cut into stretches of one length: as keys are hashes, each holds about as many labels.
    ///
    /// - Parameter count: how many stretches; at least 1.
    /// - Returns: the stretches in key order, without a gap between them.
    package static func equalParts(_ count: Int) -> [KeyStretch] {
        let ends = (1..<max(1, count)).map { part in
            // The place of `part / count` among all the first halves of keys: 2^64 * part / count.
            let place = UInt64(count).dividingFullWidth((UInt64(part), 0)).quotient
            return KeyHash(high: place - 1, low: .max)
        }
        return zip([nil] + ends.map(Optional.some), ends.map(Optional.some) + [nil])
            .map { KeyStretch(after: $0, through: $1) }
    }
}

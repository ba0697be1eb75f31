package import Digest

/// The root hashes of many versions, from one pass over the rows of all of them in key order.
///
/// Each version's hash covers each of its labels, so the bytes to be hashed are what they are; but a row is read once,
/// however many versions it stands in. Rows are gathered in blocks, and each version takes its own out of a block.
package struct VersionRoots: ~Copyable {
    /// A hasher that can stand in an array.
    private final class Hasher {
        var hasher = SHA256Hasher()
    }

    private let versions: [Int]
    private let hashers: [Hasher]
    private var words: [UInt64] = []
    private var bounds: [(from: Int, to: Int)] = []
    private var scratch: [UInt64]
    private static let blockRows = 4096

    /// - Parameter versions: the versions whose hashes are wanted.
    package init(of versions: [Int]) {
        self.versions = versions
        hashers = versions.map { _ in Hasher() }
        scratch = [UInt64](repeating: 0, count: 4 * Self.blockRows)
        words.reserveCapacity(4 * Self.blockRows)
        bounds.reserveCapacity(Self.blockRows)
    }

    /// Adds a row that stands in the versions `from <= V < to`.
    ///
    /// Rows are added in ascending key order.
    package mutating func add(_ key: KeyHash, _ row: RowHash, from: Int, to: Int) {
        words.append(key.high.bigEndian)
        words.append(key.low.bigEndian)
        words.append(row.high.bigEndian)
        words.append(row.low.bigEndian)
        bounds.append((from, to))
        if bounds.count == Self.blockRows { flush() }
    }

    private mutating func flush() {
        let (versions, hashers) = (versions, hashers)
        scratch.withUnsafeMutableBufferPointer { scratch in
            words.withUnsafeBufferPointer { words in
                bounds.withUnsafeBufferPointer { bounds in
                    for place in versions.indices {
                        let version = versions[place]
                        var taken = 0
                        // Written in any case and kept only if the row is the version's: no branch to be mispredicted.
                        for row in bounds.indices {
                            scratch[taken] = words[4 * row]
                            scratch[taken + 1] = words[4 * row + 1]
                            scratch[taken + 2] = words[4 * row + 2]
                            scratch[taken + 3] = words[4 * row + 3]
                            taken += bounds[row].from <= version && version < bounds[row].to ? 4 : 0
                        }
                        hashers[place].hasher.update(
                            UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(scratch)[..<(8 * taken)]))
                    }
                }
            }
        }
        words.removeAll(keepingCapacity: true)
        bounds.removeAll(keepingCapacity: true)
    }

    /// The root hash of each version, of all rows added so far.
    package mutating func finish() -> [Int: SHA256Digest] {
        flush()
        var roots: [Int: SHA256Digest] = [:]
        for (version, hasher) in zip(versions, hashers) { roots[version] = hasher.hasher.finish() }
        return roots
    }
}

package import Digest

/// The root hash of a version: SHA-256 over `key_hash ‖ row_hash` of all its labels in key order; of nothing, if empty.
package struct RootHasher: ~Copyable {
    private var hasher = SHA256Hasher()
    // Labels come 32 bytes at a time; handing them to the digest in blocks saves a call for each.
    private var block: [UInt64] = []
    private let blockWords = 4096

    package init() {
        block.reserveCapacity(blockWords)
    }

    /// Adds one label.
    ///
    /// Labels are added in ascending key order.
    package mutating func add(_ key: KeyHash, _ row: RowHash) {
        add(key.high, key.low, row.high, row.low)
    }

    mutating func add(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        block.append(first.bigEndian)
        block.append(second.bigEndian)
        block.append(third.bigEndian)
        block.append(fourth.bigEndian)
        if block.count >= blockWords { flush() }
    }

    private mutating func flush() {
        block.withUnsafeBytes { hasher.update($0) }
        block.removeAll(keepingCapacity: true)
    }

    /// The digest of all labels added so far; the hasher starts anew.
    package mutating func finish() -> SHA256Digest {
        flush()
        return hasher.finish()
    }
}

/// Format names and digests that anyone can recompute.
package enum VersionFormat {
    /// The name of the canonical form of labels.
    package static let canonical = "sheaf-canonical-1"

    /// SHA-256("sheaf-version-1\n" ‖ schema hash ‖ root hash).
    package static func versionHash(schemaHash: SHA256Digest, rootHash: SHA256Digest) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update("sheaf-version-1\n")
        hasher.update(schemaHash.bytes)
        hasher.update(rootHash.bytes)
        return hasher.finish()
    }

    /// The seen digest of one sheet: it tells whether any row differs from what was last seen.
    ///
    /// It covers every row as it was seen, valid or not; a row whose key cannot be read goes by the hash of its raw cells.
    ///
    /// - Parameters:
    ///   - rows: the rows of this one sheet that have a readable key, sorted by `SeenRow.precedes`.
    ///   - unreadable: the rows of this sheet whose key cannot be read, in any order.
    /// - Returns: SHA-256 over the sorted `key_hash ‖ seen_hash` of all rows.
    package static func seenDigest(rows: [SeenRow], unreadable: [UnreadableRow]) -> SHA256Digest {
        let strange = unreadable.map(\.seen).sorted()
        var hasher = RootHasher()
        var next = 0
        for row in rows {
            while next < strange.count,
                strange[next].high != row.key.high
                    ? strange[next].high < row.key.high : strange[next].low <= row.key.low
            {
                hasher.add(strange[next].high, strange[next].low, strange[next].high, strange[next].low)
                next += 1
            }
            hasher.add(row.key, row.seen)
        }
        while next < strange.count {
            hasher.add(strange[next].high, strange[next].low, strange[next].high, strange[next].low)
            next += 1
        }
        return hasher.finish()
    }
}

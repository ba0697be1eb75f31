/// The identity of a row: the first 16 bytes of SHA-256 over the canonical JSON array of its primary key.
///
/// Two big-endian words, so that comparing two hashes is comparing their bytes, as the store orders them.
package struct KeyHash: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(_ words: (UInt64, UInt64)) {
        self.init(high: words.0, low: words.1)
    }

    package static func < (left: KeyHash, right: KeyHash) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    /// The 16 bytes, as stored in a `BINARY(16)` column.
    package var bytes: [UInt8] { bigEndianBytes(high, low) }

    package var description: String { hexadecimal(high) + hexadecimal(low) }
}

/// What a row holds: the first 16 bytes of SHA-256 over its canonical form, or, for a row that is not valid, over a form
/// of its raw cells that no canonical form can equal.
package struct RowHash: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(_ words: (UInt64, UInt64)) {
        self.init(high: words.0, low: words.1)
    }

    package static func < (left: RowHash, right: RowHash) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    /// The 16 bytes, as stored in a `BINARY(16)` column.
    package var bytes: [UInt8] { bigEndianBytes(high, low) }

    package var description: String { hexadecimal(high) + hexadecimal(low) }
}

private func bigEndianBytes(_ high: UInt64, _ low: UInt64) -> [UInt8] {
    withUnsafeBytes(of: high.bigEndian) { Array($0) } + withUnsafeBytes(of: low.bigEndian) { Array($0) }
}

private func hexadecimal(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

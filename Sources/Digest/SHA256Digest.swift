/// A SHA-256 digest: 32 bytes, ordered as bytes.
///
/// Kept as four big-endian words, so that digests compare, hash and stand in arrays without an allocation each.
package struct SHA256Digest: Hashable, Sendable {
    private let word0: UInt64
    private let word1: UInt64
    private let word2: UInt64
    private let word3: UInt64

    init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
        self.word3 = word3
    }

    /// The digest with these 32 bytes; nil if there are more or fewer.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        let words = bigEndianWords(bytes)
        self.init(words[0], words[1], words[2], words[3])
    }

    /// The digest written as these 64 hexadecimal digits, of either case; nil for any other text.
    package init?(hex: String) {
        guard let bytes = hexDecoded(hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for word in [word0, word1, word2, word3] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return bytes
    }

    /// The digest as 64 lower-case hexadecimal digits.
    package var hex: String {
        hexEncoded(bytes)
    }

    /// The first 16 bytes, as two big-endian words: how keys and rows are identified.
    package var first16: (UInt64, UInt64) {
        (word0, word1)
    }
}

extension SHA256Digest: Comparable {
    /// The order of the bytes, which is also how a database orders a binary column.
    package static func < (left: SHA256Digest, right: SHA256Digest) -> Bool {
        (left.word0, left.word1, left.word2, left.word3) < (right.word0, right.word1, right.word2, right.word3)
    }
}

extension SHA256Digest: CustomStringConvertible {
    /// The digest as 64 lower-case hexadecimal digits.
    package var description: String { hex }
}

private func bigEndianWords(_ bytes: some Collection<UInt8>) -> [UInt64] {
    var words: [UInt64] = []
    var word: UInt64 = 0
    for (index, byte) in bytes.enumerated() {
        word = word << 8 | UInt64(byte)
        if index % 8 == 7 { words.append(word) }
    }
    return words
}

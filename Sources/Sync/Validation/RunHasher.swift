internal import LabelDiff

/// Names keys and tuples of values for as long as one run lasts, to find those that occur more than once.
///
/// A text is taken as a polynomial over the field of 2^61 - 1, whose coefficients are its length and its words of seven
/// bytes, and is named by its values at two points that are drawn anew for each run. Two different texts of n words at
/// most agree at n points at most: the chance that both points are among them is (n / 2^61)^2, whatever the texts say,
/// and nobody who does not know the points can write texts for which it is greater. In a million rows with keys of a few
/// words, that is once in 2^75 runs. It takes a tenth of the time of SHA-256, which names outlive a run.
struct RunHasher: Sendable {
    private static let prime: UInt64 = 1 << 61 - 1
    private static let bytesOfWord = 7
    private static let wordMask: UInt64 = 1 << 56 - 1

    /// The two points.
    let first: UInt64
    let second: UInt64

    /// A hasher with points of its own.
    init() {
        var random = SystemRandomNumberGenerator()
        self.init(using: &random)
    }

    init(using random: inout some RandomNumberGenerator) {
        first = .random(in: 1..<Self.prime, using: &random)
        second = .random(in: 1..<Self.prime, using: &random)
    }

    /// The name of a text; the same in this run whenever the bytes are.
    func hash(_ bytes: UnsafeRawBufferPointer) -> KeyHash {
        let count = bytes.count
        var (one, other) = (UInt64(count), UInt64(count))
        var index = 0
        while index &+ 8 <= count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            one = Self.step(one, first, word & Self.wordMask)
            other = Self.step(other, second, word & Self.wordMask)
            index &+= Self.bytesOfWord
        }
        if index < count {
            let word = Self.lastWord(bytes, from: index)
            one = Self.step(one, first, word)
            other = Self.step(other, second, word)
        }
        return KeyHash(high: Self.mixed(one % Self.prime), low: Self.mixed(other % Self.prime))
    }

    /// The one to seven bytes at the end.
    @inline(__always)
    private static func lastWord(_ bytes: UnsafeRawBufferPointer, from index: Int) -> UInt64 {
        let count = bytes.count
        if count >= 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
            return word >> UInt64((8 &- (count &- index)) &* 8)
        }
        var word: UInt64 = 0
        for place in index..<count { word |= UInt64(bytes[place]) << UInt64((place &- index) &* 8) }
        return word
    }

    /// `value * point + word` in the field, but for one multiple of the prime at most.
    @inline(__always)
    private static func step(_ value: UInt64, _ point: UInt64, _ word: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: point)
        let sum = (product.low & prime) &+ (product.high << 3 | product.low >> 61) &+ word
        return (sum & prime) &+ (sum >> 61)
    }

    /// Each number as another one, of which every bit depends on all of its: tables take some bits of it.
    @inline(__always)
    static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        value = (value ^ (value >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return value ^ (value >> 33)
    }
}

/// Finds the bytes that matter to a scanner, eight at a time.
///
/// Most bytes of a file are text in which nothing happens: a word of eight is compared with each of the bytes at once
/// (exactly: no carry runs from one byte into the next).
struct ByteMarks: Sendable {
    private static let lows: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    static let blockBytes = 16
    private static let ones: UInt64 = 0x0101_0101_0101_0101

    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// - Parameters: the four bytes to find.
    init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
        self.first = UInt64(first) &* Self.ones
        self.second = UInt64(second) &* Self.ones
        self.third = UInt64(third) &* Self.ones
        self.fourth = UInt64(fourth) &* Self.ones
    }

    /// A word whose bytes have their highest bit set where `word` holds one of the bytes, and no other bit.
    @inline(__always)
    func found(in word: UInt64) -> UInt64 {
        let others = Self.others(word ^ first) & Self.others(word ^ second) & Self.others(word ^ third)
        return ~(others & Self.others(word ^ fourth) | Self.lows)
    }

    /// The same for the sixteen bytes from `offset` on, as two words.
    @inline(__always)
    func found(inBlockOf bytes: UnsafeRawBufferPointer, at offset: Int) -> (UInt64, UInt64) {
        let block = bytes.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
        let either = (block .== Self.byte(first)) .| (block .== Self.byte(second))
        let other = (block .== Self.byte(third)) .| (block .== Self.byte(fourth))
        let words = unsafeBitCast(either .| other, to: SIMD2<UInt64>.self)
        return (UInt64(littleEndian: words[0]) & ~Self.lows, UInt64(littleEndian: words[1]) & ~Self.lows)
    }

    @inline(__always)
    private static func byte(_ repeated: UInt64) -> SIMD16<UInt8> {
        SIMD16(repeating: UInt8(truncatingIfNeeded: repeated))
    }

    /// The highest bit of each byte that is not zero.
    @inline(__always)
    private static func others(_ word: UInt64) -> UInt64 {
        ((word & lows) &+ lows) | word
    }

    /// The bytes from `offset` on as a word, the first of them lowest; zeros stand for those past the end.
    @inline(__always)
    static func word(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        if offset &+ 8 <= bytes.count {
            return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        var word: UInt64 = 0
        for index in offset..<bytes.count { word |= UInt64(bytes[index]) << UInt64((index &- offset) &* 8) }
        return word
    }
}

/// Counts how often one byte occurs, sixteen at a time.
struct ByteCounter {
    static let blockBytes = 16
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    /// A column of the sums below can hold no more.
    private static let mostBlocks = 255

    private let byte: UInt8
    private let repeated: SIMD16<UInt8>
    /// One sum for each byte of a block: in words, since not every operation on vectors becomes one of the processor's.
    private var (low, high): (UInt64, UInt64) = (0, 0)
    private var blocks = 0
    private var counted = 0

    init(_ byte: UInt8) {
        self.byte = byte
        repeated = SIMD16(repeating: byte)
    }

    @inline(__always)
    mutating func add(_ block: SIMD16<UInt8>) {
        let found = unsafeBitCast(block .== repeated, to: SIMD2<UInt64>.self)
        low &+= found[0] & Self.ones
        high &+= found[1] & Self.ones
        blocks &+= 1
        if blocks == Self.mostBlocks { sumUp() }
    }

    mutating func add(_ byte: UInt8) {
        if byte == self.byte { counted += 1 }
    }

    /// How often the byte was there.
    var total: Int { counted + Self.sum(low) + Self.sum(high) }

    private mutating func sumUp() {
        counted = total
        (low, high, blocks) = (0, 0, 0)
    }

    /// The sum of the eight bytes of a word.
    private static func sum(_ columns: UInt64) -> Int {
        let pairs: UInt64 = 0x00FF_00FF_00FF_00FF
        let sums = (columns & pairs) &+ (columns >> 8 & pairs)
        return Int(truncatingIfNeeded: (sums &* 0x0001_0001_0001_0001) >> 48)
    }
}

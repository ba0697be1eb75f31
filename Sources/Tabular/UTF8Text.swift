/// Strict UTF-8, as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
package enum UTF8Text {
    /// The offset of the first byte that is not part of a well-formed sequence, or nil where all are.
    package static func firstInvalidOffset(in bytes: UnsafeRawBufferPointer) -> Int? {
        let count = bytes.count
        var offset = 0
        while offset < count {
            while offset &+ 8 <= count,
                bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                offset &+= 8
            }
            // Kana and ideographs have three bytes, and come in runs.
            while offset &+ 4 <= count, isPlainTriple(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) {
                offset &+= 3
            }
            guard offset < count else { break }
            guard let length = sequenceLength(in: bytes, at: offset) else { return offset }
            offset &+= length
        }
        return nil
    }

    /// Whether the bytes from `offset` to the end are the beginning of a well-formed sequence, and no more of it.
    package static func isCutShort(in bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        guard offset < bytes.count, let shape = UTF8Shape(lead: bytes[offset]) else { return false }
        let rest = bytes[(offset &+ 1)...]
        return rest.count &+ 1 < shape.length && (rest.first.map(shape.second.contains) ?? true)
            && rest.dropFirst().allSatisfy { $0 & 0xC0 == 0x80 }
    }

    /// Whether the first three of four bytes are a well-formed sequence, with a lead that any second byte may follow.
    @inline(__always)
    private static func isPlainTriple(_ four: UInt32) -> Bool {
        let four = UInt32(littleEndian: four)
        let lead = four & 0x0F
        return four & 0x00C0_C0F0 == 0x0080_80E0 && lead != 0 && lead != 0x0D
    }

    /// How many bytes the well-formed sequence at `offset` has, or nil where there is none.
    @inline(__always)
    private static func sequenceLength(in bytes: UnsafeRawBufferPointer, at offset: Int) -> Int? {
        let lead = bytes[offset]
        if lead < 0x80 { return 1 }
        guard let shape = UTF8Shape(lead: lead), offset &+ shape.length <= bytes.count,
            shape.second.contains(bytes[offset &+ 1])
        else { return nil }
        var next = 2
        while next < shape.length {
            guard bytes[offset &+ next] & 0xC0 == 0x80 else { return nil }
            next &+= 1
        }
        return shape.length
    }
}

/// What must follow a lead byte: the length of the whole sequence, and the range of its second byte,
/// which is where overlong forms and surrogates show.
struct UTF8Shape {
    let length: Int
    let second: ClosedRange<UInt8>

    @inline(__always)
    init?(lead: UInt8) {
        switch lead {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
    }
}

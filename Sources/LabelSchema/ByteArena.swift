/// A growing run of bytes that rows are written into, one after the other.
///
/// It owns its memory and cannot be copied, so appending never has to ask whether somebody else holds the bytes.
struct ByteArena: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(64, capacity)
        base = UnsafeMutablePointer<UInt8>.allocate(capacity: self.capacity)
    }

    deinit {
        base.deallocate()
    }

    /// Makes room for `more` bytes.
    @inline(__always)
    mutating func reserve(_ more: Int) {
        if count + more > capacity { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        (base + count).update(from: start, count: bytes.count)
        count += bytes.count
    }

    @inline(__always)
    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { append($0) }
    }

    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a copy of bytes that stand in this arena already.
    mutating func append(copyOf range: Range<Int>) {
        reserve(range.count)
        (base + count).update(from: base + range.lowerBound, count: range.count)
        count += range.count
    }

    /// Appends text as a JSON string, as `JSONText` does.
    mutating func appendJSONString(_ bytes: UnsafeBufferPointer<UInt8>) {
        reserve(bytes.count * 6 + 2)
        base[count] = UInt8(ascii: "\"")
        count += 1
        if Self.isPlain(bytes) {
            append(bytes)
        } else {
            for byte in bytes {
                if JSONText.isPlain(byte) {
                    append(byte)
                } else {
                    appendEscape(of: byte)
                }
            }
        }
        base[count] = UInt8(ascii: "\"")
        count += 1
    }

    @inline(never)
    private mutating func appendEscape(of byte: UInt8) {
        for escaped in JSONText.escape(of: byte) { append(escaped) }
    }

    /// Whether no byte needs an escape in JSON; eight bytes at a time.
    private static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(bytes)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var index = 0
        while index + 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let control = (word &- ones &* 0x20) & ~word
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let special = control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
            if special & highs != 0 { return false }
            index += 8
        }
        while index < raw.count {
            guard JSONText.isPlain(raw[index]) else { return false }
            index += 1
        }
        return true
    }

    /// Forgets all bytes from `length` on.
    @inline(__always)
    mutating func truncate(to length: Int) {
        count = min(count, length)
    }

    /// The bytes from `start` on.
    ///
    /// They stay where they are until the arena is written to again.
    @inline(__always)
    func bytes(from start: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: base + start, count: count - start)
    }

    /// A copy of everything.
    func array() -> [UInt8] {
        [UInt8](bytes(from: 0))
    }
}

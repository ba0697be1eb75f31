/// A growing run of bytes that rows are written into, one after the other.
///
/// It owns its memory and cannot be copied, so appending never has to ask whether somebody else holds the bytes.
struct ByteArena: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0
    /// Whether the memory is its own, and not lent.
    private var isOwner = true

    init(capacity: Int) {
        self.capacity = max(64, capacity)
        base = UnsafeMutablePointer<UInt8>.allocate(capacity: self.capacity)
    }

    /// Makes an arena in memory of somebody else, for as long as that lasts; it moves to its own when it outgrows it.
    init(lent memory: UnsafeMutableBufferPointer<UInt8>) {
        self.init(capacity: 0)
        guard let start = memory.baseAddress else { return }
        base.deallocate()
        base = start
        capacity = memory.count
        isOwner = false
    }

    deinit {
        if isOwner { base.deallocate() }
    }

    /// Whether the bytes still stand in the memory that was lent.
    var isLent: Bool { !isOwner }

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
        if isOwner { base.deallocate() }
        base = larger
        isOwner = true
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
        reserve(bytes.count + 2)
        append(UInt8(ascii: "\""))
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
        append(UInt8(ascii: "\""))
    }

    @inline(never)
    private mutating func appendEscape(of byte: UInt8) {
        for escaped in JSONText.escape(of: byte) { append(escaped) }
    }

    /// Whether no byte needs an escape in JSON; eight bytes at a time.
    private static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(bytes)
        guard raw.count >= 8 else { return raw.allSatisfy(JSONText.isPlain) }
        var index = 0
        while index &+ 8 < raw.count {
            guard isPlain(raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) else { return false }
            index &+= 8
        }
        // The last word may have some bytes in common with the one before.
        return isPlain(raw.loadUnaligned(fromByteOffset: raw.count &- 8, as: UInt64.self))
    }

    @inline(__always)
    private static func isPlain(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let control = (word &- ones &* 0x20) & ~word
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let special = control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        return special & highs == 0
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

/// A fixed set of texts, found by their bytes without making a string.
struct ByteLookup: Sendable {
    private let texts: [UInt8]
    private let ends: [Int]
    /// Open addressing: an index into the texts, or -1.
    private let slots: [Int32]

    /// - Parameter texts: Distinct texts; of equal ones, the first is found.
    init(_ texts: [[UInt8]]) {
        var joined: [UInt8] = []
        var ends: [Int] = []
        for text in texts {
            joined.append(contentsOf: text)
            ends.append(joined.count)
        }
        var size = 8
        while size < texts.count * 2 { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for (index, text) in texts.enumerated() {
            var slot = text.withUnsafeBufferPointer { Self.hash($0) } & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(index)
        }
        self.texts = joined
        self.ends = ends
        self.slots = slots
    }

    init(_ texts: [String]) {
        self.init(texts.map { Array($0.utf8) })
    }

    /// The place of a text among those given, or nil.
    func index(of bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        let mask = slots.count - 1
        var slot = Self.hash(bytes) & mask
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if isEqual(index, bytes) { return index }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private func isEqual(_ index: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = index == 0 ? 0 : ends[index - 1]
        guard ends[index] - start == bytes.count else { return false }
        return texts.withUnsafeBytes { texts in
            ByteWords.areEqual(texts.baseAddress.map { $0 + start }, UnsafeRawPointer(bytes.baseAddress), bytes.count)
        }
    }

    /// Each word multiplied into the others, and folded so that the low bits depend on all bytes.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let bytes = UnsafeRawBufferPointer(bytes)
        var hash = UInt64(bytes.count) ^ 0x9E37_79B9_7F4A_7C15
        var index = 0
        while index &+ 8 < bytes.count {
            hash = mixed(hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index &+= 8
        }
        return Int(truncatingIfNeeded: mixed(hash ^ ByteWords.last(bytes)))
    }

    @inline(__always)
    private static func mixed(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }
}

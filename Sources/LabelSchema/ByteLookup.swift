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
        for offset in 0..<bytes.count where texts[start + offset] != bytes[offset] { return false }
        return true
    }

    /// FNV-1a, folded so that the low bits depend on all bytes.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32))
    }
}

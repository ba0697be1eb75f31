/// HMAC with SHA-256 (RFC 2104): proves that whoever made a message knew the key.
package enum HMACSHA256 {
    private static let blockSize = 64

    /// The authentication code of a message.
    ///
    /// Compare codes with `constantTimeEqual(_:_:)`, or the time taken tells how much of a guess was right.
    package static func authenticate(_ message: [UInt8], key: [UInt8]) -> SHA256Digest {
        var hasher = SHA256Hasher()
        let block = keyBlock(key, &hasher)
        hasher.update(block.map { $0 ^ 0x36 })
        hasher.update(message)
        let inner = hasher.finish()
        hasher.update(block.map { $0 ^ 0x5c })
        hasher.update(inner.bytes)
        return hasher.finish()
    }

    /// The key filled up to one block with zeros, hashed first if it is longer.
    private static func keyBlock(_ key: [UInt8], _ hasher: inout SHA256Hasher) -> [UInt8] {
        var block = key
        if key.count > blockSize {
            hasher.update(key)
            block = hasher.finish().bytes
        }
        block.append(contentsOf: repeatElement(0, count: blockSize - block.count))
        return block
    }
}

internal import COpenSSL

/// Hashes with SHA-256, again and again, over one context of libcrypto.
///
/// Making a context costs more than hashing a row, so make one hasher and keep it: 200 bytes then take about 200 ns.
/// A hasher belongs to one task at a time, which its being non-copyable sees to.
package struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    /// A hasher that has seen no byte yet.
    ///
    /// - Precondition: libcrypto has memory for a context and has SHA-256, which every build of it does. A hash that
    ///   might be wrong is worse than a stop, and nobody can act on the difference, so this is not an error.
    package init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto cannot hash with SHA-256: out of memory, or built without it")
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Hashes some more bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        require(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
    }

    /// Hashes some more bytes.
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            require(EVP_DigestUpdate(context, buffer.baseAddress, buffer.count))
        }
    }

    /// Hashes the UTF-8 of some more text.
    package mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { buffer in
            require(EVP_DigestUpdate(context, buffer.baseAddress, buffer.count))
        }
    }

    /// The digest of all bytes since the last `finish()`; the next byte begins a new one.
    package mutating func finish() -> SHA256Digest {
        let words = finishWords()
        return SHA256Digest(words[0], words[1], words[2], words[3])
    }

    /// The first 16 bytes of the digest of just these bytes, as two big-endian words.
    ///
    /// The hot path of a sync, once a key and once a row: no allocation.
    ///
    /// - Precondition: nothing was hashed since the last `finish()`; it would be hashed along.
    package mutating func first16(of bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
        require(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
        let words = finishWords()
        return (words[0], words[1])
    }

    /// Takes the digest as big-endian words, and readies the context for the next one.
    package mutating func finishWords() -> InlineArray<4, UInt64> {
        var words = InlineArray<4, UInt64>(repeating: 0)
        withUnsafeMutableBytes(of: &words) { buffer in
            require(EVP_DigestFinal_ex(context, buffer.bindMemory(to: UInt8.self).baseAddress, nil))
        }
        // Without a type the context keeps the one it has, which spares looking SHA-256 up again.
        require(EVP_DigestInit_ex(context, nil, nil))
        for index in words.indices {
            words[index] = UInt64(bigEndian: words[index])
        }
        return words
    }
}

/// Stops when a step of hashing failed.
///
/// With SHA-256 on a context that was set up, none of the steps has a way to fail.
@inline(__always)
private func require(_ status: CInt) {
    precondition(status == 1, "libcrypto failed to hash")
}

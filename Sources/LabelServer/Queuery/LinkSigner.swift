internal import Digest

/// Makes links to files of results that work without a token, for a while, and tells whether one is ours.
package struct LinkSigner: Sendable {
    private let key: [UInt8]

    /// The least number of bytes of a key.
    package static let leastKey = 32

    /// A signer.
    ///
    /// - Parameter key: secret, and the same after a restart, or links that were given out work no more; `nil` if it has
    ///   less than 32 bytes.
    package init?(key: [UInt8]) {
        guard key.count >= Self.leastKey else { return nil }
        self.key = key
    }

    /// What makes a link ours.
    ///
    /// - Parameters:
    ///   - query: the query.
    ///   - file: the file's number, or `manifest`.
    ///   - expires: until when it works, in seconds since 1970 by the database's clock.
    /// - Returns: the signature, in base64url.
    func signature(query: UInt64, file: String, expires: Int) -> String {
        let message = "sheaf-query-file-1\n\(query)\n\(file)\n\(expires)"
        return base64URL(HMACSHA256.authenticate(Array(message.utf8), key: key).bytes)
    }

    /// Whether a signature is ours, in a time that tells nothing of where it differs.
    func isOurs(_ signature: String, query: UInt64, file: String, expires: Int) -> Bool {
        constantTimeEqual(
            Array(signature.utf8), Array(self.signature(query: query, file: file, expires: expires).utf8))
    }
}

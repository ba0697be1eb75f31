package import Digest

/// What the holder of a token has: `sheaf_PUBLICID_SECRET`.
///
/// The public id names the token, in lists and logs too. The secret proves that one holds it; the store has a hash of it
/// only, and it is in no description of this type.
package struct TokenText: Sendable, CustomStringConvertible, CustomReflectable {
    package let publicID: String
    private let secret: String

    private static let prefix = "sheaf_"
    private static let publicIDLength = 12
    /// 32 bytes in base64url.
    private static let secretLength = 43

    /// A token that nobody has had before.
    package static func random() -> TokenText {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var generator = SystemRandomNumberGenerator()
        let publicID = (0..<publicIDLength).map { _ in
            letters[Int.random(in: letters.indices, using: &generator)]
        }
        return TokenText(unchecked: String(decoding: publicID, as: UTF8.self), base64URL(secureRandomBytes(32)))
    }

    /// Reads a whole token; `nil` if it has not the form of one.
    package init?(_ text: String) {
        guard text.utf8.count == Self.prefix.utf8.count + Self.publicIDLength + 1 + Self.secretLength,
            text.hasPrefix(Self.prefix)
        else { return nil }
        let parts = text.dropFirst(Self.prefix.count).split(
            separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(publicID: String(parts[0]), secret: String(parts[1]))
    }

    /// Puts one together of its two parts, as a user name and a password bring them; `nil` if they cannot be.
    ///
    /// - Parameters:
    ///   - publicID: the public id, with or without `sheaf_` before it.
    ///   - secret: the secret, or the whole token.
    package init?(publicID: String, secret: String) {
        let id = publicID.hasPrefix(Self.prefix) ? String(publicID.dropFirst(Self.prefix.count)) : publicID
        guard id.utf8.count == Self.publicIDLength, id.utf8.allSatisfy(Self.isIDLetter) else { return nil }
        if secret.hasPrefix(Self.prefix), let whole = TokenText(secret) {
            guard whole.publicID == id else { return nil }
            self = whole
            return
        }
        guard secret.utf8.count == Self.secretLength, base64URLDecoded(secret) != nil else { return nil }
        self.init(unchecked: id, secret)
    }

    private init(unchecked publicID: String, _ secret: String) {
        (self.publicID, self.secret) = (publicID, secret)
    }

    private static func isIDLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    /// What the store keeps of the secret.
    ///
    /// A plain hash: the secret is 32 random bytes, which nobody can try out, and not a password.
    package var secretHash: SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update(secret)
        return hasher.finish()
    }

    /// The whole token, to be shown once.
    package var revealed: String { "\(Self.prefix)\(publicID)_\(secret)" }

    /// Without the secret.
    package var description: String { "\(Self.prefix)\(publicID)_…" }

    package var customMirror: Mirror { Mirror(self, children: ["publicID": publicID]) }
}

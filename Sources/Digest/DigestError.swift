/// Why a signature could not be made or checked.
///
/// Never holds any part of a key.
package enum DigestError: Error, Sendable, Hashable {
    /// The text is not a private key in PEM, or it is locked with a passphrase.
    case unreadablePrivateKey
    /// The text is not a public key in PEM.
    case unreadablePublicKey
    /// The key is one of another algorithm; RS256 takes RSA of at least 2,048 bits.
    case unsuitableKey(algorithm: String, bits: Int)
    /// libcrypto refused to sign or verify, for this reason of its own.
    case operationFailed(reason: String)

    /// What to do about it.
    package var hint: String {
        switch self {
        case .unreadablePrivateKey:
            "give the whole text from -----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----, with real line breaks"
        case .unreadablePublicKey:
            "give the whole text from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----, with real line breaks"
        case .unsuitableKey: "use an RSA key of 2,048 bits or more, as service accounts have"
        case .operationFailed: "check the key with `openssl pkey -check`"
        }
    }
}

extension DigestError: CustomStringConvertible {
    /// What is wrong, and what to do.
    package var description: String {
        switch self {
        case .unreadablePrivateKey: "the private key cannot be read: \(hint)"
        case .unreadablePublicKey: "the public key cannot be read: \(hint)"
        case .unsuitableKey(let algorithm, let bits): "an \(algorithm) key of \(bits) bits does not do: \(hint)"
        case .operationFailed(let reason): "the signature failed (\(reason)): \(hint)"
        }
    }
}

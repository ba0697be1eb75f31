internal import COpenSSL

/// RS256, the signature of a service account's token request: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518).
package enum RS256 {
    /// Signs a message with an RSA private key in PEM (PKCS #8 or PKCS #1).
    package static func sign(_ message: [UInt8], privateKeyPEM: String) throws(DigestError) -> [UInt8] {
        let key = try RSAKey(privateKeyPEM: privateKeyPEM)
        let operation = try SignatureContext()
        guard EVP_DigestSignInit(operation.context, nil, EVP_sha256(), nil, key.key) == 1 else {
            throw lastFailure()
        }
        var length = 0
        guard EVP_DigestSign(operation.context, nil, &length, message, message.count) == 1 else {
            throw lastFailure()
        }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(operation.context, &signature, &length, message, message.count) == 1 else {
            throw lastFailure()
        }
        return Array(signature.prefix(length))
    }

    /// Whether the signature of a message was made with the private key that belongs to this public key in PEM.
    package static func verify(
        _ signature: [UInt8], of message: [UInt8], publicKeyPEM: String
    ) throws(DigestError) -> Bool {
        let key = try RSAKey(publicKeyPEM: publicKeyPEM)
        let operation = try SignatureContext()
        guard EVP_DigestVerifyInit(operation.context, nil, EVP_sha256(), nil, key.key) == 1 else {
            throw lastFailure()
        }
        let verdict = EVP_DigestVerify(operation.context, signature, signature.count, message, message.count)
        // A signature that does not fit leaves its reason in the thread's error queue, where the next failure would
        // find it.
        ERR_clear_error()
        return verdict == 1
    }
}

/// A context that lives for one signature.
private struct SignatureContext: ~Copyable {
    let context: OpaquePointer

    init() throws(DigestError) {
        guard let context = EVP_MD_CTX_new() else { throw lastFailure() }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }
}

/// An RSA key as libcrypto holds it, for as long as one call.
private struct RSAKey: ~Copyable {
    let key: OpaquePointer

    init(privateKeyPEM: String) throws(DigestError) {
        self = try RSAKey(pem: privateKeyPEM, failure: .unreadablePrivateKey) { source in
            PEM_read_bio_PrivateKey(source, nil, refusePassphrase, nil)
        }
    }

    init(publicKeyPEM: String) throws(DigestError) {
        self = try RSAKey(pem: publicKeyPEM, failure: .unreadablePublicKey) { source in
            PEM_read_bio_PUBKEY(source, nil, refusePassphrase, nil)
        }
    }

    private init(
        pem: String, failure: DigestError, read: (OpaquePointer) -> OpaquePointer?
    ) throws(DigestError) {
        let text = Array(pem.utf8)
        let key = text.withUnsafeBytes { buffer -> OpaquePointer? in
            guard let size = CInt(exactly: buffer.count), let source = BIO_new_mem_buf(buffer.baseAddress, size) else {
                return nil
            }
            defer { BIO_free(source) }
            return read(source)
        }
        guard let key else {
            ERR_clear_error()
            throw failure
        }
        let bits = Int(EVP_PKEY_get_bits(key))
        guard EVP_PKEY_is_a(key, "RSA") == 1, bits >= 2_048 else {
            let algorithm = EVP_PKEY_get0_type_name(key).map { String(cString: $0) } ?? "unknown"
            EVP_PKEY_free(key)
            throw .unsuitableKey(algorithm: algorithm, bits: bits)
        }
        self.key = key
    }

    deinit {
        EVP_PKEY_free(key)
    }
}

/// Answers that there is no passphrase; libcrypto would otherwise ask for one on the terminal, and wait.
private let refusePassphrase: PassphraseCallback = { _, _, _, _ in -1 }

private typealias PassphraseCallback =
    @convention(c) (
        UnsafeMutablePointer<CChar>?, CInt, CInt, UnsafeMutableRawPointer?
    ) -> CInt

/// The newest reason libcrypto noted on this thread, which is then forgotten.
private func lastFailure() -> DigestError {
    let code = ERR_peek_last_error()
    ERR_clear_error()
    let reason = ERR_reason_error_string(code).map { String(cString: $0) }
    return .operationFailed(reason: reason ?? "no reason given")
}

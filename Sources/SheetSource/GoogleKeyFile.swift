internal import Digest

/// A service account's key, as its JSON file holds it.
struct GoogleKeyFile: Sendable {
    /// The account's address, which spreadsheets are shared with.
    let email: String
    /// Where it signs in, as the file says.
    let tokenURI: String
    /// The project that the account belongs to, where the file says it.
    let projectID: String?
    private let privateKey: String
    private let privateKeyID: String?

    private static let maximumBytes = 64 << 10

    private struct File: Decodable {
        let type: String?
        let client_email: String?
        let project_id: String?
        let private_key: String?
        let private_key_id: String?
        let token_uri: String?
    }

    /// Reads a key file.
    ///
    /// - Throws: `credentialsMissing` if there is no such file, `credentialsInvalid` if it is something else.
    init(path: String) throws(SheetError) {
        let bytes: [UInt8]
        do throws(LocalFileError) {
            bytes = try LocalFile(path: path).readAll(limit: Self.maximumBytes)
        } catch {
            throw SheetError(.credentialsMissing, "the key file \(path) cannot be read: \(error)")
        }
        guard let file = decodeJSON(File.self, from: bytes) else {
            throw SheetError(.credentialsInvalid, "\(path) is not the JSON key file of a service account")
        }
        guard file.type == "service_account" else {
            throw SheetError(
                .credentialsInvalid, "\(path) holds credentials, but not those of a service account",
                hint: "download a JSON key for a service account; a person's own sign-in does not do")
        }
        guard let email = file.client_email, let privateKey = file.private_key else {
            throw SheetError(.credentialsInvalid, "the key file \(path) lacks client_email or private_key")
        }
        self.email = email
        projectID = file.project_id
        self.privateKey = privateKey
        privateKeyID = file.private_key_id
        tokenURI = file.token_uri ?? "https://oauth2.googleapis.com/token"
    }

    private struct Header: Encodable {
        let alg = "RS256"
        let typ = "JWT"
        let kid: String?
    }

    private struct Claims: Encodable {
        let iss: String
        let scope: String
        let aud: String
        let iat: Int64
        let exp: Int64
    }

    /// The signed request for a token (RFC 7523), good for an hour.
    ///
    /// - Parameters:
    ///   - scopes: what the token is to allow.
    ///   - audience: the token endpoint it is meant for; it is worth nothing anywhere else.
    ///   - now: seconds since 1970.
    /// - Returns: the JWT, good for this one endpoint.
    /// - Throws: `credentialsInvalid` if the private key does not sign.
    func assertion(scopes: [String], audience: String, now: Int64) throws(SheetError) -> String {
        let claims = Claims(
            iss: email, scope: scopes.joined(separator: " "), aud: audience, iat: now, exp: now + 3_600)
        guard let header = encodeJSON(Header(kid: privateKeyID)), let payload = encodeJSON(claims) else {
            throw SheetError(.credentialsInvalid, "the key file's client_email or token_uri is not text")
        }
        let signed = "\(base64URL(header)).\(base64URL(payload))"
        do throws(DigestError) {
            return try "\(signed).\(base64URL(RS256.sign(Array(signed.utf8), privateKeyPEM: privateKey)))"
        } catch {
            throw SheetError(.credentialsInvalid, "the key of \(email) does not sign: \(error)")
        }
    }
}

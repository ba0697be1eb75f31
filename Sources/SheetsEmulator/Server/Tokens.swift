import Digest
import Foundation

/// Signs service accounts in, and knows the tokens it gave out.
struct Tokens: Sendable {
    /// What a token allows.
    struct Grant: Sendable {
        let email: String
        let scopes: Set<String>
        let expires: Date
    }

    /// Public keys (PEM) by client e-mail.
    var accounts: [String: String] = [:]
    private var grants: [String: Grant] = [:]
    /// How many of the next calls are refused whatever token they carry.
    private var refusals = 0

    /// The JWT grant of RFC 7523, as a service account sends it.
    ///
    /// The assertion is held against `signed`, the time as its sender knows it, however far ahead the emulator's clock
    /// was moved.
    mutating func exchange(
        _ form: QueryParameters, audiences: Set<String>, lifetime: Int, now: Date, signed: Date
    ) throws(APIError) -> JSONValue {
        guard form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer" else {
            throw .oauth("unsupported_grant_type", "Invalid grant_type: \(form["grant_type"] ?? "")")
        }
        let claims = try verifiedClaims(form["assertion"] ?? "")
        guard let audience = claims["aud"]?.text, audiences.contains(audience) else {
            throw .oauth(
                "invalid_grant", "Invalid JWT: Failed audience check. The right audience is the token endpoint.")
        }
        let seconds = Int(signed.timeIntervalSince1970)
        guard let issued = claims["iat"]?.integer, let expires = claims["exp"]?.integer, issued <= seconds + 300,
            expires > seconds, expires - issued <= 3600
        else {
            throw .oauth(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                    + "Check your iat and exp values in the JWT claim.")
        }
        let scopes = Set((claims["scope"]?.text ?? "").split(separator: " ").map(String.init))
        guard !scopes.isEmpty else {
            throw .oauth("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        }
        let token = "ya29.c." + base64URL(secureRandomBytes(48))
        let grant = Grant(
            email: claims["iss"]?.text ?? "", scopes: scopes, expires: now.addingTimeInterval(Double(lifetime)))
        grants = grants.filter { $0.value.expires > now }
        grants[token] = grant
        return .object([
            "access_token": .string(token), "expires_in": .integer(lifetime), "token_type": .string("Bearer"),
        ])
    }

    private func verifiedClaims(_ assertion: String) throws(APIError) -> JSONValue {
        let parts = assertion.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let signature = base64URLDecoded(parts[2]), let header = Self.json(parts[0]),
            let claims = Self.json(parts[1]), header["alg"]?.text == "RS256"
        else { throw .oauth("invalid_grant", "Invalid JWT: it must have three parts and be signed with RS256.") }
        guard let email = claims["iss"]?.text, let key = accounts[email] else {
            throw .oauth("invalid_grant", "Invalid grant: account not found")
        }
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        guard (try? RS256.verify(signature, of: signed, publicKeyPEM: key)) == true else {
            throw .oauth("invalid_grant", "Invalid JWT Signature.")
        }
        return claims
    }

    private static func json(_ part: String) -> JSONValue? {
        base64URLDecoded(part).flatMap { try? JSONParser.parse($0) }
    }

    /// The grant behind an `Authorization` header; nil when there is none that is valid.
    mutating func grant(authorization: String?, now: Date) -> Grant? {
        guard refusals == 0 else {
            refusals -= 1
            return nil
        }
        guard let authorization, authorization.lowercased().hasPrefix("bearer "),
            let grant = grants[String(authorization.dropFirst(7))], grant.expires > now
        else { return nil }
        return grant
    }

    /// Makes every token given out so far invalid.
    mutating func revokeAll() {
        grants = [:]
    }

    /// Takes the tokens of the next calls for expired.
    mutating func refuse(calls: Int) {
        refusals = max(0, calls)
    }
}

internal import HTTPTransfer

/// What the token endpoint says when it gives no token.
///
/// Its own description is looked at but not repeated: it is free text, and what was sent was a credential.
struct TokenRefusal {
    private let status: Int
    private let reason: String
    private let description: String

    private struct Body: Decodable {
        let error: String
        let error_description: String?
    }

    init(_ response: HTTPResponse) {
        status = response.status
        let body = decodeJSON(Body.self, from: response.body)
        reason = body?.error ?? ""
        description = body?.error_description ?? ""
    }

    func error(email: String) -> SheetError {
        switch (status, reason) {
        case (429, _):
            return SheetError(.quotaExceeded, "Google lets no more sign-ins through for now")
        case (500..., _), (408, _):
            return SheetError(.unavailable, "Google's sign-in answered \(status)")
        case (_, "invalid_grant"):
            return grantRefused(email)
        case (_, ""):
            return SheetError(
                .malformedAnswer, "the sign-in answered \(status), and not as Google does", retryable: false)
        default:
            return SheetError(.signInRefused, "Google refused to sign \(email) in (\(Self.word(reason)))")
        }
    }

    private func grantRefused(_ email: String) -> SheetError {
        if description.contains("account not found") {
            return SheetError(
                .signInRefused, "Google knows no account \(email)",
                hint: "the service account was deleted; make a new one, and share the spreadsheets with it")
        }
        if description.contains("short-lived") || description.contains("timeframe") {
            return SheetError(
                .signInRefused, "Google takes the sign-in of \(email) for one of another time",
                hint: "set this machine's clock right")
        }
        if description.contains("audience") {
            return SheetError(
                .signInRefused, "the sign-in of \(email) was sent to an address that does not answer for it",
                hint: "check google.endpoint, or token_uri in the key file")
        }
        return SheetError(
            .signInRefused, "Google does not take the key of \(email) (invalid_grant)",
            hint: "the key was revoked or replaced; download a new one for this account")
    }

    /// A code of letters and underscores, and nothing else that may stand in its place.
    private static func word(_ reason: String) -> String {
        let isWord = reason.utf8.allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || $0 == UInt8(ascii: "_") }
        return isWord && reason.utf8.count < 60 ? reason : "for a reason of its own"
    }
}

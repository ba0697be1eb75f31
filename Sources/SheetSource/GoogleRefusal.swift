/// One of the services that a read calls.
enum GoogleService: String, Sendable {
    case signIn = "Google's sign-in"
    case sheets = "Google Sheets"
    case drive = "Google Drive"
}

/// What an API of Google says when it does not do as asked, and what that means.
///
/// Pure.
struct GoogleRefusal {
    let code: SheetError.Code
    /// What was found, in words.
    let detail: String
    /// What to do, where the code's own hint does not say.
    let hint: String?
    /// Whether the same call may succeed a little later.
    let isRetryable: Bool

    private struct Envelope: Decodable {
        struct Body: Decodable {
            let message: String?
            let status: String?
            let details: [Reason]?
            let errors: [Reason]?
        }
        struct Reason: Decodable {
            let reason: String?
        }
        let error: Body
    }

    /// Judges an answer other than 200 by its reasons first, since Drive says quota with a 403 too.
    init(status: Int, body: [UInt8], from service: GoogleService, scopes: [String]) {
        let answer = decodeJSON(Envelope.self, from: body)?.error
        let reasons = Set(((answer?.details ?? []) + (answer?.errors ?? [])).compactMap(\.reason))
        let name = answer?.status ?? reasons.min()
        let said = "\(service.rawValue) answered \(status)\(name.map { " (\($0))" } ?? "")"
        let has = { (names: Set<String>) in !reasons.isDisjoint(with: names) }
        if status == 429 || has(["rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"]) {
            self.init(.quotaExceeded, said, isRetryable: true)
        } else if has(["dailyLimitExceeded", "quotaExceeded"]) {
            self.init(.quotaExceeded, said, hint: "wait until tomorrow, read less often, or ask for a higher quota")
        } else if has(["SERVICE_DISABLED", "accessNotConfigured"]) {
            let hint = "enable the \(service.rawValue) API in the service account's project, and wait a few minutes"
            self.init(.apiDisabled, said, hint: hint)
        } else if has(["ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions", "insufficientScopes"]) {
            self.init(
                .signInRefused, "\(said): the account signed in without leave to do this",
                hint: "give it the scopes \(scopes.joined(separator: " and "))")
        } else if has(["channelIdNotUnique"]) {
            // The transfer was sent twice beneath us: the first time, it was carried out.
            self.init(.unavailable, "\(said): a channel of this id was opened before")
        } else if status >= 500 || status == 408 {
            self.init(.unavailable, said, isRetryable: true)
        } else if status == 401 {
            self.init(.signInRefused, "\(said) to a token it had just given out")
        } else if let answer {
            self.init(status: status, answer, said)
        } else {
            self.init(.malformedAnswer, "\(said), and not as Google does")
        }
    }

    private init(status: Int, _ answer: Envelope.Body, _ said: String) {
        switch (status, answer.status) {
        case (403, _): self.init(.notShared, "\(said): the account may not read it")
        case (404, _):
            self.init(.spreadsheetNotFound, "\(said): there is no such spreadsheet, or the account cannot see it")
        case (400, "FAILED_PRECONDITION"): self.init(.notASpreadsheet, "\(said): it is a file of another kind")
        default:
            self.init(.requestRefused, "\(said): \(answer.message.map { String($0.prefix(300)) } ?? "no reason given")")
        }
    }

    private init(_ code: SheetError.Code, _ detail: String, hint: String? = nil, isRetryable: Bool = false) {
        self.code = code
        self.detail = detail
        self.hint = hint
        self.isRetryable = isRetryable
    }

    var error: SheetError {
        var error = SheetError(code, detail, hint: hint)
        error.mayBeTooMuch = code == .unavailable
        return error
    }
}

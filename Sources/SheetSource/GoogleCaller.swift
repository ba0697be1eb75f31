internal import HTTPTransfer
internal import Logging

/// Calls Google's APIs as the account that is signed in, and again where that may help.
struct GoogleCaller: Sendable {
    /// One thing to ask for.
    struct Call: Sendable {
        let service: GoogleService
        let url: String
        /// What it is for, for messages.
        ///
        /// No secrets.
        let label: String
        /// What is posted, as JSON; nil asks with a GET.
        var body: [UInt8]?
        /// How long an attempt may take, where that is not what the client says.
        var timeout: Duration?
        /// Whether it counts toward the quota of writes.
        var isWrite = false
    }

    let client: HTTPClient
    let signIn: GoogleSignIn
    let policy: RetryPolicy
    /// Where reads of spreadsheets wait for their turn; nil where nobody counts.
    let gate: QuotaGate?
    let outage: OutageWatch
    /// What the account signs in for, for messages.
    let scopes: [String]
    let logger: Logger

    private static let maximumAnswer = 8 << 20
    private static let maximumRefusal = 256 << 10
    /// How often an answer is asked for that is whole, and not what Google sends.
    ///
    /// A proxy's page may be gone the next moment; if it is not, it will stay.
    private static let maximumMalformed = 3

    /// The JSON document that a call is answered with.
    func json<T: Decodable>(
        _ type: T.Type, _ call: Call, policy: RetryPolicy? = nil
    ) async throws(SheetError) -> T {
        try await stream(call.service, policy: policy ?? self.policy, { call }) { body in
            let bytes = try await body.collect(upTo: Self.maximumAnswer)
            guard let value = decodeJSON(type, from: bytes) else {
                throw SheetError(
                    .malformedAnswer, "\(call.service.rawValue) answered with something else than was asked")
            }
            return value
        }
    }

    /// Asks for something whose answer says no more than that it is done.
    ///
    /// - Parameters:
    ///   - call: what to ask for.
    ///   - policy: whether and when to ask again.
    /// - Throws: why it is not done, or may not be.
    func perform(_ call: Call, policy: RetryPolicy) async throws(SheetError) {
        try await stream(call.service, policy: policy, { call }) { body in
            _ = try await body.collect(upTo: Self.maximumRefusal)
        }
    }

    /// Hands the body of an answer of status 200 or 204 to `receive`, once for each attempt.
    ///
    /// What `receive` throws is thrown on, but for `HTTPError` and for `SheetError`s of an answer that was cut short
    /// or malformed: after those the call is made again, as long as the policy allows.
    func stream<R>(
        _ call: Call, _ receive: (HTTPBody) async throws -> R
    ) async throws(SheetError) -> R {
        try await stream(call.service, policy: policy, { call }, receive)
    }

    /// Hands the body of an answer to `receive`; `call` says anew for each attempt what to ask for.
    ///
    /// The time in the queue for a quota counts toward no deadline.
    func stream<R>(
        _ service: GoogleService, policy: RetryPolicy, _ call: () -> Call, _ receive: (HTTPBody) async throws -> R
    ) async throws(SheetError) -> R {
        do {
            var rejected: String?
            var queued = Duration.zero
            var label = ""
            let result = try await withRetries(
                outage.policy(policy, for: service), notCounting: { queued }, onRetry: { logRetry(label, $0) }
            ) { number in
                let call = call()
                label = call.label
                queued += try await turn(call)
                let token = try await signIn.token(insteadOf: rejected)
                let first = try await attempt(call, number, token, receive)
                guard case .failure(_, let outcome) = first, outcome.status == 401, rejected == nil else {
                    return first
                }
                // The token was revoked, or this machine's clock is wrong about its end: a new one, once.
                rejected = token
                queued += try await turn(call)
                return try await attempt(call, number, signIn.token(insteadOf: token), receive)
            }
            outage.gotThrough(to: service)
            return result
        } catch {
            let failure = SheetError(callFailure: error)
            outage.gaveUp(on: service, failure)
            throw failure
        }
    }

    /// Waits until the quota allows the call; Drive's is so large that it is left to Drive to say no.
    private func turn(_ call: Call) async throws -> Duration {
        guard call.service == .sheets, let gate else { return .zero }
        return try await gate.pass(call.isWrite ? .writes : .reads)
    }

    private func attempt<R>(
        _ call: Call, _ number: Int, _ token: String, _ receive: (HTTPBody) async throws -> R
    ) async throws -> Attempt<R> {
        var headers: HTTPHeaders = ["Authorization": "Bearer \(token)"]
        if call.body != nil { headers.add("Content-Type", "application/json; charset=utf-8") }
        let request = HTTPRequest(
            method: call.body == nil ? "GET" : "POST", url: call.url, headers: headers, body: call.body,
            totalTimeout: call.timeout, label: call.label)
        return try await client.stream(request) { head, body in
            guard head.status == 200 || head.status == 204 else {
                let bytes = try await body.collect(upTo: Self.maximumRefusal)
                let refusal = GoogleRefusal(status: head.status, body: bytes, from: call.service, scopes: scopes)
                let outcome = RetryOutcome(head, isRetryable: refusal.isRetryable, now: secondsSince1970())
                return .failure(refusal.error, outcome)
            }
            do {
                return .success(try await receive(body))
            } catch let error as SheetError where error.code == .cutShort {
                return .failure(error, RetryOutcome(head, isRetryable: true))
            } catch let error as SheetError where error.code == .malformedAnswer {
                return .failure(error, RetryOutcome(head, isRetryable: number < Self.maximumMalformed))
            }
        }
    }

    private func logRetry(_ label: String, _ notice: RetryNotice) {
        logger.info(
            "asking Google again",
            metadata: [
                "call": "\(label)", "attempt": "\(notice.attempt)", "wait": "\(notice.wait)",
                "reason": "\(notice.outcome.error?.code.rawValue ?? notice.outcome.status.map(String.init) ?? "")",
            ])
    }
}

internal import Foundation
package import HTTPTypes
package import LabelStore
internal import Synchronization

/// Says whose a request is, by its token.
///
/// Tokens are looked up in the store and remembered for a moment, so one that was revoked opens nothing two seconds later.
/// Who guesses is slowed down by address, and costs the database next to nothing; a token that is known to be good is
/// no matter of that, whatever else comes from its address.
package final class Authenticator: Sendable {
    /// What is allowed.
    package struct Limits: Sendable {
        /// Requests by one token: so many a minute, and twice as many seconds' worth at once.
        package var requestsPerMinute = 1_200
        /// Failed attempts by one address.
        package var failuresPerMinute = 20

        package init(requestsPerMinute: Int = 1_200, failuresPerMinute: Int = 20) {
            (self.requestsPerMinute, self.failuresPerMinute) = (requestsPerMinute, failuresPerMinute)
        }
    }

    /// How long a token's state is trusted.
    static let trust = Duration.seconds(2)
    /// How many addresses and tokens are kept in mind.
    private static let mostRemembered = 10_000

    private struct Known {
        var token: TokenRecord
        var at: Duration
        var requests: Allowance
        var useNotedAt: Duration?
    }

    private struct State {
        var known: [String: Known] = [:]
        var failures: [String: Allowance] = [:]
        /// Lookups of what may be no token, by anybody.
        var strangers = Allowance(burst: 200, perSecond: 20)
    }

    private let limits: Limits
    private let state = Mutex(State())
    private let now: @Sendable () -> Duration
    private let lookUp: @Sendable (String) async throws -> TokenRecord?
    private let noteUse: @Sendable (UInt64) async throws -> Void

    /// One that reads tokens of a store.
    package convenience init(store: LabelStore, limits: Limits) {
        let begin = ContinuousClock.now
        self.init(
            limits: limits, now: { ContinuousClock.now - begin }, lookUp: { try await store.token(publicID: $0) },
            noteUse: { try await store.noteUse(ofToken: $0) })
    }

    init(
        limits: Limits, now: @escaping @Sendable () -> Duration,
        lookUp: @escaping @Sendable (String) async throws -> TokenRecord?,
        noteUse: @escaping @Sendable (UInt64) async throws -> Void
    ) {
        (self.limits, self.now, self.lookUp, self.noteUse) = (limits, now, lookUp, noteUse)
    }

    /// Whose request it is.
    ///
    /// - Parameters:
    ///   - headers: of the request; `Authorization` is Bearer with the token, or Basic with the public id and the secret.
    ///   - address: where it comes from.
    /// - Returns: who it is; the request counts for their limit.
    /// - Throws: `APIProblem` with 401 or 429; what the store throws.
    package func authenticate(_ headers: HTTPFields, address: String) async throws -> Identity {
        let fields = headers[values: .authorization]
        guard let field = fields.first else {
            throw Self.unauthorized("missing-token", "The request has no token.")
        }
        guard fields.count == 1, let text = Self.token(field) else {
            try mayFail(address)
            throw failed(address, "bad-token", "What stands in Authorization is no token.")
        }
        guard let token = try await record(of: text, address: address) else {
            throw failed(address, "bad-token", "The token is not known.")
        }
        try count(token)
        // Whoever had a token guesses nothing: a job that was forgotten must not shut out its successor at one address.
        switch token.state {
        case .active: break
        case .expired: throw Self.unauthorized("expired-token", "The token has expired.")
        case .revoked: throw Self.unauthorized("revoked-token", "The token was revoked.")
        }
        await note(token)
        return Identity(token)
    }

    /// Whether a token that opened a request still does, for requests that take long.
    package func isStillGood(_ identity: Identity) async throws -> Bool {
        guard let known = state.withLock({ $0.known[identity.publicID] }) else {
            return try await renewed(identity.publicID)?.state == .active
        }
        if now() - known.at < Self.trust { return known.token.state == .active }
        return try await renewed(identity.publicID)?.state == .active
    }

    // MARK: - Reading

    /// The token in a field.
    private static func token(_ field: String) -> TokenText? {
        let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, field.utf8.count < 1_000 else { return nil }
        let value = parts[1].drop { $0 == " " }
        switch parts[0].lowercased() {
        case "bearer": return TokenText(String(value))
        case "basic":
            guard let data = Data(base64Encoded: String(value)) else { return nil }
            let pair = String(decoding: data, as: UTF8.self)
                .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { return nil }
            return TokenText(publicID: String(pair[0]), secret: String(pair[1]))
        default: return nil
        }
    }

    /// The record of a token whose text is right; `nil` if it is wrong.
    private func record(of text: TokenText, address: String) async throws -> TokenRecord? {
        let known = state.withLock { $0.known[text.publicID] }
        if let known, known.token.isOpened(by: text) {
            // Whoever has this is no stranger, so their address is no matter.
            if now() - known.at < Self.trust { return known.token }
            return try await renewed(text.publicID).flatMap { $0.isOpened(by: text) ? $0 : nil }
        }
        try mayFail(address)
        if known != nil { return nil }
        guard state.withLock({ $0.strangers.take(at: now()) }) else {
            throw Self.tooMany("Too many attempts with unknown tokens.", after: 5)
        }
        let time = now()
        guard let token = try await lookUp(text.publicID), token.isOpened(by: text) else { return nil }
        remember(token, at: time)
        return token
    }

    private func renewed(_ publicID: String) async throws -> TokenRecord? {
        let time = now()
        guard let token = try await lookUp(publicID) else {
            state.withLock { $0.known[publicID] = nil }
            return nil
        }
        remember(token, at: time)
        return token
    }

    /// Keeps a token in mind, as of the time at which the store was asked: its answer may be older than when it comes.
    private func remember(_ token: TokenRecord, at time: Duration) {
        state.withLock { state in
            if state.known[token.publicID] != nil {
                state.known[token.publicID]?.token = token
                state.known[token.publicID]?.at = time
                return
            }
            if state.known.count >= Self.mostRemembered { state.known.removeAll() }
            state.known[token.publicID] = Known(
                token: token, at: time,
                requests: Allowance(
                    burst: max(20, limits.requestsPerMinute / 4), perSecond: Double(limits.requestsPerMinute) / 60))
        }
    }

    // MARK: - Counting

    private func count(_ token: TokenRecord) throws {
        let time = now()
        let isAllowed = state.withLock { $0.known[token.publicID]?.requests.take(at: time) ?? true }
        guard isAllowed else {
            throw Self.tooMany(
                "The token may make \(limits.requestsPerMinute) requests a minute.",
                after: max(1, 60 / max(1, limits.requestsPerMinute)))
        }
    }

    /// At most once a minute, and of no consequence: a store that is read-only is read all the same.
    private func note(_ token: TokenRecord) async {
        let time = now()
        let isDue = state.withLock { state in
            if let last = state.known[token.publicID]?.useNotedAt, time - last < .seconds(60) { return false }
            state.known[token.publicID]?.useNotedAt = time
            return true
        }
        if isDue { try? await noteUse(token.id) }
    }

    private func mayFail(_ address: String) throws {
        let time = now()
        guard state.withLock({ $0.failures[address]?.has(at: time) ?? true }) else {
            throw Self.tooMany("Too many failed attempts from this address.", after: 60)
        }
    }

    private func failed(_ address: String, _ code: String, _ detail: String) -> APIProblem {
        let time = now()
        state.withLock { state in
            if state.failures.count >= Self.mostRemembered {
                // Those that have their whole allowance again are as good as unknown.
                state.failures = state.failures.filter { !$0.value.isFull(at: time) }
                if state.failures.count >= Self.mostRemembered { state.failures.removeAll() }
            }
            let fresh = Allowance(
                burst: limits.failuresPerMinute, perSecond: Double(limits.failuresPerMinute) / 60)
            _ = state.failures[address, default: fresh].take(at: time)
        }
        return Self.unauthorized(code, detail)
    }

    private static func unauthorized(_ code: String, _ detail: String) -> APIProblem {
        APIProblem(
            .unauthorized, code: code, title: "A token is needed", detail: detail,
            hint: "Send `Authorization: Bearer TOKEN`, with a token of `sheaf token create`.",
            headers: [.wwwAuthenticate: #"Bearer realm="sheaf""#])
    }

    private static func tooMany(_ detail: String, after seconds: Int) -> APIProblem {
        .busy(
            .tooManyRequests, code: "too-many-requests", title: "Too many requests", detail: detail, after: seconds)
    }
}

/// Whether and when to try again.
///
/// Pure: an outcome goes in, an action comes out; `withRetries` performs it.
///
/// Waits grow exponentially with full jitter (any time from none to the ceiling), so that many workers that failed
/// together do not come back together. What the server asks for in `Retry-After` is the least it gets.
package struct RetryPolicy: Sendable, Equatable {
    /// How many attempts there are at most, the first included.
    package var maximumAttempts = 8
    /// The ceiling of the first wait; each further one has twice the ceiling of the one before.
    package var initialBackoff: Duration = .milliseconds(500)
    /// The highest ceiling a wait can have.
    ///
    /// `Retry-After` may ask for more.
    package var maximumBackoff: Duration = .seconds(64)
    /// How long after the beginning of the first attempt the last one may begin.
    package var deadline: Duration = .seconds(600)

    /// The defaults, for the caller to change.
    package init() {}

    /// Decides what follows a failed attempt.
    ///
    /// - Parameters:
    ///   - attempt: the number of the attempt that failed; 1 is the first.
    ///   - elapsed: the time since the first attempt began.
    ///   - outcome: how it failed.
    ///   - random: at least 0 and less than 1: how much of the ceiling to wait.
    /// - Returns: to try again, and when, or to give up.
    package func decide(attempt: Int, elapsed: Duration, outcome: RetryOutcome, random: Double) -> RetryAction {
        guard outcome.isRetryable, attempt < maximumAttempts else { return .giveUp }
        var wait = backoffCeiling(after: attempt) * random
        if let asked = outcome.retryAfter {
            wait = max(wait, asked + initialBackoff * random)
        }
        return elapsed + wait <= deadline ? .retry(after: wait) : .giveUp
    }

    private func backoffCeiling(after attempt: Int) -> Duration {
        var ceiling = initialBackoff
        for _ in 1..<max(attempt, 1) where ceiling < maximumBackoff {
            ceiling = ceiling * 2
        }
        return min(ceiling, maximumBackoff)
    }
}

/// What follows a failed attempt.
package enum RetryAction: Sendable, Equatable {
    /// Begin the next attempt after this long.
    case retry(after: Duration)
    /// The failure stands.
    case giveUp
}

/// How an attempt failed, as far as trying again goes.
package struct RetryOutcome: Sendable, Equatable {
    /// The status of the answer, if there was one.
    package let status: Int?
    /// What broke the transfer, if something did.
    package let error: HTTPError?
    /// How long the server asks to be left alone.
    package let retryAfter: Duration?
    /// Whether the same request may succeed later.
    package let isRetryable: Bool

    /// The outcome of an answer that is not the one hoped for.
    ///
    /// - Parameters:
    ///   - head: the answer.
    ///   - verdict: the caller's own judgement, from the body say; nil leaves it to the status.
    ///   - now: the time in seconds since 1970, for a `Retry-After` that names a date when the answer has no `Date`
    ///     to count from. The server's own clock is preferred: the two may differ.
    package init(_ head: HTTPResponseHead, isRetryable verdict: Bool? = nil, now: Int64? = nil) {
        status = head.status
        error = nil
        retryAfter = head.headers["Retry-After"].flatMap { text in
            retryDelay(text, from: head.headers["Date"].flatMap(secondsSince1970) ?? now)
        }
        isRetryable = verdict ?? Self.transientStatuses.contains(head.status)
    }

    /// The outcome of a transfer that broke.
    package init(_ error: HTTPError, isRetryable verdict: Bool? = nil) {
        status = nil
        self.error = error
        retryAfter = nil
        isRetryable = verdict ?? error.isTransient
    }

    /// The statuses that speak of the moment and not of the request.
    private static let transientStatuses: Set<Int> = [408, 425, 429, 500, 502, 503, 504]
}

/// Reads `Retry-After`: seconds, or a date; nil if it is neither.
private func retryDelay(_ text: String, from now: Int64?) -> Duration? {
    if !text.isEmpty, text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) {
        // More digits than a number holds ask for longer than any deadline.
        return .seconds(min(Int64(text) ?? .max, longestDelay))
    }
    guard let now, let date = secondsSince1970(text) else { return nil }
    return .seconds(min(max(date - now, 0), longestDelay))
}

/// Ten years, which is past every deadline and still far from where durations overflow.
private let longestDelay: Int64 = 10 * 366 * 86_400

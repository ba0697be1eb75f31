/// What one attempt came to.
package enum Attempt<R> {
    /// It worked.
    case success(R)
    /// It failed; the error is thrown if there is no further attempt.
    case failure(any Error, RetryOutcome)
}

/// What is about to happen after a failed attempt, for a log or a metric.
package struct RetryNotice: Sendable {
    /// The number of the attempt that failed; 1 is the first.
    package let attempt: Int
    /// How long it will be until the next.
    package let wait: Duration
    /// How the attempt failed.
    package let outcome: RetryOutcome
}

/// Tries until something succeeds, fails for good, or the policy gives up.
///
/// An `HTTPError` the attempt throws counts as a failure and goes before the policy; any other error is thrown on.
///
/// - Parameters:
///   - policy: whether and when to try again.
///   - clock: what measures and waits; tests give one that does not.
///   - random: what jitter is drawn from: at least 0 and less than 1.
///   - notCounting: how much of the time so far was spent waiting for one's turn and is held against nobody.
///   - onRetry: told before each wait.
///   - attempt: given the number of the attempt, from 1.
/// - Returns: what the attempt that worked came to.
/// - Throws: the error of the last attempt, or `CancellationError` when the task is cancelled while it waits.
package func withRetries<R>(
    _ policy: RetryPolicy,
    clock: any Clock<Duration> = ContinuousClock(),
    random: @Sendable () -> Double = { Double.random(in: 0..<1) },
    notCounting: () -> Duration = { .zero },
    onRetry: (RetryNotice) -> Void = { _ in },
    _ attempt: (Int) async throws -> Attempt<R>
) async throws -> R {
    try await retry(policy, clock, random, notCounting, onRetry, attempt)
}

private func retry<R, C: Clock<Duration>>(
    _ policy: RetryPolicy,
    _ clock: C,
    _ random: @Sendable () -> Double,
    _ notCounting: () -> Duration,
    _ onRetry: (RetryNotice) -> Void,
    _ attempt: (Int) async throws -> Attempt<R>
) async throws -> R {
    let start = clock.now
    var number = 1
    while true {
        let failure: any Error
        let outcome: RetryOutcome
        switch try await judged(number, attempt) {
        case .success(let result): return result
        case .failure(let error, let judgement): (failure, outcome) = (error, judgement)
        }
        let elapsed = start.duration(to: clock.now) - notCounting()
        switch policy.decide(attempt: number, elapsed: elapsed, outcome: outcome, random: random()) {
        case .giveUp: throw failure
        case .retry(let wait):
            onRetry(RetryNotice(attempt: number, wait: wait, outcome: outcome))
            try await clock.sleep(for: wait)
        }
        number += 1
    }
}

private func judged<R>(_ number: Int, _ attempt: (Int) async throws -> Attempt<R>) async throws -> Attempt<R> {
    do {
        return try await attempt(number)
    } catch let error as HTTPError {
        return .failure(error, RetryOutcome(error))
    }
}

internal import HTTPTransfer
internal import Synchronization

/// Knows whether Google was given up on last.
///
/// The first call of an outage is made again and again until its deadline. Those after it would each wait as long, a
/// thousand sheets for days; they try a few times, until one gets through.
final class OutageWatch: Sendable {
    private static let attemptsMeanwhile = 3

    private let isOut = Mutex(false)

    /// The policy to go by now.
    func policy(_ policy: RetryPolicy) -> RetryPolicy {
        var policy = policy
        if isOut.withLock({ $0 }) { policy.maximumAttempts = min(policy.maximumAttempts, Self.attemptsMeanwhile) }
        return policy
    }

    /// Takes note of a call that got through.
    func gotThrough() {
        isOut.withLock { $0 = false }
    }

    /// Takes note of why a call was given up.
    func gaveUp(_ error: SheetError) {
        if error.code == .unavailable || (error.code == .quotaExceeded && error.retryable) {
            isOut.withLock { $0 = true }
        }
    }
}

internal import HTTPTransfer
internal import Synchronization

/// Knows which of Google's services was given up on last.
///
/// The first call of an outage is made again and again until its deadline. Those after it would each wait as long, a
/// thousand sheets for days; they try a few times, until one gets through.
final class OutageWatch: Sendable {
    private static let attemptsMeanwhile = 3

    private let out = Mutex<Set<GoogleService>>([])

    /// The policy to go by now.
    func policy(_ policy: RetryPolicy, for service: GoogleService) -> RetryPolicy {
        var policy = policy
        if out.withLock({ $0.contains(service) }) {
            policy.maximumAttempts = min(policy.maximumAttempts, Self.attemptsMeanwhile)
        }
        return policy
    }

    /// Takes note of a call that got through.
    func gotThrough(to service: GoogleService) {
        out.withLock { _ = $0.remove(service) }
    }

    /// Takes note of why a call was given up.
    func gaveUp(on service: GoogleService, _ error: SheetError) {
        if error.code == .unavailable || (error.code == .quotaExceeded && error.retryable) {
            out.withLock { _ = $0.insert(service) }
        }
    }
}

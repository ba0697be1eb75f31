/// When a transfer has taken too long, or stood still too long.
///
/// Pure: it is told the time.
///
/// libcurl's own time-outs are not used for this: its total one starts anew with each redirect, and its low-speed one
/// counts whole seconds and does not tell waiting for an answer from waiting within one.
struct TransferWatch {
    private let deadline: ContinuousClock.Instant
    private let total: Duration
    private let stall: Duration
    private var bytes: Int64 = 0
    private var lastProgress: ContinuousClock.Instant
    private var isMoving = false

    init(now: ContinuousClock.Instant, total: Duration, stall: Duration) {
        deadline = now + total
        self.total = total
        self.stall = stall
        lastProgress = now
    }

    /// When to observe again at the latest.
    var nextDeadline: ContinuousClock.Instant {
        isMoving ? min(deadline, lastProgress + stall) : deadline
    }

    /// Notes how many bytes have passed so far.
    ///
    /// - Returns: why the transfer must end, if it must.
    mutating func observe(now: ContinuousClock.Instant, bytes: Int64, isMoving: Bool) -> String? {
        if bytes != self.bytes || !isMoving || !self.isMoving {
            lastProgress = now
        }
        self.bytes = bytes
        self.isMoving = isMoving
        if now >= deadline { return "it took longer than \(total)" }
        if isMoving, now >= lastProgress + stall { return "not one byte came for \(stall)" }
        return nil
    }
}

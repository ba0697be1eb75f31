/// So many at once, and so many a second on the long run.
///
/// Pure: the time is given.
struct Allowance: Sendable {
    private let burst: Double
    private let perSecond: Double
    private var left: Double
    private var at = Duration.zero

    init(burst: Int, perSecond: Double) {
        self.burst = Double(burst)
        self.perSecond = perSecond
        left = Double(burst)
    }

    /// Takes one; `false` if there is none left.
    mutating func take(at now: Duration) -> Bool {
        left = min(burst, left + max(0, (now - at) / .seconds(1)) * perSecond)
        at = max(at, now)
        guard left >= 1 else { return false }
        left -= 1
        return true
    }
    /// Whether there is one left, which stays.
    func has(at now: Duration) -> Bool {
        var other = self
        return other.take(at: now)
    }

    /// Whether nothing is taken any more.
    func isFull(at now: Duration) -> Bool { left + max(0, (now - at) / .seconds(1)) * perSecond >= burst }
}

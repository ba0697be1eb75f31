/// What to do about channels next.
///
/// Pure: what there is goes in, the next step comes out. A channel cannot be renewed: another one is opened while the
/// old one still lives, and the old one is stopped when the new one has spoken.
struct ChannelPlan {
    /// A channel that this watcher has opened.
    struct OwnChannel: Sendable, Equatable {
        let id: String
        let resourceID: String
        let openedAt: Duration
        let lifetime: Duration
        /// Its first message, which says no more than that it is there, has come.
        var hasSpoken = false
        /// The store knows its resource.
        var isStored = false
        var mayStopAt = Duration.zero

        var expiresAt: Duration { openedAt + lifetime }
        var renewAt: Duration { openedAt + lifetime * 0.8 }
        /// From when on it is good without having spoken.
        var settlesAt: Duration { openedAt + ChannelPlan.patience }
    }

    /// A channel that somebody else has opened, or of which it is not known whether it was opened.
    struct OtherChannel: Sendable, Equatable {
        let id: String
        /// Empty where it is not known.
        var resourceID: String
        let expiresAt: Duration
        var mayStopAt = Duration.zero
    }

    enum Step: Sendable, Equatable {
        /// Forget a channel that has expired.
        case forget(String)
        case open
        case stop(String)
        case wait(until: Duration)
    }

    /// How long the first message of a channel is waited for before the old one is stopped.
    static let patience = Duration.seconds(60)

    /// The next step.
    ///
    /// - Parameters:
    ///   - own: those that this watcher has opened, in the order of their opening.
    ///   - others: those that are left over from others.
    ///   - mayOpenAt: the end of the back-off after an attempt that failed.
    ///   - now: the time.
    /// - Returns: what to do now, or how long nothing is to be done.
    static func next(
        own: [OwnChannel], others: [OtherChannel], mayOpenAt: Duration, now: Duration
    ) -> Step {
        if let expired = own.first(where: { $0.expiresAt <= now }) { return .forget(expired.id) }
        if let expired = others.first(where: { $0.expiresAt <= now }) { return .forget(expired.id) }
        guard let newest = own.last else {
            // Those left over still tell of changes: they go when there is one in their place.
            return mayOpenAt <= now ? .open : .wait(until: mayOpenAt)
        }
        let opensAt = max(newest.renewAt, mayOpenAt)
        if opensAt <= now { return .open }
        let ends = own.map(\.expiresAt) + others.map(\.expiresAt)
        var times = ends + [opensAt]
        if newest.hasSpoken || newest.settlesAt <= now {
            let stoppable = own.dropLast().map { ($0.id, $0.mayStopAt) } + others.map { ($0.id, $0.mayStopAt) }
            if let due = stoppable.first(where: { $0.1 <= now }) { return .stop(due.0) }
            times += stoppable.map(\.1)
        } else {
            times.append(newest.settlesAt)
        }
        return .wait(until: times.min() ?? opensAt)
    }
}

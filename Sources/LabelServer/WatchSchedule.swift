/// When to run next.
///
/// Pure: what happened goes in, the next step comes out. All times are counted from the start of the watch.
package struct WatchSchedule: Sendable {
    /// What a schedule goes by.
    package struct Settings: Sendable {
        /// A run comes at least so often: notices may be lost.
        package var every: Duration
        /// So long after the first notice of a burst, so that the burst is one run.
        package var debounce: Duration = .seconds(2)
        /// So long after a run that found changes there is another one: notices lag behind.
        package var coolDown: Duration
        /// How often training that waits is looked at between runs; nil where nothing is trained.
        package var relayEvery: Duration?
        /// The wait after a run that failed; each further one is twice as long, up to `longestRetry`.
        package var firstRetry: Duration = .seconds(5)
        package var longestRetry: Duration = .seconds(60)

        package init(every: Duration, coolDown: Duration, relayEvery: Duration? = nil) {
            (self.every, self.coolDown, self.relayEvery) = (every, coolDown, relayEvery)
        }
    }

    /// Why there is a run.
    package enum Trigger: String, Sendable, CaseIterable {
        case start
        /// A run before could not do its work.
        case retry
        case notice
        /// A channel was opened, and what happened while there was none was told by nobody.
        case channel
        case coolDown = "cool-down"
        case poll
    }

    /// What comes next, and when.
    package enum Step: Sendable, Equatable {
        case run(Trigger, at: Duration)
        /// Look after training, and nothing else.
        case relay(at: Duration)

        package var at: Duration {
            switch self {
            case .run(_, let at), .relay(let at): at
            }
        }
    }

    /// How a run ended, as far as the next one goes.
    package struct Ending: Sendable, Equatable {
        /// The sheets were found changed.
        package var foundChanges: Bool
        /// Something was busy or out of reach: it is worth trying again soon.
        package var isToRetry: Bool

        package init(foundChanges: Bool = false, isToRetry: Bool = false) {
            (self.foundChanges, self.isToRetry) = (foundChanges, isToRetry)
        }
    }

    /// How long the pause after a run is at most that keeps a stream of notices from filling all the time with runs.
    private static let longestPause = Duration.seconds(60)

    private let settings: Settings
    private var noticedAt: Duration?
    private var channelAt: Duration?
    private var followUpAt: Duration?
    private var begunAt: Duration?
    private var endedAt: Duration?
    private var relayedAt = Duration.zero
    private var failures = 0

    package init(_ settings: Settings) {
        self.settings = settings
    }

    /// A notice came; of those that no run has begun after, the first counts.
    package mutating func noticed(at time: Duration) {
        noticedAt = min(noticedAt ?? time, time)
    }

    /// A channel was opened while there was no other.
    package mutating func channelOpened(at time: Duration) {
        channelAt = time
    }

    /// A run begins: it sees all that was told so far.
    package mutating func began(at time: Duration) {
        (noticedAt, channelAt) = (nil, nil)
        if let due = followUpAt, due <= time { followUpAt = nil }
        begunAt = time
    }

    /// The run that was begun last has ended.
    package mutating func ended(at time: Duration, _ ending: Ending) {
        endedAt = time
        relayedAt = time
        failures = ending.isToRetry ? failures + 1 : 0
        if ending.foundChanges { followUpAt = time + settings.coolDown }
    }

    /// Training was looked after.
    package mutating func relayed(at time: Duration) {
        relayedAt = time
    }

    /// What comes next.
    package var next: Step {
        guard let begunAt, let endedAt else { return .run(.start, at: .zero) }
        var runs: [(Trigger, Duration)] = [(.poll, max(begunAt + settings.every, endedAt))]
        if let followUpAt { runs.append((.coolDown, followUpAt)) }
        if let channelAt { runs.append((.channel, channelAt)) }
        if let noticedAt {
            let pause = min(endedAt - begunAt, Self.longestPause)
            runs.append((.notice, max(noticedAt + settings.debounce, endedAt + pause)))
        }
        if failures > 0 {
            // Whatever else is due would fail in the same way before that.
            let retryAt = endedAt + retryWait
            runs = runs.map { ($0.0, max($0.1, retryAt)) }
            runs.append((.retry, retryAt))
        }
        // Of those due at the same time, the one that tells more: the last.
        let run = runs.reversed().min { $0.1 < $1.1 } ?? runs[0]
        if let every = settings.relayEvery, relayedAt + every < run.1 { return .relay(at: relayedAt + every) }
        return .run(run.0, at: run.1)
    }

    private var retryWait: Duration {
        var wait = settings.firstRetry
        for _ in 1..<max(failures, 1) where wait < settings.longestRetry { wait = wait * 2 }
        return min(wait, settings.longestRetry, settings.every)
    }
}

internal import Synchronization

/// Where those who hear of changes leave word for the one who runs.
package final class NoticeBoard: Sendable {
    /// What was left since the last look.
    struct Word: Sendable, Equatable {
        /// How many notices came, and when the first of them.
        var notices = 0
        var firstAt: Duration?
        /// When a channel was opened while there was no other.
        var channelAt: Duration?
    }

    private let word = Mutex(Word())
    private let start = ContinuousClock.now
    private let alarm = Alarm()

    package init() {}

    /// The time since the board was put up.
    var now: Duration { ContinuousClock.now - start }

    /// A notice came.
    ///
    /// - Returns: whether it is the first since the last look.
    @discardableResult
    package func notice() -> Bool {
        let now = now
        let isFirst = word.withLock { word in
            word.notices += 1
            defer { word.firstAt = word.firstAt ?? now }
            return word.firstAt == nil
        }
        // The others of a burst change nothing.
        if isFirst { alarm.ring() }
        return isFirst
    }

    /// A channel was opened while there was no other.
    func channelOpened() {
        let now = now
        word.withLock { $0.channelAt = now }
        alarm.ring()
    }

    /// Takes what was left.
    func take() -> Word {
        word.withLock { word in
            defer { word = Word() }
            return word
        }
    }

    /// Returns at a time, or earlier if something was left or the task is cancelled.
    func wait(until time: Duration) async {
        await alarm.wait(until: start + time)
    }
}

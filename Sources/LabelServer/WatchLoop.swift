package import Logging

/// Runs when there is reason to, one run at a time.
package struct WatchLoop: Sendable {
    /// What a run came to, for the log.
    package struct Outcome: Sendable {
        package var ending: WatchSchedule.Ending
        /// How many datasets ended in which way, by its name.
        package var counts: [String: Int]

        package init(ending: WatchSchedule.Ending, counts: [String: Int]) {
            (self.ending, self.counts) = (ending, counts)
        }
    }

    private let settings: WatchSchedule.Settings
    private let board: NoticeBoard
    private let logger: Logger
    private let run: @Sendable (WatchSchedule.Trigger) async throws -> Outcome
    private let relay: @Sendable () async throws -> Void

    /// A loop that has not begun.
    ///
    /// - Parameters:
    ///   - settings: when to run.
    ///   - board: where notices are left.
    ///   - logger: gets one line a run.
    ///   - relay: looks after training between runs.
    ///   - run: does a run; throws nothing but what ends the watch.
    package init(
        _ settings: WatchSchedule.Settings, board: NoticeBoard, logger: Logger,
        relay: @escaping @Sendable () async throws -> Void,
        run: @escaping @Sendable (WatchSchedule.Trigger) async throws -> Outcome
    ) {
        (self.settings, self.board, self.logger) = (settings, board, logger)
        (self.relay, self.run) = (relay, run)
    }

    /// Runs until the task is cancelled.
    ///
    /// - Throws: `CancellationError`, and what a run throws.
    package func run() async throws {
        var schedule = WatchSchedule(settings)
        var notices = 0
        while true {
            try Task.checkCancellation()
            let word = board.take()
            notices += word.notices
            if let time = word.firstAt { schedule.noticed(at: time) }
            if let time = word.channelAt { schedule.channelOpened(at: time) }
            let now = board.now
            switch schedule.next {
            case .run(let trigger, let at) where at <= now:
                schedule.began(at: now)
                let outcome = try await run(trigger)
                schedule.ended(at: board.now, outcome.ending)
                log(trigger, outcome, notices: notices, took: board.now - now, next: schedule.next)
                notices = 0
            case .relay(let at) where at <= now:
                try await relay()
                schedule.relayed(at: board.now)
            case let step:
                await board.wait(until: step.at)
            }
        }
    }

    private func log(
        _ trigger: WatchSchedule.Trigger, _ outcome: Outcome, notices: Int, took: Duration, next: WatchSchedule.Step
    ) {
        var metadata: Logger.Metadata = [
            "trigger": "\(trigger.rawValue)", "notices": "\(notices)", "seconds": "\(took / .seconds(1))",
        ]
        for (name, count) in outcome.counts where count > 0 { metadata[name] = "\(count)" }
        if case .run(let trigger, let at) = next {
            let seconds = max(0, Int((at - board.now) / .seconds(1)))
            metadata["next"] = "\(trigger.rawValue) in \(seconds) s"
        }
        logger.log(level: outcome.ending.isToRetry ? .warning : .info, "watch run ended", metadata: metadata)
    }
}

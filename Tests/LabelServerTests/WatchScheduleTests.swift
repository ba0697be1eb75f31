import Testing

@testable import LabelServer

/// What happened, and what comes next: the schedule as a table.
@Suite struct WatchScheduleTests {
    enum Event: Sendable {
        case notice(Int)
        case channel(Int)
        /// A run from one second to another.
        case run(Int, Int, changed: Bool = false, failed: Bool = false)
        case relayed(Int)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let events: [Event]
        let next: WatchSchedule.Step
        var relayEvery: Duration?

        init(_ name: String, _ events: [Event], _ next: WatchSchedule.Step, relayEvery: Duration? = nil) {
            (testDescription, self.events, self.next, self.relayEvery) = (name, events, next, relayEvery)
        }
    }

    static func run(_ trigger: WatchSchedule.Trigger, _ seconds: Int) -> WatchSchedule.Step {
        .run(trigger, at: .seconds(seconds))
    }

    static let cases: [Case] = [
        Case("begins at once", [], run(.start, 0)),
        Case("also if a notice was faster", [.notice(1)], run(.start, 0)),
        Case("polls, counted from the begin of the last run", [.run(0, 7)], run(.poll, 600)),
        Case("a run longer than the interval is followed by the next", [.run(0, 700)], run(.poll, 700)),
        Case("a notice runs after the debounce", [.run(0, 1), .notice(100)], run(.notice, 102)),
        Case("a burst is one run, after its first", [.run(0, 1), .notice(100), .notice(101)], run(.notice, 102)),
        Case("and leaves nothing behind", [.run(0, 1), .notice(100), .notice(101), .run(102, 103)], run(.poll, 702)),
        Case("a notice during a run counts after it", [.run(0, 10), .run(100, 101), .notice(100)], run(.notice, 102)),
        Case(
            "a slow run is followed by a pause of its length", [.run(100, 130), .notice(129)], run(.notice, 160)),
        Case("that is a minute at most", [.run(0, 500), .notice(499)], run(.notice, 560)),
        Case("a poll that is due goes before a notice that waits", [.run(0, 1), .notice(599)], run(.poll, 600)),
        Case("changes are looked at again after the cool-down", [.run(0, 5, changed: true)], run(.coolDown, 305)),
        Case(
            "counted from the last run that found some",
            [.run(0, 5, changed: true), .run(100, 101, changed: true)], run(.coolDown, 401)),
        Case(
            "one that found none puts nothing off", [.run(0, 5, changed: true), .run(100, 101)], run(.coolDown, 305)),
        Case("and only once", [.run(0, 5, changed: true), .run(305, 306)], run(.poll, 905)),
        Case("a channel that was opened asks for a run", [.run(0, 5), .channel(6)], run(.channel, 6)),
        Case("a failure is tried again", [.run(0, 1, failed: true)], run(.retry, 6)),
        Case("later each time", [.run(0, 1, failed: true), .run(6, 7, failed: true)], run(.retry, 17)),
        Case(
            "but within a minute", (0..<9).map { .run(100 * $0, 100 * $0 + 1, failed: true) }, run(.retry, 861)),
        Case("success forgets it", [.run(0, 1, failed: true), .run(6, 7)], run(.poll, 606)),
        Case("a notice cannot hurry it", [.run(0, 1, failed: true), .notice(1)], run(.retry, 6)),
        Case("training is looked after between", [.run(0, 5)], .relay(at: .seconds(65)), relayEvery: .seconds(60)),
        Case(
            "again and again", [.run(0, 5), .relayed(65)], .relay(at: .seconds(125)), relayEvery: .seconds(60)),
        Case("but not right before a run", [.run(0, 5), .notice(50)], run(.notice, 52), relayEvery: .seconds(60)),
    ]

    @Test(arguments: cases)
    func theNextStepFollowsFromWhatHappened(_ item: Case) {
        var schedule = WatchSchedule(
            .init(every: .seconds(600), coolDown: .seconds(300), relayEvery: item.relayEvery))
        for event in item.events {
            switch event {
            case .notice(let at): schedule.noticed(at: .seconds(at))
            case .channel(let at): schedule.channelOpened(at: .seconds(at))
            case .relayed(let at): schedule.relayed(at: .seconds(at))
            case .run(let from, let to, let changed, let failed):
                schedule.began(at: .seconds(from))
                schedule.ended(at: .seconds(to), .init(foundChanges: changed, isToRetry: failed))
            }
        }
        #expect(schedule.next == item.next)
    }
}

@Suite struct ChannelPlanTests {
    static func own(
        _ id: String, openedAt: Int, spoken: Bool = true, mayStopAt: Int = 0
    ) -> ChannelPlan.OwnChannel {
        .init(
            id: id, resourceID: "r", openedAt: .seconds(openedAt), lifetime: .seconds(1_000), hasSpoken: spoken,
            mayStopAt: .seconds(mayStopAt))
    }

    static func other(_ id: String, expiresAt: Int = 5_000, mayStopAt: Int = 0) -> ChannelPlan.OtherChannel {
        .init(id: id, resourceID: "r", expiresAt: .seconds(expiresAt), mayStopAt: .seconds(mayStopAt))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var own: [ChannelPlan.OwnChannel] = []
        var others: [ChannelPlan.OtherChannel] = []
        var mayOpenAt = 0
        let now: Int
        let step: ChannelPlan.Step
    }

    static let cases: [Case] = [
        Case(testDescription: "none: open", now: 5, step: .open),
        Case(testDescription: "not before the back-off ends", mayOpenAt: 9, now: 5, step: .wait(until: .seconds(9))),
        Case(testDescription: "one left over serves until then", others: [other("x")], now: 5, step: .open),
        Case(
            testDescription: "it stays while the new one has not spoken", own: [own("a", openedAt: 0, spoken: false)],
            others: [other("x")], now: 5, step: .wait(until: .seconds(60))),
        Case(
            testDescription: "and goes when it has", own: [own("a", openedAt: 0)], others: [other("x")], now: 5,
            step: .stop("x")),
        Case(
            testDescription: "or after a minute", own: [own("a", openedAt: 0, spoken: false)], others: [other("x")],
            now: 60, step: .stop("x")),
        Case(
            testDescription: "a stop that failed waits", own: [own("a", openedAt: 0)],
            others: [other("x", mayStopAt: 70)], now: 10, step: .wait(until: .seconds(70))),
        Case(
            testDescription: "one alone waits for its renewal", own: [own("a", openedAt: 0)], now: 5,
            step: .wait(until: .seconds(800))),
        Case(
            testDescription: "and has a follower when a fifth is left", own: [own("a", openedAt: 0)], now: 800,
            step: .open),
        Case(
            testDescription: "both live until the new one speaks",
            own: [own("a", openedAt: 0), own("b", openedAt: 800, spoken: false)], now: 810,
            step: .wait(until: .seconds(860))),
        Case(
            testDescription: "then the old one goes", own: [own("a", openedAt: 0), own("b", openedAt: 800)], now: 810,
            step: .stop("a")),
        Case(
            testDescription: "a follower that cannot be opened is tried again later", own: [own("a", openedAt: 0)],
            mayOpenAt: 830, now: 810, step: .wait(until: .seconds(830))),
        Case(
            testDescription: "what has expired is forgotten", own: [own("a", openedAt: 0)], mayOpenAt: 2_000,
            now: 1_000, step: .forget("a")),
        Case(
            testDescription: "also of others", own: [own("a", openedAt: 0)], others: [other("x", expiresAt: 9)],
            now: 9, step: .forget("x")),
    ]

    @Test(arguments: cases)
    func theNextStepFollowsFromTheChannels(_ item: Case) {
        let step = ChannelPlan.next(
            own: item.own, others: item.others, mayOpenAt: .seconds(item.mayOpenAt), now: .seconds(item.now))
        #expect(step == item.step)
    }
}

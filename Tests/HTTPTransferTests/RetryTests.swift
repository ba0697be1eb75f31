import HTTPTransfer
import Synchronization
import TestServers
import Testing

@Suite struct RetryDecisions {
    struct Case: Sendable {
        var attempt = 1
        var elapsed: Duration = .zero
        var outcome: RetryOutcome
        var random = 0.5
        var action: RetryAction
    }

    private static func answer(_ status: Int, _ headers: HTTPHeaders = [:]) -> RetryOutcome {
        RetryOutcome(HTTPResponseHead(status: status, headers: headers), now: 1_000_000)
    }

    private static func error(_ code: HTTPError.Code) -> RetryOutcome {
        RetryOutcome(HTTPError(code, label: "", host: "", detail: ""))
    }

    static let cases: [Case] = [
        // The ceiling doubles from half a second to 64 seconds; `random` is the share of it that is waited.
        Case(outcome: answer(503), action: .retry(after: .milliseconds(250))),
        Case(attempt: 2, outcome: answer(503), action: .retry(after: .milliseconds(500))),
        Case(attempt: 5, outcome: answer(503), action: .retry(after: .seconds(4))),
        Case(attempt: 7, outcome: answer(503), random: 0, action: .retry(after: .zero)),
        Case(attempt: 8, outcome: answer(503), action: .giveUp),
        // What speaks of the moment is tried again, what speaks of the request is not.
        Case(outcome: answer(429), action: .retry(after: .milliseconds(250))),
        Case(outcome: answer(500), action: .retry(after: .milliseconds(250))),
        Case(outcome: answer(400), action: .giveUp),
        Case(outcome: answer(401), action: .giveUp),
        Case(outcome: answer(403), action: .giveUp),
        Case(outcome: answer(501), action: .giveUp),
        Case(outcome: error(.connectionReset), action: .retry(after: .milliseconds(250))),
        Case(outcome: error(.bodyCutShort), action: .retry(after: .milliseconds(250))),
        Case(outcome: error(.tlsFailed), action: .giveUp),
        Case(outcome: error(.cancelled), action: .giveUp),
        // What the server asks for is the least it gets, with some jitter on top.
        Case(outcome: answer(429, ["Retry-After": "30"]), random: 0, action: .retry(after: .seconds(30))),
        Case(outcome: answer(503, ["Retry-After": "30"]), action: .retry(after: .milliseconds(30_250))),
        Case(outcome: answer(503, ["Retry-After": "0"]), action: .retry(after: .milliseconds(250))),
        Case(outcome: answer(503, ["Retry-After": "soon"]), action: .retry(after: .milliseconds(250))),
        Case(outcome: answer(503, ["Retry-After": "99999999999999999999"]), action: .giveUp),
        Case(
            outcome: answer(
                503,
                ["Date": "Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After": "Sun, 06 Nov 1994 08:50:37 GMT"]),
            random: 0, action: .retry(after: .seconds(60))),
        Case(
            outcome: answer(503, ["Retry-After": "Mon, 12 Jan 1970 13:46:50 GMT"]), random: 0,
            action: .retry(after: .seconds(10))),
        Case(
            outcome: answer(503, ["Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"]), random: 0,
            action: .retry(after: .zero)),
        // The last attempt begins before the deadline.
        Case(elapsed: .seconds(599), outcome: answer(503), action: .retry(after: .milliseconds(250))),
        Case(elapsed: .seconds(600), outcome: answer(503), action: .giveUp),
        Case(elapsed: .seconds(590), outcome: answer(503, ["Retry-After": "11"]), action: .giveUp),
    ]

    @Test(arguments: cases) func followTheTable(_ testCase: Case) {
        let action = RetryPolicy().decide(
            attempt: testCase.attempt, elapsed: testCase.elapsed, outcome: testCase.outcome, random: testCase.random)
        #expect(action == testCase.action)
    }

    @Test func neverWaitLongerThanTheHighestCeiling() {
        var policy = RetryPolicy()
        policy.maximumAttempts = 1_000
        for attempt in 1..<200 {
            guard
                case .retry(let wait) = policy.decide(
                    attempt: attempt, elapsed: .zero, outcome: Self.answer(503), random: 0.999)
            else {
                Issue.record("gave up after attempt \(attempt)")
                return
            }
            #expect(wait < policy.maximumBackoff)
        }
    }
}

/// A clock that stands where its sleepers put it.
final class ManualClock: Clock {
    typealias Duration = Swift.Duration

    struct Instant: InstantProtocol {
        var offset: Duration = .zero
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let time = Mutex(Instant())

    var now: Instant { time.withLock { $0 } }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        time.withLock { $0 = max($0, deadline) }
    }
}

@Suite struct Retrying {
    private struct Refused: Error, Equatable {}
    private static let busy = RetryOutcome(HTTPResponseHead(status: 503, headers: [:]))

    @Test func triesUntilItWorksAndTellsBeforeEachWait() async throws {
        let clock = ManualClock()
        var notices: [RetryNotice] = []
        let result = try await withRetries(
            RetryPolicy(), clock: clock, random: { 0.5 }, onRetry: { notices.append($0) }
        ) { attempt in attempt < 4 ? .failure(Refused(), Self.busy) : .success(attempt) }
        #expect(result == 4)
        #expect(notices.map(\.attempt) == [1, 2, 3])
        #expect(notices.map(\.wait) == [.milliseconds(250), .milliseconds(500), .seconds(1)])
        #expect(clock.now.offset == .milliseconds(1_750))
    }

    @Test func throwsTheErrorOfTheLastAttempt() async {
        var attempts = 0
        await #expect(throws: Refused.self) {
            try await withRetries(RetryPolicy(), clock: ManualClock(), random: { 0 }) { attempt -> Attempt<Int> in
                attempts = attempt
                return .failure(Refused(), Self.busy)
            }
        }
        #expect(attempts == RetryPolicy().maximumAttempts)
    }

    @Test func countsNoTimeInAQueueTowardTheDeadline() async throws {
        let clock = ManualClock()
        var policy = RetryPolicy()
        policy.deadline = .seconds(5)
        var queued = Duration.zero
        // Each attempt waits for an hour until it is its turn, and then fails at once.
        let result = try await withRetries(policy, clock: clock, random: { 0 }, notCounting: { queued }) { attempt in
            try await clock.sleep(until: clock.now.advanced(by: .seconds(3_600)), tolerance: nil)
            queued += .seconds(3_600)
            return attempt < 4 ? .failure(Refused(), Self.busy) : .success(attempt)
        }
        #expect(result == 4)
        await #expect(throws: Refused.self) {
            try await withRetries(policy, clock: clock, random: { 0 }) { attempt -> Attempt<Int> in
                try await clock.sleep(until: clock.now.advanced(by: .seconds(3_600)), tolerance: nil)
                return attempt < 4 ? .failure(Refused(), Self.busy) : .success(attempt)
            }
        }
    }

    @Test func throwsWhatIsNoAttemptsFailureOn() async {
        var attempts = 0
        await #expect(throws: Refused.self) {
            try await withRetries(RetryPolicy(), clock: ManualClock()) { attempt -> Attempt<Int> in
                attempts = attempt
                throw Refused()
            }
        }
        #expect(attempts == 1)
    }

    @Test func takesAServersWordAboutTheMoment() async throws {
        let server = try TestServer { request in
            switch request.target {
            case "/0": [.answer(429, headers: ["Retry-After: 7"])]
            case "/1": [.answer(503)]
            case "/2": [.reset]
            case "/3": [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")]
            default: [.answer(body: [1])]
            }
        }
        let client = HTTPClient(configuration: impatient())
        let clock = ManualClock()
        let body = try await withRetries(RetryPolicy(), clock: clock, random: { 0 }) { attempt -> Attempt<[UInt8]> in
            let response = try await client.send(get("\(server.url)/\(attempt - 1)"))
            if response.status == 200 { return .success(response.body) }
            return .failure(Refused(), RetryOutcome(response.head))
        }
        #expect(body == [1])
        #expect(server.requests.count == 5)
        #expect(clock.now.offset == .seconds(7))
    }
}

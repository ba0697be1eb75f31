import TestRandom
import Testing

@testable import MySQL

@Suite struct PoolStateTests {
    typealias State = PoolState<Int, String>

    private static let now = ContinuousClock.now

    @Test func opensUpToItsMaximumAndThenLetsWait() {
        var state = State(maximum: 2)
        #expect(state.lease().isOpen)
        #expect(state.lease().isOpen)
        #expect(state.lease().isWait)
        #expect(state.leased == 2)
    }

    @Test func reusesTheConnectionThatCameBackLast() {
        var state = State(maximum: 2)
        _ = state.lease()
        _ = state.lease()
        _ = state.giveBack(1, now: Self.now)
        _ = state.giveBack(2, now: Self.now)
        #expect(state.lease().used == 2)
        #expect(state.lease().used == 1)
    }

    @Test func servesWaitersInTheirOrder() {
        var state = State(maximum: 1)
        _ = state.lease()
        state.wait(id: 1, "first")
        state.wait(id: 2, "second")
        state.wait(id: 3, "third")
        #expect(state.cancelWaiter(id: 2) == "second")
        #expect(state.cancelWaiter(id: 2) == nil)
        guard case .hand(7, to: "first") = state.giveBack(7, now: Self.now) else {
            Issue.record("the first waiter gets the connection")
            return
        }
        guard case .letOpen("third") = state.lose() else {
            Issue.record("the next may open one in place of the lost")
            return
        }
        #expect(state.waiting == 0)
        #expect(state.leased == 1)
    }

    @Test func refusesAndClosesOnceClosed() {
        var state = State(maximum: 2)
        _ = state.lease()
        _ = state.lease()
        _ = state.giveBack(1, now: Self.now)
        state.wait(id: 1, "waiter")
        let closed = state.close()
        #expect(closed.idle == [1])
        #expect(closed.waiters == ["waiter"])
        #expect(state.lease().isRefuse)
        guard case .close(2) = state.giveBack(2, now: Self.now) else {
            Issue.record("what comes back is closed")
            return
        }
        #expect(state.leased == 0)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func neverLeasesMoreThanItsMaximumNorLosesAPlace(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var state = State(maximum: 3)
        var held = 0
        var waiting: [UInt64] = []
        var nextID: UInt64 = 0
        for _ in 0..<500 {
            if random.once(in: 2) {
                switch state.lease() {
                case .open, .use: held += 1
                case .wait:
                    nextID += 1
                    state.wait(id: nextID, "\(nextID)")
                    waiting.append(nextID)
                case .refuse: Issue.record("it is not closed (seed \(seed))")
                }
            } else if held > 0 {
                // A connection comes back, sound or not; whoever waits takes its place.
                let action = random.once(in: 3) ? state.lose() : state.giveBack(1, now: Self.now)
                switch action {
                case .hand, .letOpen: waiting.removeFirst()
                case .none: held -= 1
                case .close: Issue.record("it is not closed (seed \(seed))")
                }
            } else if let id = waiting.randomElement(using: &random) {
                #expect(state.cancelWaiter(id: id) != nil, "seed \(seed)")
                waiting.removeAll { $0 == id }
            }
            #expect(state.leased == held && held <= 3 && state.waiting == waiting.count, "seed \(seed)")
            #expect(waiting.isEmpty || held == 3, "nobody waits while a place is free (seed \(seed))")
        }
    }
}

extension PoolState.LeaseAction {
    fileprivate var isOpen: Bool { if case .open = self { true } else { false } }
    fileprivate var isWait: Bool { if case .wait = self { true } else { false } }
    fileprivate var isRefuse: Bool { if case .refuse = self { true } else { false } }
    fileprivate var used: Connection? { if case .use(let connection, _) = self { connection } else { nil } }
}

@Suite struct StatementCacheTests {
    @Test func dropsWhatWasUsedLongestAgo() {
        var cache = StatementCache<Int>(capacity: 2)
        cache.insert(1, for: "a")
        cache.insert(2, for: "b")
        #expect(cache.find("a") == 1)
        cache.insert(3, for: "c")
        #expect(cache.find("b") == nil)
        #expect(cache.find("a") == 1)
        #expect(cache.find("c") == 3)
        cache.remove("a")
        #expect(cache.count == 1)
    }
}

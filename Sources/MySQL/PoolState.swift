/// What a pool holds and who waits for it, without connections or threads: an event goes in, an action comes out.
struct PoolState<Connection, Waiter> {
    /// What who asks for a connection has to do.
    enum LeaseAction {
        case use(Connection, idleSince: Idle)
        case open
        /// Register a waiter.
        case wait
        case refuse
    }

    /// What the runner has to do when a connection or the right to one came back.
    enum ReturnAction {
        case none
        case hand(Connection, to: Waiter)
        case letOpen(Waiter)
        case close(Connection)
    }

    typealias Idle = ContinuousClock.Instant

    let maximum: Int
    private(set) var isClosed = false
    /// Connections that are leased or being opened.
    private(set) var leased = 0
    private(set) var idle: [(connection: Connection, since: Idle)] = []
    private var waiters: [(id: UInt64, waiter: Waiter)] = []

    init(maximum: Int) {
        self.maximum = max(1, maximum)
    }

    /// How many wait.
    var waiting: Int { waiters.count }

    /// Someone wants a connection.
    ///
    /// The one that was used last is the one most likely to stand.
    mutating func lease() -> LeaseAction {
        guard !isClosed else { return .refuse }
        if let last = idle.popLast() {
            leased += 1
            return .use(last.connection, idleSince: last.since)
        }
        guard leased < maximum else { return .wait }
        leased += 1
        return .open
    }

    /// Who was told to wait does so.
    mutating func wait(id: UInt64, _ waiter: Waiter) { waiters.append((id, waiter)) }

    /// A waiter gives up; nil if it has been served already.
    mutating func cancelWaiter(id: UInt64) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).waiter
    }

    /// A connection comes back in good health.
    ///
    /// The first that waits gets it.
    mutating func giveBack(_ connection: Connection, now: Idle) -> ReturnAction {
        guard !isClosed else {
            leased -= 1
            return .close(connection)
        }
        if let first = popWaiter() { return .hand(connection, to: first) }
        leased -= 1
        idle.append((connection, now))
        return .none
    }

    /// A leased connection is no more, or could not be opened.
    ///
    /// The first that waits may open one.
    mutating func lose() -> ReturnAction {
        if let first = popWaiter() { return .letOpen(first) }
        leased -= 1
        return .none
    }

    /// No more leases; who holds a connection may finish.
    mutating func close() -> (idle: [Connection], waiters: [Waiter]) {
        isClosed = true
        defer {
            idle = []
            waiters = []
        }
        return (idle.map(\.connection), waiters.map(\.waiter))
    }

    private mutating func popWaiter() -> Waiter? {
        waiters.isEmpty ? nil : waiters.removeFirst().waiter
    }
}

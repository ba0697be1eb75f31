internal import Synchronization

/// A few connections to one database, opened as they are needed.
package final class MySQLPool: Sendable {
    /// What a waiter is woken with.
    private enum Grant: Sendable {
        case connection(MySQLConnection)
        case mayOpen
    }
    private typealias Waiter = CheckedContinuation<Grant, any Error>

    private struct State {
        var pool: PoolState<MySQLConnection, Waiter>
        var nextWaiter: UInt64 = 0
    }

    private let configuration: MySQLConfiguration
    private let state: Mutex<State>
    private let clock: any Clock<Duration>

    /// How long a connection may lie idle before it is asked for a sign of life.
    private static let trustedIdleTime = Duration.seconds(15)

    /// A pool; nothing is connected yet.
    package convenience init(configuration: MySQLConfiguration, maximumConnections: Int = 4) {
        self.init(configuration: configuration, maximumConnections: maximumConnections, clock: ContinuousClock())
    }

    /// A pool that waits between attempts by this clock.
    init(configuration: MySQLConfiguration, maximumConnections: Int, clock: any Clock<Duration>) {
        self.configuration = configuration
        self.clock = clock
        state = Mutex(State(pool: PoolState(maximum: maximumConnections)))
    }

    /// Runs the body on a connection of the pool.
    ///
    /// A transaction that the body leaves open is rolled back. When the task is cancelled, the statement that runs is
    /// killed.
    @discardableResult
    package func withConnection<R: Sendable>(
        _ body: @Sendable (isolated MySQLConnection) throws -> R
    ) async throws -> R {
        let connection = try await acquire()
        return try await leasing(connection) { try await connection.run(body) }
    }

    /// Runs the body in a transaction, and the whole of it again on deadlocks, conflicts and lost connections.
    ///
    /// - Throws: what the body throws, after a ROLLBACK; `MySQLError` of kind `commitOutcomeUnknown` when the
    ///   connection broke during COMMIT and `retries` allows no further attempt.
    @discardableResult
    package func withTransaction<R: Sendable>(
        retries: TransactionRetry = .default, _ body: @Sendable (isolated MySQLConnection) throws -> R
    ) async throws -> R {
        var attempt = 1
        while true {
            do {
                return try await attemptTransaction(body)
            } catch let failure as TransactionFailure {
                guard let error = failure.error as? MySQLError else { throw failure.error }
                let random = Double.random(in: 0..<1)
                switch retries.decide(attempt: attempt, phase: failure.phase, error: error, random: random) {
                case .giveUp: throw error
                case .retry(let pause): try await sleep(pause)
                }
                attempt += 1
            }
        }
    }

    /// Lends one connection for a longer conversation.
    package func withPinnedConnection<R>(_ body: (MySQLConnection) async throws -> R) async throws -> R {
        let connection = try await acquire()
        return try await leasing(connection) { try await body(connection) }
    }

    /// Closes what is idle, and refuses all further use; who holds a connection may finish with it.
    package func close() async {
        let (idle, waiters) = state.withLock { $0.pool.close() }
        for waiter in waiters { waiter.resume(throwing: Self.closed) }
        for connection in idle { await connection.close() }
    }

    private static let closed = MySQLError(.closed, "the connection pool is closed")
    private static let cancelled = MySQLError(.cancelled, "the task was cancelled")

    private func sleep(_ pause: Duration) async throws(MySQLError) {
        do { try await clock.sleep(for: pause) } catch { throw Self.cancelled }
    }

    private func attemptTransaction<R: Sendable>(
        _ body: @Sendable (isolated MySQLConnection) throws -> R
    ) async throws -> R {
        let connection: MySQLConnection
        do {
            connection = try await acquire()
        } catch {
            throw TransactionFailure(phase: .connect, error: error)
        }
        return try await leasing(connection) {
            try await connection.run { connection in try connection.transact(body) }
        }
    }

    /// Runs the body with a leased connection, and takes the connection back.
    private func leasing<R>(_ connection: MySQLConnection, _ body: () async throws -> R) async throws -> R {
        let interruption = connection.interruption
        interruption.begin()
        do {
            let result = try await withTaskCancellationHandler(operation: body) { interruption.cancel() }
            await takeBack(connection, isSound: interruption.end())
            return result
        } catch {
            await takeBack(connection, isSound: interruption.end())
            throw error
        }
    }
}

extension MySQLPool {
    private func acquire() async throws -> MySQLConnection {
        let action = state.withLock { $0.pool.lease() }
        switch action {
        case .refuse: throw Self.closed
        case .open: return try await open()
        case .use(let connection, let since): return try await checked(connection, idleSince: since)
        case .wait: return try await waitForTurn()
        }
    }

    private func waitForTurn() async throws -> MySQLConnection {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let grant = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (waiter: Waiter) in register(waiter, id: id) }
        } onCancel: {
            let waiter = state.withLock { $0.pool.cancelWaiter(id: id) }
            waiter?.resume(throwing: Self.cancelled)
        }
        switch grant {
        case .mayOpen: return try await open()
        case .connection(let connection): return connection
        }
    }

    /// Registers a waiter, unless things have changed since it was told to wait.
    private func register(_ waiter: Waiter, id: UInt64) {
        let isCancelled = Task.isCancelled
        let answer: Result<Grant, MySQLError>? = state.withLock { state in
            guard !isCancelled else { return .failure(Self.cancelled) }
            switch state.pool.lease() {
            case .use(let connection, _): return .success(.connection(connection))
            case .open: return .success(.mayOpen)
            case .refuse: return .failure(Self.closed)
            case .wait:
                state.pool.wait(id: id, waiter)
                return nil
            }
        }
        switch answer {
        case nil: break
        case .success(let grant): waiter.resume(returning: grant)
        case .failure(let error): waiter.resume(throwing: error)
        }
    }

    private func open() async throws -> MySQLConnection {
        do {
            return try await MySQLConnection.connect(configuration)
        } catch {
            lose()
            throw error
        }
    }

    /// Makes sure that a connection still stands which has been idle for long: servers and firewalls drop such ones.
    private func checked(_ connection: MySQLConnection, idleSince: ContinuousClock.Instant) async throws
        -> MySQLConnection
    {
        guard ContinuousClock.now - idleSince > Self.trustedIdleTime else { return connection }
        do {
            try await connection.ping()
            return connection
        } catch {
            await connection.close()
            return try await open()
        }
    }

    private func takeBack(_ connection: MySQLConnection, isSound: Bool) async {
        guard isSound, await connection.isFitForReuse() else {
            await connection.close()
            lose()
            return
        }
        perform(state.withLock { $0.pool.giveBack(connection, now: .now) })
    }

    private func lose() { perform(state.withLock { $0.pool.lose() }) }

    private func perform(_ action: PoolState<MySQLConnection, Waiter>.ReturnAction) {
        switch action {
        case .none: break
        case .hand(let connection, let waiter): waiter.resume(returning: .connection(connection))
        case .letOpen(let waiter): waiter.resume(returning: .mayOpen)
        case .close(let connection): Task { await connection.close() }
        }
    }
}

extension MySQLConnection {
    /// Rolls back what was left open, and says whether the next one may have the connection.
    func isFitForReuse() -> Bool {
        guard isOpen else { return false }
        guard isInTransaction else { return true }
        return (try? clear("ROLLBACK")) != nil
    }
}

internal import Dispatch
internal import Synchronization

/// Whether the work on a connection was cancelled, and the thread that then stops its statement.
///
/// A cancelled connection is spent: its pool closes it. So a KILL QUERY that comes late can hit nobody else's statement.
final class Interruption: Sendable {
    private struct State {
        var scopes = 0
        var isRunning = false
        var isCancelled = false
        var target: Target?
    }

    /// What is to be killed, and with which configuration one gets there.
    struct Target: Sendable {
        let configuration: MySQLConfiguration
        /// The server that the connection stands to: ids count by server.
        let server: String
        let connectionID: UInt64
    }

    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)

    /// Names the connection that `cancel` is to stop.
    func aim(at target: Target) {
        state.withLock { $0.target = target }
    }

    /// Whether the work was cancelled.
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// A piece of work begins that may be cancelled; such pieces nest.
    func begin() {
        state.withLock { $0.scopes += 1 }
    }

    /// A piece of work ended.
    ///
    /// - Returns: whether the connection may be used again.
    @discardableResult
    func end() -> Bool {
        let (isOver, isCancelled) = state.withLock { state in
            state.scopes -= 1
            return (state.scopes == 0, state.isCancelled)
        }
        if isOver && isCancelled { ended.signal() }
        return !isCancelled
    }

    /// A statement is about to run.
    ///
    /// - Parameter clearing: whether it clears up after a cancellation (ROLLBACK), and so runs in spite of one.
    /// - Throws: `MySQLError` of kind `cancelled`.
    func statementBegins(clearing: Bool) throws(MySQLError) {
        let mayRun = state.withLock { state in
            if state.isCancelled { return clearing }
            state.isRunning = !clearing
            return true
        }
        guard mayRun else { throw MySQLError(.cancelled, "the task was cancelled") }
    }

    /// The statement is over, its result included.
    func statementEnded() {
        state.withLock { $0.isRunning = false }
    }

    /// Stops the statement that runs, and lets no other begin.
    func cancel() {
        let target: Target? = state.withLock { state in
            guard state.scopes > 0, !state.isCancelled else { return nil }
            state.isCancelled = true
            return state.target
        }
        guard let target else { return }
        // Without a thread to spare the statement runs to its end; the next one is refused.
        _ = NativeThread.start { [self] in kill(target) }
    }

    /// Kills until the work has ended: a statement that had not yet reached the server would survive the first time.
    private func kill(_ target: Target) {
        let session = Session(configuration: target.configuration)
        var isConnected = false
        var pause = 20
        repeat {
            do throws(MySQLError) {
                guard state.withLock({ $0.isRunning }) else { continue }
                if !isConnected {
                    try session.connect()
                    // Behind a proxy this may be another server, where the id is somebody else's connection.
                    guard session.server == target.server else { continue }
                    isConnected = true
                }
                try session.run("KILL QUERY \(target.connectionID)")
            } catch {
                // No connection to be had, or the statement has just ended: the next turn will tell.
                if error.endsConnection { isConnected = false }
            }
            pause = min(pause * 2, 1_000)
        } while ended.wait(timeout: .now() + .milliseconds(pause)) == .timedOut
        session.close()
    }
}

internal import Dispatch
internal import MySQL
internal import Synchronization

/// Rows on their way from the connection's thread to whoever compresses them: bounded, in order, and closed by either.
final class PieceQueue: Sendable {
    /// Some rows, and how many pieces came before them.
    struct Piece: Sendable {
        let number: Int
        let rows: TextRows
    }

    private typealias Waiter = CheckedContinuation<Piece?, Never>

    private struct State {
        var pieces: [Piece] = []
        var waiters: [Waiter] = []
        var sent = 0
        /// Nothing more will come.
        var isFinished = false
        /// Nobody wants more.
        var isAbandoned = false
    }

    private struct Abandoned: Error {}

    private let state = Mutex(State())
    private let room: DispatchSemaphore

    /// A queue.
    ///
    /// - Parameter capacity: so many pieces are under way at most, from `send` to `settle`.
    init(capacity: Int) {
        // Dispatch stops a program whose semaphore ends lower than it began: this one begins at nothing.
        room = DispatchSemaphore(value: 0)
        for _ in 0..<capacity { room.signal() }
    }

    /// Hands over rows; waits, by blocking this thread, while too much is under way.
    ///
    /// - Throws: if nobody wants them any more.
    func send(_ rows: TextRows) throws {
        room.wait()
        let waiter: (Waiter, Piece)? = try state.withLock { state in
            guard !state.isAbandoned else {
                room.signal()
                throw Abandoned()
            }
            let piece = Piece(number: state.sent, rows: rows)
            state.sent += 1
            if state.waiters.isEmpty {
                state.pieces.append(piece)
                return nil
            }
            return (state.waiters.removeFirst(), piece)
        }
        if let (waiter, piece) = waiter { waiter.resume(returning: piece) }
    }

    /// No more rows will come.
    func finish() {
        let waiters = state.withLock { state in
            state.isFinished = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: nil) }
    }

    /// No more rows are wanted: who sends is told, also if it waits for room.
    func abandon() {
        let waiters = state.withLock { state in
            state.isAbandoned = true
            state.pieces = []
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: nil) }
        room.signal()
    }

    /// The next piece; nil at the end.
    func next() async -> Piece? {
        await withCheckedContinuation { (waiter: Waiter) in
            let answer: Piece?? = state.withLock { state in
                if !state.pieces.isEmpty { return .some(state.pieces.removeFirst()) }
                if state.isFinished || state.isAbandoned { return .some(nil) }
                state.waiters.append(waiter)
                return nil
            }
            if let answer { waiter.resume(returning: answer) }
        }
    }

    /// A piece has arrived where it was going.
    func settle() { room.signal() }
}

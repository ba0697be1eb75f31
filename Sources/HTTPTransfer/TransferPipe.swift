internal import Synchronization

/// What passes between the transfer thread, which fills it, and the task that reads one answer.
///
/// The reader waits without blocking a thread; the filler never waits, but is told when to pause.
final class TransferPipe: Sendable {
    private typealias Waiter<Value> = CheckedContinuation<Result<Value, HTTPError>, Never>

    private struct State {
        var head: HTTPResponseHead?
        var chunks: [[UInt8]] = []
        var buffered = 0
        /// Whether the filler was told to pause and has not been told to go on.
        var isThrottled = false
        var ending: Result<Void, HTTPError>?
        var headWaiters: [Waiter<HTTPResponseHead>] = []
        var chunkWaiters: [Waiter<[UInt8]?>] = []
    }

    /// The next piece for a reader, and whether the filler may now go on.
    private struct Taken {
        var piece: Result<[UInt8]?, HTTPError>
        var resumes = false
    }

    private let label: String
    private let host: String
    private let limit: Int
    private let mailbox: TransferMailbox
    private let state = Mutex(State())

    init(label: String, host: String, limit: Int, mailbox: TransferMailbox) {
        self.label = label
        self.host = host
        self.limit = max(limit, 1)
        self.mailbox = mailbox
    }

    func error(_ code: HTTPError.Code, _ detail: String) -> HTTPError {
        HTTPError(code, label: label, host: host, detail: detail)
    }

    // MARK: The transfer thread

    func receive(_ head: HTTPResponseHead) {
        let waiters = state.withLock { state in
            state.head = head
            return takeAll(&state.headWaiters)
        }
        for waiter in waiters { waiter.resume(returning: .success(head)) }
    }

    /// Hands a chunk to the reader.
    ///
    /// - Returns: whether so much waits for the reader now that the transfer should pause until `mailbox` says resume.
    func receive(_ chunk: [UInt8]) -> Bool {
        let (waiter, isThrottled) = state.withLock { state -> (Waiter<[UInt8]?>?, Bool) in
            guard state.ending == nil else { return (nil, false) }
            if !state.chunkWaiters.isEmpty {
                return (state.chunkWaiters.removeFirst(), state.isThrottled)
            }
            state.chunks.append(chunk)
            state.buffered += chunk.count
            state.isThrottled = state.buffered >= limit
            return (nil, state.isThrottled)
        }
        waiter?.resume(returning: .success(chunk))
        return isThrottled
    }

    var isThrottled: Bool {
        state.withLock { $0.isThrottled }
    }

    /// Ends the answer, unless it has ended already; chunks that wait are still read.
    func finish(_ ending: Result<Void, HTTPError>) {
        let (headWaiters, chunkWaiters) = state.withLock { state in
            state.ending = state.ending ?? ending
            return (takeAll(&state.headWaiters), takeAll(&state.chunkWaiters))
        }
        let reached = ending.flatMap { () -> Result<HTTPResponseHead, HTTPError> in
            .failure(error(.malformedResponse, "the answer ended before it began"))
        }
        for waiter in headWaiters { waiter.resume(returning: reached) }
        for waiter in chunkWaiters { waiter.resume(returning: ending.map { nil }) }
    }

    // MARK: The reading task

    /// Gives the answer up from the reader's side: what waits is dropped, and the transfer ends soon after.
    func abandon(_ error: HTTPError) {
        let wasOpen = state.withLock { state in
            let wasOpen = state.ending == nil
            // An answer that has come in whole is no longer whole for a reader who now loses its last chunks.
            if !state.chunks.isEmpty, case .success = state.ending { state.ending = .failure(error) }
            state.ending = state.ending ?? .failure(error)
            state.chunks = []
            state.buffered = 0
            state.isThrottled = false
            return wasOpen
        }
        guard wasOpen else { return }
        finish(.failure(error))
        mailbox.post(.cancel(self))
    }

    /// Gives the answer up because nobody wants it any more.
    func cancel() {
        abandon(error(.cancelled, "the transfer was called off"))
    }

    func waitForHead() async throws(HTTPError) -> HTTPResponseHead {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter<HTTPResponseHead>) in
                let ready = state.withLock { state -> Result<HTTPResponseHead, HTTPError>? in
                    if let head = state.head { return .success(head) }
                    if case .failure(let error) = state.ending { return .failure(error) }
                    state.headWaiters.append(waiter)
                    return nil
                }
                if let ready { waiter.resume(returning: ready) }
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    func nextChunk() async throws(HTTPError) -> [UInt8]? {
        if let taken = state.withLock({ take(&$0) }) {
            return try deliver(taken)
        }
        let taken = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter<[UInt8]?>) in
                // Something may have come in since the look above.
                let taken = state.withLock { state -> Taken? in
                    if let taken = take(&state) { return taken }
                    state.chunkWaiters.append(waiter)
                    return nil
                }
                guard let taken else { return }
                if taken.resumes { mailbox.post(.resume(self)) }
                waiter.resume(returning: taken.piece)
            }
        } onCancel: {
            cancel()
        }
        return try taken.get()
    }

    private func deliver(_ taken: Taken) throws(HTTPError) -> [UInt8]? {
        if taken.resumes { mailbox.post(.resume(self)) }
        return try taken.piece.get()
    }

    private func take(_ state: inout State) -> Taken? {
        guard !state.chunks.isEmpty else {
            return state.ending.map { ending in Taken(piece: ending.map { nil }) }
        }
        let chunk = state.chunks.removeFirst()
        state.buffered -= chunk.count
        var taken = Taken(piece: .success(chunk))
        if state.isThrottled, state.buffered <= limit / 2 {
            state.isThrottled = false
            taken.resumes = true
        }
        return taken
    }
}

private func takeAll<Element>(_ elements: inout [Element]) -> [Element] {
    defer { elements = [] }
    return elements
}

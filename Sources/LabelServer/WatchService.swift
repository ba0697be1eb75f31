internal import Logging

/// A watch: the loop that runs, and, where there is push, the listener and the keeper of the channel.
package struct WatchService: Sendable {
    /// What push takes.
    package struct Push: Sendable {
        package let listener: NoticeListener
        package let keeper: ChannelKeeper

        package init(listener: NoticeListener, keeper: ChannelKeeper) {
            (self.listener, self.keeper) = (listener, keeper)
        }
    }

    /// The listener could not begin to listen, or has stopped.
    package struct ListenerFailed: Error, CustomStringConvertible {
        package let description: String
    }

    private let loop: WatchLoop
    private let push: Push?

    package init(loop: WatchLoop, push: Push?) {
        (self.loop, self.push) = (loop, push)
    }

    /// Watches until the task is cancelled; channels are stopped by then.
    ///
    /// - Throws: `CancellationError`; `ListenerFailed`.
    package func run() async throws {
        guard let push else { return try await loop.run() }
        let (readiness, ready) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { ready.finish() }
                do {
                    try await push.listener.run { _ in ready.yield() }
                } catch {
                    if Task.isCancelled { return }
                    throw ListenerFailed(description: "\(error)")
                }
                if !Task.isCancelled { throw ListenerFailed(description: "the server has ended") }
            }
            group.addTask {
                // No channel before somebody is there to hear it.
                for await _ in readiness {
                    return await push.keeper.run()
                }
            }
            group.addTask { try await loop.run() }
            // The first error ends the others, and each of them is waited for.
            while try await group.next() != nil {}
        }
    }
}

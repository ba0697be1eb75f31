import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM end a command in good order.
///
/// Its task is cancelled, what it began is taken back, and the run is noted as cancelled. A second signal ends the process
/// at once; the store stands that too.
enum Interruption {
    /// The signal that came first; 0 before any.
    private static let first = Atomic<Int32>(0)

    /// Whether SIGTERM was the signal that came: a service is told to end, and nobody has changed their mind.
    static var wasTermination: Bool { first.load(ordering: .relaxed) == SIGTERM }

    /// Runs a body as a task that a signal cancels.
    static func cancelling<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        let task = Task { try await body() }
        let count = SignalCount()
        let sources = [SIGINT, SIGTERM].map { number in
            // A handler that does nothing, and not SIG_IGN, which programs that are started from here would inherit.
            signal(number) { _ in }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if count.next() > 1 { _exit(Exit.cancelled.rawValue) }
                first.store(number, ordering: .relaxed)
                Console.note("\nStopping; once more stops at once.")
                task.cancel()
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        return try await task.value
    }

    private final class SignalCount: Sendable {
        private let count = Atomic<Int>(0)

        func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
    }
}

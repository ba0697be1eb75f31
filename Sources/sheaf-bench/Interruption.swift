import ArgumentParser
import Dispatch
import Foundation

/// Ctrl-C and its kin cancel the work, so that what was started is ended and what was written is removed.
enum Interruption {
    /// Runs a body as a task that a signal cancels; then the exit code is 130.
    ///
    /// Further signals change nothing: clearing up takes seconds, and each step of it has a limit.
    static func cancelling<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        let task = Task { try await body() }
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            // A handler that does nothing, and not SIG_IGN, which a child would inherit.
            signal(number) { _ in }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if !task.isCancelled { Note.write("\nEnding, and clearing up.") }
                task.cancel()
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        do {
            return try await task.value
        } catch {
            if task.isCancelled { throw ExitCode(130) }
            throw error
        }
    }
}

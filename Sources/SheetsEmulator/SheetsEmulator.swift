import Foundation
import Hummingbird
import Logging
import Synchronization

/// A stand-in for the parts of Google's Sheets and Drive APIs that Sheaf uses, on a port of this machine.
///
/// ```swift
/// let emulator = SheetsEmulator()
/// try await emulator.start()
/// let key = try emulator.makeServiceAccountKey(directory: folder)
/// emulator.addSpreadsheet(id: "s1", title: "…", sharedWith: [key.email], tabs: [("レシピ分類", rows)])
/// // … point a client at emulator.endpoint …
/// await emulator.stop()
/// ```
package final class SheetsEmulator: Sendable {
    private struct Server {
        let task: Task<Void, any Error>
        let port: Int
    }

    let configuration: EmulatorConfiguration
    let state = SharedState()
    private let server = Mutex<Server?>(nil)

    /// An emulator that holds nothing yet and does not listen yet.
    package init(configuration: EmulatorConfiguration = EmulatorConfiguration()) {
        self.configuration = configuration
    }

    deinit {
        server.withLock { $0?.task.cancel() }
    }

    /// Begins to listen, and tells the port.
    @discardableResult
    package func start() async throws -> Int {
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            responder: Responder(state: state, configuration: configuration),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), serverName: "ESF"),
            onServerRunning: { channel in found.yield(channel.localAddress?.port ?? 0) },
            logger: quietLogger)
        let task = Task {
            defer { found.finish() }
            try await application.run()
        }
        for await port in ports {
            server.withLock { $0 = Server(task: task, port: port) }
            return port
        }
        do {
            try await task.value
        } catch {
            throw EmulatorError(
                .couldNotListen,
                "Could not listen on \(configuration.host):\(configuration.port): \(error). Is the port taken?")
        }
        throw EmulatorError(.couldNotListen, "The server ended before it listened.")
    }

    /// Closes every connection and stops listening.
    package func stop() async {
        let running = server.withLock { server in
            defer { server = nil }
            return server
        }
        running?.task.cancel()
        _ = await running?.task.result
    }

    /// Waits until the server ends, which it does by `stop()` or by itself when it fails.
    package func waitUntilStopped() async throws {
        try await server.withLock { $0?.task }?.value
    }

    /// The port it listens on; nil before `start()`.
    package var port: Int? { server.withLock { $0?.port } }

    /// The base address for clients, such as `http://127.0.0.1:8790`; empty before `start()`.
    package var endpoint: String { port.map { "http://\(configuration.host):\($0)" } ?? "" }

    /// The server's own log, without what it says of connections that are cut: that is often on purpose here.
    private var quietLogger: Logger {
        var logger = configuration.logger
        logger.logLevel = .critical
        return logger
    }

    // MARK: Counters and faults

    /// How many calls came in, by the method's name (`spreadsheets.values.batchGet`), failed ones included.
    package var counters: [String: Int] { state.withLock { $0.counters } }

    /// Sets all counters to zero.
    package func resetCounters() {
        state.withLock { $0.counters = [:] }
    }

    /// Lets something go wrong for the next requests that match.
    package func inject(_ fault: EmulatorFault) {
        state.withLock { $0.faults.add(fault) }
    }

    /// Takes back the faults that have not hit yet.
    package func clearFaults() {
        state.withLock { $0.faults.clear() }
    }

    /// Makes every access token given out so far invalid.
    package func expireTokens() {
        state.withLock { $0.tokens.revokeAll() }
    }
}

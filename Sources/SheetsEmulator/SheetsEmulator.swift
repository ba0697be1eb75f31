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
        let delivery: Task<Void, Never>
        let port: Int

        func cancel() {
            task.cancel()
            delivery.cancel()
        }
    }

    let configuration: EmulatorConfiguration
    let state: SharedState
    private let server = Mutex<Server?>(nil)

    /// An emulator that holds nothing yet and does not listen yet.
    package init(configuration: EmulatorConfiguration = EmulatorConfiguration()) {
        self.configuration = configuration
        state = SharedState(configuration)
    }

    deinit {
        server.withLock { $0?.cancel() }
    }

    /// Begins to listen, and tells the port.
    @discardableResult
    package func start() async throws -> Int {
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let delivery = ChannelDelivery(state: state, configuration: configuration)
        let application = Application(
            responder: Responder(state: state, configuration: configuration, wake: delivery.wake),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), serverName: "ESF"),
            onServerRunning: { channel in found.yield(channel.localAddress?.port ?? 0) },
            logger: quietLogger)
        let task = Task {
            defer { found.finish() }
            try await application.run()
        }
        for await port in ports {
            let delivering = Task { await delivery.run() }
            server.withLock { $0 = Server(task: task, delivery: delivering, port: port) }
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
        running?.cancel()
        _ = await running?.task.result
        await running?.delivery.value
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
}

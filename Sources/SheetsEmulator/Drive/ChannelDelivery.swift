import Foundation
import HTTPTransfer
import Logging

/// Posts the messages of the push channels.
///
/// While a channel is open it looks at the log some fifty times a second: what is due depends on a clock that a test
/// may stop or move, so that it cannot be slept until.
struct ChannelDelivery: Sendable {
    private static let interval = Duration.milliseconds(20)

    private let state: SharedState
    private let configuration: EmulatorConfiguration
    private let calls: AsyncStream<Void>
    private let call: AsyncStream<Void>.Continuation

    init(state: SharedState, configuration: EmulatorConfiguration) {
        self.state = state
        self.configuration = configuration
        (calls, call) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that there may be something to send.
    var wake: @Sendable () -> Void {
        { [call] in _ = call.yield() }
    }

    /// Delivers until the task is cancelled.
    func run() async {
        var options = HTTPConfiguration()
        options.totalTimeout = .seconds(10)
        let client = HTTPClient(configuration: options)
        for await _ in calls {
            while !Task.isCancelled, !state.withLock({ $0.channels.isIdle }) {
                let due = state.withLock { $0.takeDueMessages(now: $0.now(configuration)) }
                for message in due { await post(message, client) }
                do {
                    try await Task.sleep(for: Self.interval)
                } catch {
                    return
                }
            }
        }
    }

    /// One attempt: what a push says, the next look at the changes says too.
    private func post(_ message: Channels.Message, _ client: HTTPClient) async {
        var headers: HTTPHeaders = ["Content-Type": "application/json; utf-8"]
        for header in message.headers { headers.add(header.name, header.value) }
        let request = HTTPRequest(
            method: "POST", url: message.address, headers: headers, body: [], label: "push message")
        do {
            _ = try await client.send(request)
        } catch {
            configuration.logger.debug("A push message was not taken.", metadata: ["error": "\(error)"])
        }
    }
}

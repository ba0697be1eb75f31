import Hummingbird
import Logging
import Testing

/// A web hook: takes what push channels post to it.
final class PushReceiver: Sendable {
    /// One message, as the headers tell it.
    struct Message: Sendable {
        let headers: [String: String]
        let body: Int

        subscript(_ name: String) -> String? { headers["x-goog-" + name.lowercased()] }

        /// The channel, the message's number in it, and what happened.
        var summary: String {
            "\(self["Channel-ID"] ?? "?") \(self["Message-Number"] ?? "?") \(self["Resource-State"] ?? "?")"
        }
    }

    let address: String
    private let messages: AsyncStream<Message>
    private let task: Task<Void, any Error>

    private init(address: String, messages: AsyncStream<Message>, task: Task<Void, any Error>) {
        (self.address, self.messages, self.task) = (address, messages, task)
    }

    /// Runs a receiver for as long as the body takes.
    static func run(_ body: (PushReceiver) async throws -> Void) async throws {
        let (messages, message) = AsyncStream.makeStream(of: Message.self)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "push receiver")
        logger.logLevel = .critical
        let application = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                let size = try await request.body.collect(upTo: 1024).readableBytes
                let pairs = request.headers.map { ($0.name.canonicalName, $0.value) }
                message.yield(Message(headers: Dictionary(pairs) { $1 }, body: size))
                return Response(status: request.method == .post ? .ok : .methodNotAllowed)
            },
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: logger)
        let task = Task { try await application.run() }
        var found = ports.makeAsyncIterator()
        let number = try #require(await found.next())
        let receiver = PushReceiver(address: "http://127.0.0.1:\(number)/hook", messages: messages, task: task)
        defer { task.cancel() }
        try await body(receiver)
    }

    /// The next messages, as many as asked for.
    func next(_ count: Int) async -> [Message] {
        var taken: [Message] = []
        for await message in messages {
            taken.append(message)
            if taken.count == count { break }
        }
        return taken
    }

    func summaries(_ count: Int) async -> [String] {
        await next(count).map(\.summary)
    }
}

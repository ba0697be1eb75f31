internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore

/// Takes the messages that channels post, and answers at once: what comes of them happens elsewhere.
package struct NoticeListener: Sendable {
    /// Where to listen, and for what.
    package struct Settings: Sendable {
        package var host: String
        package var port: Int
        /// The path of the address that channels are opened with.
        package var path: String

        package init(host: String, port: Int, path: String) {
            (self.host, self.port, self.path) = (host, port, path)
        }
    }

    /// A message that carried its channel's token.
    package struct Message: Sendable, Equatable {
        package let channel: String
        /// The channel's first message, which tells of no change.
        package let isSync: Bool
        package let resourceID: String?
        package let number: Int?
    }

    static let healthPath = "/healthz"

    private let settings: Settings
    private let book: ChannelBook
    private let logger: Logger
    private let accepted: @Sendable (Message) async -> Void

    /// A listener that does not listen yet.
    ///
    /// - Parameters:
    ///   - settings: where to listen.
    ///   - book: judges messages.
    ///   - logger: for the server.
    ///   - accepted: is given each message of a channel of ours, and must not take long.
    package init(
        _ settings: Settings, book: ChannelBook, logger: Logger,
        accepted: @escaping @Sendable (Message) async -> Void
    ) {
        (self.settings, self.book, self.accepted) = (settings, book, accepted)
        // What it says of connections that strangers cut is no news.
        var logger = logger
        logger.logLevel = max(logger.logLevel, .error)
        self.logger = logger
    }

    /// Listens until the task is cancelled.
    ///
    /// - Parameter onReady: called once with the port.
    /// - Throws: if it cannot listen there.
    package func run(onReady: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        let application = Application(
            responder: CallbackResponder { (request: Request, context: NoticeContext) in
                try await respond(to: request, context)
            },
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(30),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
            configuration: .init(
                address: .hostname(settings.host, port: settings.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(256)),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.run()
    }

    // MARK: - Answering

    private static let maximumBody = 64 << 10

    private struct BodyTooLarge: Error {}

    private func respond(to request: Request, _ context: NoticeContext) async throws -> Response {
        // Nobody is interested in it; it only has to end.
        var size = 0
        for try await part in request.body {
            size += part.readableBytes
            guard size <= Self.maximumBody else {
                context.close()
                throw BodyTooLarge()
            }
        }
        let path = request.uri.path
        if path == Self.healthPath {
            guard request.method == .get || request.method == .head else { return notAllowed("GET, HEAD") }
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "ok\n")))
        }
        guard path == settings.path else { return Response(status: .notFound) }
        guard request.method == .post else { return notAllowed("POST") }
        return Response(status: await take(request.headers))
    }

    private func notAllowed(_ methods: String) -> Response {
        Response(status: .methodNotAllowed, headers: [.allow: methods])
    }

    private func take(_ headers: HTTPFields) async -> HTTPResponse.Status {
        let channel = headers[.googChannelID]
        switch await book.judge(id: channel, token: headers[.googChannelToken]) {
        case .unknownChannel: return .notFound
        case .wrongToken: return .forbidden
        case .undecided: return .serviceUnavailable
        case .accepted: break
        }
        guard let channel, let state = headers[.googResourceState] else { return .badRequest }
        await accepted(
            Message(
                channel: channel, isSync: state == "sync",
                resourceID: headers[.googResourceID].map { String($0.prefix(255)) },
                number: headers[.googMessageNumber].flatMap { Int($0) }))
        return .noContent
    }
}

/// Keeps the connection at hand, for a body that is too large.
private struct NoticeContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let close: @Sendable () -> Void

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        let channel = source.channel
        close = { channel.close(promise: nil) }
    }
}

extension HTTPField.Name {
    fileprivate static var googChannelID: HTTPField.Name? { HTTPField.Name("X-Goog-Channel-ID") }
    fileprivate static var googChannelToken: HTTPField.Name? { HTTPField.Name("X-Goog-Channel-Token") }
    fileprivate static var googResourceState: HTTPField.Name? { HTTPField.Name("X-Goog-Resource-State") }
    fileprivate static var googResourceID: HTTPField.Name? { HTTPField.Name("X-Goog-Resource-ID") }
    fileprivate static var googMessageNumber: HTTPField.Name? { HTTPField.Name("X-Goog-Message-Number") }
}

extension HTTPFields {
    fileprivate subscript(_ name: HTTPField.Name?) -> String? { name.flatMap { self[$0] } }
}

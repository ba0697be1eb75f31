internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
package import LabelStore
package import Logging
internal import NIOCore
internal import ServiceLifecycle

/// Serves labels, and all that is known of them, over HTTP.
package struct APIServer: Sendable {
    /// Where it listens, and what it allows.
    package struct Settings: Sendable {
        package var host: String
        package var port: Int
        /// The address that others know it by, for links; `nil` where it is not told.
        package var address: String?
        /// The peer is a proxy, whose `X-Forwarded-For` is to be believed.
        package var trustsForwarded = false
        package var limits = Authenticator.Limits()
        /// So many labels, differences and the like are streamed at a time.
        package var maximumStreams = 32
        /// A reader that takes nothing for so long is let go.
        package var writeTimeout: Duration = .seconds(120)
        /// A request's body has to be there in so long.
        package var requestTimeout: Duration = .seconds(60)
        /// What is under way may go on for so long once the server is told to end.
        package var drain: Duration = .seconds(30)
        /// What leases are taken as, for whoever finds a dataset busy.
        package var worker = "sheaf serve"
        /// How labels are divided where a request says no more than which split it wants, by dataset.
        package var splits: [String: UsualSplit] = [:]

        package init(host: String = "127.0.0.1", port: Int = 8_780) {
            (self.host, self.port) = (host, port)
        }
    }

    private let settings: Settings
    private let logger: Logger
    private let authenticator: Authenticator
    /// All that it answers.
    package let routes: APIRoutes

    /// A server that does not listen yet.
    ///
    /// - Parameters:
    ///   - settings: where it is to listen, and what it allows.
    ///   - store: what it serves.
    ///   - logger: gets one line a request.
    ///   - adding: adds routes to those that there are.
    package init(
        _ settings: Settings, store: LabelStore, logger: Logger, adding: (inout APIRoutes) -> Void = { _ in }
    ) {
        (self.settings, self.logger) = (settings, logger)
        authenticator = Authenticator(store: store, limits: settings.limits)
        var routes = APIRoutes()
        HealthRoutes(store: store).add(to: &routes)
        DocumentRoutes(address: settings.address).add(to: &routes)
        let catalog = Catalog(store: store)
        let streamed = StreamedAnswer(
            gate: StreamGate(limit: settings.maximumStreams), authenticator: authenticator,
            writeTimeout: settings.writeTimeout)
        DatasetRoutes(catalog: catalog).add(to: &routes)
        VersionRoutes(catalog: catalog).add(to: &routes)
        LabelRoutes(catalog: catalog, streamed: streamed, splits: settings.splits).add(to: &routes)
        DiffRoutes(catalog: catalog, streamed: streamed).add(to: &routes)
        OperatorRoutes(catalog: catalog).add(to: &routes)
        HoldRoutes(catalog: catalog, worker: settings.worker).add(to: &routes)
        AdminRoutes(catalog: catalog).add(to: &routes)
        adding(&routes)
        self.routes = routes
    }

    /// Serves until the task is cancelled; then takes no more requests, and gives those under way time to end.
    ///
    /// - Parameter onReady: called once with the port.
    /// - Throws: if it cannot listen there.
    package func run(onReady: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        // What it says of connections that strangers cut is no news.
        var serverLogger = logger
        serverLogger.logLevel = max(logger.logLevel, .error)
        let responder = APIResponder(
            routes: routes, authenticator: authenticator, trustsForwarded: settings.trustsForwarded,
            bodyTimeout: settings.requestTimeout, log: AccessLog(logger: logger))
        let (patience, stall) = (settings.drain, settings.writeTimeout)
        let application = Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ClosesWhenSent(patience: patience, stall: stall)],
                    idleTimeout: .seconds(30),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
            configuration: .init(
                address: .hostname(settings.host, port: settings.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(512)),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) }, logger: serverLogger)
        var configuration = ServiceGroupConfiguration(services: [application], logger: serverLogger)
        configuration.maximumGracefulShutdownDuration = settings.drain
        let group = ServiceGroup(configuration: configuration)
        // A task of its own, so that being told to end does not cut what it is sending.
        let serving = Task { try await group.run() }
        try await withTaskCancellationHandler {
            try await serving.value
        } onCancel: {
            Task { await group.triggerGracefulShutdown() }
        }
    }
}

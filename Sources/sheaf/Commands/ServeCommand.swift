import ArgumentParser
import LabelServer
import Logging

struct ServeCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve labels and their history over HTTP, until told to stop.",
        discussion: """
            Listens on 127.0.0.1:8780 unless `serve.listen` or --listen says otherwise.
            Whoever asks needs a token of `sheaf token create`; /healthz, /readyz and
            /openapi.json need none. It speaks plain HTTP: for other machines, put a proxy
            that ends TLS before it. SIGTERM ends it in good order: what is under way may
            go on for `serve.drain`, and then ends.

            Examples:
              sheaf serve
              sheaf serve --listen 127.0.0.1:9000
              curl -H "Authorization: Bearer $SHEAF_TOKEN" \\
                http://127.0.0.1:8780/v1/datasets
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("Where to listen, instead of what the configuration says.", valueName: "host:port"))
    var listen: String?

    var speaksByLog: Bool { true }

    func validate() throws {
        if let listen, ConfigurationReader.place(listen) == nil {
            throw ValidationError("--listen takes host and port, such as 127.0.0.1:8780 or [::1]:8780.")
        }
    }

    private struct Ready: Encodable {
        var listening: String
    }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        var settings = workspace.configuration.serve
        if let listen, let place = ConfigurationReader.place(listen) {
            (settings.server.host, settings.server.port) = place
        }
        settings.server.worker = Workspace.worker
        for dataset in workspace.configuration.datasets {
            settings.server.splits[dataset.name] = dataset.split.map {
                UsualSplit(shares: $0.shares, by: $0.by, salt: $0.salt)
            }
        }
        let (chosen, logger) = (settings, workspace.logger)
        return try await workspace.withStore(connections: chosen.connections) { store in
            let queries = try await workspace.queryService(store)
            let server = APIServer(chosen.server, store: store, logger: logger) { routes in
                guard let queries else { return }
                QueueryRoutes(service: queries.service, signer: queries.signer, address: chosen.server.address)
                    .add(to: &routes)
            }
            let host = chosen.server.host
            if !ServeSettings.isLoopback(host) {
                logger.warning(
                    "listening beyond this machine, in plain HTTP: put a proxy that ends TLS before it",
                    metadata: ["host": "\(host)"])
            }
            let running = Task { await queries?.service.run() }
            let served = await result {
                try await server.run { port in
                    let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
                    logger.info("listening", metadata: ["address": "http://\(place)"])
                    try? console.jsonLine(Ready(listening: "http://\(place)"))
                }
            }
            // Queries end after whoever waits for one has been answered, and before the store is closed.
            running.cancel()
            await running.value
            do {
                try served.get()
            } catch  where !Task.isCancelled {
                throw Failure(
                    .usage, code: "listen", "Nobody can be served at \(host):\(chosen.server.port): \(error).",
                    hint: "Is the port taken, or the address not of this machine?")
            }
            logger.info("serve ended")
            return Interruption.wasTermination ? .success : .cancelled
        }
    }
}

/// What a body gave or threw, for whoever has something to do before it goes on.
private func result<R: Sendable>(_ body: () async throws -> R) async -> Result<R, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
}

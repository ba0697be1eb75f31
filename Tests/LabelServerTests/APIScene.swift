import Digest
import Foundation
import HTTPTransfer
import LabelStore
import Logging
import Synchronization
import TestSupport
import Testing

@testable import LabelServer

/// A server on a port of this machine, before a real store.
struct APIScene: Sendable {
    let base: String
    let port: Int
    let store: LabelStore
    let log: LogLines
    let client = HTTPClient()

    /// An answer, whole.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        /// The document, as `JSONSerialization` reads it.
        var document: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
        }
        /// The code of problem details.
        var code: String? { document["code"] as? String }
    }

    /// Serves while the body runs.
    static func with<R>(
        _ settings: APIServer.Settings = .init(port: 0), store: LabelStore,
        _ body: (APIScene) async throws -> R
    ) async throws -> R {
        var settings = settings
        settings.port = 0
        let log = LogLines()
        let logger = Logger(label: "api") { _ in LineHandler(lines: log) }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = APIServer(settings, store: store, logger: logger)
        let task = Task {
            defer { port.finish() }
            try await server.run { port.yield($0) }
        }
        var iterator = ports.makeAsyncIterator()
        let number = try #require(await iterator.next())
        let scene = APIScene(base: "http://127.0.0.1:\(number)", port: number, store: store, log: log)
        let result: Result<R, any Error>
        do { result = .success(try await body(scene)) } catch { result = .failure(error) }
        task.cancel()
        _ = await task.result
        return try result.get()
    }

    /// Makes a token.
    func token(
        _ role: TokenRole = .reader, datasets: [String]? = nil, mayQuery: Bool = false, lifetime: Duration? = nil
    ) async throws -> TokenText {
        try await store.createToken(
            NewToken(name: "tests", role: role, datasets: datasets, mayQuery: mayQuery, lifetime: lifetime),
            actor: "tester", why: nil)
    }

    /// A token's text.
    func key(_ role: TokenRole = .reader, datasets: [String]? = nil) async throws -> String {
        try await token(role, datasets: datasets).revealed
    }

    /// Asks for something.
    func ask(
        _ method: String = "GET", _ path: String, token: String? = nil, headers: HTTPHeaders = [:],
        body: [UInt8]? = nil
    ) async throws -> Answer {
        var headers = headers
        if let token { headers.add("Authorization", "Bearer \(token)") }
        let response = try await client.send(
            HTTPRequest(method: method, url: base + path, headers: headers, body: body, label: "test"))
        return Answer(status: response.status, headers: response.headers, body: response.body)
    }
}

/// What was logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}

private struct LineHandler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        lines.add(
            "\(event.message) " + all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))
    }
}

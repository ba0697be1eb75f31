import Compression
import Digest
import Foundation
import HTTPTransfer
import LabelStore
import Logging
import MySQL
import QueryUnload
import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import LabelServer

/// A server that takes queries, before a database with a user who may only read it.
struct QueryScene: Sendable {
    let base: String
    let store: LabelStore
    let root: MySQLConfiguration
    let folder: URL
    let token: TokenText
    let log: LogLines
    let service: QueryService
    let running: Task<Void, Never>
    let client = HTTPClient()

    /// What a test may want otherwise.
    struct Options: Sendable {
        var limits = UnloadLimits(workers: 2)
        var settings = QuerySettings()
        var readsBooleans = false
        /// Whether queries are run at all.
        var runs = true
    }

    static func with<R>(
        _ options: Options = Options(), _ body: (QueryScene) async throws -> R
    ) async throws -> R {
        try await TestStore.withStore(connections: 8) { store, root in
            let name = "queries_\(UInt32.random(in: 0...UInt32.max))"
            let folder = FileManager.default.temporaryDirectory.appending(path: "sheaf-\(name)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            var reader = root
            (reader.user, reader.password) = (name, "read-only")
            try await execute(
                root, "CREATE USER '\(name)'@'%' IDENTIFIED BY 'read-only'",
                "CREATE USER '\(name)'@'localhost' IDENTIFIED BY 'read-only'",
                "GRANT SELECT ON `\(root.database ?? "")`.* TO '\(name)'@'%'",
                "GRANT SELECT ON `\(root.database ?? "")`.* TO '\(name)'@'localhost'")
            let result: Result<R, any Error>
            do {
                result = .success(try await serve(options, store, root, reader, folder, body))
            } catch {
                result = .failure(error)
            }
            try await execute(root, "DROP USER '\(name)'@'%'", "DROP USER '\(name)'@'localhost'")
            return try result.get()
        }
    }

    /// A server of these queries, beside others perhaps.
    static func serve<R>(
        _ options: Options, _ store: LabelStore, _ root: MySQLConfiguration, _ reader: MySQLConfiguration,
        _ folder: URL, _ body: (QueryScene) async throws -> R
    ) async throws -> R {
        let log = LogLines()
        let logger = Logger(label: "queries") { _ in LineHandler(lines: log) }
        let service = QueryService(
            store: store,
            unloader: Unloader(
                database: reader, check: SelectCheck(), limits: options.limits, readsBooleans: options.readsBooleans,
                mayWrite: false), place: .folder(folder.path(percentEncoded: false)), settings: options.settings,
            worker: "tests", logger: logger)
        let signer = try #require(LinkSigner(key: Array("a key that is long enough for links".utf8)))
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = APIServer(.init(port: 0), store: store, logger: logger) { routes in
            QueueryRoutes(service: service, signer: signer, address: nil).add(to: &routes)
        }
        let serving = Task {
            defer { port.finish() }
            try await server.run { port.yield($0) }
        }
        let running = Task { if options.runs { await service.run() } }
        var iterator = ports.makeAsyncIterator()
        let number = try #require(await iterator.next())
        let token = try await store.createToken(
            NewToken(name: "trainer", role: .reader, datasets: nil, mayQuery: true, lifetime: nil), actor: "tester",
            why: nil)
        let scene = QueryScene(
            base: "http://127.0.0.1:\(number)", store: store, root: root, folder: folder, token: token, log: log,
            service: service, running: running)
        let result: Result<R, any Error>
        do { result = .success(try await body(scene)) } catch { result = .failure(error) }
        serving.cancel()
        running.cancel()
        _ = await serving.result
        await running.value
        return try result.get()
    }

    static func execute(_ configuration: MySQLConfiguration, _ statements: String...) async throws {
        let connection = try await MySQLConnection.connect(configuration)
        for statement in statements { try await connection.run { try $0.execute(statement) } }
        await connection.close()
    }

    /// Rows as a plain client reads them: each value as text, NULL as nil.
    func rows(_ sql: String) async throws -> [[String?]] {
        let connection = try await MySQLConnection.connect(root)
        var rows: [[String?]] = []
        let read = try await connection.run { connection in
            try connection.rows(sql).map { row in
                row.values.map { value -> String? in
                    switch value {
                    case .null: nil
                    case .int(let number): "\(number)"
                    case .uint(let number): "\(number)"
                    case .double(let number): "\(number)"
                    case .text(let text): text
                    case .bytes(let bytes):
                        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                    }
                }
            }
        }
        rows = read
        await connection.close()
        return rows
    }

    // MARK: - Asking by hand

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var document: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
        }
        var id: UInt64 { (document["id"] as? NSNumber)?.uint64Value ?? 0 }
        var state: String { document["status"] as? String ?? "" }
        var links: [String] { document["data_file_urls"] as? [String] ?? [] }
        var error: String? { document["error"] as? String }
        var code: String? { document["code"] as? String }
    }

    /// Asks by a path of this server, or by a whole address.
    func ask(
        _ method: String = "GET", _ path: String, as other: TokenText? = nil, form: String? = nil,
        withoutToken: Bool = false
    ) async throws -> Answer {
        var headers: HTTPHeaders = [:]
        let token = other ?? token
        if !withoutToken {
            // As clients of the protocol do it.
            let pair = Data("\(token.publicID):\(token.revealed)".utf8)
            headers.add("Authorization", "Basic \(pair.base64EncodedString())")
        }
        if form != nil { headers.add("Content-Type", "application/x-www-form-urlencoded") }
        let url = path.hasPrefix("http") ? path : base + path
        let response = try await client.send(
            HTTPRequest(method: method, url: url, headers: headers, body: form.map { Array($0.utf8) }, label: "test"))
        return Answer(status: response.status, headers: response.headers, body: response.body)
    }

    /// Sends a query, and asks until it has ended.
    func query(_ sql: String, more: String = "") async throws -> Answer {
        var answer = try await ask("POST", "/v1/queries", form: "q=\(Self.encoded(sql))\(more)")
        try #require(answer.status == 201, "\(answer.text)")
        let id = answer.id
        repeat {
            answer = try await ask("GET", "/v1/queries/\(id)")
        } while ["pending", "running"].contains(answer.state)
        return answer
    }

    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    // MARK: - Asking by the real client

    struct Question: Encodable {
        var sql: String
        var cast = false
        var manifest = false
        var pandas = false
        var endpoint = ""
        var token = ""
        var secret = ""
    }

    struct Read: Decodable {
        var rows: [[Value]]?
        var columns: [String]?
        var length: Int?
        var error: String?
        var kind: String?
    }

    /// A value of Python's: text, truth, None, or the name of its type and its text.
    enum Value: Decodable, Equatable {
        case none
        case text(String)
        case truth(Bool)
        case other(String, String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .none
            } else if let truth = try? container.decode(Bool.self) {
                self = .truth(truth)
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                let named = try container.decode([String: String].self)
                self = named.first.map { .other($0.key, $0.value) } ?? .none
            }
        }
    }

    /// Asks by the real client.
    func read(_ questions: [Question]) async throws -> [Read] {
        let parts = token.revealed.split(separator: "_", maxSplits: 2, omittingEmptySubsequences: false)
        let secret = String(parts[2])
        var input = ""
        for var question in questions {
            (question.endpoint, question.token, question.secret) = (base, token.publicID, secret)
            input += String(decoding: try JSONEncoder().encode(question), as: UTF8.self) + "\n"
        }
        return try await PythonScript("queuery-check.py", environment: "queuery").run(input: input)
            .map { try JSONDecoder().decode(Read.self, from: Data($0.utf8)) }
    }

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
        lines.add("\(event.message) " + all.map { "\($0.key)=\($0.value)" }.joined(separator: " "))
    }
}

/// What a compressed file holds.
func gunzipped(_ bytes: [UInt8]) throws -> String {
    var decoded: [UInt8] = []
    let decoder = try #require(GzipDecoder())
    try bytes.withUnsafeBytes { try decoder.decode($0, into: &decoded) }
    return String(decoding: decoded, as: UTF8.self)
}

import Compression
import Foundation
import Hummingbird
import Synchronization

/// Keeps the connection at hand, for the faults that break it.
struct EmulatorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let closeConnection: @Sendable () -> Void

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        let channel = source.channel
        closeConnection = { channel.close(promise: nil) }
    }
}

/// Turns HTTP requests into calls of the state, and its answers into HTTP.
struct Responder: HTTPResponder {
    typealias Context = EmulatorContext

    /// Thrown into a body that is to break off.
    private struct BrokenOff: Error {}

    /// What Google's own client libraries address every assertion to, whatever `token_uri` says.
    private static let googleTokenEndpoint = "https://oauth2.googleapis.com/token"
    private static let maximumRequestBody = 128 * 1024 * 1024

    let state: SharedState
    let configuration: EmulatorConfiguration
    /// Called when there may be push messages to send.
    let wake: @Sendable () -> Void

    func respond(to request: Request, context: EmulatorContext) async throws -> Response {
        let path = request.uri.path
        if let call = APICall.parse(httpMethod: request.method.rawValue, path: path) {
            return try await respond(to: request, call: call, context: context)
        }
        if path.hasPrefix("/control/") { return try await control(request) }
        if path == "/" && request.method == .get { return page(request) }
        return json(APIError.notFound.body, status: 404, pretty: true)
    }

    private func respond(to request: Request, call: APICall, context: EmulatorContext) async throws -> Response {
        let method = call.method.rawValue
        let faults = state.withLock { state in
            state.counters[method, default: 0] += 1
            return state.faults.take(
                httpMethod: request.method.rawValue, apiMethod: method, path: request.head.path ?? "")
        }
        configuration.onRequest(method)
        let body = try await request.body.collect(upTo: Self.maximumRequestBody)
        let host = request.head.authority ?? "\(configuration.host):\(configuration.port)"
        let incoming = EmulatorState.Incoming(
            call: call, query: QueryParameters(request.uri.query), body: [UInt8](buffer: body),
            authorization: request.headers[.authorization],
            audiences: ["http://\(host)/token", Self.googleTokenEndpoint], host: host)
        var latency = state.withLock { $0.settings.latency }
        for case .delay(let milliseconds) in faults { latency += .milliseconds(milliseconds) }
        if latency > .zero { try await Task.sleep(for: latency) }
        return try answer(incoming, faults: faults, gzip: wantsGzip(request), context: context)
    }

    private func answer(
        _ request: EmulatorState.Incoming, faults: [EmulatorFault.Kind], gzip: Bool, context: EmulatorContext
    ) throws -> Response {
        let fault = faults.first { !$0.accompanies }
        let pretty = request.query["prettyPrint"] != "false"
        // Edits of people come through whatever becomes of the request.
        defer { wake() }
        if fault?.refuses == true {
            state.withLock { state in
                for moment in [EmulatorFault.Moment.before, .after] { state.edit(faults, moment, configuration) }
            }
        }
        switch fault {
        case .status(let status):
            let error = APIError.fault(status: status, method: request.call.method)
            return json(error.body, status: error.status, pretty: pretty)
        case .htmlWith200: return html("<!DOCTYPE html><title>Sign in</title><p>Please sign in to the network.</p>")
        case .reset:
            context.closeConnection()
            throw BrokenOff()
        default: break
        }
        do throws(APIError) {
            let answer = try state.withLock { state throws(APIError) in
                state.edit(faults, .before, configuration)
                defer { state.edit(faults, .after, configuration) }
                return try state.answer(request, configuration: configuration)
            }
            if case .appliedButStatus(let status) = fault {
                let error = APIError.fault(status: status, method: request.call.method)
                return json(error.body, status: error.status, pretty: pretty)
            }
            switch answer {
            case .noContent: return Response(status: .noContent)
            case .bytes(_, let type):
                return response(AnswerChunks(answer, pretty: pretty), fault: fault, gzip: gzip, type: type)
            case .json, .values: return response(AnswerChunks(answer, pretty: pretty), fault: fault, gzip: gzip)
            }
        } catch {
            return json(error.body, status: error.status, pretty: pretty)
        }
    }

    private func response(
        _ chunks: AnswerChunks, fault: EmulatorFault.Kind?, gzip: Bool, type: String = Self.jsonType
    ) -> Response {
        var chunks = chunks
        switch fault {
        case .cutBody(let limit): return stream(chunks, gzip: gzip, type: type, cutAfter: limit)
        case .drip(let bytes, let milliseconds):
            return stream(chunks, gzip: gzip, type: type, pace: (bytes, .milliseconds(milliseconds)))
        case .truncatedJSON:
            var whole: [UInt8] = []
            while let chunk = chunks.next() { whole.append(contentsOf: chunk) }
            return bytes(Array(whole.prefix(whole.count / 2)), status: 200, type: type)
        default: return stream(chunks, gzip: gzip, type: type)
        }
    }

    /// Sends a body in chunks, of unknown length; breaks off after `limit` bytes, or at the end, if there is a limit.
    private func stream(
        _ chunks: AnswerChunks, gzip: Bool, type: String, cutAfter limit: Int? = nil,
        pace: (bytes: Int, pause: Duration)? = nil
    ) -> Response {
        let body = ResponseBody { writer in
            var chunks = chunks
            let encoder = gzip ? GzipEncoder() : nil
            var left = limit ?? .max
            while left > 0, let chunk = chunks.next() {
                let sent = encoder?.encode(chunk) ?? chunk
                if let pace {
                    for start in stride(from: 0, to: sent.count, by: pace.bytes) {
                        try await Task.sleep(for: pace.pause)
                        try await writer.write(ByteBuffer(bytes: sent[start...].prefix(pace.bytes)))
                    }
                    continue
                }
                try await writer.write(ByteBuffer(bytes: sent.prefix(left)))
                left -= sent.count
            }
            if limit != nil { throw BrokenOff() }
            if let rest = encoder?.finish() { try await writer.write(ByteBuffer(bytes: rest)) }
            try await writer.finish(nil)
        }
        var response = Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "private"], body: body)
        if gzip { response.headers[.contentEncoding] = "gzip" }
        response.headers[.vary] = "Origin, X-Origin, Referer"
        return response
    }

    /// Google compresses only for clients that ask for it twice, in `Accept-Encoding` and in `User-Agent`.
    private func wantsGzip(_ request: Request) -> Bool {
        configuration.compresses && request.headers[.acceptEncoding]?.contains("gzip") == true
            && request.headers[.userAgent]?.contains("gzip") == true
    }

    // MARK: HTTP

    static let jsonType = "application/json; charset=UTF-8"

    func json(_ value: JSONValue, status: Int, pretty: Bool) -> Response {
        bytes(JSONWriter.bytes(value, pretty: pretty), status: status, type: Self.jsonType)
    }

    func html(_ text: String) -> Response {
        var response = bytes(Array(text.utf8), status: 200, type: "text/html; charset=UTF-8")
        response.headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'unsafe-inline'"
        return response
    }

    private func bytes(_ bytes: [UInt8], status: Int, type: String) -> Response {
        Response(
            status: .init(code: status), headers: [.contentType: type, .cacheControl: "private"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// The body of an answer, piece by piece.
struct AnswerChunks: Sendable {
    private var values: ValuesStream?
    private var whole: [UInt8]?

    init(_ answer: EmulatorState.Answer, pretty: Bool) {
        switch answer {
        case .values(let stream): values = stream
        case .json(let value): whole = JSONWriter.bytes(value, pretty: pretty)
        case .bytes(let bytes, _): whole = bytes
        case .noContent: break
        }
    }

    mutating func next() -> [UInt8]? {
        if let bytes = whole {
            whole = nil
            return bytes
        }
        return values?.next()
    }
}

/// The state, shared by all connections.
final class SharedState: Sendable {
    private let state: Mutex<EmulatorState>

    init(_ configuration: EmulatorConfiguration) {
        var state = EmulatorState()
        state.settings = EmulatorSettings(configuration)
        self.state = Mutex(state)
    }

    func withLock<Result: Sendable, Failure>(
        _ body: (inout EmulatorState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try state.withLock { state throws(Failure) in try body(&state) }
    }
}

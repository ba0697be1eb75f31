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
            audiences: ["http://\(host)/token", Self.googleTokenEndpoint])
        var fault: EmulatorFault.Kind?
        for kind in faults {
            guard case .delay(let milliseconds) = kind else {
                fault = kind
                continue
            }
            try await Task.sleep(for: .milliseconds(milliseconds))
        }
        return try answer(incoming, fault: fault, gzip: wantsGzip(request), context: context)
    }

    private func answer(
        _ request: EmulatorState.Incoming, fault: EmulatorFault.Kind?, gzip: Bool, context: EmulatorContext
    ) throws -> Response {
        let pretty = request.query["prettyPrint"] != "false"
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
                try state.answer(request, configuration: configuration)
            }
            if case .appliedButStatus(let status) = fault {
                let error = APIError.fault(status: status, method: request.call.method)
                return json(error.body, status: error.status, pretty: pretty)
            }
            return response(AnswerChunks(answer, pretty: pretty), fault: fault, gzip: gzip)
        } catch {
            return json(error.body, status: error.status, pretty: pretty)
        }
    }

    private func response(_ chunks: AnswerChunks, fault: EmulatorFault.Kind?, gzip: Bool) -> Response {
        var chunks = chunks
        switch fault {
        case .cutBody(let limit): return stream(chunks, gzip: gzip, cutAfter: limit)
        case .truncatedJSON:
            var whole: [UInt8] = []
            while let chunk = chunks.next() { whole.append(contentsOf: chunk) }
            return bytes(Array(whole.prefix(whole.count / 2)), status: 200, type: Self.jsonType)
        default: return stream(chunks, gzip: gzip, cutAfter: nil)
        }
    }

    /// Sends a body in chunks, of unknown length; breaks off after `limit` bytes, or at the end, if there is a limit.
    private func stream(_ chunks: AnswerChunks, gzip: Bool, cutAfter limit: Int?) -> Response {
        let body = ResponseBody { writer in
            var chunks = chunks
            var encoder = gzip ? GzipEncoder() : nil
            var left = limit ?? .max
            while left > 0, let chunk = chunks.next() {
                let sent = encoder?.encode(chunk) ?? chunk
                try await writer.write(ByteBuffer(bytes: sent.prefix(left)))
                left -= sent.count
            }
            if limit != nil { throw BrokenOff() }
            if let rest = encoder?.finish() { try await writer.write(ByteBuffer(bytes: rest)) }
            try await writer.finish(nil)
        }
        var response = Response(
            status: .ok, headers: [.contentType: Self.jsonType, .cacheControl: "private"], body: body)
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
    private let state = Mutex(EmulatorState())

    func withLock<Result: Sendable, Failure>(
        _ body: (inout EmulatorState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try state.withLock { state throws(Failure) in try body(&state) }
    }
}

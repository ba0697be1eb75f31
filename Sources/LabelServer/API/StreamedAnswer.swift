internal import Compression
internal import HTTPTypes
internal import Hummingbird
internal import LabelStore
internal import NIOCore
internal import Synchronization

/// Answers of any length, sent piece by piece at the pace of whoever reads them.
struct StreamedAnswer: Sendable {
    let gate: StreamGate
    let authenticator: Authenticator
    /// A reader that takes nothing for so long is let go.
    let writeTimeout: Duration

    /// The body of an answer, which is written once its head is sent.
    ///
    /// - Parameters:
    ///   - call: the request; once its token is revoked, the answer is cut.
    ///   - headers: of the answer; what says how it is encoded is added.
    ///   - isGzip: compress it.
    ///   - write: writes it. Whatever it throws cuts the connection, so that nobody takes half an answer for a whole one.
    /// - Returns: the answer.
    /// - Throws: `APIProblem` with 503 if too many are being sent.
    func response(
        to call: APICall, headers: HTTPFields, isGzip: Bool,
        _ write: @escaping @Sendable (StreamWriter) async throws -> Void
    ) throws -> Response {
        let place = try gate.enter(call.identity.publicID)
        var headers = headers
        if isGzip { headers[.contentEncoding] = "gzip" }
        let (timeout, authenticator) = (writeTimeout, authenticator)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { body in
                // Kept until the last byte is sent, or the reader is gone.
                defer { withExtendedLifetime(place) {} }
                let writer = StreamWriter(
                    body, encoder: isGzip ? GzipEncoder(level: 4) : nil, channel: call.context.channel,
                    timeout: timeout
                ) {
                    guard try await authenticator.isStillGood(call.identity) else { throw Revoked() }
                }
                do {
                    try await write(writer)
                    try await writer.end()
                } catch {
                    call.context.note["reason"] = Self.reason(error)
                    throw error
                }
            })
    }

    private struct Revoked: Error {}

    /// Why an answer was cut, for the log.
    private static func reason(_ error: any Error) -> String {
        if error is Revoked { return "token-revoked" }
        if Task.isCancelled || LabelStore.isCancellation(error) { return "stopped" }
        return APIProblem(error)?.code ?? "\(type(of: error))"
    }

    /// Whether gzip is welcome.
    static func takesGzip(_ headers: HTTPFields) -> Bool {
        var any = false
        for part in headers[values: .acceptEncoding].joined(separator: ",").split(separator: ",") {
            let (name, quality) = AcceptedType.parsed(part)
            switch name {
            case "gzip", "x-gzip": return quality > 0
            case "*": any = quality > 0
            default: break
            }
        }
        return any
    }
}

/// Takes the bytes of an answer: each write waits until the reader can take more.
///
/// `@unchecked Sendable`: it is made for one answer and given to the one closure that writes it, which awaits each write
/// before the next; so nothing of it is touched by two tasks at a time.
final class StreamWriter: @unchecked Sendable {
    private nonisolated(unsafe) var body: any ResponseBodyWriter
    private nonisolated(unsafe) let encoder: GzipEncoder?
    private let channel: any Channel
    private let timeout: TimeAmount
    private let check: @Sendable () async throws -> Void
    private nonisolated(unsafe) var trailers: HTTPFields = [:]
    /// What has to be taken within the time-out: little, since some lines are slow.
    private static let piece = 64 << 10

    fileprivate init(
        _ body: any ResponseBodyWriter, encoder: GzipEncoder?, channel: any Channel, timeout: Duration,
        check: @escaping @Sendable () async throws -> Void
    ) {
        (self.body, self.encoder, self.channel, self.check) = (body, encoder, channel, check)
        self.timeout = TimeAmount(timeout)
    }

    /// Sends some more.
    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        try await send(encoder?.encode(bytes) ?? bytes)
    }

    /// What is told behind the body.
    func set(trailer name: String, _ value: String) {
        if let name = HTTPField.Name(name) { trailers[name] = value }
    }

    @concurrent fileprivate func end() async throws {
        if let rest = encoder?.finish() { try await send(rest) }
        try await body.finish(trailers.isEmpty ? nil : trailers)
    }

    @concurrent private func send(_ bytes: [UInt8]) async throws {
        if bytes.isEmpty { return }
        let channel = channel
        // Without this, who stops reading without going away would hold its place for good.
        var rest = ByteBuffer(bytes: bytes)
        while let piece = rest.readSlice(length: min(Self.piece, rest.readableBytes)), piece.readableBytes > 0 {
            // For each piece, since one write may take a slow reader longer than a token stays good.
            try await check()
            let end = channel.eventLoop.scheduleTask(in: timeout) {
                channel.triggerUserOutboundEvent(ClosesWhenSent.AtOnce(), promise: nil)
            }
            defer { end.cancel() }
            try await body.write(piece)
        }
    }
}

internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Synchronization

/// One line a request: by whom, what kind of thing was asked, and what came of it.
///
/// No token, no value of a query and nothing of a body; an address that no route has is not quoted either.
struct AccessLog: Sendable {
    let logger: Logger

    var now: ContinuousClock.Instant { .now }

    /// The same response, which leaves a line once it is sent or has failed to be.
    func noting(
        _ response: Response, _ method: HTTPRequest.Method, _ context: APIContext,
        since started: ContinuousClock.Instant
    ) -> Response {
        let status = response.status.code
        if let length = response.body.contentLength {
            write(method, status, context, since: started, bytes: length, isWhole: true)
            return response
        }
        let body = response.body
        var noted = response
        noted.body = ResponseBody { writer in
            let counter = ByteCount()
            let counted = body.map { buffer in
                counter.add(buffer.readableBytes)
                return buffer
            }
            do {
                try await counted.write(writer)
                write(method, status, context, since: started, bytes: counter.value, isWhole: true)
            } catch {
                write(method, status, context, since: started, bytes: counter.value, isWhole: method == .head)
                throw error
            }
        }
        return noted
    }

    /// Something that Sheaf did not foresee: its kind, not its words, which may quote cells.
    func unforeseen(_ error: any Error, _ context: APIContext) {
        logger.error(
            "request failed unforeseen",
            metadata: ["request": "\(context.id)", "error": "\(String(reflecting: type(of: error)))"])
    }

    private func write(
        _ method: HTTPRequest.Method, _ status: Int, _ context: APIContext, since started: ContinuousClock.Instant,
        bytes: Int, isWhole: Bool
    ) {
        var metadata: Logger.Metadata = [
            "request": "\(context.id)", "method": "\(method.rawValue.prefix(16))", "status": "\(status)",
            "bytes": "\(bytes)", "peer": "\(context.peer)",
            "milliseconds": "\((ContinuousClock.now - started) / .milliseconds(1))",
        ]
        for (name, value) in context.note.all where !["closes", "body"].contains(name) {
            metadata[name] =
                "\(value.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }.prefix(100).map(String.init).joined())"
        }
        if !isWhole { metadata["ended"] = "cut" }
        logger.info("request", metadata: metadata)
    }
}

private final class ByteCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }
    func add(_ bytes: Int) { count.wrappingAdd(bytes, ordering: .relaxed) }
}

/// Performs HTTP transfers, any number at a time, on one thread of its own.
///
/// One attempt each: what to do after a failure is `RetryPolicy`'s to decide. Connections are kept and used again, so
/// make one client and share it. Dropping the last reference shuts it down.
package final class HTTPClient: Sendable {
    private let configuration: HTTPConfiguration
    private let mailbox = TransferMailbox()

    /// A client whose thread waits for its first request.
    package init(configuration: HTTPConfiguration = HTTPConfiguration()) {
        self.configuration = configuration
        TransferThread.start(mailbox)
    }

    deinit {
        shutdown()
    }

    /// Makes one attempt and collects the answer, up to `HTTPConfiguration.maximumBufferedBody`.
    ///
    /// An answer of any status is returned. Cancelling the task ends the transfer at once.
    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let pipe = try start(request)
        let head = try await pipe.waitForHead()
        let body = try await HTTPBody(pipe: pipe).collect(upTo: configuration.maximumBufferedBody)
        return HTTPResponse(status: head.status, headers: head.headers, body: body)
    }

    /// Makes one attempt and hands the answer over as it comes in.
    ///
    /// An answer of any status is handed over. The transfer lives until `body` returns: what it leaves unread is not
    /// fetched. Cancelling the task ends the transfer at once, and the waiting reader gets `HTTPError` `cancelled`.
    ///
    /// - Throws: `HTTPError` when the transfer fails before its head, and whatever `body` throws.
    package func stream<R>(
        _ request: HTTPRequest, _ body: (HTTPResponseHead, HTTPBody) async throws -> R
    ) async throws -> R {
        let pipe = try start(request)
        defer { pipe.cancel() }
        return try await withTaskCancellationHandler {
            try await body(pipe.waitForHead(), HTTPBody(pipe: pipe))
        } onCancel: {
            pipe.cancel()
        }
    }

    /// Ends every transfer, closes every connection and takes no more requests.
    package func shutdown() {
        mailbox.post(.shutDown)
    }

    private func start(_ request: HTTPRequest) throws(HTTPError) -> TransferPipe {
        guard let origin = Origin(url: request.url) else {
            throw HTTPError(
                .malformedRequest, label: request.label, host: "",
                detail: "the address is not an absolute http:// or https:// URL")
        }
        let pipe = TransferPipe(
            label: request.label, host: origin.description, limit: configuration.streamBuffer, mailbox: mailbox)
        guard !Task.isCancelled else { throw pipe.error(.cancelled, "the task was cancelled before it began") }
        let order = TransferOrder(request: request, origin: origin, configuration: configuration, pipe: pipe)
        guard mailbox.post(.start(order)) else { throw pipe.error(.cancelled, "the client was shut down") }
        return pipe
    }
}

/// Why a transfer did not come to its end.
///
/// An answer of any status is not an error here.
///
/// Safe to log: it names what the request was for and the host, never the query, headers or body.
package struct HTTPError: Error, Sendable, Equatable {
    /// What happened; the raw values are stable.
    package enum Code: String, Sendable, CaseIterable {
        case couldNotResolve = "could-not-resolve"
        case couldNotConnect = "could-not-connect"
        case tlsFailed = "tls-failed"
        case timedOut = "timed-out"
        case connectionReset = "connection-reset"
        case bodyCutShort = "body-cut-short"
        case bodyEndUnproven = "body-end-unproven"
        case bodyTooLarge = "body-too-large"
        case tooManyRedirects = "too-many-redirects"
        case redirectRefused = "redirect-refused"
        case malformedRequest = "malformed-request"
        case malformedResponse = "malformed-response"
        case cancelled = "cancelled"
        case internalFailure = "internal-failure"
    }

    /// What happened.
    package let code: Code
    /// What the request was for, as the caller labelled it.
    package let label: String
    /// The server it went to (the last one, after redirects), without path or query; empty if the URL has none.
    package let host: String
    /// What was found, in words.
    package let detail: String

    /// An error; the client makes them, and stand-ins for it in tests.
    package init(_ code: Code, label: String, host: String, detail: String) {
        self.code = code
        self.label = label
        self.host = host
        self.detail = detail
    }

    /// Whether the same request may well succeed a little later.
    package var isTransient: Bool {
        switch code {
        case .couldNotResolve, .couldNotConnect, .timedOut, .connectionReset, .bodyCutShort: true
        case .tlsFailed, .bodyEndUnproven, .bodyTooLarge, .tooManyRedirects, .redirectRefused, .malformedRequest,
            .malformedResponse, .cancelled, .internalFailure:
            false
        }
    }

    /// What to do about it.
    package var hint: String {
        switch code {
        case .couldNotResolve: "check the host's name and this machine's DNS"
        case .couldNotConnect: "check that the server runs, and that a firewall or proxy lets this machine reach it"
        case .tlsFailed:
            "check the server's certificate: its names, its dates, and that its authority is trusted on this machine"
        case .timedOut: "try again; if it stays so, ask for less at once or raise the time-out"
        case .connectionReset, .bodyCutShort: "try again; nothing of the broken answer was used"
        case .bodyEndUnproven:
            "let the server send Content-Length or chunked encoding: without one, half a file looks like a whole one"
        case .bodyTooLarge: "ask for less at once"
        case .tooManyRedirects: "give the address the redirects should end at"
        case .redirectRefused: "give the final address itself, if it is to be trusted"
        case .malformedRequest: "check the address and the header fields of the request"
        case .malformedResponse: "check that the address belongs to an HTTP server, and what stands before it"
        case .cancelled: "nothing to do: the work was called off"
        case .internalFailure: "check this machine's memory and open files"
        }
    }
}

extension HTTPError: CustomStringConvertible {
    /// What failed, where, why, and what to do.
    package var description: String {
        let server = host.isEmpty ? "" : " (\(host))"
        return "\(label)\(server): \(code.rawValue): \(detail); \(hint)"
    }
}

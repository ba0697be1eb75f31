/// One request, as it is to be sent.
package struct HTTPRequest: Sendable {
    /// `GET`, `POST` and so on, in capitals.
    package var method: String
    /// An absolute `http://` or `https://` URL, percent-encoded by the caller.
    package var url: String
    /// Header fields to send; `Content-Type` is never made up.
    package var headers: HTTPHeaders
    /// What to send; nil sends no body.
    package var body: [UInt8]?
    /// How long the whole transfer may take, instead of what the configuration says.
    package var totalTimeout: Duration?
    /// What this request is for, for messages (`read recipes!A1:H`).
    ///
    /// No secrets.
    package var label: String
    /// What to sign it with; nil sends it as it is.
    package var signing: RequestSigning?

    /// A request; a GET without a body unless told otherwise.
    package init(
        method: String = "GET",
        url: String,
        headers: HTTPHeaders = HTTPHeaders(),
        body: [UInt8]? = nil,
        totalTimeout: Duration? = nil,
        label: String,
        signing: RequestSigning? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.totalTimeout = totalTimeout
        self.label = label
        self.signing = signing
    }

    /// Redirects are followed where nothing but reading is asked for, and nothing is signed.
    ///
    /// A POST that turns into a GET on the way, or whose body goes to another server, is never what an API meant. A
    /// signature is meant for one server alone.
    var followsRedirects: Bool {
        (method == "GET" || method == "HEAD") && signing == nil
    }
}

/// What an answer says before its body: of the last server asked, when there were redirects.
package struct HTTPResponseHead: Sendable {
    /// The status code, such as 200.
    ///
    /// No status is an error of its own.
    package let status: Int
    /// The header fields of the answer.
    package let headers: HTTPHeaders

    /// A head, as a test or a stand-in makes it.
    package init(status: Int, headers: HTTPHeaders) {
        self.status = status
        self.headers = headers
    }
}

/// An answer with its whole body.
package struct HTTPResponse: Sendable {
    /// The status code, such as 200.
    ///
    /// No status is an error of its own.
    package let status: Int
    /// The header fields of the answer.
    package let headers: HTTPHeaders
    /// The body, decoded of any compression; proven to be complete when the status is 2xx.
    package let body: [UInt8]

    /// An answer, as a test or a stand-in makes it.
    package init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The answer without its body.
    package var head: HTTPResponseHead {
        HTTPResponseHead(status: status, headers: headers)
    }
}

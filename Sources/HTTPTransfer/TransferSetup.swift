internal import CCurl

/// Sets the options of an easy handle.
struct TransferSetup {
    let handle: UnsafeMutableRawPointer
    let request: HTTPRequest
    let configuration: HTTPConfiguration

    /// Sets everything that stays the same over redirects.
    ///
    /// - Parameters:
    ///   - callbackContext: the `Transfer`, unretained; it owns the handle, and so outlives every callback.
    ///   - errorText: room for `CURL_ERROR_SIZE` characters that outlives the handle.
    /// - Throws: `malformedRequest`, or `internalFailure` if libcurl refuses an option.
    func apply(
        callbackContext: UnsafeMutableRawPointer, errorText: UnsafeMutablePointer<CChar>
    ) throws(HTTPError) {
        try require(sheaf_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText))
        try require(sheaf_set_callback(handle, CURLOPT_HEADERFUNCTION, headerCallback))
        try require(sheaf_set_pointer(handle, CURLOPT_HEADERDATA, callbackContext))
        try require(sheaf_set_callback(handle, CURLOPT_WRITEFUNCTION, bodyCallback))
        try require(sheaf_set_pointer(handle, CURLOPT_WRITEDATA, callbackContext))
        try applyConnection()
        try applySecurity()
        try applySigning()
        try applyMethod()
    }

    /// Sets where the next hop goes, and with which headers.
    ///
    /// - Returns: the header list, which must live until the handle gets another one or is freed.
    func address(url: String, headers: HTTPHeaders) throws(HTTPError) -> UnsafeMutablePointer<curl_slist>? {
        try require(sheaf_set_text(handle, CURLOPT_URL, url))
        var list: UnsafeMutablePointer<curl_slist>?
        do throws(HTTPError) {
            for line in try headerLines(headers) {
                guard let longer = curl_slist_append(list, line) else {
                    throw error(.internalFailure, "libcurl has no memory for header fields")
                }
                list = longer
            }
            try require(sheaf_set_headers(handle, list))
        } catch {
            curl_slist_free_all(list)
            throw error
        }
        return list
    }

    private func applyConnection() throws(HTTPError) {
        // Without this, libcurl may use signals for time-outs, which a program of many threads cannot have.
        try require(sheaf_set_long(handle, CURLOPT_NOSIGNAL, 1))
        try require(sheaf_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeout.wholeMilliseconds))
        try require(sheaf_set_long(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS))
        // `GzipDecoder` decodes instead: libcurl takes a compressed body that stops short for a whole one.
        try require(sheaf_set_long(handle, CURLOPT_HTTP_CONTENT_DECODING, 0))
        try require(sheaf_set_text(handle, CURLOPT_USERAGENT, configuration.userAgent))
        try require(sheaf_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1))
        // A transfer that ends while its host name is being resolved does not wait for the resolver, which would
        // hold up every other transfer on this thread; the resolver's thread frees what it holds by itself.
        try require(sheaf_set_long(handle, CURLOPT_QUICK_EXIT, 1))
        try require(sheaf_set_long(handle, CURLOPT_BUFFERSIZE, 64 << 10))
    }

    private func applySecurity() throws(HTTPError) {
        try require(sheaf_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https"))
        try require(sheaf_set_long(handle, CURLOPT_FOLLOWLOCATION, 0))
        try require(sheaf_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1))
        try require(sheaf_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2))
        try require(sheaf_set_long(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2))
        if let file = configuration.certificateAuthorityFile {
            try require(sheaf_set_text(handle, CURLOPT_CAINFO, file))
            // Or else the system's folder of authorities would be trusted as well.
            try require(sheaf_set_text(handle, CURLOPT_CAPATH, nil))
        }
    }

    private func applySigning() throws(HTTPError) {
        guard let signing = request.signing else { return }
        guard let option = signing.option, signing.hasGoodCredentials else {
            throw error(
                .malformedRequest, "the region, the service or the credentials to sign with are not well formed")
        }
        guard request.headers["x-amz-content-sha256"] != nil, request.headers["Authorization"] == nil else {
            throw error(.malformedRequest, "a signed request has x-amz-content-sha256 and no Authorization of its own")
        }
        try require(sheaf_set_text(handle, CURLOPT_AWS_SIGV4, option))
        try require(sheaf_set_text(handle, CURLOPT_USERNAME, signing.accessKey))
        try require(sheaf_set_text(handle, CURLOPT_PASSWORD, signing.secretKey))
        // What is signed is what is sent: an object's name may well begin with `./`.
        try require(sheaf_set_long(handle, CURLOPT_PATH_AS_IS, 1))
    }

    private func applyMethod() throws(HTTPError) {
        guard request.method.utf8.allSatisfy({ isTokenCharacter($0) }), !request.method.isEmpty else {
            throw error(.malformedRequest, "the method is not one word of letters")
        }
        switch (request.method, request.body) {
        case ("GET", nil):
            try require(sheaf_set_long(handle, CURLOPT_HTTPGET, 1))
        case ("HEAD", nil):
            try require(sheaf_set_long(handle, CURLOPT_NOBODY, 1))
        case ("POST", nil), ("PUT", nil), ("PATCH", nil), (_, .some):
            try applyBody(request.body ?? [])
            try require(sheaf_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method))
        default:
            try require(sheaf_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method))
        }
    }

    private func applyBody(_ body: [UInt8]) throws(HTTPError) {
        try require(sheaf_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        let status = body.withUnsafeBytes { buffer in
            // The option takes a pointer that libcurl only reads, and copies from before it returns.
            sheaf_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: buffer.baseAddress))
        }
        try require(status)
    }

    private func headerLines(_ headers: HTTPHeaders) throws(HTTPError) -> [String] {
        var lines = request.signing.map { signedLines($0, headers) } ?? plainLines(headers)
        for field in headers.fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy({ isTokenCharacter($0) }) else {
                throw error(.malformedRequest, "a header field has a name that HTTP does not allow")
            }
            guard field.value.utf8.allSatisfy({ $0 >= 32 && $0 != 127 || $0 == 9 }) else {
                throw error(.malformedRequest, "the header field \(field.name) holds a line break or control character")
            }
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        return lines
    }

    private func plainLines(_ headers: HTTPHeaders) -> [String] {
        // Header fields with nothing after the colon are those libcurl is to leave out: it would wait a second for a
        // `100 Continue` before a large body, and call every body a web form.
        var lines = ["Expect:"]
        if headers["Content-Type"] == nil { lines.append("Content-Type:") }
        if headers["Accept-Encoding"] == nil { lines.append("Accept-Encoding: gzip") }
        return lines
    }

    /// The fields of a signed request that its caller did not give.
    ///
    /// libcurl 7.88 signs a field that is to be left out, as an empty one: so nothing is left out here, and a large body
    /// waits for `100 Continue`. No `Accept-Encoding`: proxies change it, and what is stored compressed is wanted so.
    private func signedLines(_ signing: RequestSigning, _ headers: HTTPHeaders) -> [String] {
        var lines: [String] = []
        // As it is sent, with the port: versions of libcurl differ in what they sign where they make it themselves.
        if headers["Host"] == nil, let host = Origin(url: request.url) { lines.append("Host: \(host.description)") }
        if let token = signing.sessionToken { lines.append("X-Amz-Security-Token: \(token)") }
        let hasBody = request.body != nil || ["POST", "PUT", "PATCH"].contains(request.method)
        if hasBody, headers["Content-Type"] == nil { lines.append("Content-Type: application/octet-stream") }
        return lines
    }

    private func require(_ status: CURLcode) throws(HTTPError) {
        guard status == CURLE_OK else {
            throw error(.internalFailure, "libcurl refused an option: \(String(cString: curl_easy_strerror(status)))")
        }
    }

    private func error(_ code: HTTPError.Code, _ detail: String) -> HTTPError {
        let host = Origin(url: request.url)?.description ?? ""
        return HTTPError(code, label: request.label, host: host, detail: detail)
    }
}

private let headerCallback: curl_write_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    transfer.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
}

private let bodyCallback: curl_write_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    // Taking fewer bytes than were offered is how libcurl is told to stop.
    return transfer.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}

private func isTokenCharacter(_ character: UInt8) -> Bool {
    switch character {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(character)
    }
}

extension Duration {
    /// In milliseconds, rounded up, so that waiting this long is waiting long enough.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let perMillisecond: Int64 = 1_000_000_000_000_000
        return Int(seconds * 1_000 + (attoseconds + perMillisecond - 1) / perMillisecond)
    }
}

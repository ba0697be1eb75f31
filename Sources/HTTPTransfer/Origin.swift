internal import CCurl

/// The server a URL belongs to: what must be the same for it to be trusted with the same secrets.
struct Origin: Sendable, Equatable {
    let scheme: String
    let host: String
    let port: String

    /// The origin of an absolute `http` or `https` URL, as libcurl reads it; nil for anything else.
    init?(url: String) {
        guard let parts = curl_url() else { return nil }
        defer { curl_url_cleanup(parts) }
        guard curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK,
            let scheme = part(CURLUPART_SCHEME, of: parts)?.lowercased(), scheme == "http" || scheme == "https",
            let host = part(CURLUPART_HOST, of: parts)?.lowercased(), !host.isEmpty,
            let port = part(CURLUPART_PORT, of: parts)
        else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// The host, with its port where that is not the usual one.
    var description: String {
        port == (scheme == "https" ? "443" : "80") ? host : "\(host):\(port)"
    }

    /// Whether a redirect may lead from here to there: secrecy is never given up on the way.
    func allowsRedirect(to target: Origin) -> Bool {
        scheme == "http" || target.scheme == "https"
    }
}

private func part(_ part: CURLUPart, of parts: OpaquePointer) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(parts, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
}

/// Makes an answer's head of the header lines libcurl hands over, one at a time.
///
/// Interim answers (1xx) are passed over, and so are trailers after a body.
struct ResponseHeadParser {
    private(set) var status = 0
    private var isHTTP1 = true
    private var headers = HTTPHeaders()
    /// Whether the head has been handed over.
    private(set) var isDone = false

    /// Whether the end of the body is announced, by length, by chunks or by the protocol itself, and so can be proven.
    private(set) var hasProvableEnd = true

    /// Takes one line, with or without its line break.
    ///
    /// - Returns: the head, once, when the line ends it.
    mutating func consume(_ line: some Collection<UInt8>) -> HTTPResponseHead? {
        guard !isDone else { return nil }
        let line = trimmed(line)
        if line.starts(with: Array("HTTP/".utf8)) {
            begin(String(decoding: line, as: UTF8.self))
            return nil
        }
        guard line.isEmpty else {
            addField(line)
            return nil
        }
        guard status >= 200 else { return nil }
        isDone = true
        hasProvableEnd =
            !isHTTP1 || headers["Content-Length"] != nil || headers["Transfer-Encoding"] != nil || status == 204
        return HTTPResponseHead(status: status, headers: headers)
    }

    private mutating func begin(_ statusLine: String) {
        let words = statusLine.split(separator: " ", maxSplits: 2)
        status = words.count > 1 ? Int(words[1]) ?? 0 : 0
        isHTTP1 = statusLine.hasPrefix("HTTP/1")
        headers = HTTPHeaders()
    }

    private mutating func addField(_ line: [UInt8]) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        headers.add(
            String(decoding: line[..<colon], as: UTF8.self),
            String(decoding: trimmed(line[(colon + 1)...]), as: UTF8.self))
    }
}

private func trimmed(_ bytes: some Collection<UInt8>) -> [UInt8] {
    let isBlank = { (byte: UInt8) in byte == 32 || byte == 9 || byte == 13 || byte == 10 }
    let rest = Array(bytes.drop(while: isBlank))
    return Array(rest.prefix(upTo: (rest.lastIndex { !isBlank($0) } ?? -1) + 1))
}

internal import Compression

/// Undoes the `Content-Encoding` of a body.
enum ContentDecoder {
    case identity
    case gzip(GzipDecoder)
    case unsupported(String)

    /// The decoder for a header's value; nil is a body as it is.
    init(_ encoding: String?) {
        switch encoding?.lowercased() {
        case nil, "", "identity":
            self = .identity
        case "gzip", "x-gzip":
            self = GzipDecoder().map { .gzip($0) } ?? .unsupported("gzip: zlib has no memory")
        case .some(let other):
            self = .unsupported("the body is encoded as \(other), which was not asked for")
        }
    }

    /// Decodes the next bytes of the body, and appends what they mean.
    func decode(_ bytes: UnsafeRawBufferPointer, into decoded: inout [UInt8]) throws(DecodingFailure) {
        switch self {
        case .identity: decoded.append(contentsOf: bytes)
        case .gzip(let decoder): try decoder.decode(bytes, into: &decoded)
        case .unsupported(let reason): throw DecodingFailure(reason: reason)
        }
    }

    /// Whether the body may end here: not in the middle of what was compressed.
    var isAtEnd: Bool {
        guard case .gzip(let decoder) = self else { return true }
        return decoder.isAtEnd
    }
}

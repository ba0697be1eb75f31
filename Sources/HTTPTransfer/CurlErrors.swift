internal import CCurl

extension HTTPError.Code {
    /// What a result of libcurl means to a caller.
    init(_ result: CURLcode, systemError: Int) {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self = .couldNotResolve
        case CURLE_COULDNT_CONNECT, CURLE_PROXY:
            self = .couldNotConnect
        case CURLE_OPERATION_TIMEDOUT:
            self = .timedOut
        case CURLE_SSL_CONNECT_ERROR:
            // A handshake that broke because the connection did says nothing against the certificate.
            self = systemError == 0 ? .tlsFailed : .connectionReset
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED,
            CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CRL_BADFILE:
            self = .tlsFailed
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            self = .connectionReset
        case CURLE_PARTIAL_FILE:
            self = .bodyCutShort
        case CURLE_URL_MALFORMAT:
            self = .malformedRequest
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_UNSUPPORTED_PROTOCOL:
            // That the request's own protocol is HTTP was seen to before; this one is of an answer that is not.
            self = .malformedResponse
        case CURLE_FILESIZE_EXCEEDED:
            self = .bodyTooLarge
        default:
            self = .internalFailure
        }
    }
}

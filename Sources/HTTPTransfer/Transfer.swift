internal import CCurl
internal import Compression

/// One transfer on the transfer thread: an easy handle, and what libcurl's callbacks fill.
///
/// Belongs to that thread from its making to its end.
final class Transfer {
    /// How much libcurl may deliver in one go before its reader is shown it.
    private static let batchSize = 256 << 10

    let order: TransferOrder
    let handle: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?

    private var origin: Origin
    private var headers: HTTPHeaders
    private var redirects = 0

    private var parser = ResponseHeadParser()
    private var head: HTTPResponseHead?
    private var isRedirect = false
    private var decoder = ContentDecoder.identity
    private var bodyFailure: HTTPError?
    private var received: [UInt8] = []
    private var isPaused = false
    private var watch: TransferWatch

    /// Readies a handle; nothing is sent before a multi handle performs it.
    init(_ order: TransferOrder, now: ContinuousClock.Instant) throws(HTTPError) {
        guard let handle = curl_easy_init() else {
            throw order.pipe.error(.internalFailure, "libcurl has no memory for a transfer")
        }
        self.order = order
        self.handle = handle
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        origin = order.origin
        headers = order.request.headers
        watch = TransferWatch(
            now: now,
            total: order.request.totalTimeout ?? order.configuration.totalTimeout,
            stall: order.configuration.stallTimeout)
        let setup = TransferSetup(handle: handle, request: order.request, configuration: order.configuration)
        try setup.apply(callbackContext: Unmanaged.passUnretained(self).toOpaque(), errorText: errorText)
        headerList = try setup.address(url: order.request.url, headers: headers)
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    // MARK: What libcurl's callbacks say

    func receiveHeader(_ line: UnsafeRawBufferPointer) {
        guard let head = parser.consume(line) else { return }
        self.head = head
        isRedirect =
            order.request.followsRedirects && order.configuration.maximumRedirects > 0
            && [301, 302, 303, 307, 308].contains(head.status) && head.headers["Location"]?.isEmpty == false
        decoder = ContentDecoder(head.headers["Content-Encoding"])
    }

    /// Takes a piece of the body.
    ///
    /// - Returns: whether the transfer should go on; if not, why not comes out of `outcome(of:)`.
    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // The page that comes with a redirect is for people whose browser does not follow it.
        guard !isRedirect else { return true }
        if received.isEmpty { received.reserveCapacity(Self.batchSize) }
        do throws(DecodingFailure) {
            try decoder.decode(bytes, into: &received)
        } catch {
            bodyFailure = failure(.malformedResponse, error.reason)
            return false
        }
        if received.count >= Self.batchSize - Int(CURL_MAX_WRITE_SIZE) { pause() }
        return true
    }

    // MARK: What the thread does between callbacks

    /// Shows the reader what has come in, and pauses or goes on as the reader keeps up.
    func flush() {
        if let head, !isRedirect {
            order.pipe.receive(head)
            self.head = nil
        }
        guard !received.isEmpty else { return }
        let chunk = received
        received = []
        if order.pipe.receive(chunk) { pause() } else { resume() }
    }

    /// Goes on after a pause.
    func resume() {
        guard isPaused, !order.pipe.isThrottled else { return }
        isPaused = false
        curl_easy_pause(handle, CURLPAUSE_CONT)
    }

    private func pause() {
        guard !isPaused else { return }
        isPaused = true
        curl_easy_pause(handle, CURLPAUSE_RECV)
    }

    /// When this transfer must be looked at even if nothing comes in.
    var nextDeadline: ContinuousClock.Instant { watch.nextDeadline }

    /// Why the transfer must end now, if it must.
    func overdue(now: ContinuousClock.Instant) -> HTTPError? {
        var sent: curl_off_t = 0
        var got: curl_off_t = 0
        sheaf_get_size(handle, CURLINFO_SIZE_UPLOAD_T, &sent)
        sheaf_get_size(handle, CURLINFO_SIZE_DOWNLOAD_T, &got)
        let isUploading = sent > 0 && sent < order.request.body?.count ?? 0
        let isMoving = (parser.isDone || isUploading) && !isPaused
        return watch.observe(now: now, bytes: Int64(sent) + Int64(got), isMoving: isMoving)
            .map { failure(.timedOut, $0) }
    }

    /// What the end of a hop means.
    func outcome(of result: CURLcode) -> Outcome {
        if let bodyFailure { return .ended(.failure(bodyFailure)) }
        guard result == CURLE_OK else { return .ended(.failure(failure(result))) }
        if isRedirect { return .redirected }
        guard parser.isDone else { return .ended(.failure(failure(.malformedResponse, "the answer has no head"))) }
        guard decoder.isAtEnd else {
            return .ended(.failure(failure(.bodyCutShort, "the compressed body stops before its end")))
        }
        let needsProof = (200..<300).contains(parser.status) && order.request.method != "HEAD"
        guard parser.hasProvableEnd || !needsProof else {
            let detail = "the answer ends where the connection does, so whether it is whole cannot be known"
            return .ended(.failure(failure(.bodyEndUnproven, detail)))
        }
        return .ended(.success(()))
    }

    /// What a finished hop leads to.
    enum Outcome {
        case ended(Result<Void, HTTPError>)
        case redirected
    }

    /// Readies the handle for the place the answer pointed to.
    ///
    /// The redirect is followed here and not by libcurl, which would send every header but `Authorization` and
    /// `Cookie` along to any other server, keys and tokens of other names included.
    func followRedirect() throws(HTTPError) {
        redirects += 1
        guard redirects <= order.configuration.maximumRedirects else {
            throw failure(.tooManyRedirects, "it was redirected more than \(redirects - 1) times")
        }
        var location: UnsafePointer<CChar>?
        sheaf_get_text(handle, CURLINFO_REDIRECT_URL, &location)
        guard let location else { throw failure(.malformedResponse, "the redirect has no usable address") }
        let url = String(cString: location)
        guard let target = Origin(url: url) else {
            throw failure(.redirectRefused, "the redirect leads to something that is neither http nor https")
        }
        guard origin.allowsRedirect(to: target) else {
            throw failure(.redirectRefused, "the redirect leads from https to http at \(target.description)")
        }
        if target != origin { headers = headers.keeping(Self.harmlessHeaders) }
        origin = target
        parser = ResponseHeadParser()
        head = nil
        isRedirect = false
        decoder = .identity
        errorText[0] = 0
        let setup = TransferSetup(handle: handle, request: order.request, configuration: order.configuration)
        let list = try setup.address(url: url, headers: headers)
        curl_slist_free_all(headerList)
        headerList = list
    }

    /// What another server may be told: nothing that could hold a secret.
    private static let harmlessHeaders = ["Accept", "Accept-Language", "If-Modified-Since", "If-None-Match", "Range"]

    private func failure(_ code: HTTPError.Code, _ detail: String) -> HTTPError {
        HTTPError(code, label: order.request.label, host: origin.description, detail: detail)
    }

    private func failure(_ result: CURLcode) -> HTTPError {
        var systemError = 0
        sheaf_get_long(handle, CURLINFO_OS_ERRNO, &systemError)
        let words = String(cString: errorText)
        let detail = words.isEmpty ? String(cString: curl_easy_strerror(result)) : words
        return failure(HTTPError.Code(result, systemError: systemError), detail)
    }
}

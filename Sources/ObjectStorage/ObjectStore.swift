internal import Digest
package import HTTPTransfer

/// One bucket of an object store that speaks S3's protocol.
///
/// Every call is tried again as the configuration says, until it succeeds, fails for good, or time is up. Every error that
/// it throws is an `ObjectStorageError`, or `CancellationError` where the task was cancelled.
package struct ObjectStore: Sendable {
    /// The bucket.
    package let bucket: String
    /// Where it is, and who asks.
    package let configuration: ObjectStoreConfiguration
    let client: HTTPClient

    /// A bucket of a store; nothing is asked yet.
    ///
    /// - Parameters:
    ///   - bucket: the bucket's name.
    ///   - configuration: where it is, and who asks.
    ///   - client: what makes the transfers; `nil` makes one for this bucket.
    /// - Throws: `ObjectStorageError` `invalid` for a name that no bucket can have.
    package init(
        bucket: String, configuration: ObjectStoreConfiguration, client: HTTPClient? = nil
    ) throws(ObjectStorageError) {
        try BucketName.check(bucket)
        (self.bucket, self.configuration) = (bucket, configuration)
        self.client = client ?? HTTPClient(configuration: configuration.http)
    }

    // MARK: What all calls do

    /// Makes a call until it succeeds or fails for good.
    ///
    /// - Parameters:
    ///   - call: what to ask.
    ///   - judge: a second look at an answer of status 2xx; what it throws is a failure of that attempt, to be tried again.
    /// - Returns: the answer, whose status is 2xx.
    /// - Throws: `ObjectStorageError`, or `CancellationError`.
    func perform(
        _ call: StoreCall, judge: (HTTPResponse) throws(ObjectStorageError) -> Void = { _ in }
    ) async throws -> HTTPResponse {
        let request = try request(call)
        let refusals = Refusals(call: call, store: self)
        return try await withRetries(configuration.retries) { number in
            let response: HTTPResponse
            do throws(HTTPError) {
                response = try await client.send(request)
            } catch {
                return .failure(try refusals.failure(of: error), Refusals.outcome(of: error))
            }
            guard (200..<300).contains(response.status) else {
                let refusal = refusals.refusal(response, attempt: number)
                return .failure(refusal.error, RetryOutcome(response.head, isRetryable: refusal.isTransient))
            }
            do throws(ObjectStorageError) {
                try judge(response)
            } catch {
                return .failure(error, RetryOutcome(response.head, isRetryable: error.code == .unavailable))
            }
            return .success(response)
        }
    }

    /// The request of a call, to be signed when it is sent.
    func request(_ call: StoreCall) throws(ObjectStorageError) -> HTTPRequest {
        if let key = call.key { try ObjectKey.check(key, in: bucket) }
        var hasher = SHA256Hasher()
        hasher.update(call.body ?? [])
        var headers = HTTPHeaders()
        headers.set("x-amz-content-sha256", hasher.finish().hex)
        for (name, value) in call.headers { headers.set(name, value) }
        let credentials = configuration.credentials
        return HTTPRequest(
            method: call.method, url: configuration.address(bucket: bucket, key: call.key).url(call.query),
            headers: headers, body: call.body, totalTimeout: call.timeout, label: "\(call.verb) \(shown(call.key))",
            signing: RequestSigning(
                region: configuration.region, service: "s3", accessKey: credentials.accessKey,
                secretKey: credentials.secretKey, sessionToken: credentials.sessionToken))
    }

    /// How messages name an object, or the bucket.
    func shown(_ key: String?) -> String { ObjectKey.shown(key ?? "", in: bucket) }

    /// The root of an answer in XML.
    ///
    /// - Throws: `ObjectStorageError` `unavailable`: whatever answers there is no object store, or not one at its best.
    func markup(_ bytes: [UInt8], of call: StoreCall, named name: String) throws(ObjectStorageError) -> MarkupElement {
        let root: MarkupElement
        do {
            root = try MarkupReader.read(bytes)
        } catch {
            throw strange(call, "\(error.reason), at byte \(error.offset)")
        }
        guard root.name == name else { throw strange(call, "it is not a \(name)") }
        return root
    }

    /// The error of an answer that makes no sense.
    func strange(_ call: StoreCall, _ reason: String) -> ObjectStorageError {
        ObjectStorageError(
            .unavailable, "\(call.verb) \(shown(call.key)): the answer is not one of an object store: \(reason).",
            hint: "Check that \(configuration.endpoint) is one, and what stands before it.")
    }
}

/// One call of S3's protocol.
struct StoreCall: Sendable {
    /// What it does, for messages: `put`.
    var verb: String
    var method = "GET"
    /// The object; `nil` asks the bucket itself.
    var key: String?
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]?
    var timeout: Duration?
}

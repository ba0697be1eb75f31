internal import HTTPTransfer

/// What a store's refusals mean, and what to do about them.
struct Refusals {
    let call: StoreCall
    let store: ObjectStore

    /// A refusal, and whether the same may succeed a little later.
    struct Refusal {
        var error: ObjectStorageError
        var isTransient: Bool
    }

    /// The error of a transfer that broke.
    ///
    /// - Throws: `CancellationError` if it broke because the task is cancelled.
    func failure(of error: HTTPError) throws -> ObjectStorageError {
        if error.code == .cancelled { try Task.checkCancellation() }
        return ObjectStorageError(
            error.code == .malformedRequest ? .invalid : .unavailable,
            "\(place): \(error.detail) (\(error.code.rawValue)).", hint: sentence(error.hint))
    }

    /// Whether to try again after a transfer that broke.
    ///
    /// Also after an answer that stops within its head: every call here may be made twice.
    static func outcome(of error: HTTPError) -> RetryOutcome {
        RetryOutcome(error, isRetryable: error.isTransient || error.code == .malformedResponse)
    }

    /// The error of an answer that is not 2xx.
    func refusal(_ response: HTTPResponse, attempt: Int) -> Refusal {
        let answer = response.body.isEmpty ? nil : try? MarkupReader.read(response.body)
        return refusal(
            status: response.status, answer: answer?.name == "Error" ? answer : nil, headers: response.headers)
    }

    /// The error of an answer whose body says `Error`, whatever its status.
    func refusal(status: Int, answer: MarkupElement?, headers: HTTPHeaders) -> Refusal {
        let code = answer?["Code"].flatMap { Self.isWord($0) ? $0 : nil }
        let said = "\(place): the store answers \(status)\(code.map { " \($0)" } ?? "")\(words(answer))."
        if let known = code.flatMap({ Self.known[$0] }) {
            return Refusal(
                error: ObjectStorageError(known.code, said, hint: hint(known, answer, headers)),
                isTransient: known.isTransient)
        }
        let meaning = Self.meaning(of: status)
        return Refusal(
            error: ObjectStorageError(meaning.code, said, hint: hint(meaning, answer, headers)),
            isTransient: meaning.isTransient)
    }

    private var place: String { "\(call.verb) \(store.shown(call.key)) at \(store.configuration.endpoint)" }

    /// What the store says in words, unless it repeats a part of the credentials.
    private func words(_ answer: MarkupElement?) -> String {
        guard let text = answer?["Message"], !text.isEmpty, !store.configuration.credentials.leak(into: text) else {
            return ""
        }
        return " (\(ObjectKey.quoted(text)))"
    }

    private func hint(_ meaning: Meaning, _ answer: MarkupElement?, _ headers: HTTPHeaders) -> String {
        guard meaning.code == .invalid, let region = headers["x-amz-bucket-region"] ?? answer?["Region"],
            region != store.configuration.region
        else { return meaning.hint }
        return "The bucket is in the region \(ObjectKey.quoted(region)): set AWS_REGION to it."
    }

    private func sentence(_ text: String) -> String {
        text.isEmpty ? "" : text.prefix(1).uppercased() + text.dropFirst() + "."
    }

    private static func isWord(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
            }
    }
}

extension Refusals {
    /// What a code of S3's, or a status, means here.
    struct Meaning {
        var code: ObjectStorageError.Code
        var hint: String
        var isTransient = false
    }

    private static let keys = Meaning(
        code: .denied,
        hint: "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile of AWS_PROFILE.")
    private static let token = Meaning(
        code: .denied, hint: "The session token is not valid, or no longer: get new credentials.")
    private static let rights = Meaning(
        code: .denied,
        hint: "Let these credentials read, write, list and delete below this prefix (s3:GetObject, s3:PutObject, "
            + "s3:ListBucket, s3:DeleteObject, s3:AbortMultipartUpload).")
    private static let bucket = Meaning(code: .missing, hint: "Check the bucket's name, the region and the endpoint.")
    private static let object = Meaning(code: .missing, hint: "Check the object's name.")
    private static let region = Meaning(code: .invalid, hint: "Set AWS_REGION to the region of the bucket.")
    private static let exists = Meaning(code: .exists, hint: "Write to another name, or delete what is there first.")
    private static let busy = Meaning(
        code: .unavailable, hint: "Try again later; nothing of it is visible.", isTransient: true)
    private static let parts = Meaning(
        code: .invalid, hint: "Write parts of 5 MiB to 5 GiB, the last one may be smaller, and at most 10,000.")
    private static let request = Meaning(code: .invalid, hint: "Check the endpoint, and that it offers this.")

    static let known: [String: Meaning] = [
        "InvalidAccessKeyId": keys, "SignatureDoesNotMatch": keys, "AuthFailure": keys, "InvalidSecurity": keys,
        "ExpiredToken": token, "InvalidToken": token, "TokenRefreshRequired": token,
        "AccessDenied": rights, "AllAccessDisabled": rights, "AccountProblem": rights,
        "RequestTimeTooSkewed": Meaning(
            code: .denied, hint: "Set this machine's clock: it is more than 15 minutes off."),
        "NoSuchBucket": bucket, "NoSuchKey": object,
        "NoSuchUpload": Meaning(code: .missing, hint: "The upload was aborted or completed elsewhere: begin anew."),
        "PermanentRedirect": region, "TemporaryRedirect": region, "AuthorizationHeaderMalformed": region,
        "IllegalLocationConstraintException": region,
        "PreconditionFailed": exists,
        "ConditionalRequestConflict": busy, "OperationAborted": busy, "InternalError": busy, "SlowDown": busy,
        "ServiceUnavailable": busy, "RequestTimeout": busy, "BadDigest": busy, "XAmzContentSHA256Mismatch": busy,
        "IncompleteBody": busy, "Throttling": busy,
        "EntityTooLarge": parts, "EntityTooSmall": parts, "InvalidPart": parts, "InvalidPartOrder": parts,
    ]

    static func meaning(of status: Int) -> Meaning {
        switch status {
        case 401, 403: Meaning(code: .denied, hint: "\(keys.hint) \(rights.hint)")
        case 404: Meaning(code: .missing, hint: "\(bucket.hint) \(object.hint)")
        case 412: exists
        case 301, 302, 307, 308: region
        case 408, 425, 429, 500, 502, 503, 504: busy
        case 409: Meaning(code: .unavailable, hint: busy.hint, isTransient: true)
        case 500...: Meaning(code: .unavailable, hint: request.hint)
        default: request
        }
    }
}

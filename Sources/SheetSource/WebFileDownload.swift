internal import Digest
internal import HTTPTransfer

/// Fetches one file over HTTP into a temporary file, whole or not at all.
///
/// Each `attempt` asks once; what it throws or fails with is for a retry policy to judge.
struct WebFileDownload: Sendable {
    let address: WebAddress
    let authorization: String?
    let client: HTTPClient
    let reading: FileVersion.Reading
    /// The version whose rows are known, where the caller takes "unchanged" for an answer.
    let known: FileVersion?

    /// What the server sent.
    enum Answer: Sendable {
        /// What stands there is still the version that is known.
        case unchanged
        case file(Body)
    }

    /// A whole body, decoded of any compression.
    struct Body: Sendable {
        let file: LocalFile
        let bytes: Int
        let digest: SHA256Digest
        let version: FileVersion
        /// What `Content-Type` says of the characters.
        let charset: String?
    }

    /// How long one transfer may take.
    private static let totalTimeout: Duration = .seconds(900)
    /// How often something is asked for that is whole, and not a file of rows.
    ///
    /// A proxy's page may be gone the next moment; if it is not, it will stay.
    private static let maximumMalformed = 3

    /// Asks once; after an answer that made no sense, without the condition that the file be another than the known.
    ///
    /// - Parameter malformed: how many answers so far made no sense.
    /// - Returns: the file, or why there is none and whether to ask again.
    /// - Throws: `HTTPError`, and `SheetError` for what asking again cannot mend.
    func attempt(malformed: Int) async throws -> Attempt<Answer> {
        do {
            return try await ask(
                malformed == 0 ? known?.condition : nil, isLast: malformed + 1 >= Self.maximumMalformed)
        } catch let error as LocalFileError {
            throw SheetError(
                .unavailable, "its answer could not be kept in a temporary file: \(error)",
                hint: "free some space in the folder for temporary files, or set TMPDIR to another one")
        }
    }

    private func ask(_ condition: HTTPHeaders?, isLast: Bool) async throws -> Attempt<Answer> {
        try await client.stream(request(condition)) { head, body in
            switch head.status {
            case 200: break
            case 304 where condition != nil: return notModified(head)
            default:
                let refusal = WebFileRefusal(head, isAuthorized: authorization != nil)
                return .failure(refusal.error, RetryOutcome(head, now: secondsSince1970()))
            }
            let type = ContentType(head.headers["Content-Type"])
            if let reason = type.isNoFileOfRows {
                return .failure(
                    SheetError(.malformedAnswer, "the answer is \(reason)"),
                    RetryOutcome(head, isRetryable: !isLast))
            }
            let version = FileVersion(head, reading)
            if let known, version == known, known.isLongTag { return .success(.unchanged) }
            let saved = try await save(body)
            if !saved.isProven, try await !isConfirmed(saved.digest) {
                return .failure(
                    SheetError(
                        .cutShort, "the server does not say where its answer ends, and two of them were not the same",
                        hint: "let the server send Content-Length or chunked encoding"),
                    RetryOutcome(head, isRetryable: true))
            }
            let actual = version ?? FileVersion(bytes: saved.digest, reading)
            // A server may have reasons to send a file again whose meaning or date is the same: it is looked at then.
            if let known, actual == known, known.meansTheSameBytes { return .success(.unchanged) }
            return .success(
                .file(
                    Body(
                        file: saved.file, bytes: saved.bytes, digest: saved.digest, version: actual,
                        charset: type.charset)))
        }
    }

    private func request(_ condition: HTTPHeaders?) -> HTTPRequest {
        // No cache in between may answer for the server without asking it.
        var headers: HTTPHeaders = ["Accept": "text/csv, text/plain;q=0.9, */*;q=0.5", "Cache-Control": "no-cache"]
        for field in condition?.fields ?? [] { headers.add(field.name, field.value) }
        if let authorization { headers.add("Authorization", authorization) }
        return HTTPRequest(
            url: address.url, headers: headers, totalTimeout: Self.totalTimeout, label: "read \(address.name)")
    }

    private func notModified(_ head: HTTPResponseHead) -> Attempt<Answer> {
        if known?.mayBeMeant(by: head) == true { return .success(.unchanged) }
        return .failure(
            SheetError(.malformedAnswer, "the server says that another version than the known one has not changed"),
            RetryOutcome(head, isRetryable: true))
    }

    // MARK: The body

    private struct Saved {
        let file: LocalFile
        let bytes: Int
        let digest: SHA256Digest
        /// Whether HTTP itself proves that nothing is missing at the end.
        let isProven: Bool
    }

    private func save(_ body: HTTPBody) async throws -> Saved {
        let file = try await onFileThread { () throws(LocalFileError) in try LocalFile() }
        var hasher = SHA256Hasher()
        var bytes = 0
        let isProven = try await forEachChunk(of: body) { chunk in
            hasher.update(chunk)
            bytes += chunk.count
            try await onFileThread { () throws(LocalFileError) in try file.append(chunk) }
        }
        return Saved(file: file, bytes: bytes, digest: hasher.finish(), isProven: isProven)
    }

    /// Whether a second answer has the same bytes, so that the first can be believed, which no length or chunk vouches
    /// for: a connection that breaks hardly breaks at the same byte twice.
    private func isConfirmed(_ digest: SHA256Digest) async throws -> Bool {
        try await client.stream(request(nil)) { head, body in
            guard head.status == 200 else { return false }
            var hasher = SHA256Hasher()
            _ = try await forEachChunk(of: body) { hasher.update($0) }
            return hasher.finish() == digest
        }
    }

    /// Hands over each chunk.
    ///
    /// - Returns: whether the end of the body is proven.
    private func forEachChunk(of body: HTTPBody, _ take: ([UInt8]) async throws -> Void) async throws -> Bool {
        do {
            for try await chunk in body { try await take(chunk) }
            return true
        } catch let error as HTTPError where error.code == .bodyEndUnproven {
            // All chunks have come, up to where the connection was closed in good order.
            return false
        }
    }
}

/// What an answer that is not the file means.
struct WebFileRefusal {
    let error: SheetError

    init(_ head: HTTPResponseHead, isAuthorized: Bool) {
        let said = "the server answered \(head.status)"
        switch head.status {
        case 401, 403, 407:
            let hint =
                isAuthorized
                ? "see that `authorization_file` holds what this server asks for, and that it may read this address"
                : "give what the server asks for in a file, and name it with `authorization_file`"
            error = SheetError(.notShared, "\(said): it may not be read", hint: hint)
        case 404, 410:
            error = SheetError(
                .spreadsheetNotFound, "\(said): there is no such file",
                hint: "correct the address, or put the file back")
        case 429:
            error = SheetError(.quotaExceeded, said, hint: "ask this server less often")
        case 408, 425, 500...:
            error = SheetError(.unavailable, said)
        case 400...:
            error = SheetError(.requestRefused, said)
        default:
            error = SheetError(.malformedAnswer, "\(said), which is no file", retryable: false)
        }
    }
}

/// What the `Content-Type` of an answer says.
struct ContentType {
    private let type: String
    let charset: String?

    init(_ header: String?) {
        let parts = (header ?? "").lowercased().split(separator: ";").map { part in
            String(part.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
        }
        type = parts.first ?? ""
        charset = parts.dropFirst().first { $0.hasPrefix("charset=") }.map { part in
            String(part.dropFirst("charset=".count).filter { $0 != "\"" })
        }
    }

    /// What it is, if it cannot be rows.
    var isNoFileOfRows: String? {
        switch type {
        case "text/html", "application/xhtml+xml": "a web page and no file; perhaps one to sign in"
        case "application/json", "application/problem+json", "text/xml", "application/xml", "application/pdf":
            "of the type \(type) and no CSV"
        case _ where type.hasPrefix("image/"): "an image and no CSV"
        case _ where type.hasPrefix("application/vnd.openxmlformats"): "a workbook of Excel and no CSV"
        default: nil
        }
    }
}

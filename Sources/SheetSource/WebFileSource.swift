package import HTTPTransfer
package import Logging
internal import Tabular

/// A CSV file behind an `http://` or `https://` address as a source of rows.
///
/// A file's version is what the server says of it (ETag, or a Last-Modified that may be relied on), or else the hash of
/// its bytes. Where the rows of a version are known, the server is asked for the file only if it is another one by now.
///
/// The answer is kept in a temporary file until it is proven whole: only then a row is handed over.
/// Its end is proven by its length or its chunks; an answer that just ends where the connection does is believed only
/// if a second one has the same bytes.
package struct WebFileSource: SheetReader {
    private let address: WebAddress
    private let encoding: TextEncoding?
    private let authorization: AuthorizationFile?
    private let client: HTTPClient
    private let policy: RetryPolicy
    private let logger: Logger

    /// A source of one file.
    ///
    /// - Parameters:
    ///   - address: where it is.
    ///   - encoding: how its characters are written; nil as the server says, and UTF-8 where it does not.
    ///   - authorizationFile: a file with the value of the `Authorization` header; nil sends none.
    ///   - client: makes the transfers.
    ///   - policy: whether and when a failed call is made again.
    ///   - logger: is told of calls that are made again.
    package init(
        address: WebAddress, encoding: TextEncoding? = nil, authorizationFile: String? = nil, client: HTTPClient,
        policy: RetryPolicy = RetryPolicy(), logger: Logger
    ) {
        self.address = address
        self.encoding = encoding
        authorization = authorizationFile.map(AuthorizationFile.init)
        self.client = client
        self.policy = policy
        self.logger = logger
    }

    package func read(_ request: SheetRequest) async throws(SheetError) -> SheetReading {
        do {
            return try await readOrThrow(request)
        } catch let error as HTTPError {
            throw SheetError(error).about(request.sheet)
        } catch {
            throw SheetError(fileFailure: error).about(request.sheet)
        }
    }

    private func readOrThrow(_ request: SheetRequest) async throws -> SheetReading {
        let way = FileVersion.Reading(encoding: encoding, headerRow: request.sheet.headerRow)
        let known = request.acceptsUnchanged ? request.knownVersion.flatMap { FileVersion(text: $0, way) } : nil
        let identity = SheetIdentity(
            spreadsheet: address.name, spreadsheetTitle: address.title, sheetID: 0, title: address.title)
        switch try await download(way, known) {
        case .unchanged:
            return SheetReading(
                identity: identity, fileVersionBefore: known?.text, fileVersionAfter: known?.text, bytes: 0,
                rowsRead: 0,
                oneAnswer: true, isUnchanged: true)
        case .file(let body):
            let reading = CSVReading(
                file: body.file, encoding: try encoding(charset: body.charset), sheet: request.sheet, opened: nil)
            do {
                let result = try await reading.run(identity, into: ConsumerPort(request.consumer))
                return SheetReading(
                    identity: identity, fileVersionBefore: body.version.text, fileVersionAfter: body.version.text,
                    bytes: body.bytes, rowsRead: result.rows, oneAnswer: true)
            } catch let error as UndecodableText {
                throw await reading.explain(error)
            }
        }
    }

    private func download(
        _ way: FileVersion.Reading, _ known: FileVersion?
    ) async throws -> WebFileDownload.Answer {
        let download = WebFileDownload(
            address: address, authorization: try await authorization?.value(), client: client, reading: way,
            known: known)
        var malformed = 0
        return try await withRetries(policy, onRetry: logRetry) { _ in
            let attempt = try await download.attempt(malformed: malformed)
            if case .failure(let error as SheetError, _) = attempt, error.code == .malformedAnswer { malformed += 1 }
            return attempt
        }
    }

    /// What the configuration says goes before what the server says.
    private func encoding(charset: String?) throws(SheetError) -> TextEncoding {
        if let encoding { return encoding }
        guard let charset, !charset.isEmpty else { return .utf8 }
        guard let named = TextEncoding(name: charset), named != .auto else {
            throw SheetError(
                .csvMalformed, "the server says that its characters are \(String(charset.prefix(40)))",
                hint: "if they are not, say what they are by `encoding`; or else save the file as CSV in UTF-8")
        }
        return named
    }

    private func logRetry(_ notice: RetryNotice) {
        logger.info(
            "asking for a file again",
            metadata: [
                "file": "\(address.name)", "attempt": "\(notice.attempt)", "wait": "\(notice.wait)",
                "reason": "\(notice.outcome.error?.code.rawValue ?? notice.outcome.status.map(String.init) ?? "")",
            ])
    }
}

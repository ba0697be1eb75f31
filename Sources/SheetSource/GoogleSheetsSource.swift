package import HTTPTransfer
package import Logging
internal import Tabular

/// Tabs of Google spreadsheets as sources of rows, read as one account.
///
/// A read is one `values:batchGet` of the whole tab, between two looks at the file's version in Drive. It is complete
/// when the answer ended as JSON and as HTTP should, covers the whole grid, and the two versions are equal; otherwise
/// it is begun anew. Make one source and share it: it signs in once for everyone.
package struct GoogleSheetsSource: SheetReader {
    let configuration: GoogleConfiguration
    private let signIn: GoogleSignIn
    let caller: GoogleCaller
    private let logger: Logger

    /// A source that signs in when it is first read from.
    package init(configuration: GoogleConfiguration, client: HTTPClient, logger: Logger) {
        self.init(configuration: configuration, client: client, logger: logger, now: secondsSince1970)
    }

    init(
        configuration: GoogleConfiguration, client: HTTPClient, logger: Logger, now: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.logger = logger
        signIn = GoogleSignIn(
            TokenIssuer(configuration: configuration, client: client, logger: logger, now: now))
        caller = GoogleCaller(client: client, signIn: signIn, policy: configuration.retryPolicy, logger: logger)
    }

    /// The address to share spreadsheets with; nil where it cannot be found out.
    package func serviceAccountEmail() async -> String? {
        await signIn.email()
    }

    package func read(_ request: SheetRequest) async throws(SheetError) -> SheetReading {
        let (sheet, consumer) = (request.sheet, request.consumer)
        do throws(SheetError) {
            return try await readUntilStill(sheet, ConsumerPort(consumer))
        } catch {
            throw await advised(error).about(sheet)
        }
    }

    private func readUntilStill(
        _ sheet: SheetReference, _ target: ConsumerPort
    ) async throws(SheetError) -> SheetReading {
        let attempts = max(1, configuration.maximumReads)
        for number in 1...attempts {
            if let reading = try await readOnce(sheet, target) { return reading }
            logger.info("the sheet changed while it was read", metadata: ["sheet": "\(sheet)", "read": "\(number)"])
        }
        throw SheetError(.changedWhileReading, "it changed each of the \(attempts) times it was read")
    }

    /// Reads the sheet once; nil if it changed meanwhile.
    private func readOnce(_ sheet: SheetReference, _ target: ConsumerPort) async throws(SheetError) -> SheetReading? {
        let before = try await firstVersion(sheet)
        let facts = try await facts(sheet)
        let tab = try facts.tab(sheet)
        let identity = facts.identity(of: tab, in: sheet.spreadsheet)
        let answer: Answer
        do throws(SheetError) {
            answer = try await values(sheet, identity, target)
        } catch {
            // The tab may have got another title since that was looked up, so that nothing has this one any more.
            if error.code == .requestRefused, try await version(sheet) != before { return nil }
            throw error
        }
        let after = try await version(sheet)
        guard after == before, try covers(answer.summary, identity) else { return nil }
        return SheetReading(
            identity: identity, fileVersionBefore: before, fileVersionAfter: after, bytes: answer.bytes,
            rowsRead: answer.rows, oneAnswer: true)
    }

    // MARK: The calls

    private func version(_ sheet: SheetReference) async throws(SheetError) -> String {
        let query = formEncoded(["fields": DriveFileFacts.fields, "supportsAllDrives": "true", "prettyPrint": "false"])
        let file = try await caller.json(
            DriveFileFacts.self,
            .init(
                service: .drive,
                url: "\(configuration.driveBase)/drive/v3/files/\(percentEncoded(sheet.spreadsheet))?\(query)",
                label: "look at the version of \(sheet.spreadsheet)"))
        return try file.checkedVersion()
    }

    private func firstVersion(_ sheet: SheetReference) async throws(SheetError) -> String {
        do throws(SheetError) {
            return try await version(sheet)
        } catch {
            // Drive does not tell a file that one may not see from one that is not there; Sheets does.
            if error.code == .spreadsheetNotFound { _ = try await facts(sheet) }
            throw error
        }
    }

    private func facts(_ sheet: SheetReference) async throws(SheetError) -> SpreadsheetFacts {
        let query = formEncoded(["fields": SpreadsheetFacts.fields, "prettyPrint": "false"])
        return try await caller.json(
            SpreadsheetFacts.self,
            .init(
                service: .sheets, url: "\(spreadsheetURL(sheet))?\(query)",
                label: "look at the tabs of \(sheet.spreadsheet)"))
    }

    /// What came of the values, beside the rows.
    private struct Answer {
        let summary: SheetsValuesSummary
        let bytes: Int
        let rows: Int
    }

    private func values(
        _ sheet: SheetReference, _ identity: SheetIdentity, _ target: ConsumerPort
    ) async throws(SheetError) -> Answer {
        // The title alone means the whole tab, with whatever rows and columns it has by then.
        let query = formEncoded([
            "ranges": A1Range(title: identity.title).description, "majorDimension": "ROWS",
            "valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "SERIAL_NUMBER", "prettyPrint": "false",
        ])
        let call = GoogleCaller.Call(
            service: .sheets, url: "\(spreadsheetURL(sheet))/values:batchGet?\(query)",
            label: "read '\(identity.title)' of \(sheet.spreadsheet)")
        return try await caller.stream(call) { body in
            try await target.begin(identity)
            return try await rows(of: body, from: sheet, into: target)
        }
    }

    private func rows(
        of body: HTTPBody, from sheet: SheetReference, into target: ConsumerPort
    ) async throws -> Answer {
        var bytes = 0
        var rows = 0
        do {
            var scanner = SheetsValuesScanner(firstRowNumber: 1)
            for try await chunk in body {
                bytes += chunk.count
                try scanner.feed(chunk)
                if let batch = scanner.takeBatch(atLeast: configuration.batchBytes) {
                    rows += try await target.receive(batch, from: sheet)
                }
            }
            let summary = try scanner.finish()
            if let batch = scanner.takeBatch() { rows += try await target.receive(batch, from: sheet) }
            return Answer(summary: summary, bytes: bytes, rows: rows)
        } catch let error as ScanError {
            let code: SheetError.Code = error.code == .cutShort ? .cutShort : .malformedAnswer
            throw SheetError(code, "the answer with its values cannot be used: \(error)")
        }
    }

    private func spreadsheetURL(_ sheet: SheetReference) -> String {
        "\(configuration.sheetsBase)/v4/spreadsheets/\(percentEncoded(sheet.spreadsheet))"
    }

    // MARK: What was answered, and what to do about it

    /// Whether the answer covers the whole grid as it was looked up; a smaller one is of another moment.
    ///
    /// - Throws: `malformedAnswer` if the answer is about something else.
    private func covers(_ summary: SheetsValuesSummary, _ identity: SheetIdentity) throws(SheetError) -> Bool {
        guard let range = A1Range(summary.range), let title = range.title,
            title.utf8.elementsEqual(identity.title.utf8),
            range.firstColumn == 0, range.firstRow == 1, let lastRow = range.lastRow, let lastColumn = range.lastColumn,
            summary.rowCount <= lastRow, summary.spreadsheetId.map({ $0 == identity.spreadsheet }) ?? true
        else {
            throw SheetError(
                .malformedAnswer, "the answer is about the range \(summary.range), which was not asked for")
        }
        return lastRow >= identity.rowCount && lastColumn >= identity.columnCount - 1
    }

    /// The error with the account's address in its hint, where someone has to share something with it.
    private func advised(_ error: SheetError) async -> SheetError {
        guard error.code == .notShared, let email = await signIn.email() else { return error }
        return SheetError(
            error.code, sheet: error.sheet, error.detail, hint: "share the spreadsheet with \(email), as a viewer")
    }
}

package import HTTPTransfer
package import Logging
internal import Tabular

/// Tabs of Google spreadsheets as sources of rows, read as one account.
///
/// All tabs of a spreadsheet that are wanted are read together: one look at its tabs, one `values:batchGet`, and one
/// look at the file's version in Drive. If that is the version that was known before, nothing moved in between, and the
/// read is proven; otherwise it is begun anew, with the version just seen as the one that was before. A tab with too
/// many cells for one answer is read in windows of rows, each of which begins with the last row of the one before.
/// Make one source and share it: it signs in once for everyone.
package struct GoogleSheetsSource: SheetReader {
    let configuration: GoogleConfiguration
    private let signIn: GoogleSignIn
    let caller: GoogleCaller
    let logger: Logger

    /// A source that signs in when it is first read from.
    package init(configuration: GoogleConfiguration, client: HTTPClient, logger: Logger) {
        self.init(configuration: configuration, client: client, logger: logger, now: secondsSince1970)
    }

    init(
        configuration: GoogleConfiguration, client: HTTPClient, logger: Logger, now: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.logger = logger
        let outage = OutageWatch()
        let signIn = GoogleSignIn(
            TokenIssuer(configuration: configuration, client: client, logger: logger, outage: outage, now: now))
        self.signIn = signIn
        caller = GoogleCaller(
            client: client, signIn: signIn, policy: configuration.retryPolicy,
            gate: configuration.quota.map { QuotaGate($0, signIn: signIn, logger: logger) }, outage: outage,
            scopes: configuration.scopes, logger: logger)
    }

    /// The address to share spreadsheets with; nil where it cannot be found out.
    package func serviceAccountEmail() async -> String? {
        await signIn.account()?.email
    }

    package func read(_ request: SheetRequest) async throws(SheetError) -> SheetReading {
        try await read(together: [request])[0].get()
    }

    package func read(together requests: [SheetRequest]) async -> [Result<SheetReading, SheetError>] {
        let tabs = requests.map { TabRead($0) }
        var spreadsheets: [String] = []
        for request in requests where !spreadsheets.contains(request.sheet.spreadsheet) {
            spreadsheets.append(request.sheet.spreadsheet)
        }
        for spreadsheet in spreadsheets {
            await readUntilStill(tabs.filter { $0.request.sheet.spreadsheet == spreadsheet }, of: spreadsheet)
        }
        var results: [Result<SheetReading, SheetError>] = []
        for tab in tabs {
            switch tab.result {
            case .success(let reading): results.append(.success(reading))
            case .failure(let error): results.append(.failure(await advised(error).about(tab.request.sheet)))
            case nil: results.append(.failure(gaveUp().about(tab.request.sheet)))
            }
        }
        return results
    }

    /// Reads tabs of one spreadsheet until each was read, has failed, or has changed too often.
    private func readUntilStill(_ tabs: [TabRead], of spreadsheet: String) async {
        // It is the file that has a version: whoever knows the newest knows it for all.
        var before = tabs.compactMap(\.request.knownVersion).max { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
        for number in 1...max(1, configuration.maximumReads) {
            let open = tabs.filter { $0.result == nil }
            do throws(SheetError) {
                before = try await readOnce(open, of: spreadsheet, before)
            } catch {
                for tab in open where tab.result == nil { tab.fail(error) }
            }
            guard tabs.contains(where: { $0.result == nil }) else { return }
            logger.info(
                "the sheet changed while it was read", metadata: ["sheet": "\(spreadsheet)", "read": "\(number)"])
        }
    }

    /// Reads tabs once; those that changed meanwhile have no result afterwards.
    ///
    /// - Parameters:
    ///   - tabs: those without a result yet.
    ///   - spreadsheet: the one they are in.
    ///   - known: the file's version at an earlier moment; nil to look.
    /// - Returns: the file's version after the read, if it was looked at.
    /// - Throws: what concerns all of them.
    private func readOnce(
        _ tabs: [TabRead], of spreadsheet: String, _ known: String?
    ) async throws(SheetError) -> String? {
        let before: String
        if let known { before = known } else { before = try await version(of: spreadsheet) }
        let facts = try await facts(spreadsheet, tabs)
        for tab in tabs { tab.locate(in: facts, maximumCells: configuration.maximumCellsPerAnswer) }
        var policy = configuration.retryPolicy
        var answers = plan(tabs)
        while !answers.isEmpty {
            let answer = answers.removeFirst().filter(\.isTaking)
            guard !answer.isEmpty else { continue }
            do throws(SheetError) {
                try await values(of: answer, policy)
            } catch {
                if error.code == .requestRefused {
                    // A tab may have got another title since that was looked up, so that nothing has this one any more.
                    let now = try await version(of: spreadsheet)
                    if now != before { return now }
                }
                answers = try lesser(answer, after: error) + answers
                // What was tried for so long is not tried as long for each of its parts.
                policy.maximumAttempts = min(policy.maximumAttempts, 3)
            }
        }
        try await checkWindows(tabs, of: spreadsheet)
        guard tabs.contains(where: { $0.result == nil }) else { return nil }
        let after = try await version(of: spreadsheet)
        if after == before {
            for tab in tabs where tab.isTaking { tab.succeed(version: after) }
        }
        return after
    }

    /// Tabs read in several answers must stand after the last as they stood before the first.
    private func checkWindows(_ tabs: [TabRead], of spreadsheet: String) async throws(SheetError) {
        let parted = tabs.filter { $0.isTaking && $0.windowRows != nil }
        guard !parted.isEmpty else { return }
        let facts = try await facts(spreadsheet, parted)
        for tab in parted { tab.check(against: facts) }
    }

    /// The tabs by the answers that they are read in: as many in each as its cells, and the address, have room for.
    private func plan(_ tabs: [TabRead]) -> [[TabRead]] {
        var answers: [[TabRead]] = []
        var room = (cells: 0, bytes: 0)
        for tab in tabs {
            guard tab.isTaking, let area = tab.area else { continue }
            let bytes = percentEncoded(area.range(nil).description).utf8.count
            if tab.windowRows != nil {
                answers.append([tab])
                room = (0, 0)
            } else if area.cellCount <= room.cells, bytes <= room.bytes {
                answers[answers.count - 1].append(tab)
                room = (room.cells - area.cellCount, room.bytes - bytes)
            } else {
                answers.append([tab])
                room = (configuration.maximumCellsPerAnswer - area.cellCount, Self.maximumQueryBytes - bytes)
            }
        }
        return answers
    }

    /// What to ask for instead of an answer that could not be had.
    ///
    /// - Throws: the error, if it concerns all that is read.
    private func lesser(_ answer: [TabRead], after error: SheetError) throws(SheetError) -> [[TabRead]] {
        switch error.code {
        case .cutShort, .malformedAnswer, .requestRefused: break
        case .unavailable where error.mayBeTooMuch: break
        default: throw error
        }
        guard answer.count == 1 else {
            // One of them may be why: each half is asked for by itself.
            return [Array(answer[..<(answer.count / 2)]), Array(answer[(answer.count / 2)...])]
        }
        let isTooMuch = error.code == .cutShort || error.code == .unavailable
        if isTooMuch, answer[0].halve(minimumCells: configuration.minimumCellsPerAnswer) { return [answer] }
        answer[0].fail(error)
        return []
    }

    private func gaveUp() -> SheetError {
        SheetError(
            .changedWhileReading, "it changed each of the \(max(1, configuration.maximumReads)) times it was read")
    }

    /// The error with the account's address in its hint, where someone has to share something with it.
    private func advised(_ error: SheetError) async -> SheetError {
        guard error.code == .notShared, let email = await signIn.account()?.email else { return error }
        return SheetError(
            error.code, sheet: error.sheet, error.detail, hint: "share the spreadsheet with \(email), as a viewer")
    }
}

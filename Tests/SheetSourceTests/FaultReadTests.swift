import HTTPTransfer
import Logging
import SheetsEmulator
import Testing

@testable import SheetSource

/// The reads that are no plain read of one tab, under the faults that a plain one meets.
@Suite struct FaultsOfOtherReads {
    /// What is read.
    enum Read: String, CaseIterable, Sendable {
        case namedRange, severalTabs
    }

    private static let tabs = (1...3).map { tab in (title: "担当 \(tab)", rows: (1...30).map { ["\(tab)-\($0)", "料理"] }) }
    private static let batchGet = "spreadsheets.values.batchGet"
    private static let seen = (1...3).map { SheetCell(row: $0, column: 0) }

    /// A source that waits for a second where an answer may never come, and hardly at all if it is sure not to.
    private func source(_ world: GoogleWorld, _ fault: EmulatorFault) -> GoogleSheetsSource {
        var configuration = world.configuration()
        configuration.batchBytes = 100
        let stays = fault.times > 100
        if stays { configuration.retryPolicy.maximumAttempts = 2 }
        var http = HTTPConfiguration()
        switch fault.kind {
        case .delay, .drip(_, 1_000...): http.totalTimeout = stays ? .milliseconds(100) : .seconds(1)
        default: break
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return GoogleSheetsSource(
            configuration: configuration, client: HTTPClient(configuration: http), logger: logger)
    }

    /// Reads under a fault; the rows of what was asked for, as far as they came, and what should have come.
    private func read(
        _ world: GoogleWorld, _ read: Read, _ fault: EmulatorFault
    ) async throws -> [(rows: [[String]], expected: [[String]], error: SheetError?)] {
        world.add("s2", tabs: Self.tabs)
        try world.emulator.defineName("s2", "表", range: "'担当 2'!A3:B12")
        world.emulator.inject(fault)
        let wanted =
            switch read {
            case .namedRange: [(SheetReference(spreadsheet: "s2", namedRange: "表"), Array(Self.tabs[1].rows[2..<12]))]
            case .severalTabs: Self.tabs.map { (SheetReference(spreadsheet: "s2", tab: $0.title), $0.rows) }
            }
        let collectors = wanted.map { _ in Collector() }
        let results = await source(world, fault).read(
            together: zip(wanted, collectors).map { SheetRequest($0.0, into: $1) })
        return zip(zip(wanted, collectors), results).map { pair, result in
            var error: SheetError?
            if case .failure(let found) = result { error = found }
            return (pair.1.rows, pair.0.1, error)
        }
    }

    @Test(arguments: Read.allCases, FaultsOfEveryCall.kinds) func comeToAllRowsWhenTheFaultPasses(
        _ what: Read, _ kind: EmulatorFault.Kind
    ) async throws {
        try await GoogleWorld.with { world in
            // libcurl asks once more by itself when a connection used before is reset.
            let fault = EmulatorFault(kind, times: kind == .reset ? 2 : 1, method: Self.batchGet)
            for (rows, expected, error) in try await read(world, what, fault) {
                #expect(error == nil)
                #expect(rows == expected)
            }
        }
    }

    @Test(arguments: Read.allCases, FaultsOfEveryCall.kinds) func endInAnErrorForEachWhenItStays(
        _ what: Read, _ kind: EmulatorFault.Kind
    ) async throws {
        try await GoogleWorld.with { world in
            for (_, _, error) in try await read(world, what, EmulatorFault(kind, times: 10_000, method: Self.batchGet))
            {
                let found = try #require(error)
                #expect(found.isUnreadable)
                #expect(!"\(found)".contains("料理"))
                if kind != .status(401) { #expect(found.retryable, "\(found)") }
            }
        }
    }

    @Test(arguments: Read.allCases, [1, 7, 100]) func takeValuesThatDrip(_ what: Read, bytes: Int) async throws {
        try await GoogleWorld.with { world in
            let fault = EmulatorFault(.drip(bytes: bytes, milliseconds: 0), times: 10, method: Self.batchGet)
            for (rows, expected, error) in try await read(world, what, fault) {
                #expect(error == nil)
                #expect(rows == expected)
            }
        }
    }

    @Test(arguments: Read.allCases) func giveUpOnValuesThatDripForEver(_ what: Read) async throws {
        try await GoogleWorld.with { world in
            let fault = EmulatorFault(.drip(bytes: 10, milliseconds: 3_600_000), times: 1_000, method: Self.batchGet)
            for (_, _, error) in try await read(world, what, fault) {
                let found = try #require(error)
                #expect(found.isUnreadable && found.retryable)
            }
        }
    }

    /// A message is worth less than a label: no failure of a look at the cells is one of the run.
    @Test(arguments: ["spreadsheets.get", batchGet, "token"], FaultsOfEveryCall.kinds)
    func looksAtCellsNeverFail(_ method: String, _ kind: EmulatorFault.Kind) async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: Self.tabs)
            let identity = try await world.source().read(
                SheetReference(spreadsheet: "s2", tab: "担当 2"), into: Collector()
            ).identity
            let fault = EmulatorFault(kind, times: 10_000, method: method)
            world.emulator.inject(fault)
            let texts = await source(world, fault).shownTexts(of: Self.seen, in: identity)
            // An answer may be short enough to escape a cut.
            if case .cutBody(after: 200) = kind, !texts.isEmpty { return }
            #expect(texts.isEmpty)
            world.emulator.clearFaults()
            #expect(await world.source().shownTexts(of: Self.seen, in: identity) == ["2-1", "2-2", "2-3"])
        }
    }
}

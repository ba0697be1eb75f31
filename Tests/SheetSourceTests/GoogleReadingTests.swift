import HTTPTransfer
import Logging
import SheetSource
import SheetsEmulator
import Tabular
import Testing

@Suite struct ReadingATab {
    @Test func bringsItsRowsItsIdentityAndTheProof() async throws {
        try await GoogleWorld.with { world in
            let collector = Collector()
            let reading = try await world.source().read(GoogleWorld.sheet, into: collector)
            #expect(collector.rows.first == GoogleWorld.rows[0])
            #expect(collector.rows[1] == ["1001", "味噌ラーメン", "TRUE", "45351"])
            #expect(collector.kinds[1] == [.number, .text, .boolean, .number])
            #expect(collector.rows[2] == ["1002", "唐揚げ \"改\"", "FALSE"])
            #expect(collector.rows[3] == ["1003"])
            #expect(collector.firstRowNumbers == [1])
            let identity = try #require(collector.begun.first)
            #expect(identity == reading.identity)
            #expect(identity.spreadsheet == "s1")
            #expect(identity.spreadsheetTitle == "分類表")
            #expect(identity.sheetID == 0)
            #expect(identity.title == GoogleWorld.tab)
            #expect(identity.rowCount >= 4)
            #expect(identity.timeZone == "Asia/Tokyo")
            #expect(identity.locale == "ja_JP")
            #expect(reading.fileVersionBefore != nil)
            #expect(reading.fileVersionBefore == reading.fileVersionAfter)
            #expect(reading.rowsRead == 4)
            #expect(reading.bytes > 100)
            #expect(reading.oneAnswer)
        }
    }

    @Test(arguments: ["It's!", "レシピ 分類", "A1", "R1C1", "a!b", "100% & c=d+e?#/", "'", "!", "2024", "日本語'!A1:B2"])
    func findsAnyTitle(_ title: String) async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: [("other", [["wrong"]]), (title, [["right"]])])
            let collector = Collector()
            let reading = try await world.source().read(SheetReference(spreadsheet: "s2", tab: title), into: collector)
            #expect(collector.rows == [["right"]])
            #expect(reading.identity.title == title)
        }
    }

    @Test func followsATabThatGotAnotherTitleByItsID() async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: [("first", [["1"]]), ("second", [["2"]])])
            let source = world.source()
            let id = try await source.read(SheetReference(spreadsheet: "s2", tab: "second"), into: Collector())
                .identity.sheetID
            try world.emulator.renameTab("s2", "second", to: "renamed")
            let collector = Collector()
            let reading = try await source.read(
                SheetReference(spreadsheet: "s2", tab: "second", sheetID: id), into: collector)
            #expect(collector.rows == [["2"]])
            #expect(reading.identity.title == "renamed")
        }
    }

    @Test func takesTheFirstTabWhereNoneIsNamed() async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: [("first", [["1"]]), ("second", [["2"]])])
            let collector = Collector()
            _ = try await world.source().read(SheetReference(spreadsheet: "s2"), into: collector)
            #expect(collector.rows == [["1"]])
        }
    }

    @Test func readsAnEmptyTabAsNoRows() async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: [("empty", [])])
            let collector = Collector()
            let reading = try await world.source().read(SheetReference(spreadsheet: "s2"), into: collector)
            #expect(collector.begun.count == 1)
            #expect(collector.rows.isEmpty)
            #expect(reading.rowsRead == 0)
        }
    }

    @Test func beginsAtTheHeaderRow() async throws {
        try await GoogleWorld.with { world in
            world.add("s2", tabs: [("t", [["a note"], [], ["id"], ["1"]])])
            let collector = Collector()
            let reading = try await world.source().read(
                SheetReference(spreadsheet: "s2", headerRow: 3), into: collector)
            #expect(collector.rows == [["id"], ["1"]])
            #expect(collector.firstRowNumbers == [3])
            #expect(reading.rowsRead == 2)
        }
    }

    @Test func handsALargeTabOverInBatches() async throws {
        try await GoogleWorld.with { world in
            let rows = (0..<20_000).map { ["\($0)", "料理 \($0)"] }
            world.add("s2", tabs: [("t", rows)])
            var configuration = world.configuration()
            configuration.batchBytes = 8 << 10
            let collector = Collector()
            let reading = try await world.source(configuration).read(SheetReference(spreadsheet: "s2"), into: collector)
            #expect(collector.rows == rows)
            #expect(collector.firstRowNumbers.count > 1)
            #expect(reading.rowsRead == rows.count)
        }
    }

    @Test func signsInOnceForAllWhoReadAtOnce() async throws {
        try await GoogleWorld.with { world in
            let source = world.source()
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask { _ = try await source.read(GoogleWorld.sheet, into: Collector()) }
                }
                try await group.waitForAll()
            }
            #expect(world.emulator.counters["token"] == 1)
        }
    }

    @Test func makesFourCallsForOneRead() async throws {
        try await GoogleWorld.with { world in
            let source = world.source()
            _ = try await source.read(GoogleWorld.sheet, into: Collector())
            world.emulator.resetCounters()
            _ = try await source.read(GoogleWorld.sheet, into: Collector())
            #expect(
                world.emulator.counters == [
                    "drive.files.get": 2, "spreadsheets.get": 1, "spreadsheets.values.batchGet": 1,
                ])
        }
    }
}

/// A read is complete and of one moment, or it is an error.
@Suite struct CompleteReads {
    static let batchGet = "spreadsheets.values.batchGet"

    @Test func beginAnewWhenTheSheetChangesMeanwhile() async throws {
        try await GoogleWorld.with { world in
            world.hooks.onNext(Self.batchGet) {
                try? world.emulator.type("s1", "\(GoogleWorld.tab)!B2", [["塩ラーメン"]])
            }
            let collector = Collector()
            let reading = try await world.source().read(GoogleWorld.sheet, into: collector)
            #expect(collector.begun.count == 2)
            #expect(collector.rows.count == 4)
            #expect(collector.rows[1][1] == "塩ラーメン")
            #expect(reading.fileVersionBefore == reading.fileVersionAfter)
        }
    }

    @Test func beginAnewWhenTheTabIsRenamedMeanwhile() async throws {
        try await GoogleWorld.with { world in
            world.hooks.onNext(Self.batchGet) {
                try? world.emulator.renameTab("s1", GoogleWorld.tab, to: "新しい名前")
            }
            let collector = Collector()
            let reading = try await world.source().read(SheetReference(spreadsheet: "s1", sheetID: 0), into: collector)
            #expect(reading.identity.title == "新しい名前")
            #expect(collector.rows.count == 4)
        }
    }

    @Test func giveUpOnASheetThatNeverStandsStill() async throws {
        try await GoogleWorld.with { world in
            world.hooks.onCall { method in
                guard method == Self.batchGet else { return }
                try? world.emulator.append("s1", tab: GoogleWorld.tab, [["9"]])
            }
            let collector = Collector()
            let error = try await sheetFailure { _ = try await world.source().read(GoogleWorld.sheet, into: collector) }
            #expect(error.code == .changedWhileReading)
            #expect(error.retryable)
            #expect(collector.begun.count == 3)
        }
    }

    @Test(arguments: [
        EmulatorFault.Kind.cutBody(after: 60), .cutBody(after: 0), .truncatedJSON, .reset, .htmlWith200, .status(500),
        .status(503), .status(429),
    ]) func comeOfASecondAttemptAfterABrokenOne(_ kind: EmulatorFault.Kind) async throws {
        try await GoogleWorld.with { world in
            world.emulator.inject(EmulatorFault(kind, method: Self.batchGet))
            let collector = Collector()
            _ = try await world.source().read(GoogleWorld.sheet, into: collector)
            #expect(collector.rows.count == 4)
            #expect(world.emulator.counters[Self.batchGet] == 2)
        }
    }

    @Test(arguments: [
        (EmulatorFault.Kind.truncatedJSON, SheetError.Code.cutShort, 4), (.cutBody(after: 60), .cutShort, 4),
        (.htmlWith200, .malformedAnswer, 3), (.status(503), .unavailable, 4), (.status(429), .quotaExceeded, 4),
    ]) func areNeverMadeOfBrokenAnswersAlone(
        kind: EmulatorFault.Kind, code: SheetError.Code, attempts: Int
    ) async throws {
        try await GoogleWorld.with { world in
            world.emulator.inject(EmulatorFault(kind, times: 100, method: Self.batchGet))
            let error = try await sheetFailure {
                _ = try await world.source().read(GoogleWorld.sheet, into: Collector())
            }
            #expect(error.code == code)
            #expect(error.retryable)
            #expect(error.sheet == GoogleWorld.sheet)
            #expect(world.emulator.counters[Self.batchGet] == attempts)
        }
    }

    @Test func areGivenUpSoonerWhileNothingGetsThrough() async throws {
        try await GoogleWorld.with { world in
            world.emulator.inject(EmulatorFault(.status(503), times: 9, method: "spreadsheets.get"))
            let source = world.source()
            // The third read's third attempt is the first that gets through.
            for (attempts, isRead) in [(4, false), (3, false), (3, true)] {
                world.emulator.resetCounters()
                let result = await source.read(together: [SheetRequest(GoogleWorld.sheet, into: Collector())])[0]
                #expect(((try? result.get()) != nil) == isRead)
                #expect(world.emulator.counters["spreadsheets.get"] == attempts)
            }
            world.emulator.inject(EmulatorFault(.status(503), times: 100, method: "spreadsheets.get"))
            world.emulator.resetCounters()
            _ = try await sheetFailure { _ = try await source.read(GoogleWorld.sheet, into: Collector()) }
            #expect(world.emulator.counters["spreadsheets.get"] == 4)
        }
    }

    @Test func keepTryingForAsLongAsAQuotaTakesToRefill() {
        let policy = GoogleConfiguration(credentials: .metadataServer).retryPolicy
        // With the least luck there is, the attempts that are left still reach the deadline.
        var elapsed = Duration.zero
        var attempt = 1
        let outcome = RetryOutcome(HTTPResponseHead(status: 429, headers: [:]))
        while case .retry(let wait) = policy.decide(attempt: attempt, elapsed: elapsed, outcome: outcome, random: 0.2) {
            elapsed += wait
            attempt += 1
        }
        #expect(elapsed > .seconds(120))
        #expect(policy.maximumBackoff == .seconds(64))
    }

    @Test func waitForTheQuotaThatDriveSaysWithA403() async throws {
        try await GoogleWorld.with { world in
            world.emulator.inject(EmulatorFault(.status(403), times: 2, method: "drive.files.get"))
            _ = try await world.source().read(GoogleWorld.sheet, into: Collector())
            #expect(world.emulator.counters["drive.files.get"] == 4)
        }
    }

    @Test func endWithTheirConsumersError() async throws {
        struct Full: Error {}
        try await GoogleWorld.with { world in
            let collector = Collector { _ in throw Full() }
            let error = try await sheetFailure { _ = try await world.source().read(GoogleWorld.sheet, into: collector) }
            #expect(error.code == .consumerStopped)
            #expect(error.underlying is Full)
            #expect(!error.isUnreadable)
            #expect(collector.begun.count == 1)
        }
    }

    @Test func endAtOnceWhenTheyAreCalledOff() async throws {
        try await GoogleWorld.with { world in
            let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
            world.emulator.inject(EmulatorFault(.delay(milliseconds: 3_600_000), method: Self.batchGet))
            world.hooks.onNext(Self.batchGet) { arrived.yield() }
            let task = Task {
                try await sheetFailure { _ = try await world.source().read(GoogleWorld.sheet, into: Collector()) }
            }
            for await _ in arrivals { break }
            task.cancel()
            let code = try await task.value.code
            #expect(code == .cancelled)
        }
    }
}

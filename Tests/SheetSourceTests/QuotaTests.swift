import HTTPTransfer
import Logging
import SheetsEmulator
import Synchronization
import TestRandom
import Testing

@testable import SheetSource

/// No stretch of a minute has more calls than the limit.
@Suite struct QuotaWindows {
    /// The moments of calls that come at `arrivals`, and each wait as long as they are told.
    private func moments(_ window: inout QuotaWindow, _ arrivals: [Double], limit: Int) -> [Double] {
        arrivals.map { $0 + window.reserve(limit: limit, now: $0) }
    }

    /// The most calls in any stretch of a minute.
    private func densest(_ moments: [Double]) -> Int {
        let sorted = moments.map { Int(($0 * 1_000).rounded()) }.sorted()
        return sorted.indices.map { first in sorted[first...].prefix { $0 < sorted[first] + 60_000 }.count }.max() ?? 0
    }

    @Test func letAFullBurstThroughAndTheRestAMinuteLater() {
        var window = QuotaWindow()
        let made = moments(&window, Array(repeating: 1_000, count: 7), limit: 3)
        #expect(made == [1_000, 1_000, 1_000, 1_060, 1_060, 1_060, 1_120])
    }

    @Test func freeEachCallsPlaceAMinuteAfterIt() {
        var window = QuotaWindow()
        let made = moments(&window, [0, 10, 59.999, 59.999, 60, 130], limit: 2)
        #expect(made == [0, 10, 60, 70, 120, 130])
    }

    @Test(arguments: 0..<200 as Range<UInt64>) func holdForAnyArrivals(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        let limit = Int.random(in: 1...5, using: &generator)
        var window = QuotaWindow()
        var now = 1_700_000_000.0
        var made: [Double] = []
        for _ in 0..<120 {
            let isClose = Bool.random(using: &generator)
            now += Double(Int.random(in: 0...(isClose ? 30 : 30_000), using: &generator)) / 1_000
            made.append(now + window.reserve(limit: limit, now: now))
            // As a store keeps it.
            window = QuotaWindow(text: window.text) ?? QuotaWindow()
        }
        #expect(densest(made) <= limit, "seed \(seed)")
    }

    @Test(arguments: 0..<100 as Range<UInt64>) func holdTogetherForAUserAndAProject(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        var users = [QuotaWindow(), QuotaWindow(), QuotaWindow()]
        var project = QuotaWindow()
        var made: [[Double]] = [[], [], []]
        var now = 0.0
        for _ in 0..<150 {
            now += Double(Int.random(in: 0...8_000, using: &generator)) / 1_000
            let user = Int.random(in: 0..<3, using: &generator)
            var windows = [users[user], project]
            made[user].append(now + QuotaWindow.reserve(in: &windows, limits: [3, 5], now: now))
            (users[user], project) = (windows[0], windows[1])
        }
        for user in made { #expect(densest(user) <= 3, "seed \(seed)") }
        #expect(densest(made.flatMap { $0 }) <= 5, "seed \(seed)")
    }

    @Test func waitNoLongerThanTheyMust() {
        var project = QuotaWindow()
        var waiting = [QuotaWindow(), project]
        for _ in 0..<3 { _ = QuotaWindow.reserve(in: &waiting, limits: [1, 10], now: 0) }
        project = waiting[1]
        // Two of the first user's calls wait; the second user's do not wait for them.
        var other = [QuotaWindow(), project]
        let wait = QuotaWindow.reserve(in: &other, limits: [1, 10], now: 1)
        #expect(wait == 0)
    }

    @Test func forgetWhatIsOverAndStayShort() {
        var window = QuotaWindow()
        for second in 0..<10_000 { _ = window.reserve(limit: 60, now: Double(second)) }
        #expect(window.text.utf8.count < 600)
    }

    @Test func takeAClockThatWasSetBack() {
        var window = QuotaWindow()
        for _ in 0..<5 { _ = window.reserve(limit: 5, now: 100_000) }
        let wait = window.reserve(limit: 5, now: 50_000)
        #expect(wait == 0)
    }

    @Test(arguments: ["", "5", "1732195200123 0 15", "0 1 2"]) func areTheSameAfterTheirText(_ text: String) throws {
        let window = try #require(QuotaWindow(text: text))
        #expect(window.text == text)
    }

    @Test(arguments: ["x", "1 x", "1 -1", "9223372036854775807", "1 9223372036854775807", "1.5", "1,2"])
    func areNotReadFromOtherText(_ text: String) {
        #expect(QuotaWindow(text: text) == nil)
    }
}

/// A ledger that says what it is told to, and remembers who asked.
private final class ToldLedger: QuotaLedger {
    struct Unreachable: Error {}

    let asked = Mutex<[[QuotaBucket]]>([])
    private let wait: Duration?

    /// A ledger with one answer; nil throws.
    init(_ wait: Duration?) { self.wait = wait }

    func reserve(_ buckets: [QuotaBucket]) async throws -> Duration {
        asked.withLock { $0.append(buckets) }
        guard let wait else { throw Unreachable() }
        return wait
    }
}

@Suite struct Quotas {
    private func source(_ world: GoogleWorld, _ ledger: any QuotaLedger) -> GoogleSheetsSource {
        var configuration = world.configuration()
        configuration.quota = GoogleQuota(ledger: ledger)
        return world.source(configuration)
    }

    @Test func countEveryReadOfASpreadsheetForTheUserAndTheProject() async throws {
        try await GoogleWorld.with { world in
            let ledger = ToldLedger(.zero)
            world.emulator.inject(EmulatorFault(.status(503), times: 2, method: "values.batchGet"))
            world.emulator.inject(EmulatorFault(.status(401), method: "spreadsheets.get"))
            _ = try await source(world, ledger).read(GoogleWorld.sheet, into: Collector())
            let asked = ledger.asked.withLock { $0 }
            // Twice for the tabs and three times for the values; Drive has a quota of its own.
            #expect(asked.count == 5)
            for buckets in asked {
                #expect(buckets.map(\.scope) == [.user, .project])
                #expect(buckets.map(\.limit) == [60, 300])
                #expect(buckets[0].name == world.email)
                #expect(world.email.contains("@\(buckets[1].name)."))
            }
        }
    }

    @Test func keepAReadWithinTheEmulatedQuota() async throws {
        try await GoogleWorld.with(quota: EmulatorQuota(readsPerMinute: 4)) { world in
            let now = Mutex(0.0)
            let limited = LocalQuota(now: { now.withLock { $0 } })
            var configuration = world.configuration()
            var quota = GoogleQuota(ledger: limited)
            quota.userReadsPerMinute = 4
            configuration.quota = quota
            let source = world.source(configuration)
            for _ in 0..<5 {
                for _ in 0..<2 { _ = try await source.read(GoogleWorld.sheet, into: Collector()) }
                // The next would have to wait for the next minute, which comes at once here.
                now.withLock { $0 += 60 }
                world.hooks.secondsAhead += 60
            }
            #expect(world.emulator.counters["spreadsheets.get"] == 10)
            #expect(world.emulator.counters["spreadsheets.values.batchGet"] == 10)
        }
    }

    @Test func letAReadBeCalledOffWhileItWaits() async throws {
        try await GoogleWorld.with { world in
            let ledger = ToldLedger(.seconds(3_600))
            let source = source(world, ledger)
            let task = Task {
                try await sheetFailure { _ = try await source.read(GoogleWorld.sheet, into: Collector()) }
            }
            while ledger.asked.withLock({ $0.isEmpty }) { await Task.yield() }
            task.cancel()
            let code = try await task.value.code
            #expect(code == .cancelled)
        }
    }

    @Test func areLeftToGoogleWhereTheLedgerCannotBeAsked() async throws {
        try await GoogleWorld.with { world in
            let collector = Collector()
            _ = try await source(world, ToldLedger(nil)).read(GoogleWorld.sheet, into: collector)
            #expect(collector.rows.count == 4)
        }
    }

    @Test func shareOneCountAmongAllWhoReadAtOnce() async {
        let now = Mutex(0.0)
        let ledger = LocalQuota(now: { now.withLock { $0 } })
        let bucket = QuotaBucket(scope: .user, name: "a", limit: 10)
        let waits = await withTaskGroup(of: Duration.self) { group in
            for _ in 0..<25 { group.addTask { await ledger.reserve([bucket]) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(
            waits.sorted() == Array(repeating: .zero, count: 10) + Array(repeating: .seconds(60), count: 10)
                + Array(repeating: .seconds(120), count: 5))
    }

    @Test(arguments: [
        ("reader@labels-7.iam.gserviceaccount.com", nil, "labels-7"), ("a@b.example", nil, "a@b.example"),
        ("a@b.example", "p", "p"),
        ("1-compute@developer.gserviceaccount.com", nil, "1-compute@developer.gserviceaccount.com"),
    ]) func findTheProjectOfAnAccount(email: String, project: String?, expected: String) {
        #expect(GoogleAccount(email: email, project: project).project == expected)
    }
}

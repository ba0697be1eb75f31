import Foundation
import TestRandom
import TestSupport
import Testing

/// Kills the program at each packet that it sends to the database: once before the packet reaches the server, and once
/// after the server has executed it and before the program learns of that.
///
/// `make test` draws some of them; `SHEAF_TEST_PACKETS=all`, which `make test-crash` sets, takes every one.
/// `SHEAF_TEST_SCENARIO` limits it to scenarios with these words in their names.
@Suite(.enabled(if: TestDatabase.hasSocket)) struct EveryPacketTests {
    private static let takesAll = ProcessInfo.processInfo.environment["SHEAF_TEST_PACKETS"] == "all"

    private static let seed = UInt64.random(in: 0...UInt64.max)

    /// All of them, or all small ones and one of the large.
    private static let drawn: [CrashScenario] = {
        if let words = ProcessInfo.processInfo.environment["SHEAF_TEST_SCENARIO"] {
            return CrashScenario.all.filter { $0.name.contains(words) }
        }
        if takesAll { return CrashScenario.all }
        var random = SeededRandom(seed: seed)
        let large = random.pick(CrashScenario.all.filter(\.isLarge)).name
        return CrashScenario.all.filter { !$0.isLarge || $0.name == large }
    }()

    @Test(arguments: drawn)
    func whereverItIsKilledNothingIsLostAndTheNextRunEndsAsEver(_ scenario: CrashScenario) async throws {
        try await CrashBench.with { bench in
            try await scenario.prepare(bench)
            await bench.proxy.untilNobodyIsConnected()
            try await bench.remember()
            let undisturbed = try await Undisturbed(scenario, bench)
            let cases = (1...undisturbed.packets).flatMap { packet in
                PacketTrap.Moment.allCases.map { PacketTrap(.kill, $0, .number(packet)) }
            }
            var random = SeededRandom(seed: Self.seed)
            let chosen =
                Self.takesAll
                ? cases : Array(cases.shuffled(using: &random).prefix(scenario.isLarge ? 1 : scenario.sample))
            var series = chosen.map { [$0] }
            // And killed again and again, each time somewhere else.
            if case .first = scenario.sender, !scenario.launches {
                for _ in 0..<(Self.takesAll ? 20 : scenario.isLarge ? 0 : 1) {
                    series.append((2...random.number(in: 3..<6)).map { _ in random.pick(cases) })
                }
            }
            let begun = ContinuousClock.now
            for traps in series {
                let (sprung, wrong) = try await Self.crash(scenario, traps, undisturbed, bench)
                #expect(
                    wrong.isEmpty,
                    """
                    \(scenario.name), killed \(sprung.joined(separator: ", and ")) of \(undisturbed.packets), \
                    seed \(Self.seed):
                    \(wrong.joined(separator: "\n"))
                    """)
            }
            // The program's own way of recomputing everything agrees.
            try await bench.run(["verify", "--all-versions"])
            let seconds = (ContinuousClock.now - begun) / .seconds(1)
            print(
                "crash: \(scenario.name): \(undisturbed.packets) packets, \(chosen.count) crashes and "
                    + "\(series.count - chosen.count) series of crashes in "
                    + "\(seconds.formatted(.number.precision(.fractionLength(1)))) s")
        }
    }

    /// How a scenario goes if nobody disturbs it.
    private struct Undisturbed {
        let packets: Int
        let before: StorePicture
        let after: StorePicture
        let end: StorePicture

        init(_ scenario: CrashScenario, _ bench: CrashBench) async throws {
            try await bench.restore(withTables: scenario.changesTables)
            before = try await StorePicture.visible(bench)
            bench.proxy.count(from: scenario.sender)
            try await bench.run(scenario.command, expecting: [scenario.end])
            try await bench.settle(after: scenario.sender)
            packets = bench.proxy.report.count
            bench.proxy.count()
            after = try await StorePicture.visible(bench)
            for step in scenario.next { try await bench.take(step) }
            end = try await StorePicture.whole(bench)
            #expect(packets > 0, "\(scenario.name) says nothing to the database")
            #expect(try await StoreRules.broken(in: bench, afterNextRun: true) == [], "\(scenario.name), undisturbed")
        }
    }

    /// Crashes, one run after the other, and what comes after them.
    ///
    /// - Returns: the packets at which they happened, and what is wrong after them.
    private static func crash(
        _ scenario: CrashScenario, _ traps: [PacketTrap], _ undisturbed: Undisturbed, _ bench: CrashBench
    ) async throws -> (sprung: [String], wrong: [String]) {
        try await bench.restore(withTables: scenario.changesTables)
        var sprung: [String] = []
        var wrong: [String] = []
        for (turn, trap) in traps.enumerated() {
            bench.proxy.count(trap, from: scenario.sender)
            // Run again, it may have nothing to do any more, and say so.
            let ends = turn == 0 ? [scenario.end] : scenario.next.first?.ends ?? []
            let outcome = try await bench.run(scenario.command, expecting: ends.union([-SIGKILL, scenario.end]))
            try await bench.settle(after: scenario.sender)
            let report = bench.proxy.report
            bench.proxy.count()
            if let packet = report.sprung { sprung.append("\(trap.moment) \(packet)") }
            // A run may send a packet less than another: then nothing happened to it.
            if scenario.sender == .first, report.sprung == nil || report.isAnswered,
                (outcome.code == -SIGKILL) != (report.sprung != nil)
            {
                wrong.append("it ended with \(outcome.code)")
            }
            if scenario.beginsSound { wrong += try await StoreRules.broken(in: bench, afterNextRun: false) }
            try await bench.expireLeases()
        }
        let visible = try await StorePicture.visible(bench)
        if scenario.isAtomic, traps.count == 1, visible != undisturbed.before, visible != undisturbed.after {
            wrong.append("people see what is neither old nor new:\n" + visible.differences(from: undisturbed.before))
        }
        do {
            for step in scenario.next { try await bench.take(step) }
        } catch let error as CrashBench.UnexpectedEnd {
            return (sprung, wrong + ["\(error)"])
        }
        wrong += try await StoreRules.broken(in: bench, afterNextRun: true)
        let end = try await StorePicture.whole(bench)
        if end != undisturbed.end {
            wrong.append("in the end it differs:\n" + end.differences(from: undisturbed.end))
        }
        return (sprung, wrong)
    }
}

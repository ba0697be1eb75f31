import Foundation
import TestRandom
import TestSupport
import Testing

/// Kills the program at each packet that it sends to the database: once before the packet reaches the server, and once
/// after the server has executed it and before the program learns of that.
///
/// `make test` draws some of them; `SHEAF_TEST_PACKETS=all`, which `make test-crash` sets, takes every one.
@Suite(.enabled(if: TestDatabase.hasSocket)) struct EveryPacketTests {
    private static let takesAll = ProcessInfo.processInfo.environment["SHEAF_TEST_PACKETS"] == "all"

    @Test(arguments: CrashScenario.all)
    func whereverItIsKilledNothingIsLostAndTheNextRunEndsAsEver(_ scenario: CrashScenario) async throws {
        try await CrashBench.with { bench in
            try await scenario.prepare(bench)
            await bench.proxy.untilNobodyIsConnected()
            try await bench.remember()
            let undisturbed = try await Undisturbed(scenario, bench)
            let cases = (1...undisturbed.packets).flatMap { packet in
                PacketTrap.Moment.allCases.map { (packet: packet, moment: $0) }
            }
            let seed = UInt64.random(in: 0...UInt64.max)
            var random = SeededRandom(seed: seed)
            let chosen = Self.takesAll ? cases : Array(cases.shuffled(using: &random).prefix(scenario.sample))
            let begun = ContinuousClock.now
            for (packet, moment) in chosen {
                let trap = PacketTrap(.kill, moment, .number(packet))
                let (sprung, wrong) = try await Self.crash(scenario, trap, undisturbed, bench)
                #expect(
                    wrong.isEmpty,
                    """
                    \(scenario.name), killed \(moment) \(sprung ?? "nothing") of \(undisturbed.packets), seed \(seed):
                    \(wrong.joined(separator: "\n"))
                    """)
            }
            let seconds = (ContinuousClock.now - begun) / .seconds(1)
            print(
                "crash: \(scenario.name): \(undisturbed.packets) packets, \(chosen.count) crashes in "
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

    /// One crash, and what comes after it.
    ///
    /// - Returns: the packet at which it happened, and what is wrong after it.
    private static func crash(
        _ scenario: CrashScenario, _ trap: PacketTrap, _ undisturbed: Undisturbed, _ bench: CrashBench
    ) async throws -> (sprung: String?, wrong: [String]) {
        try await bench.restore(withTables: scenario.changesTables)
        bench.proxy.count(trap, from: scenario.sender)
        let outcome = try await bench.run(scenario.command, expecting: [-SIGKILL, scenario.end])
        try await bench.settle(after: scenario.sender)
        let report = bench.proxy.report
        let sprung = report.sprung
        bench.proxy.count()

        var wrong = try await StoreRules.broken(in: bench, afterNextRun: false)
        // A run may send a packet less than another: then nothing happened to it.
        let mayEnd = sprung == nil ? [scenario.end] : report.isAnswered ? [-SIGKILL] : [-SIGKILL, scenario.end]
        if scenario.sender == .first, !mayEnd.contains(outcome.code) {
            wrong.append("it ended with \(outcome.code)")
        }
        let visible = try await StorePicture.visible(bench)
        if scenario.isAtomic, visible != undisturbed.before, visible != undisturbed.after {
            wrong.append("people see what is neither old nor new:\n" + visible.differences(from: undisturbed.before))
        }
        try await bench.expireLeases()
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

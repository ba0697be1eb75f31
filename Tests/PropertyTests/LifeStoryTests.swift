import Foundation
import Testing

/// Whatever happens to a dataset, its labels, versions and problems are what the decision table, the promises and the
/// guards say.
///
/// `SHEAF_TEST_STORIES` says how many lives are lived, `SHEAF_TEST_FIRST_STORY` the seed of the first.
@Suite struct LifeStoryTests {
    private static func number(_ name: String, _ otherwise: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? otherwise
    }

    /// So many live at the same time.
    private static let width = 4
    /// After so many failures there is nothing more to be learnt.
    private static let enoughFailures = 6

    @Test func everyLifeGoesAsTheTableSays() async throws {
        let first = Self.number("SHEAF_TEST_FIRST_STORY", 1)
        let count = Self.number("SHEAF_TEST_STORIES", 50)
        let tally = Tally()
        try await PropertyBench.with { bench in
            await withTaskGroup(of: Void.self) { group in
                var seeds = (first..<(first + count)).makeIterator()
                for _ in 0..<Self.width {
                    if let seed = seeds.next() { group.addTask { await live(seed, bench, tally) } }
                }
                while await group.next() != nil {
                    if await tally.failures.count >= Self.enoughFailures { continue }
                    if let seed = seeds.next() { group.addTask { await live(seed, bench, tally) } }
                }
            }
            for (seed, story, mismatch) in await tally.failures {
                var shrinker = Shrinker { await Self.mismatch($0, bench).mismatch }
                let (small, found) = await shrinker.shrunk(story, mismatch)
                Issue.record("seed \(seed): \(mismatch)\nshrunk: \(found)\n\(small)")
            }
        }
        let (rules, outcomes, failures) = (await tally.rules, await tally.outcomes, await tally.failures.count)
        if ProcessInfo.processInfo.environment["SHEAF_TEST_STORIES"] != nil {
            print("rules: \(rules.sorted { $0.key < $1.key }), runs: \(outcomes.sorted { $0.key < $1.key })")
        }
        // A rule that no life comes to would be one that nobody has tried.
        if count >= 500, failures == 0 {
            for rule in 1...17 { #expect(rules[rule, default: 0] > 0, "rule \(rule)") }
        }
    }

    @Test(arguments: KnownStory.all)
    func aKnownStoryEndsWell(known: KnownStory) async throws {
        try await PropertyBench.with { bench in
            if let mismatch = await Self.mismatch(known.story, bench).mismatch { Issue.record("\(mismatch)") }
        }
    }

    /// What came of all lives.
    private actor Tally {
        private(set) var rules: [Int: Int] = [:]
        private(set) var outcomes: [String: Int] = [:]
        private(set) var failures: [(seed: Int, story: LifeStory, mismatch: Mismatch)] = []

        func add(_ rules: [Int: Int], _ outcomes: [String: Int]) {
            self.rules.merge(rules) { $0 + $1 }
            self.outcomes.merge(outcomes) { $0 + $1 }
        }

        func add(_ seed: Int, _ story: LifeStory, _ mismatch: Mismatch) { failures.append((seed, story, mismatch)) }
    }

    private func live(_ seed: Int, _ bench: PropertyBench, _ tally: Tally) async {
        var teller = StoryTeller(seed: UInt64(seed))
        let story = teller.story()
        let (mismatch, rules, outcomes) = await Self.mismatch(story, bench)
        await tally.add(rules, outcomes)
        if let mismatch { await tally.add(seed, story, mismatch) }
    }

    static func mismatch(
        _ story: LifeStory, _ bench: PropertyBench
    ) async -> (mismatch: Mismatch?, rules: [Int: Int], outcomes: [String: Int]) {
        let life = Life(bench, story)
        var mismatch: Mismatch?
        do {
            try await life.live(story.steps)
        } catch let found as Mismatch {
            mismatch = found
        } catch {
            mismatch = Mismatch("\(error)")
        }
        return (mismatch, await life.rules, await life.outcomes)
    }
}

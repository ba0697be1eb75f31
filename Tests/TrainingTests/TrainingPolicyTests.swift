import LabelStore
import Testing
import Training

private func minutes(_ count: Int64) -> StoreTime { StoreTime(microseconds: count * 60_000_000) }

struct TrainingPolicyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let situation: TrainingSituation
        let decision: TrainingPolicy.Decision
        /// As told at minute 100.
        let words: String
    }

    /// At least 50 changes, 30 quiet minutes, 6 hours between two starts.
    static let policy = TrainingPolicy(minChanges: 50, quiet: .seconds(1_800), atMostEvery: .seconds(21_600))

    static let cases = [
        Case(
            testDescription: "too few changes",
            situation: TrainingSituation(version: 4, publishedAt: minutes(100), lastTrained: 3, changes: 12),
            decision: .tooFewChanges(have: 12, need: 50), words: "no: 12 of 50 changes"),
        Case(
            testDescription: "enough changes wait for quiet",
            situation: TrainingSituation(version: 4, publishedAt: minutes(100), changes: 50),
            decision: .train(notBefore: minutes(130)), words: "a job would start in 30 minutes (50 changes)"),
        Case(
            testDescription: "a job not long ago puts it off",
            situation: TrainingSituation(
                version: 4, publishedAt: minutes(100), lastTrained: 3, changes: 62, lastStartedAt: minutes(40)),
            decision: .train(notBefore: minutes(400)), words: "a job would start in 5 hours (62 changes)"),
        Case(
            testDescription: "a job long ago does not",
            situation: TrainingSituation(
                version: 4, publishedAt: minutes(60), lastTrained: 3, changes: 62, lastStartedAt: minutes(-600)),
            decision: .train(notBefore: minutes(90)), words: "a job would start now (62 changes)"),
        Case(
            testDescription: "the version is trained",
            situation: TrainingSituation(version: 4, publishedAt: minutes(100), lastTrained: 4, changes: 0),
            decision: .trained(version: 4), words: "no: version 4 is trained already, or is being trained"),
        Case(
            testDescription: "a newer version was trained: its event overtook this one's",
            situation: TrainingSituation(version: 4, publishedAt: minutes(100), lastTrained: 6, changes: 0),
            decision: .trained(version: 6), words: "no: version 6 is trained already, or is being trained"),
        Case(
            testDescription: "a newer version waits",
            situation: TrainingSituation(
                version: 4, publishedAt: minutes(100), lastTrained: 1, changes: 90, newestWaiting: 5),
            decision: .trained(version: 5), words: "no: version 5 has a job that waits"),
        Case(
            testDescription: "an older version waits",
            situation: TrainingSituation(
                version: 4, publishedAt: minutes(100), lastTrained: 1, changes: 90, newestWaiting: 3),
            decision: .train(notBefore: minutes(130)), words: "a job would start in 30 minutes (90 changes)"),
    ]

    @Test(arguments: cases) func decidesAndSaysSo(_ one: Case) {
        #expect(Self.policy.decide(one.situation) == one.decision)
        #expect(Self.policy.explain(one.situation, now: minutes(100)) == one.words)
    }

    @Test func withoutAPolicyEachChangeIsTrainedAtOnce() {
        let situation = TrainingSituation(
            version: 1, publishedAt: minutes(100), changes: 1, lastStartedAt: minutes(99))
        #expect(TrainingPolicy().decide(situation) == .train(notBefore: minutes(100)))
        #expect(TrainingPolicy().explain(situation, now: minutes(100)) == "a job would start now (1 change)")
    }

    @Test(arguments: [
        (0, "0 seconds"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes"), (3_600, "1 hour"),
        (3_900, "1 hour 5 minutes"), (86_399, "1 day"), (180_000, "2 days 2 hours"),
    ])
    func saysDurationsInWords(_ seconds: Int, _ words: String) {
        #expect(TrainingPolicy.words(.seconds(seconds)) == words)
    }
}

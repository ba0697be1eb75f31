import Testing

@testable import MySQL

@Suite struct TransactionRetryTests {
    typealias Phase = TransactionRetry.Phase

    @Test(arguments: [
        (MySQLError.Kind.deadlock, 1, Phase.body, true), (.deadlock, 7, .commit, true), (.deadlock, 8, .body, false),
        (.lockWaitTimeout, 1, .body, true), (.clusterConflict, 1, .commit, true), (.lostConnection, 1, .body, true),
        (.commitOutcomeUnknown, 1, .commit, true), (.duplicateKey, 1, .body, false), (.syntax, 1, .body, false),
        (.cancelled, 1, .body, false), (.accessDenied, 1, .connect, false), (.unknownDatabase, 1, .connect, false),
        // A server that cannot be reached at first is a mistake in the URL; later it is a failover.
        (.connectFailed, 1, .connect, false), (.connectFailed, 2, .connect, true),
        (.tooManyConnections, 1, .connect, true),
        (.readOnly, 1, .body, true), (.readOnly, 1, .connect, false),
    ])
    func decidesByKindAttemptAndPhase(kind: MySQLError.Kind, attempt: Int, phase: Phase, retries: Bool) {
        let action = TransactionRetry.default.decide(
            attempt: attempt, phase: phase, error: MySQLError(kind, ""), random: 0)
        #expect((action != .giveUp) == retries)
    }

    @Test func runsAnUnknownCommitAgainOnlyIfTheBodyCanTell() {
        let unknown = MySQLError(.commitOutcomeUnknown, "")
        #expect(TransactionRetry.unfenced.decide(attempt: 1, phase: .commit, error: unknown, random: 0) == .giveUp)
        #expect(TransactionRetry.default.decide(attempt: 1, phase: .commit, error: unknown, random: 0) != .giveUp)
        #expect(TransactionRetry.never.decide(attempt: 1, phase: .body, error: unknown, random: 0) == .giveUp)
    }

    @Test(arguments: [
        (1, 10.0, 20.0), (2, 20, 40), (3, 40, 80), (7, 640, 1_280), (8, 1_000, 2_000), (60, 1_000, 2_000),
    ])
    func doublesThePauseUpToItsLimitWithJitter(attempt: Int, least: Double, most: Double) {
        let policy = TransactionRetry(maximumAttempts: 100)
        let deadlock = MySQLError(.deadlock, "")
        #expect(
            policy.decide(attempt: attempt, phase: .body, error: deadlock, random: 0)
                == .retry(after: .milliseconds(least)))
        #expect(
            policy.decide(attempt: attempt, phase: .body, error: deadlock, random: 1)
                == .retry(after: .milliseconds(most)))
    }
}

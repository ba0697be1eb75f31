/// Decides whether a whole transaction is run again: a failure goes in, an action comes out.
package struct TransactionRetry: Sendable {
    /// How far the transaction had come.
    package enum Phase: Sendable, Hashable, CaseIterable {
        /// It had no connection yet.
        case connect
        /// It was running: whatever it did is rolled back.
        case body
        /// It was committing.
        case commit
    }

    /// What to do next.
    package enum Action: Sendable, Hashable {
        case giveUp
        case retry(after: Duration)
    }

    /// How often the transaction is run at most.
    package var maximumAttempts: Int
    /// The longest wait before the second attempt; it doubles from there.
    package var initialBackoff: Duration
    /// The longest wait.
    package var maximumBackoff: Duration
    /// Whether a transaction that may have been committed is run again.
    ///
    /// True asks for a body that can tell: one that begins with a fencing UPDATE, or that inserts under a unique key.
    package var rerunsUnknownCommits: Bool

    /// A policy; the defaults are those of `default`.
    package init(
        maximumAttempts: Int = 8, initialBackoff: Duration = .milliseconds(20), maximumBackoff: Duration = .seconds(2),
        rerunsUnknownCommits: Bool = true
    ) {
        self.maximumAttempts = maximumAttempts
        self.initialBackoff = initialBackoff
        self.maximumBackoff = maximumBackoff
        self.rerunsUnknownCommits = rerunsUnknownCommits
    }

    /// Eight attempts within a few seconds.
    package static let `default` = TransactionRetry()
    /// For bodies that cannot tell whether they were committed before.
    package static let unfenced = TransactionRetry(rerunsUnknownCommits: false)
    /// One attempt.
    package static let never = TransactionRetry(maximumAttempts: 1)

    /// Decides what follows a failure.
    ///
    /// - Parameters:
    ///   - attempt: which attempt failed; the first is 1.
    ///   - phase: how far it had come.
    ///   - error: what it failed with.
    ///   - random: a number from 0 up to 1, for the jitter.
    /// - Returns: whether to run the transaction again, and after which pause.
    package func decide(attempt: Int, phase: Phase, error: MySQLError, random: Double) -> Action {
        guard attempt < maximumAttempts, isWorthAnother(attempt: attempt, phase: phase, error: error) else {
            return .giveUp
        }
        var longest = initialBackoff
        for _ in 1..<max(1, attempt) where longest < maximumBackoff { longest *= 2 }
        // From half the time up: workers that collided come back apart, and none of them at once.
        return .retry(after: min(longest, maximumBackoff) * (0.5 + random / 2))
    }

    private func isWorthAnother(attempt: Int, phase: Phase, error: MySQLError) -> Bool {
        switch error.kind {
        case .commitOutcomeUnknown: rerunsUnknownCommits
        // At first a server that cannot be reached is a mistake in the URL; later it is a failover.
        case .connectFailed: attempt > 1
        case .deadlock, .lockWaitTimeout, .clusterConflict, .lostConnection: true
        case .tooManyConnections: phase == .connect
        // A writer that has become a reader is left; the next connection may find the new writer.
        case .readOnly: phase != .connect
        default: false
        }
    }
}

/// Why a transaction was not committed, and how far it had come.
struct TransactionFailure: Error {
    let phase: TransactionRetry.Phase
    let error: any Error

    /// A broken connection during COMMIT leaves open what became of it.
    static func inCommit(_ error: MySQLError) -> TransactionFailure {
        TransactionFailure(
            phase: .commit, error: error.kind == .lostConnection ? error.with(kind: .commitOutcomeUnknown) : error)
    }
}

extension MySQLConnection {
    /// Runs the body between START TRANSACTION and COMMIT, or ROLLBACK if it throws.
    func transact<R: Sendable>(
        _ body: @Sendable (isolated MySQLConnection) throws -> R
    ) throws(TransactionFailure) -> R {
        do throws(MySQLError) {
            try execute("START TRANSACTION")
        } catch {
            throw TransactionFailure(phase: .body, error: error)
        }
        let result: R
        do {
            result = try body(self)
        } catch {
            _ = try? clear("ROLLBACK")
            throw TransactionFailure(phase: .body, error: error)
        }
        do throws(MySQLError) {
            try execute("COMMIT")
        } catch {
            _ = try? clear("ROLLBACK")
            throw .inCommit(error)
        }
        return result
    }
}

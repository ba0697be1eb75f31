internal import Synchronization

/// What a call counts toward.
package struct QuotaBucket: Hashable, Sendable {
    /// Whose quota it is.
    package enum Scope: String, Sendable, CaseIterable {
        case user
        case project
    }

    /// What is counted: Google counts reads and writes apart.
    package enum Kind: String, Sendable, CaseIterable {
        case reads
        case writes
    }

    package var kind: Kind
    package var scope: Scope
    /// The account's address, or the project's id.
    package var name: String
    /// How many calls a minute it takes.
    package var limit: Int

    package init(_ kind: Kind = .reads, scope: Scope, name: String, limit: Int) {
        self.kind = kind
        self.scope = scope
        self.name = name
        self.limit = limit
    }

    /// A name for this bucket that no other has: `sheets-reads/user/reader@x.iam.gserviceaccount.com`.
    package var key: String { "sheets-\(kind.rawValue)/\(scope.rawValue)/\(name)" }
}

/// Keeps count of the calls of everyone who shares a quota.
package protocol QuotaLedger: Sendable {
    /// Reserves one call that counts in each of `buckets`, at the first moment that suits them all.
    ///
    /// - Parameter buckets: where it counts.
    /// - Returns: how long to wait before making it.
    /// - Throws: why it cannot be counted now; the caller then goes on uncounted, since the quota's owner counts too.
    func reserve(_ buckets: [QuotaBucket]) async throws -> Duration
}

/// The calls of this process.
package final class LocalQuota: QuotaLedger {
    /// The one that every source in this process shares unless it is given another.
    package static let shared = LocalQuota()

    private let windows = Mutex<[String: QuotaWindow]>([:])
    private let now: @Sendable () -> Double

    /// A ledger of its own.
    ///
    /// - Parameter now: a clock in seconds that never goes back; the machine's own unless told.
    package init(now: (@Sendable () -> Double)? = nil) {
        let (clock, start) = (ContinuousClock(), ContinuousClock.now)
        self.now = now ?? { (clock.now - start) / .seconds(1) }
    }

    package func reserve(_ buckets: [QuotaBucket]) async -> Duration {
        let keys = buckets.map(\.key)
        let seconds = windows.withLock { windows in
            var reserved = keys.map { windows[$0] ?? QuotaWindow() }
            let wait = QuotaWindow.reserve(in: &reserved, limits: buckets.map(\.limit), now: now())
            for (key, window) in zip(keys, reserved) { windows[key] = window }
            return wait
        }
        return .milliseconds(Int64((seconds * 1_000).rounded()))
    }
}

/// How many calls of spreadsheets Google takes, and who counts them.
package struct GoogleQuota: Sendable {
    /// Reads a minute of one account in its project.
    package var userReadsPerMinute = 60
    /// Reads a minute of all accounts of a project.
    package var projectReadsPerMinute = 300
    /// Writes a minute of one account in its project.
    package var userWritesPerMinute = 60
    /// Writes a minute of all accounts of a project.
    package var projectWritesPerMinute = 300
    package var ledger: any QuotaLedger

    /// Google's own limits unless changed.
    ///
    /// - Parameter ledger: who counts; one for the whole process unless told.
    package init(ledger: any QuotaLedger = LocalQuota.shared) {
        self.ledger = ledger
    }
}

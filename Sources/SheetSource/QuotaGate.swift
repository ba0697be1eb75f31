internal import Logging
internal import Synchronization

/// Who signs in, as far as quotas go.
struct GoogleAccount: Sendable {
    let email: String
    let project: String

    /// An account; where its project's id is not known, a service account's address names it too.
    init(email: String, project: String? = nil) {
        self.email = email
        let domain = email.split(separator: "@").last.map(String.init) ?? email
        let suffix = ".iam.gserviceaccount.com"
        self.project = project ?? (domain.hasSuffix(suffix) ? String(domain.dropLast(suffix.count)) : email)
    }
}

/// Lets calls of spreadsheets through as the quota allows.
final class QuotaGate: Sendable {
    private let quota: GoogleQuota
    private let signIn: GoogleSignIn
    private let logger: Logger
    private let known = Mutex<GoogleAccount?>(nil)

    init(_ quota: GoogleQuota, signIn: GoogleSignIn, logger: Logger) {
        self.quota = quota
        self.signIn = signIn
        self.logger = logger
    }

    /// Waits for the turn of one call.
    ///
    /// - Parameter kind: what it counts toward.
    /// - Returns: how long that was.
    /// - Throws: `CancellationError`.
    func pass(_ kind: QuotaBucket.Kind) async throws -> Duration {
        let wait: Duration
        do {
            wait = try await quota.ledger.reserve(await buckets(kind))
        } catch let error as CancellationError {
            throw error
        } catch {
            // Google counts too, and says so with 429.
            logger.warning("a call is made uncounted", metadata: ["reason": "\(error)"])
            return .zero
        }
        guard wait > .zero else { return .zero }
        logger.debug("waiting for the quota", metadata: ["wait": "\(wait)"])
        try await Task.sleep(for: wait)
        return wait
    }

    private func buckets(_ kind: QuotaBucket.Kind) async -> [QuotaBucket] {
        let account = await account()
        let name = account?.email ?? "unknown"
        let isWrite = kind == .writes
        return [
            QuotaBucket(
                kind, scope: .user, name: name,
                limit: isWrite ? quota.userWritesPerMinute : quota.userReadsPerMinute),
            QuotaBucket(
                kind, scope: .project, name: account?.project ?? name,
                limit: isWrite ? quota.projectWritesPerMinute : quota.projectReadsPerMinute),
        ]
    }

    private func account() async -> GoogleAccount? {
        if let account = known.withLock({ $0 }) { return account }
        let found = await signIn.account()
        if let found { known.withLock { $0 = found } }
        return found
    }
}

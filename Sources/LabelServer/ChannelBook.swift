internal import Digest
package import LabelStore
package import Logging
internal import Synchronization

/// Knows which channels are ours, and whether a message carries its channel's secret.
///
/// Cheap under a flood: a known channel costs one hash; an id that is no UUID, or was not found a moment ago, costs
/// nothing; and the database is asked no more than so often, whatever comes.
package final class ChannelBook: Sendable {
    /// What becomes of a message.
    package enum Verdict: Sendable, Equatable {
        case accepted
        case unknownChannel
        case wrongToken
        /// It could not be found out just now; who sent it may try again.
        case undecided
    }

    private struct Known {
        var tokenHash: SHA256Digest
        var until: Duration
    }

    private struct State {
        var known: [String: Known] = [:]
        /// Ids that the store does not have, and until when that is taken for granted.
        var unknown: [String: Duration] = [:]
        var lookUps = Allowance(burst: 20, perSecond: 5)
        var warnings = Allowance(burst: 10, perSecond: 0.1)
        var unsaid = 0
    }

    private static let longestToken = 256
    private static let unknownFor = Duration.seconds(60)
    private static let mostUnknown = 4_096
    /// A message may be on its way while its channel is stopped.
    private static let afterStop = Duration.seconds(120)

    private let find: @Sendable (String) async throws -> StoredChannel?
    private let logger: Logger
    private let now: @Sendable () -> Duration
    private let state = Mutex(State())

    /// A book that knows no channel yet.
    ///
    /// - Parameters:
    ///   - logger: for messages that are not accepted.
    ///   - now: the time since some moment; tests give their own.
    ///   - find: asks the store for a channel that is not known here: another watcher's, or one of before a restart.
    package init(
        logger: Logger, now: @escaping @Sendable () -> Duration = ChannelBook.clock(),
        find: @escaping @Sendable (String) async throws -> StoredChannel?
    ) {
        self.find = find
        self.logger = logger
        self.now = now
    }

    /// The time since now.
    package static func clock() -> @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { ContinuousClock.now - start }
    }

    /// Takes in a channel that is about to be opened, or is open.
    func add(_ id: String, tokenHash: SHA256Digest, lifetime: Duration) {
        let now = now()
        state.withLock { state in
            state.known = state.known.filter { $0.value.until > now }
            state.known[id] = Known(tokenHash: tokenHash, until: now + max(lifetime, .zero) + Self.afterStop)
            state.unknown[id] = nil
        }
    }

    /// A channel was stopped: what is on its way from it is still accepted for a while.
    func stopped(_ id: String) {
        let end = now() + Self.afterStop
        state.withLock { state in
            if let known = state.known[id] { state.known[id]?.until = min(known.until, end) }
        }
    }

    /// Judges a message by the headers it came with, and tells of one that is not accepted.
    ///
    /// - Parameters:
    ///   - id: the channel that it says it is from.
    ///   - token: the secret that it carries.
    /// - Returns: what becomes of it.
    package func judge(id: String?, token: String?) async -> Verdict {
        guard let id, Self.isChannelID(id) else {
            warn("a message without the id of a channel was turned away", channel: nil)
            return .unknownChannel
        }
        let offered = Array((token ?? "").utf8.prefix(Self.longestToken + 1))
        let verdict = await verdict(id, offered)
        switch verdict {
        case .accepted: break
        case .unknownChannel: warn("a message of an unknown channel was turned away", channel: id)
        case .wrongToken: warn("a message without its channel's token was turned away", channel: id)
        case .undecided: warn("a message could not be held against its channel", channel: id)
        }
        return verdict
    }

    private func verdict(_ id: String, _ token: [UInt8]) async -> Verdict {
        let hash: SHA256Digest
        switch look(for: id) {
        case .known(let known): hash = known
        case .unknown: return .unknownChannel
        case .tooMany: return .undecided
        case .ask:
            do {
                guard let stored = try await find(id), stored.expiresIn > .zero else {
                    forget(id)
                    return .unknownChannel
                }
                add(id, tokenHash: stored.tokenHash, lifetime: stored.expiresIn)
                hash = stored.tokenHash
            } catch {
                return .undecided
            }
        }
        guard !token.isEmpty, token.count <= Self.longestToken else { return .wrongToken }
        return constantTimeEqual(tokenHash(token).bytes, hash.bytes) ? .accepted : .wrongToken
    }

    private enum Found {
        case known(SHA256Digest)
        case unknown
        case ask
        case tooMany
    }

    private func look(for id: String) -> Found {
        let now = now()
        return state.withLock { state in
            if let known = state.known[id], known.until > now { return .known(known.tokenHash) }
            if let until = state.unknown[id], until > now { return .unknown }
            return state.lookUps.take(at: now) ? .ask : .tooMany
        }
    }

    private func forget(_ id: String) {
        let now = now()
        state.withLock { state in
            state.known[id] = nil
            if state.unknown.count >= Self.mostUnknown { state.unknown = state.unknown.filter { $0.value > now } }
            if state.unknown.count < Self.mostUnknown { state.unknown[id] = now + Self.unknownFor }
        }
    }

    /// What Sheaf's channels are named: a UUID in small letters.
    ///
    /// So whatever is logged as a channel's id is one, and no text of a stranger.
    private static func isChannelID(_ id: String) -> Bool {
        let bytes = Array(id.utf8.prefix(37))
        guard bytes.count == 36 else { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            switch index {
            case 8, 13, 18, 23: byte == UInt8(ascii: "-")
            default: (48...57).contains(byte) || (97...102).contains(byte)
            }
        }
    }

    private func warn(_ text: String, channel: String?) {
        let now = now()
        let unsaid: Int? = state.withLock { state in
            guard state.warnings.take(at: now) else {
                state.unsaid += 1
                return nil
            }
            defer { state.unsaid = 0 }
            return state.unsaid
        }
        guard let unsaid else { return }
        var metadata: Logger.Metadata = [:]
        if let channel { metadata["channel"] = "\(channel)" }
        if unsaid > 0 { metadata["others_not_logged"] = "\(unsaid)" }
        logger.warning("\(text)", metadata: metadata)
    }
}

/// What is kept of a channel's secret.
func tokenHash(_ token: [UInt8]) -> SHA256Digest {
    var hasher = SHA256Hasher()
    hasher.update(token)
    return hasher.finish()
}

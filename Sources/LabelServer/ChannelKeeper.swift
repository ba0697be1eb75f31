internal import Digest
internal import Foundation
package import LabelStore
package import Logging
package import SheetSource

/// Keeps one channel open on a source's list of changes.
///
/// Of the watchers on one store, one keeps the channel: whoever holds a lease. The others know its messages by the
/// store, and one of them takes over when the lease runs out. Whatever other channel the store knows of this list is
/// then left over, from a restart or a takeover, and is stopped once the new one has spoken.
package actor ChannelKeeper {
    /// How channels are opened.
    package struct Settings: Sendable {
        /// Where messages are posted to.
        package var address: String
        /// How long a channel is asked to live.
        package var lifetime: Duration
        /// Who keeps it, for people.
        package var worker: String

        package init(address: String, lifetime: Duration, worker: String) {
            (self.address, self.lifetime, self.worker) = (address, lifetime, worker)
        }
    }

    private static let leaseRenewal = Duration.seconds(10)
    private static let longestBackoff = Duration.seconds(3_600)
    private static let stopBackoff = Duration.seconds(60)
    /// How long saying goodbye may take.
    private static let farewell = Duration.seconds(10)

    private let settings: Settings
    private let source: any ChannelSource
    private let store: LabelStore
    private let book: ChannelBook
    private let board: NoticeBoard
    private let logger: Logger
    private let alarm = Alarm()
    private let start = ContinuousClock.now

    private var feed = ""
    private var lease: Lease?
    private var own: [ChannelPlan.OwnChannel] = []
    private var others: [ChannelPlan.OtherChannel] = []
    /// Channels whose first message has come, perhaps before the answer that they are open.
    private var spoken: Set<String> = []
    private var failures = 0
    private var mayOpenAt = Duration.zero
    private var insteadOfStoredToken: String?
    /// What was warned of and is not over yet.
    private var standing: Set<String> = []

    package init(
        _ settings: Settings, source: any ChannelSource, store: LabelStore, book: ChannelBook, board: NoticeBoard,
        logger: Logger
    ) {
        (self.settings, self.source, self.store) = (settings, source, store)
        (self.book, self.board, self.logger) = (book, board, logger)
    }

    private var now: Duration { ContinuousClock.now - start }

    // MARK: - Messages

    /// A message of a channel came, and carried its token.
    ///
    /// - Parameters:
    ///   - id: the channel's.
    ///   - resourceID: what it says that it watches.
    ///   - isSync: whether it is a channel's first message, which tells of no change.
    package func heard(_ id: String, resourceID: String?, isSync: Bool) {
        if isSync { spoken.insert(id) }
        if let index = own.firstIndex(where: { $0.id == id }), isSync {
            own[index].hasSpoken = true
            alarm.ring()
        }
        if let resourceID, !resourceID.isEmpty, let index = others.firstIndex(where: { $0.id == id }),
            others[index].resourceID.isEmpty
        {
            others[index].resourceID = resourceID
            others[index].mayStopAt = .zero
            alarm.ring()
        }
    }

    // MARK: - Keeping

    /// Keeps a channel open until the task is cancelled, and then stops it.
    package func run() async {
        feed = await source.feedName()
        while !Task.isCancelled {
            let until = await turn()
            await alarm.wait(until: start + until)
        }
        await Task { await self.leave() }.value
    }

    /// Does what is to be done now.
    ///
    /// - Returns: when to look again.
    private func turn() async -> Duration {
        do {
            guard try await leads() else { return now + Self.leaseRenewal }
            over("store")
            while !Task.isCancelled {
                for channel in own where !channel.isStored { try await note(channel) }
                switch ChannelPlan.next(own: own, others: others, mayOpenAt: mayOpenAt, now: now) {
                case .forget(let id): try await forget(id)
                case .open: try await open()
                case .stop(let id): try await stop(id)
                case .wait(let time): return min(time, now + Self.leaseRenewal)
                }
            }
        } catch let error as StoreError where error.code == .leaseLost {
            lease = nil
            logger.info("another watcher keeps the channel now")
        } catch is CancellationError {
        } catch {
            warn("store", "channels cannot be looked after: the database is out of reach", "\(error)")
        }
        return now + Self.leaseRenewal
    }

    /// Whether this watcher is the one that keeps the channel.
    private func leads() async throws -> Bool {
        if let lease {
            try await lease.renew()
            return true
        }
        do {
            lease = try await store.acquireLease(String("channels:\(feed)".prefix(190)), owner: settings.worker)
        } catch let error as StoreError where error.code == .busy {
            if standing.insert("busy").inserted { logger.info("another watcher keeps the channel") }
            return false
        }
        standing.remove("busy")
        let stored = try await store.channels(ofFeed: feed)
        // What another watcher has stopped meanwhile is gone from the store.
        own.removeAll { channel in !stored.contains { $0.id == channel.id } }
        others = stored.filter { channel in !own.contains { $0.id == channel.id } }
            .map { .init(id: $0.id, resourceID: $0.resourceID, expiresAt: now + $0.expiresIn) }
        return true
    }

    private func note(_ channel: ChannelPlan.OwnChannel) async throws {
        try await store.setChannel(
            channel.id, resourceID: channel.resourceID, lifetime: max(.zero, channel.expiresAt - now))
        if let index = own.firstIndex(where: { $0.id == channel.id }) { own[index].isStored = true }
    }

    // MARK: - Opening

    private func open() async throws {
        let hadNone = own.isEmpty
        if let last = own.last, !last.hasSpoken {
            warn("silent", "the channel never spoke: can Google reach the address?", settings.address)
        }
        let since: String
        do {
            since = try await place()
        } catch let error as SheetError {
            return couldNotOpen(error)
        }
        let id = UUID().uuidString.lowercased()
        let token = base64URL(secureRandomBytes(32))
        let hash = tokenHash(Array(token.utf8))
        // Noted first: its first message may come before the answer, and the answer may never come.
        try await store.addChannel(id, feed: feed, tokenHash: hash, lifetime: settings.lifetime)
        book.add(id, tokenHash: hash, lifetime: settings.lifetime)
        do {
            let opened = try await source.open(
                ChannelRequest(
                    id: id, token: token, address: settings.address, lifetime: settings.lifetime,
                    since: since))
            let channel = ChannelPlan.OwnChannel(
                id: id, resourceID: opened.resourceID, openedAt: now, lifetime: opened.lifetime,
                hasSpoken: spoken.contains(id))
            own.append(channel)
            (failures, insteadOfStoredToken) = (0, nil)
            // Should it expire at once, by a clock that is days ahead, the next one is no matter of milliseconds.
            mayOpenAt = now + min(.seconds(60), settings.lifetime * 0.5)
            over("channel")
            logger.info(
                "channel opened",
                metadata: ["channel": "\(id)", "lifetime_seconds": "\(opened.lifetime / .seconds(1))"])
            if hadNone { board.channelOpened() }
            try await note(channel)
        } catch let failure as ChannelFailure {
            couldNotOpen(failure.cause)
            if failure.mayBeOpen {
                // Without its resource it can only be stopped by guessing; its first message tells.
                others.append(.init(id: id, resourceID: "", expiresAt: now + settings.lifetime))
            } else {
                try await store.deleteChannel(id)
            }
            if failure.cause.code == .requestRefused {
                // It may be the stored place that was refused; the next run will find that out too.
                insteadOfStoredToken = try? await source.startToken()
            }
        }
    }

    /// From where on the channel is to tell: where the last look at the list ended, so that nothing falls in between.
    private func place() async throws -> String {
        if let insteadOfStoredToken { return insteadOfStoredToken }
        if let stored = try await store.pageToken(ofFeed: feed) { return stored }
        return try await source.startToken()
    }

    private func couldNotOpen(_ cause: SheetError) {
        failures += 1
        var wait = Duration.seconds(5)
        for _ in 1..<failures where wait < Self.longestBackoff { wait = wait * 2 }
        mayOpenAt = now + min(wait, Self.longestBackoff) * Double.random(in: 0.5...1)
        guard cause.code != .cancelled else { return }
        warn(
            "channel", "no channel can be opened; sheets are looked at by the clock until one can", cause.description)
    }

    // MARK: - Stopping

    private func stop(_ id: String) async throws {
        let known = own.first { $0.id == id }?.resourceID ?? others.first { $0.id == id }?.resourceID ?? ""
        // All channels on one account's list of changes watch the same resource.
        let resource = known.isEmpty ? own.last?.resourceID ?? "" : known
        if resource.isEmpty { return putOff(id, until: now + settings.lifetime) }
        do {
            let wasThere = try await source.stopChannel(id: id, resourceID: resource)
            if !wasThere, known.isEmpty {
                // Its messages, should it be there all the same, are known until it expires.
                putOff(id, until: now + settings.lifetime)
                return
            }
            logger.info("channel stopped", metadata: ["channel": "\(id)"])
            try await forget(id)
        } catch let error as SheetError {
            if error.code == .cancelled { throw CancellationError() }
            logger.info(
                "a channel could not be stopped yet",
                metadata: ["channel": "\(id)", "reason": "\(error.code.rawValue)"])
            putOff(id, until: now + Self.stopBackoff)
        }
    }

    private func putOff(_ id: String, until time: Duration) {
        if let index = own.firstIndex(where: { $0.id == id }) { own[index].mayStopAt = time }
        if let index = others.firstIndex(where: { $0.id == id }) { others[index].mayStopAt = time }
    }

    private func forget(_ id: String) async throws {
        // First where it lasts: what is left here is tried again.
        try await store.deleteChannel(id)
        own.removeAll { $0.id == id }
        others.removeAll { $0.id == id }
        spoken.remove(id)
        book.stopped(id)
    }

    /// Stops all channels and gives the lease back, within a few seconds; what is left the next watcher stops.
    private func leave() async {
        guard let lease else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await self.stopAll()
                do { try await lease.release() } catch {
                    self.logger.info("the lease of the channel was not given back", metadata: ["error": "\(error)"])
                }
            }
            group.addTask { try? await Task.sleep(for: Self.farewell) }
            await group.next()
            group.cancelAll()
        }
    }

    private func stopAll() async {
        let ids = others.map(\.id) + own.map(\.id)
        for id in ids where !Task.isCancelled {
            do {
                try await stop(id)
            } catch {
                logger.info("a channel is left open", metadata: ["channel": "\(id)", "error": "\(error)"])
            }
        }
    }

    // MARK: - Telling

    /// Warns once, until it is over.
    private func warn(_ name: String, _ text: String, _ reason: String) {
        let isNew = standing.insert(name).inserted
        logger.log(level: isNew ? .warning : .debug, "\(text)", metadata: ["reason": "\(reason)"])
    }

    private func over(_ name: String) {
        if standing.remove(name) != nil {
            logger.info("\(name == "store" ? "channels are looked after again" : "a channel is open again")")
        }
    }
}

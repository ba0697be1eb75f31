internal import Digest
internal import Foundation
package import LabelStore
package import Logging
package import QueryUnload
internal import Synchronization

/// Runs the queries that are asked for, a few at a time, and clears away what nobody needs any more.
///
/// What is to be done stands in the store. So a query outlives the request that asked for it, several servers share the
/// work, and what a server that died had begun is known to have failed.
package final class QueryService: Sendable {
    private struct State {
        var running: [UInt64: Task<Void, Never>] = [:]
        /// Those that somebody cancelled; others that end so were ended with the server.
        var cancelled: Set<UInt64> = []
    }

    let store: LabelStore
    let place: QueryPlace
    let settings: QuerySettings
    private let unloader: Unloader
    private let worker: String
    private let logger: Logger
    private let state = Mutex(State())
    private let bell: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)

    /// A service that does nothing yet.
    ///
    /// - Parameters:
    ///   - store: where queries are noted.
    ///   - unloader: runs them.
    ///   - place: where results go.
    ///   - settings: how many, how long.
    ///   - worker: names this process, for people.
    ///   - logger: gets a line a query, without what it asks.
    package init(
        store: LabelStore, unloader: Unloader, place: QueryPlace, settings: QuerySettings, worker: String,
        logger: Logger
    ) {
        (self.store, self.unloader, self.place) = (store, unloader, place)
        (self.settings, self.logger) = (settings, logger)
        // A number that is used up with the process: its queries are not those of the one before.
        self.worker = "\(String(worker.prefix(200))) \(base64URL(secureRandomBytes(9)))"
        bell = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// A query was noted: there is something to do.
    func wake() { bell.continuation.yield() }

    /// Ends a query that runs here.
    func cancel(_ id: UInt64) {
        let task = state.withLock { state in
            if state.running[id] != nil { state.cancelled.insert(id) }
            return state.running[id]
        }
        task?.cancel()
    }

    // MARK: - Running

    private static let beat = Duration.seconds(5)
    private static let look = Duration.seconds(2)

    /// Runs queries until the task is cancelled; those under way are ended then, and noted as failed.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.repeatedly(every: Self.look) { self.bell.continuation.yield() } }
            group.addTask { await self.repeatedly(every: Self.beat) { try await self.tend() } }
            group.addTask { await self.repeatedly(every: .seconds(30)) { try await self.clearAway() } }
            for await _ in bell.stream where !Task.isCancelled {
                while state.withLock({ $0.running.count }) < settings.atOnce, !Task.isCancelled {
                    guard await begin() else { break }
                }
            }
            let tasks = state.withLock { Array($0.running.values) }
            for task in tasks { task.cancel() }
            for task in tasks { await task.value }
            group.cancelAll()
        }
    }

    private func repeatedly(every pause: Duration, _ body: @Sendable () async throws -> Void) async {
        while !Task.isCancelled {
            do {
                try await body()
            } catch {
                if Task.isCancelled { return }
                logger.warning("queries: the store did not answer", metadata: ["error": "\(type(of: error))"])
            }
            try? await Task.sleep(for: pause)
        }
    }

    /// Takes a query and starts it.
    ///
    /// - Returns: whether there was one.
    private func begin() async -> Bool {
        let name =
            "query-" + secureRandomBytes(12).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let query: ClaimedQuery
        do {
            guard let claimed = try await store.claimQuery(worker: worker, place: name) else { return false }
            query = claimed
        } catch {
            if !Task.isCancelled {
                logger.warning("queries: none could be taken", metadata: ["error": "\(type(of: error))"])
            }
            return false
        }
        state.withLock { state in
            // Made under the lock, so that it is noted before it can be over.
            state.running[query.id] = Task {
                await perform(query, name)
                self.state.withLock { state in
                    state.running[query.id] = nil
                    state.cancelled.remove(query.id)
                }
                bell.continuation.yield()
            }
        }
        return true
    }

    private func perform(_ query: ClaimedQuery, _ name: String) async {
        let started = ContinuousClock.now
        let result: Result<UnloadResult, any Error>
        do {
            let destination = try place.destination(name)
            result = .success(
                try await unloader.run(
                    query.statement, format: UnloadFormat(rawValue: query.format) ?? .queuery,
                    castsDates: query.wantsTypes, into: destination))
        } catch {
            result = .failure(error)
        }
        let isCancelled = state.withLock { $0.cancelled.contains(query.id) }
        // In a task that is not cancelled: what became of the query is to be noted whatever happens.
        await Task {
            do {
                try await note(result, of: query, name, isCancelled: isCancelled)
            } catch {
                logger.error(
                    "queries: an end could not be noted",
                    metadata: ["query": "\(query.id)", "error": "\(type(of: error))"])
            }
        }.value
        logger.info(
            "query ended",
            metadata: [
                "query": "\(query.id)", "seconds": "\((ContinuousClock.now - started) / .seconds(1))",
                "state": "\(isCancelled ? "cancelled" : (try? result.get()) == nil ? "failed" : "success")",
                "rows": "\((try? result.get().rows) ?? 0)",
            ])
    }

    private func note(
        _ result: Result<UnloadResult, any Error>, of query: ClaimedQuery, _ name: String, isCancelled: Bool
    ) async throws {
        switch result {
        case .success(let result):
            let document = String(decoding: try JSONEncoder().encode(QueryDocument(result)), as: UTF8.self)
            let outcome = QueryOutcome(
                result: document, rows: result.rows, bytes: result.bytes, lifetime: settings.keep)
            if try await store.finishQuery(query.id, worker: worker, place: name, outcome) { return }
            // Somebody has taken this server for dead, and said so.
            try await place.destination(name).removeAll()
        case .failure(let error):
            let (state, message): (QueryState, String) =
                switch error {
                case _ where isCancelled: (.cancelled, "The query was cancelled.")
                case let problem as UnloadProblem: (.failed, problem.description)
                case is CancellationError: (.failed, "The server was stopped while the query ran. Send it again.")
                default: (.failed, "Something unforeseen went wrong while the query ran.")
                }
            try await store.endQuery(query.id, worker: worker, as: state, error: message)
            if !(error is UnloadProblem), !(error is CancellationError) {
                logger.error(
                    "query failed unforeseen", metadata: ["query": "\(query.id)", "error": "\(type(of: error))"])
            }
        }
    }

    // MARK: - Tending

    /// Says that this server lives, hears of cancellations, and tells of servers that do not live.
    private func tend() async throws {
        for id in try await store.beatQueries(worker: worker) { cancel(id) }
        let lost = try await store.failLostQueries(silentFor: settings.silence)
        if lost > 0 { logger.warning("queries of a server that ended have failed", metadata: ["queries": "\(lost)"]) }
    }

    /// Deletes results whose time is over, and what is left of those that failed.
    func clearAway() async throws {
        for query in try await store.queriesWithoutUse(limit: 100) {
            if let name = query.place { try await place.destination(name).removeAll() }
            try await store.noteQueryCleared(query.id)
        }
        try await store.forgetQueries(olderThan: settings.remember)
    }
}

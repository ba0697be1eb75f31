import Foundation
import LabelServer
import LabelStore
import Logging
import MySQL
import SheetSource
import Sync
import Synchronization
import Training

/// What a watch runs, and how it tells of it.
struct WatchedRuns: Sendable {
    let workspace: Workspace
    let store: LabelStore
    let datasets: [DatasetSettings]
    /// Prints a document a run, if that was asked for.
    let console: Console

    private var logger: Logger { workspace.logger }

    /// A run under `--json`; without anything that was typed into a cell.
    private struct Document: Encodable {
        var trigger: String
        var startedAt: String
        var seconds: Double
        var reports: [SyncReport]
        /// Why no dataset was begun.
        var error: SyncReport.Trouble?
    }

    /// A run of all datasets, and the training that is due.
    ///
    /// Whatever goes wrong is told, and is no reason to end.
    ///
    /// - Throws: `CancellationError`.
    func run(_ trigger: WatchSchedule.Trigger) async throws -> WatchLoop.Outcome {
        let began = ContinuousClock.now
        var document = Document(
            trigger: trigger.rawValue, startedAt: Date.now.formatted(.iso8601), seconds: 0, reports: [])
        let failures = Failures()
        var batch = RunBatch(workspace: workspace, store: store)
        batch.onFailure = { [logger] dataset, failure in
            failures.add(failure)
            logger.log(
                level: failure.exit == .busy ? .info : .warning, "run failed",
                metadata: ["dataset": "\(dataset.name)", "code": "\(failure.code)", "reason": "\(failure.message)"])
        }
        do {
            document.reports = try await batch.run(datasets, .sync(reason: nil)).reports
        } catch {
            let failure = try Self.failure(error)
            failures.add(failure)
            document.error = .init(code: failure.code, message: failure.message, hint: failure.hint)
            logger.warning("run failed", metadata: ["code": "\(failure.code)", "reason": "\(failure.message)"])
        }
        warnOfSheets(document.reports)
        if !failures.exits.contains(.store) { try await relay() }
        document.seconds = (ContinuousClock.now - began) / .seconds(1)
        document.reports = document.reports.map(\.withoutCellText)
        try console.jsonLine(document)
        return outcome(trigger, document.reports, failures.exits)
    }

    private func outcome(
        _ trigger: WatchSchedule.Trigger, _ reports: [SyncReport], _ exits: [Exit]
    ) -> WatchLoop.Outcome {
        let sheets = reports.flatMap(\.sheets)
        let isOutOfReach = sheets.contains { sheet in
            sheet.failure.flatMap { SheetError.Code(rawValue: $0.code) }?.isTransient == true
        }
        let published = reports.contains { $0.outcome == .published }
        var counts: [String: Int] = ["datasets": reports.count]
        for report in reports { counts[report.isPartial ? "partial" : report.outcome.rawValue, default: 0] += 1 }
        return WatchLoop.Outcome(
            ending: .init(
                foundChanges: published || (trigger == .notice && sheets.contains(where: \.wasRead)),
                isToRetry: isOutOfReach || exits.contains { [.busy, .store, .source, .unexpected].contains($0) }),
            counts: counts)
    }

    /// Sheets that could not be read: no cell text, only where and why.
    private func warnOfSheets(_ reports: [SyncReport]) {
        for report in reports {
            for note in report.notes {
                logger.warning("note", metadata: ["dataset": "\(report.dataset)", "note": "\(note)"])
            }
            for sheet in report.sheets {
                guard let failure = sheet.failure else { continue }
                logger.warning(
                    "sheet not read",
                    metadata: [
                        "dataset": "\(report.dataset)", "spreadsheet": "\(sheet.spreadsheet)",
                        "code": "\(failure.code)", "hint": "\(failure.hint)",
                    ])
            }
        }
    }

    /// The training that is due.
    ///
    /// - Throws: `CancellationError`.
    func relay() async throws {
        do {
            let report = try await workspace.relay(store).relayDue()
            for id in report.launched { logger.info("training job started", metadata: ["job": "\(id)"]) }
            for problem in report.problems {
                logger.warning(
                    "training problem",
                    metadata: ["job": "\(problem.job.map(String.init) ?? "")", "reason": "\(problem.message)"])
            }
        } catch {
            let failure = try Self.failure(error)
            logger.warning(
                "training not looked after", metadata: ["code": "\(failure.code)", "reason": "\(failure.message)"])
        }
    }

    /// Waits for a database that is not there yet, as after a reboot.
    ///
    /// - Throws: what waiting does not mend: tables that are missing, a password that is wrong; `CancellationError`.
    func waitForStore() async throws {
        var wait = Duration.seconds(1)
        while true {
            do {
                return try await store.requireMigrated()
            } catch let error as MySQLError where error.isRetryable && !Task.isCancelled {
                logger.warning("the database is out of reach", metadata: ["reason": "\(error.message)"])
            }
            try await Task.sleep(for: wait)
            wait = min(wait * 2, .seconds(60))
        }
    }

    /// The error in words; thrown on if the watch is to end.
    private static func failure(_ error: any Error) throws -> Failure {
        if Task.isCancelled { throw CancellationError() }
        return Failure(error)
    }

    private final class Failures: Sendable {
        private let list = Mutex<[Exit]>([])

        func add(_ failure: Failure) { list.withLock { $0.append(failure.exit) } }
        var exits: [Exit] { list.withLock { $0 } }
    }
}

extension Workspace {
    /// The watch of some datasets.
    func watch(_ runs: WatchedRuns) -> WatchService {
        let settings = configuration.google.watch
        let board = NoticeBoard()
        let trains = runs.datasets.contains { $0.training != nil }
        let loop = WatchLoop(
            .init(
                every: settings.every, coolDown: configuration.google.coolDown,
                relayEvery: trains ? .seconds(60) : nil),
            board: board, logger: logger, relay: { try await runs.relay() }, run: { try await runs.run($0) })
        let isGoogle = runs.datasets.contains { $0.sheets.contains { $0.source == .google } }
        guard let push = settings.push, isGoogle else {
            logger.info("watching by the clock", metadata: ["every": "\(settings.every / .seconds(1)) s"])
            return WatchService(loop: loop, push: nil)
        }
        let source = channels
        let store = runs.store
        let book = ChannelBook(logger: logger) { id in
            try await store.channel(id, ofFeed: await source.feedName())
        }
        let keeper = ChannelKeeper(
            .init(address: push.address, lifetime: push.channelLifetime, worker: Self.worker), source: source,
            store: store, book: book, board: board, logger: logger)
        let listener = NoticeListener(
            .init(host: push.host, port: push.port, path: push.path), book: book, logger: logger
        ) { [logger] message in
            await keeper.heard(message.channel, resourceID: message.resourceID, isSync: message.isSync)
            guard !message.isSync, board.notice() else { return }
            // The line of the run that comes of it counts the notices.
            logger.debug(
                "notice",
                metadata: ["channel": "\(message.channel)", "number": "\(message.number.map(String.init) ?? "")"])
        }
        return WatchService(loop: loop, push: .init(listener: listener, keeper: keeper))
    }
}

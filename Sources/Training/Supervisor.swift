internal import Foundation
package import LabelStore
package import Logging
internal import Subprocess

/// The process that stands between Sheaf and a trainer: it outlives the command that launched it, holds the folder's
/// lock for as long as the trainer lives, and tells the store how it ended.
package enum Supervisor {
    /// Runs the attempt of a folder, as `sheaf jobs supervise --folder DIR` does.
    ///
    /// An attempt that has ended already is only told to the store once more. A store that cannot be reached at the end is
    /// no loss: the result stands in the folder, and the next relay on this machine picks it up.
    ///
    /// - Parameters:
    ///   - path: the attempt's folder.
    ///   - store: where the job stands; `JobFile.config` says which.
    ///   - logger: is told what nobody else is.
    ///   - poll: how often the store is asked whether the job was cancelled.
    ///   - inherited: a descriptor that may hold the lock already, as the launcher left it; standard output by default.
    /// - Returns: the exit code: 0 if the trainer succeeded, else 9.
    /// - Throws: `TrainingError.alreadySupervised` if another supervisor holds the lock.
    package static func run(
        folder path: String, store: LabelStore, logger: Logger, poll: Duration = .seconds(3),
        inherited: CInt? = STDOUT_FILENO
    ) async throws -> Int32 {
        let folder = JobFolder(path: path)
        let job = try folder.readJob()
        guard let token = try folder.readToken() else {
            throw TrainingError(.jobFolder, "\(path) is not a job's folder: it has no token.")
        }
        guard let lock = try JobLock.take(folder.lockFile, inherited: inherited) else {
            throw TrainingError(
                .alreadySupervised, "Attempt \(job.attempt) of job \(job.job) is supervised already.",
                hint: "`sheaf jobs \(job.job)` shows it.")
        }
        defer { withExtendedLifetime(lock) {} }
        let outcome: SupervisedOutcome
        if let ended = try folder.readResult() {
            outcome = ended
        } else {
            outcome = await supervise(folder, job, token: token, store: store, logger: logger, poll: poll)
            try PrivateFile.write(outcome.jsonFile(), to: folder.resultFile)
        }
        do {
            _ = try await record(outcome, of: job, in: store)
        } catch {
            logger.error(
                "the end of the job is noted in its folder only, until the next relay",
                metadata: ["job": "\(job.job)", "error": "\(error)"])
        }
        return outcome.outcome == AttemptOutcome.succeeded.rawValue ? 0 : 9
    }

    /// Tells the store how an attempt ended.
    ///
    /// - Returns: whether the store did not know yet.
    static func record(_ outcome: SupervisedOutcome, of job: JobFile, in store: LabelStore) async throws -> Bool {
        let kind = AttemptOutcome(rawValue: outcome.outcome) ?? .failed
        return try await store.finishAttempt(
            job: job.job, attempt: job.attempt, outcome: kind, exitCode: outcome.exitCode, message: outcome.message,
            nextAttemptAt: try await nextAttempt(after: job.attempt, of: job.maximumAttempts, in: store))
    }

    /// When to try again; `nil` if that was the last attempt.
    ///
    /// The pause doubles: 30 s, 1 min, 2 min, up to an hour.
    static func nextAttempt(after attempt: Int, of maximum: Int, in store: LabelStore) async throws -> StoreTime? {
        guard attempt < maximum else { return nil }
        return try await store.now() + .seconds(min(30 << min(attempt - 1, 10), 3_600))
    }

    private static func supervise(
        _ folder: JobFolder, _ job: JobFile, token: String, store: LabelStore, logger: Logger, poll: Duration
    ) async -> SupervisedOutcome {
        do {
            guard try await store.markRunning(job: job.job, attempt: job.attempt) else {
                return SupervisedOutcome(
                    outcome: AttemptOutcome.killed.rawValue, message: "was not started: the job was cancelled")
            }
            try PrivateFile.makeFolder(folder.artifacts)
            let end = try await TrainerProcess(folder: folder, job: job, token: token).run {
                await isCancelled(job, store: store, poll: poll)
            }
            let (outcome, message) = end.outcome(timeoutSeconds: job.timeoutSeconds)
            return SupervisedOutcome(outcome: outcome.rawValue, exitCode: end.exitCode, message: message)
        } catch {
            logger.error("the trainer was not started", metadata: ["job": "\(job.job)", "error": "\(error)"])
            return SupervisedOutcome(
                outcome: AttemptOutcome.failed.rawValue, message: "could not be started: \(reason(error, of: job))")
        }
    }

    /// Asks the store, again and again, whether the job is still wanted.
    ///
    /// - Returns: true once it is not; false when the asking is cancelled, since the trainer has ended.
    private static func isCancelled(_ job: JobFile, store: LabelStore, poll: Duration) async -> Bool {
        while (try? await Task.sleep(for: poll)) != nil {
            // A store that is out of reach for a while does not stop a training.
            guard let now = try? await store.job(job.job) else { continue }
            if now.state != .running || now.attempts != job.attempt { return true }
        }
        return false
    }

    private static func reason(_ error: any Error, of job: JobFile) -> String {
        guard let error = error as? SubprocessError else { return "\(error)" }
        switch error.code {
        case .executableNotFound: return "there is no program \(job.run.first ?? "")"
        case .failedToChangeWorkingDirectory: return "there is no working folder \(job.workingFolder)"
        default: return error.description
        }
    }
}

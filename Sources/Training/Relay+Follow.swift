internal import Foundation
package import LabelStore

/// What is to be told of a job while it is followed.
package enum JobProgress: Sendable, Equatable {
    /// It has reached another state, or another attempt.
    case state(JobRecord)
    /// A line that the trainer printed, without its end.
    case output(String)
}

extension Relay {
    /// Follows a job to its end, and relays meanwhile: so the job starts when it is due, and a lost attempt is noticed.
    ///
    /// The trainer's output can be followed where the job's folder stands, on the machine that runs it.
    ///
    /// - Parameters:
    ///   - id: the job.
    ///   - poll: how often the store and the log are looked at.
    ///   - clock: waits between two looks.
    ///   - show: is told each new state and each line, in order.
    /// - Returns: the job as it ended.
    /// - Throws: what the store or `show` throws; `CancellationError` when the task is cancelled, which leaves the job
    ///   running.
    package func follow(
        job id: UInt64, poll: Duration = .milliseconds(300), clock: any Clock<Duration> = ContinuousClock(),
        show: (JobProgress) throws -> Void
    ) async throws -> JobRecord {
        var shown: (state: JobState, attempts: Int)?
        var log: OutputTail?
        while true {
            let job = try await store.job(id)
            if job.attempts > 0, log?.attempt != job.attempts {
                try log?.lines(toEnd: true).forEach { try show(.output($0)) }
                log = try await newestLog(of: job)
            }
            if shown?.state != job.state || shown?.attempts != job.attempts, !job.state.isFinal {
                shown = (job.state, job.attempts)
                try show(.state(job))
            }
            try log?.lines(toEnd: job.state.isFinal).forEach { try show(.output($0)) }
            if job.state.isFinal {
                try show(.state(job))
                return job
            }
            try await clock.sleep(for: poll)
            _ = try await relayDue(dataset: job.dataset)
        }
    }

    private func newestLog(of job: JobRecord) async throws -> OutputTail? {
        guard let attempt = try await store.attempts(of: job.id).last, let path = attempt.folder else { return nil }
        let folder = JobFolder(path: path)
        guard try folder.belongs(to: attempt.tokenHash) else { return nil }
        return OutputTail(attempt: attempt.number, path: folder.outputLog)
    }
}

/// Reads the lines of a growing log.
struct OutputTail {
    let attempt: Int
    let path: String
    private var offset: off_t = 0
    private var rest: [UInt8] = []

    /// How much is read at a time.
    private static let chunk = 1 << 20

    init(attempt: Int, path: String) {
        self.attempt = attempt
        self.path = path
    }

    /// The lines that have come since the last call.
    ///
    /// - Parameter toEnd: whether what stands behind the last end of line is a line too.
    /// - Returns: the lines without their ends; none while there is no log.
    /// - Throws: `TrainingError` if the log cannot be read.
    mutating func lines(toEnd: Bool) throws -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var lines: [String] = []
        while true {
            lseek(descriptor, offset, SEEK_SET)
            let bytes = try PrivateFile.readAll(descriptor, path: path, limit: Self.chunk)
            if bytes.isEmpty { break }
            offset += off_t(bytes.count)
            rest += bytes
            let parts = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            lines += parts.dropLast().map { String(decoding: $0, as: UTF8.self) }
            rest = parts.last.map(Array.init) ?? []
        }
        if toEnd, !rest.isEmpty {
            lines.append(String(decoding: rest, as: UTF8.self))
            rest = []
        }
        return lines
    }
}

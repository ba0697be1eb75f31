package import Digest

/// The folder of one attempt: `STATE_DIR/jobs/ID/attempt-N/`.
///
/// ```
/// job.json       what the trainer and its supervisor are told
/// token          what a report must carry; only its hash is in the store
/// lock           locked while the attempt is started or runs; also the supervisor's own output
/// trainer.json   the trainer's process
/// output.log     what the trainer prints
/// artifacts/     where the trainer puts what it made
/// result.json    how the attempt ended
/// ```
package struct JobFolder: Sendable, Equatable {
    /// An absolute path.
    package let path: String

    package init(path: String) { self.path = path }

    init(stateFolder: String, job: UInt64, attempt: Int) {
        path = "\(stateFolder)/jobs/\(job)/attempt-\(attempt)"
    }

    package var jobFile: String { path + "/job.json" }
    package var tokenFile: String { path + "/token" }
    package var lockFile: String { path + "/lock" }
    package var outputLog: String { path + "/output.log" }
    package var artifacts: String { path + "/artifacts" }
    package var resultFile: String { path + "/result.json" }
    var trainerFile: String { path + "/trainer.json" }

    /// What the attempt is about.
    ///
    /// - Throws: `TrainingError` if the folder is not one of an attempt.
    package func readJob() throws -> JobFile {
        guard let bytes = try PrivateFile.read(jobFile) else {
            throw TrainingError(.jobFolder, "\(path) is not a job's folder: it has no job.json.")
        }
        do {
            return try JobFile.fromJSON(bytes)
        } catch {
            throw TrainingError(.jobFolder, "\(jobFile) is damaged.", hint: "Cancel the job and retry it.")
        }
    }

    /// How the attempt ended; `nil` if it has not, or nobody could say.
    package func readResult() throws -> SupervisedOutcome? {
        try PrivateFile.read(resultFile).flatMap { try? SupervisedOutcome.fromJSON($0) }
    }

    func readTrainer() throws -> TrainerProcessFile? {
        try PrivateFile.read(trainerFile).flatMap { try? TrainerProcessFile.fromJSON($0) }
    }

    /// The attempt's token; `nil` if there is none.
    func readToken() throws -> String? {
        try PrivateFile.read(tokenFile).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether the folder belongs to the attempt with this token: on another machine, or after a start that another worker
    /// won, a folder of the same name may belong to none.
    func belongs(to tokenHash: SHA256Digest) throws -> Bool {
        try readToken().map(JobToken.hash) == tokenHash
    }
}

/// The secret by which a trainer proves which attempt it is.
package enum JobToken {
    static func make() -> String { base64URL(secureRandomBytes(32)) }

    /// What the store keeps of a token.
    package static func hash(_ token: String) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update(token)
        return hasher.finish()
    }
}

internal import Foundation

/// All that a trainer and its supervisor are told of one attempt, as `job.json` in the job's folder.
///
/// The token is not in it, so that the file can be shown to somebody.
package struct JobFile: Codable, Sendable, Equatable {
    package var format = "sheaf-job-1"
    package var job: UInt64
    package var attempt: Int
    /// The store's UUID and generation.
    package var store: String
    package var dataset: String
    package var version: Int
    package var versionHash: String
    package var labels: Int
    package var changes: Int
    package var pipeline: String
    /// The path of the configuration, which says where the store is.
    package var config: String
    /// The path of the program by which the trainer reads and reports.
    package var bin: String
    package var run: [String]
    package var workingFolder: String
    package var environment: [String: String]
    package var timeoutSeconds: Double
    package var graceSeconds: Double
    package var maximumAttempts: Int
    package var outputLimit: Int

    enum CodingKeys: String, CodingKey {
        case format, job, attempt, store, dataset, version, labels, changes, pipeline, config, bin, run, environment
        case versionHash = "version_hash"
        case workingFolder = "working_folder"
        case timeoutSeconds = "timeout_seconds"
        case graceSeconds = "grace_seconds"
        case maximumAttempts = "maximum_attempts"
        case outputLimit = "output_limit"
    }
}

/// How an attempt ended, as `result.json`: it is there even if the store could not be told.
package struct SupervisedOutcome: Codable, Sendable, Equatable {
    package var outcome: String
    package var exitCode: Int?
    package var message: String

    enum CodingKeys: String, CodingKey {
        case outcome, message
        case exitCode = "exit_code"
    }
}

/// The trainer's process, as `trainer.json`: what is left of it is stopped when its supervisor was killed.
struct TrainerProcessFile: Codable, Sendable, Equatable {
    /// The process id, which is also that of its group.
    var pid: Int32
    /// When it started, as the kernel counts: a pid may have been given to another process since.
    var startTicks: UInt64?

    enum CodingKeys: String, CodingKey {
        case pid
        case startTicks = "start_ticks"
    }
}

extension Encodable {
    /// The bytes of a file that people may read too: sorted, indented, with an end of line.
    func jsonFile() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}

extension Decodable {
    static func fromJSON(_ bytes: [UInt8]) throws -> Self {
        try JSONDecoder().decode(Self.self, from: Data(bytes))
    }
}

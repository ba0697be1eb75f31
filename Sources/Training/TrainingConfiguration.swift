/// How the versions of one dataset are trained.
package struct TrainingConfiguration: Sendable, Equatable {
    /// The name of the training, a part of each job's identity; a dataset has one pipeline.
    package var pipeline: String
    package var policy: TrainingPolicy
    package var command: CommandConfiguration

    package init(pipeline: String = "default", policy: TrainingPolicy, command: CommandConfiguration) {
        self.pipeline = pipeline
        self.policy = policy
        self.command = command
    }
}

/// A trainer that is a command on this machine.
package struct CommandConfiguration: Sendable, Equatable {
    /// The program and its arguments, which no shell reads.
    ///
    /// A name without a slash is searched for in PATH; a relative path is one under the working folder.
    package var run: [String]
    /// An absolute path.
    package var workingFolder: String
    /// Goes on top of what the trainer inherits.
    package var environment: [String: String]
    /// How long an attempt may take before it is stopped.
    package var timeout: Duration
    /// How long a trainer that was told to stop may take to do so before it is killed.
    package var grace: Duration
    /// How often a job is tried; above 1, a failed attempt is followed by another after a pause.
    package var maximumAttempts: Int
    /// How many bytes of a trainer's output are kept.
    package var outputLimit: Int

    package init(
        run: [String], workingFolder: String, environment: [String: String] = [:], timeout: Duration = .seconds(86_400),
        grace: Duration = .seconds(10), maximumAttempts: Int = 1, outputLimit: Int = 10_000_000
    ) {
        self.run = run
        self.workingFolder = workingFolder
        self.environment = environment
        self.timeout = timeout
        self.grace = grace
        self.maximumAttempts = maximumAttempts
        self.outputLimit = outputLimit
    }
}

/// What went wrong around training, with what to do about it.
package struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable names, used by exit codes and in `--json` output.
    package enum Code: String, Sendable {
        case jobFolder = "job-folder"
        case cannotLaunch = "cannot-launch"
        case alreadySupervised = "already-supervised"
        case badReport = "bad-report"
    }

    package let code: Code
    package let message: String
    package let hint: String

    package init(_ code: Code, _ message: String, hint: String = "") {
        self.code = code
        self.message = message
        self.hint = hint
    }

    package var description: String { hint.isEmpty ? message : "\(message) \(hint)" }
}

import ArgumentParser
import Digest
import Foundation
import LabelStore
import Training

struct JobsCommand: AsyncParsableCommand {
    static let configuration = ArgumentParser.CommandConfiguration(
        commandName: "jobs", abstract: "List training jobs; show, follow, cancel or retry one.",
        discussion: """
            Examples:
              sheaf jobs           the newest jobs, with version, state, metrics and
                                   duration
              sheaf jobs 7         one job and its attempts
              sheaf jobs logs 7    what its trainer printed
              sheaf jobs cancel 7
              sheaf jobs retry 7
            """,
        subcommands: [
            JobsListCommand.self, JobsLogsCommand.self, JobsCancelCommand.self, JobsRetryCommand.self,
            JobsSuperviseCommand.self,
        ], defaultSubcommand: JobsListCommand.self)
}

/// A job under `--json`.
struct JobDocument: Encodable {
    struct Attempt: Encodable {
        var number: Int
        var outcome: String
        var worker: String
        var startedAt: String
        var finishedAt: String?
        var exitCode: Int?
        var message: String?
        var folder: String?
    }

    var job: UInt64
    var dataset: String
    var version: Int
    var pipeline: String
    var retry: Int
    var state: String
    var launcher: String
    var changes: Int
    var createdAt: String
    var startedAt: String?
    var finishedAt: String?
    var seconds: Double?
    var message: String?
    /// The document that the trainer reported, as text.
    var metrics: String?
    var artifactURI: String?
    var artifactSHA256: String?
    var attempts: [Attempt]

    init(_ job: JobRecord, _ attempts: [AttemptRecord] = []) {
        self.job = job.id
        dataset = job.dataset
        version = job.version
        pipeline = job.pipeline
        retry = job.retry
        state = job.state.rawValue
        launcher = job.launcher
        changes = job.changes
        createdAt = job.createdAt
        startedAt = job.startedAt
        finishedAt = job.finishedAt
        seconds = job.duration.map { $0 / .seconds(1) }
        message = job.message
        metrics = job.metrics
        artifactURI = job.artifactURI
        artifactSHA256 = job.artifactSHA256?.hex
        self.attempts = attempts.map { attempt in
            Attempt(
                number: attempt.number, outcome: attempt.outcome.rawValue, worker: attempt.worker,
                startedAt: attempt.startedAt, finishedAt: attempt.finishedAt, exitCode: attempt.exitCode,
                message: attempt.message, folder: attempt.folder)
        }
    }
}

struct JobsListCommand: SheafSubcommand {
    static let configuration = ArgumentParser.CommandConfiguration(
        commandName: "list", abstract: "List the newest jobs, or show one with its attempts.")

    @OptionGroup var common: CommonOptions
    @Argument(help: "One job (default: the newest).")
    var job: UInt64?
    @Option(help: "Only jobs of this dataset.")
    var dataset: String?
    @Option(name: .shortAndLong, help: "How many at most.")
    var limit = 20

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            if let job {
                let record = try await store.job(job)
                let attempts = try await store.attempts(of: job)
                console.lines(JobText(style: console.style).details(record, attempts))
                try console.json(JobDocument(record, attempts))
                return .success
            }
            let jobs = try await store.jobs(dataset: dataset, limit: limit)
            if jobs.isEmpty {
                console.line("There are no training jobs.")
            } else {
                console.lines(JobText(style: console.style).table(jobs))
            }
            try console.json(jobs.map { JobDocument($0) })
            return .success
        }
    }
}

struct JobsLogsCommand: SheafSubcommand {
    static let configuration = ArgumentParser.CommandConfiguration(
        commandName: "logs", abstract: "Show what a job's trainer printed; follow it while it runs.")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The job.")
    var job: UInt64

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let ended = try await workspace.follow(job, workspace.relay(store))
            try console.json(JobDocument(ended, try await store.attempts(of: job)))
            return ended.state == .succeeded ? .success : .jobFailed
        }
    }
}

struct JobsCancelCommand: SheafSubcommand {
    static let configuration = ArgumentParser.CommandConfiguration(
        commandName: "cancel", abstract: "Stop a job that waits or runs.")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The job.")
    var job: UInt64
    @Option(help: "Why, for the history.")
    var why: String?

    func validate() throws { try ReasonLimit.check(why) }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            try await store.cancel(job: job, by: Workspace.actor, why: why)
            console.line("Job \(job) is cancelled; its trainer is told to stop.")
            try console.json(JobDocument(try await store.job(job)))
            return .success
        }
    }
}

struct JobsRetryCommand: SheafSubcommand {
    static let configuration = ArgumentParser.CommandConfiguration(
        commandName: "retry", abstract: "Train the same version again, as a new job.")

    @OptionGroup var common: CommonOptions
    @Argument(help: "The job that failed or was cancelled.")
    var job: UInt64
    @Flag(help: "Wait for its end, and show its output.")
    var wait = false
    @Option(help: "Why, for the history.")
    var why: String?

    func validate() throws { try ReasonLimit.check(why) }

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let record = try await store.retry(job: job, by: Workspace.actor, why: why)
            console.line("Job \(record.id) trains \(record.dataset)@\(record.version) again.")
            let exit = try await workspace.relay(store: store, waits: wait)
            try console.json(JobDocument(try await store.job(record.id)))
            return exit
        }
    }
}

struct JobsSuperviseCommand: SheafSubcommand {
    static let configuration = ArgumentParser.CommandConfiguration(
        commandName: "supervise", abstract: "Stand between Sheaf and a trainer (started by Sheaf itself).",
        shouldDisplay: false)

    @OptionGroup var common: CommonOptions
    @Option(help: "The job's folder.")
    var folder: String

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let code = try await Supervisor.run(folder: folder, store: store, logger: workspace.logger)
            return Exit(rawValue: code) ?? .jobFailed
        }
    }
}

struct RelayCommand: SheafSubcommand {
    static let configuration = ArgumentParser.CommandConfiguration(
        commandName: "relay", abstract: "Start the training that is due, and nothing else.",
        discussion: """
            Every sync does it too. Run it by a timer where training waits for quiet, or
            where another machine trains.

            Examples:
              sheaf relay
              sheaf relay --wait
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Wait for the jobs that are started, and show their output.")
    var wait = false

    func execute(_ console: Console) async throws -> Exit {
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            let exit = try await workspace.relay(store: store, waits: wait)
            try console.json(try await store.jobs(dataset: nil, limit: 20).map { JobDocument($0) })
            return exit
        }
    }
}

struct ReportCommand: SheafSubcommand {
    static let configuration = ArgumentParser.CommandConfiguration(
        commandName: "report", abstract: "Report a trainer's metrics and artifact (run by the trainer).",
        discussion: """
            Job and token come from SHEAF_JOB and SHEAF_ATTEMPT_TOKEN, which Sheaf gives
            to each trainer. Only the newest attempt's reports count.

            Example:
              sheaf report --metrics metrics.json --artifact model.joblib
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("A file with one JSON object.", valueName: "file"))
    var metrics: String?
    @Option(help: ArgumentHelp("The model: a file, or a URI.", valueName: "file or uri"))
    var artifact: String?

    func validate() throws {
        if metrics == nil, artifact == nil { throw ValidationError("Give --metrics, --artifact, or both.") }
    }

    func execute(_ console: Console) async throws -> Exit {
        let environment = ProcessInfo.processInfo.environment
        guard let job = environment["SHEAF_JOB"].flatMap(UInt64.init), let token = environment["SHEAF_ATTEMPT_TOKEN"]
        else {
            throw Failure(
                .usage, code: "no-job", "There is no training job here: SHEAF_JOB and SHEAF_ATTEMPT_TOKEN are not set.",
                hint: "`sheaf report` is run by a trainer that Sheaf has started.")
        }
        let workspace = try Workspace(common, console: console)
        return try await workspace.withStore { store in
            try await TrainingReport.submit(
                job: job, token: token, metrics: metrics, artifact: artifact, to: store)
            console.line("Reported for job \(job).")
            try console.json(["job": "\(job)"])
            return .success
        }
    }
}

internal import Digest
package import LabelStore
package import Logging

/// What the relay must know of the program around it.
package struct RelayEnvironment: Sendable {
    /// An absolute path of `sheaf.yaml`, for trainers and supervisors.
    package var configurationPath: String
    /// An absolute path of the `sheaf` program.
    package var programPath: String
    /// Who this process is, for people: host and process id.
    package var worker: String

    package init(configurationPath: String, programPath: String, worker: String) {
        self.configurationPath = configurationPath
        self.programPath = programPath
        self.worker = worker
    }
}

/// What one pass of the relay did.
package struct RelayReport: Sendable, Equatable {
    package var eventsRelayed = 0
    /// Jobs that wait since now, superseding others.
    package var inserted: [UInt64] = []
    package var launched: [UInt64] = []
    /// Jobs whose attempt had ended without the store being told, or was lost.
    package var recovered: [UInt64] = []
    /// What could not be done; the rest was done all the same.
    package var problems: [RelayProblem] = []

    package init() {}
}

/// Something that the relay could not do.
package struct RelayProblem: Sendable, Equatable {
    package let job: UInt64?
    package let message: String
}

/// Turns events into jobs, and starts the jobs that are due.
///
/// Any number of workers may relay at the same time: each step is taken by one of them.
package struct Relay: Sendable {
    let store: LabelStore
    let configurations: [String: TrainingConfiguration]
    let launcher: any Launcher
    let environment: RelayEnvironment
    let logger: Logger
    private let clock: @Sendable () async throws -> StoreTime

    /// A relay; nothing is done yet.
    ///
    /// - Parameters:
    ///   - store: where events and jobs stand.
    ///   - configurations: by the dataset's name; datasets that are not in it are not trained.
    ///   - launcher: starts the jobs of its kind.
    ///   - environment: what trainers and supervisors are told.
    ///   - logger: is told of launches.
    ///   - clock: the time by which jobs are due; the database's by default.
    package init(
        store: LabelStore, configurations: [String: TrainingConfiguration], launcher: any Launcher,
        environment: RelayEnvironment, logger: Logger, clock: (@Sendable () async throws -> StoreTime)? = nil
    ) {
        self.store = store
        self.configurations = configurations
        self.launcher = launcher
        self.environment = environment
        self.logger = logger
        self.clock = clock ?? { try await store.now() }
    }

    /// One pass: attempts that ended unnoticed are noted, events become jobs, due jobs are launched.
    ///
    /// - Parameter dataset: only jobs of this dataset are launched; events are relayed for all.
    /// - Returns: what was done, and what could not be.
    /// - Throws: what the store throws. A job that cannot be launched is a problem in the report.
    package func relayDue(dataset: String? = nil) async throws -> RelayReport {
        var report = RelayReport()
        try await recover(into: &report)
        for event in try await store.unrelayedEvents() {
            try await relay(event, into: &report)
        }
        try await considerCurrentVersions(into: &report)
        for job in try await store.dueJobs(at: clock()) where dataset == nil || job.dataset == dataset {
            try await launch(job, into: &report)
        }
        return report
    }

    /// Turns one event into its job, if the policy wants one; delivering an event again does nothing.
    package func relay(_ event: EventRecord, into report: inout RelayReport) async throws {
        guard event.kind == "version_published", let version = event.version,
            let configuration = configurations[event.dataset.name]
        else {
            if try await store.markRelayed(event) { report.eventsRelayed += 1 }
            return
        }
        let outcome = try await consider(event.dataset, version: version, event: event, configuration)
        if outcome != .doneBefore { report.eventsRelayed += 1 }
        if case .inserted(let job) = outcome { report.inserted.append(job) }
    }

    /// Looks at each dataset's newest version again, without an event: the policy may have changed since it was published,
    /// or training have been configured only then.
    private func considerCurrentVersions(into report: inout RelayReport) async throws {
        for dataset in try await store.datasets() where dataset.currentVersion > 0 {
            guard let configuration = configurations[dataset.name] else { continue }
            let outcome = try await consider(dataset, version: dataset.currentVersion, event: nil, configuration)
            if case .inserted(let job) = outcome { report.inserted.append(job) }
        }
    }

    private func consider(
        _ dataset: DatasetRecord, version: Int, event: EventRecord?, _ configuration: TrainingConfiguration
    ) async throws -> RelayOutcome {
        let policy = configuration.policy
        return try await store.considerTraining(
            dataset, version: version, event: event, pipeline: configuration.pipeline, launcher: launcher.kind
        ) { situation in
            guard case .train(let notBefore) = policy.decide(situation) else { return nil }
            return notBefore
        }
    }

    /// What the policy says of a dataset, in words: "a job would start in 12 minutes (62 changes)".
    ///
    /// - Parameters:
    ///   - dataset: as the store knows it now.
    ///   - planned: the changes of a version that a run would publish; `nil` asks about the current version.
    /// - Returns: `nil` if the dataset is not trained, or has no version.
    /// - Throws: what the store throws.
    package func explainPolicy(_ dataset: DatasetRecord, planned: Int? = nil) async throws -> String? {
        guard let configuration = configurations[dataset.name] else { return nil }
        let situation = try await store.trainingSituation(
            dataset, pipeline: configuration.pipeline, planned: planned)
        guard let situation else { return nil }
        return configuration.policy.explain(situation, now: try await clock())
    }
}

// MARK: - Launching

extension Relay {
    private func launch(_ job: JobRecord, into report: inout RelayReport) async throws {
        // Another configuration's, or another launcher's: its own worker starts it.
        guard let configuration = configurations[job.dataset], configuration.pipeline == job.pipeline,
            job.launcher == launcher.kind
        else { return }
        let number = job.attempts + 1
        let prepared: PreparedAttempt
        do {
            let file = try await jobFile(job, attempt: number, configuration)
            guard let ours = try await launcher.prepare(file) else { return }
            prepared = ours
        } catch let error as TrainingError {
            // Nothing was claimed: the job waits until the folder is put right.
            report.problems.append(RelayProblem(job: job.id, message: "\(error)"))
            return
        }
        let claimed = try await store.beginAttempt(
            job: job.id, number: number, tokenHash: JobToken.hash(prepared.token), worker: environment.worker,
            folder: prepared.folder.path)
        guard claimed else { return }
        do {
            try await launcher.launch(prepared)
            report.launched.append(job.id)
            logger.info("job launched", metadata: ["job": "\(job.id)", "attempt": "\(number)"])
        } catch {
            report.problems.append(RelayProblem(job: job.id, message: "\(error)"))
            _ = try await store.finishAttempt(
                job: job.id, attempt: number, outcome: .failed, exitCode: nil,
                message: "could not be launched: \(error)",
                nextAttemptAt: try await Supervisor.nextAttempt(
                    after: number, of: configuration.command.maximumAttempts, in: store))
        }
    }

    private func jobFile(
        _ job: JobRecord, attempt: Int, _ configuration: TrainingConfiguration
    ) async throws -> JobFile {
        let version = try await store.version(job.version, of: store.dataset(job.dataset))
        let command = configuration.command
        return JobFile(
            job: job.id, attempt: attempt, store: try await store.identity(), dataset: job.dataset,
            version: job.version, versionHash: version.versionHash.hex, labels: version.labelCount,
            changes: job.changes, pipeline: job.pipeline, config: environment.configurationPath,
            bin: environment.programPath, run: command.run, workingFolder: command.workingFolder,
            environment: command.environment, timeoutSeconds: command.timeout / .seconds(1),
            graceSeconds: command.grace / .seconds(1), maximumAttempts: command.maximumAttempts,
            outputLimit: command.outputLimit)
    }
}

// MARK: - Attempts that ended unnoticed

extension Relay {
    /// Notes the ends that nobody told the store: a result that stands in its folder, or an attempt without a supervisor.
    ///
    /// Attempts of other machines are left to relays there.
    private func recover(into report: inout RelayReport) async throws {
        for attempt in try await store.openAttempts() {
            do {
                if try await recover(attempt) { report.recovered.append(attempt.job) }
            } catch let error as TrainingError {
                report.problems.append(RelayProblem(job: attempt.job, message: "\(error)"))
            }
        }
    }

    private func recover(_ attempt: AttemptRecord) async throws -> Bool {
        guard let path = attempt.folder else { return false }
        let folder = JobFolder(path: path)
        // Held for as long as the attempt is looked at, so that no two relays do so at once; and whoever holds it else
        // is the launcher, or the supervisor: then the attempt runs.
        guard try folder.belongs(to: attempt.tokenHash), let lock = try JobLock.take(folder.lockFile) else {
            return false
        }
        defer { withExtendedLifetime(lock) {} }
        let job = try folder.readJob()
        if let ended = try folder.readResult() { return try await Supervisor.record(ended, of: job, in: store) }
        var message = "was lost: its supervisor ended without a result"
        if let trainer = try folder.readTrainer(), ProcessTable.killLeftover(trainer) {
            message += "; what was left of the trainer was stopped"
        }
        let lost = SupervisedOutcome(outcome: AttemptOutcome.lost.rawValue, exitCode: nil, message: message)
        try PrivateFile.write(lost.jsonFile(), to: folder.resultFile)
        return try await Supervisor.record(lost, of: job, in: store)
    }
}

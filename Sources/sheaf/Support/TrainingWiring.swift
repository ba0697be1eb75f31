import Foundation
import LabelSchema
import LabelStore
import Sync
import Training

extension Workspace {
    /// The relay of this configuration.
    func relay(_ store: LabelStore) -> Relay {
        var configurations: [String: TrainingConfiguration] = [:]
        for dataset in configuration.datasets {
            guard let training = dataset.training else { continue }
            configurations[dataset.name] = TrainingConfiguration(
                pipeline: training.pipeline,
                policy: TrainingPolicy(
                    minChanges: training.minimumChanges, quiet: training.quiet, atMostEvery: training.atMostEvery),
                command: CommandConfiguration(
                    run: training.run, workingFolder: training.workingFolder, environment: training.environment,
                    timeout: training.timeout, maximumAttempts: training.attempts))
        }
        return Relay(
            store: store, configurations: configurations,
            launcher: CommandLauncher(
                stateFolder: configuration.stateFolder,
                supervisor: [
                    Self.programPath, "jobs", "supervise", "--config", configuration.file, "--folder",
                ]),
            environment: RelayEnvironment(
                configurationPath: configuration.file, programPath: Self.programPath, worker: Self.worker),
            logger: logger)
    }

    /// Starts what is due, and tells of it.
    ///
    /// - Parameters:
    ///   - store: where events and jobs are.
    ///   - waits: follow the jobs that were started to their ends.
    /// - Returns: `jobFailed` if there was a problem, or a job that was followed did not succeed.
    /// - Throws: what the store throws; `CancellationError`.
    func relay(store: LabelStore, waits: Bool) async throws -> Exit {
        let relay = relay(store)
        let report = try await relay.relayDue()
        for id in report.inserted where !report.launched.contains(id) {
            let job = try await store.job(id)
            if job.state == .waiting { console.line("  Training job \(id) waits (\(job.dataset)@\(job.version)).") }
        }
        for problem in report.problems {
            Console.note(
                "warning: training\(problem.job.map { " job \($0)" } ?? ""): \(CellText.shown(problem.message, limit: 500))"
            )
        }
        var exit: Exit = report.problems.isEmpty ? .success : .jobFailed
        for id in report.launched {
            let job = try await store.job(id)
            console.line("  Training job \(id) started (\(job.dataset)@\(job.version)).")
            guard waits else { continue }
            if try await follow(id, relay).state != .succeeded { exit = .jobFailed }
        }
        return exit
    }

    /// Follows a job to its end, showing what its trainer prints.
    func follow(_ id: UInt64, _ relay: Relay) async throws -> JobRecord {
        let job = try await relay.follow(job: id) { progress in
            if case .output(let line) = progress {
                console.line(console.style.dim("    | \(CellText.shown(line, limit: 500))"))
            }
        }
        console.lines(JobText(style: console.style).ending(job))
        return job
    }

    /// What training would follow a plan, in words; `nil` if the dataset is not trained.
    func trainingForecast(
        _ report: SyncReport, dataset: DatasetSettings, store: LabelStore
    ) async throws -> String? {
        guard dataset.training != nil, report.outcome == .planned else { return nil }
        guard let record = try await store.findDataset(dataset.name) else {
            let needed = dataset.training?.minimumChanges ?? 1
            let changes = report.counts.changes
            return changes >= needed
                ? "a job would start (\(changes.counted("change")))"
                : "no job would start: \(changes.grouped) of \(needed.counted("change"))"
        }
        return try await relay(store).explainPolicy(record, planned: report.counts.changes)
    }

    /// The program that runs, for trainers and supervisors.
    static var programPath: String {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return own ?? Bundle.main.executablePath ?? CommandLine.arguments[0]
    }
}

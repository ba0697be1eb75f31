internal import Foundation
internal import LabelStore
internal import Subprocess
internal import SystemPackage

/// Runs a trainer to its end: its process group, its output, its time.
struct TrainerProcess: Sendable {
    /// Why a trainer was stopped before its own end.
    enum StopReason: Sendable, Equatable {
        case timeout
        case cancelled
    }

    /// How a trainer ended.
    struct End: Sendable, Equatable {
        var exitCode: Int?
        var signal: Int?
        var stopped: StopReason?
    }

    let folder: JobFolder
    let job: JobFile
    let token: String

    /// How often a trainer that closed its output is looked after.
    private static let endPoll = Duration.milliseconds(50)

    /// Starts the trainer and waits for its end.
    ///
    /// What it left running in its group is killed with it.
    ///
    /// - Parameter cancellation: returns true when the trainer is to be stopped, and false when its task is cancelled.
    /// - Returns: how it ended.
    /// - Throws: `SubprocessError` if the trainer cannot be started.
    func run(cancellation: @escaping @Sendable () async -> Bool) async throws -> End {
        var options = PlatformOptions()
        options.processGroupID = 0
        let result = try await Subprocess.run(
            try executable(), arguments: Arguments(Array(job.run.dropFirst())),
            environment: .inherit.updating(environment()), workingDirectory: FilePath(job.workingFolder),
            platformOptions: options, input: .none, output: .sequence, error: .combinedWithOutput
        ) { execution in
            let pid = execution.processIdentifier.value
            let file = TrainerProcessFile(pid: pid, startTicks: ProcessTable.startTicks(of: pid))
            try? PrivateFile.write(file.jsonFile(), to: folder.trainerFile)
            return await withTaskGroup(of: StopReason?.self) { group in
                group.addTask { await stop(pid, when: cancellation) }
                await keepOutput(of: execution.standardOutput)
                while !ProcessTable.hasEnded(child: pid) { try? await Task.sleep(for: Self.endPoll) }
                group.cancelAll()
                let stopped = await group.next() ?? nil
                ProcessTable.signal(group: pid, SIGKILL)
                return stopped
            }
        }
        switch result.terminationStatus {
        case .exited(let code): return End(exitCode: Int(code), signal: nil, stopped: result.closureResult)
        case .signaled(let signal): return End(exitCode: nil, signal: Int(signal), stopped: result.closureResult)
        }
    }

    /// Waits for the time-out or the cancellation, and then stops the trainer's group: first it is asked, then killed.
    private func stop(
        _ pid: Int32, when cancellation: @escaping @Sendable () async -> Bool
    ) async -> StopReason? {
        let timeout = Duration.seconds(job.timeoutSeconds)
        let reason = await withTaskGroup(of: StopReason?.self) { group -> StopReason? in
            group.addTask { (try? await Task.sleep(for: timeout)) == nil ? nil : .timeout }
            group.addTask { await cancellation() ? .cancelled : nil }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        guard let reason, !Task.isCancelled else { return nil }
        ProcessTable.signal(group: pid, SIGTERM)
        // Cancelled, since the trainer has ended meanwhile: the reason still stands.
        guard (try? await Task.sleep(for: .seconds(job.graceSeconds))) != nil else { return reason }
        ProcessTable.signal(group: pid, SIGKILL)
        return reason
    }

    private func keepOutput(of output: SubprocessOutputSequence) async {
        do {
            var log = try OutputLog(path: folder.outputLog, limit: job.outputLimit)
            for try await buffer in output {
                // A full disk must not stop the training, nor block it.
                try? log.append(buffer.withUnsafeBytes { Array($0) })
            }
        } catch {
            // The output is of use to people only; the trainer's end says how it went.
        }
    }

    private func executable() throws -> Executable {
        guard let program = job.run.first, !program.isEmpty else {
            throw TrainingError(.cannotLaunch, "The launcher has no command.", hint: "Give launcher.run a program.")
        }
        if program.hasPrefix("/") { return .path(FilePath(program)) }
        return program.contains("/") ? .path(FilePath("\(job.workingFolder)/\(program)")) : .name(program)
    }

    private func environment() -> [Environment.Key: String?] {
        let told = [
            "SHEAF_CONFIG": job.config,
            "SHEAF_DATASET": job.dataset,
            "SHEAF_VERSION": "\(job.version)",
            "SHEAF_VERSION_HASH": job.versionHash,
            "SHEAF_JOB": "\(job.job)",
            "SHEAF_JOB_FILE": folder.jobFile,
            "SHEAF_ATTEMPT_TOKEN": token,
            "SHEAF_ARTIFACT_DIR": folder.artifacts,
            "SHEAF_BIN": job.bin,
        ]
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in job.environment.merging(told, uniquingKeysWith: { _, told in told }) {
            guard let key = Environment.Key(rawValue: name) else { continue }
            variables[key] = value
        }
        return variables
    }
}

extension TrainerProcess.End {
    /// What to tell people, and how the store notes it.
    func outcome(timeoutSeconds: Double) -> (outcome: AttemptOutcome, message: String) {
        switch (stopped, exitCode, signal) {
        case (.timeout, _, _):
            (.timedOut, "did not end within \(Self.short(timeoutSeconds)) s: stopped")
        case (.cancelled, _, _): (.killed, "was cancelled: stopped")
        case (nil, 0, _): (.succeeded, "exited with 0")
        case (nil, .some(let code), _): (.failed, "exited with \(code)")
        case (nil, nil, let signal): (.killed, "was killed by signal \(signal ?? 0)")
        }
    }

    private static func short(_ seconds: Double) -> String {
        Int(exactly: seconds).map(String.init) ?? "\(seconds)"
    }
}

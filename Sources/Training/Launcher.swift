internal import Foundation
internal import Subprocess
internal import SystemPackage

/// Starts training jobs somewhere.
///
/// A launcher returns when the job is under way; its end comes back through the store.
package protocol Launcher: Sendable {
    /// The kind as the configuration and the store name it.
    var kind: String { get }

    /// Gets hold of a new attempt's place, before the store is told: nothing runs yet.
    ///
    /// - Returns: `nil` if another worker has it.
    func prepare(_ job: JobFile) async throws -> PreparedAttempt?

    /// Starts what was prepared, once the store has given the attempt to this worker.
    ///
    /// - Throws: `TrainingError.cannotLaunch`.
    func launch(_ attempt: PreparedAttempt) async throws
}

/// An attempt with its token and its locked folder; dropping it lets go of the lock.
package struct PreparedAttempt: Sendable {
    package let token: String
    package let folder: JobFolder
    let lock: JobLock
}

/// Starts a trainer on this machine, behind a supervisor that outlives this process.
package struct CommandLauncher: Launcher {
    package let kind = "command"
    /// Where the folders of jobs stand, an absolute path.
    package let stateFolder: String
    /// The program that supervises, and its arguments; the job's folder is added as the last one.
    package let supervisor: [String]

    /// A launcher; nothing is started yet.
    ///
    /// - Parameters:
    ///   - stateFolder: an absolute path.
    ///   - supervisor: an absolute path and arguments, such as `["/usr/bin/sheaf", "jobs", "supervise", "--folder"]`.
    package init(stateFolder: String, supervisor: [String]) {
        self.stateFolder = stateFolder
        self.supervisor = supervisor
    }

    package func prepare(_ job: JobFile) async throws -> PreparedAttempt? {
        let folder = JobFolder(stateFolder: stateFolder, job: job.job, attempt: job.attempt)
        try setAsideOtherStores(folder, job)
        try PrivateFile.makeFolder(folder.path)
        guard let lock = try JobLock.take(folder.lockFile) else { return nil }
        // It ran already: we looked at the store a moment too early.
        if try folder.readResult() != nil || folder.readTrainer() != nil { return nil }
        // A token that is there is that of a start which was cut short, perhaps after the store was told its hash.
        let token = try folder.readToken() ?? JobToken.make()
        try PrivateFile.write(job.jsonFile(), to: folder.jobFile)
        try PrivateFile.write(Array(token.utf8), to: folder.tokenFile)
        return PreparedAttempt(token: token, folder: folder, lock: lock)
    }

    /// Moves the folder of another store's job away, which had the same number: a store made anew counts from 1 again.
    private func setAsideOtherStores(_ folder: JobFolder, _ job: JobFile) throws {
        guard let other = try? folder.readJob(), other.store != job.store else { return }
        let aside = folder.path + "-of-" + other.store.replacing("/", with: "-")
        guard try !JobLock.isHeld(folder.lockFile), rename(folder.path, aside) == 0 else {
            throw TrainingError(
                .jobFolder, "\(folder.path) is in use by another store's job \(job.job).",
                hint: "Give each store a state folder of its own.")
        }
    }

    package func launch(_ attempt: PreparedAttempt) async throws {
        guard let program = supervisor.first, access(program, X_OK) == 0 else {
            throw TrainingError(
                .cannotLaunch, "The supervisor \(supervisor.first ?? "") cannot be run.",
                hint: "Reinstall Sheaf, or give the path of its program.")
        }
        var options = PlatformOptions()
        // A session of its own: neither a Ctrl-C nor the end of the terminal is for the supervisor.
        options.createSession = true
        let lock = FileDescriptor(rawValue: attempt.lock.descriptor)
        // The library waits for what it starts, so a shell starts the supervisor in the background and ends at once. The
        // shell's text is a constant; program and arguments are passed, never pasted into it.
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: Arguments(["-c", "\"$@\" </dev/null &", "sheaf"] + supervisor + [attempt.folder.path]),
            platformOptions: options, input: .none, output: .fileDescriptor(lock, closeAfterSpawningProcess: false),
            error: .fileDescriptor(lock, closeAfterSpawningProcess: false))
        guard result.terminationStatus.isSuccess else {
            throw TrainingError(.cannotLaunch, "The supervisor did not start: \(result.terminationStatus).")
        }
        attempt.lock.handOver()
    }
}

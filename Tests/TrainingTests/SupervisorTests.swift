import Digest
import Foundation
import LabelStore
import Testing

@testable import Training

struct SupervisorTests {
    struct Ending: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        var timeout = Duration.seconds(10)
        var grace = Duration.seconds(5)
        let state: JobState
        let outcome: AttemptOutcome
        var exitCode: Int?
        let message: String
    }

    static let endings = [
        Ending(
            testDescription: "exit 0", script: "exit 0", state: .succeeded, outcome: .succeeded, exitCode: 0,
            message: "exited with 0"),
        Ending(
            testDescription: "exit 3", script: "exit 3", state: .failed, outcome: .failed, exitCode: 3,
            message: "exited with 3"),
        Ending(
            testDescription: "killed by a signal", script: "kill -9 $$", state: .failed, outcome: .killed,
            message: "was killed by signal 9"),
        Ending(
            testDescription: "ends when asked to", script: "exec sleep 60", timeout: .milliseconds(200),
            state: .failed, outcome: .timedOut, message: "did not end within 0.2 s: stopped"),
        Ending(
            testDescription: "does not end when asked to", script: "trap '' TERM; while :; do sleep 0.05; done",
            timeout: .milliseconds(200), grace: .milliseconds(200), state: .failed, outcome: .timedOut,
            message: "did not end within 0.2 s: stopped"),
        Ending(
            testDescription: "closes its output and does not end", script: "exec >&- 2>&-; exec sleep 60",
            timeout: .milliseconds(200), state: .failed, outcome: .timedOut,
            message: "did not end within 0.2 s: stopped"),
        Ending(
            testDescription: "tidies up when asked to end", script: "trap 'exit 7' TERM; while :; do sleep 0.05; done",
            timeout: .milliseconds(200), state: .failed, outcome: .timedOut, exitCode: 7,
            message: "did not end within 0.2 s: stopped"),
    ]

    @Test(arguments: endings) func tellsFaithfullyHowATrainerEnded(_ ending: Ending) async throws {
        try await Fixture.with { fixture in
            let job = try await fixture.runJob(
                fixture.training(ending.script, timeout: ending.timeout, grace: ending.grace))
            #expect(job.state == ending.state)
            #expect(job.message == ending.message)
            let attempt = try #require(try await fixture.store.attempts(of: job.id).first)
            #expect(attempt.outcome == ending.outcome)
            #expect(attempt.exitCode == ending.exitCode)
            let result = try #require(try await fixture.jobFolder(job.id).readResult())
            #expect(result.message == ending.message && result.outcome == ending.outcome.rawValue)
        }
    }

    @Test func aProgramThatIsNotThereFailsTheJob() async throws {
        try await Fixture.with { fixture in
            var training = fixture.training()
            training.command.run = ["sheaf-no-such-program"]
            let unknown = try await fixture.runJob(training).message
            #expect(unknown == "could not be started: there is no program sheaf-no-such-program")
            training.command.run = ["true"]
            training.command.workingFolder = fixture.folder + "/nowhere"
            let message = try await fixture.runJob(training, version: 2).message
            #expect(message == "could not be started: there is no working folder \(training.command.workingFolder)")
        }
    }

    @Test func theTrainerIsToldItsJob() async throws {
        try await Fixture.with { fixture in
            let job = try await fixture.runJob(
                fixture.training(
                    """
                    echo "$SHEAF_DATASET@$SHEAF_VERSION $SHEAF_VERSION_HASH job $SHEAF_JOB, $GREETING"
                    echo "$SHEAF_BIN $SHEAF_CONFIG" >&2
                    cat "$SHEAF_JOB_FILE" | grep -c '"format" : "sheaf-job-1"'
                    printf %s "$SHEAF_ATTEMPT_TOKEN" | cmp - "$(dirname "$SHEAF_JOB_FILE")/token" && echo same token
                    echo model > "$SHEAF_ARTIFACT_DIR/model"
                    pwd; cat
                    """))
            #expect(job.state == .succeeded)
            let hash = String(repeating: "01", count: 32)
            let lines = try await fixture.output(job.id).split(separator: "\n").map(String.init)
            #expect(
                lines.prefix(4) == [
                    "recipe_category@1 \(hash) job \(job.id), hello world", "/usr/bin/sheaf /etc/sheaf.yaml", "1",
                    "same token",
                ])
            #expect(lines.last?.hasSuffix((fixture.folder as NSString).lastPathComponent) == true)
            let folder = try await fixture.jobFolder(job.id)
            #expect(folder.path == fixture.folder + "/state/jobs/\(job.id)/attempt-1")
            for file in [folder.jobFile, folder.tokenFile, folder.outputLog, folder.resultFile] {
                let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(file)")
            }
        }
    }

    @Test func keepsMetricsAndArtifactThatTheJobReported() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let launched = try await fixture.relay(fixture.training()).relayDue()
            let job = try #require(launched.launched.first)
            let token = try #require(try await fixture.jobFolder(job).readToken())
            let (metrics, model) = (fixture.folder + "/metrics.json", fixture.folder + "/model")
            try PrivateFile.write(Array(#"{ "rows": 4600, "accuracy": 0.93 }"#.utf8), to: metrics)
            try PrivateFile.write(Array("abc".utf8), to: model)
            try await TrainingReport.submit(
                job: job, token: token, metrics: metrics, artifact: model, to: fixture.store)
            #expect(try await fixture.supervise(job) == 0)
            let ended = try await fixture.store.job(job)
            #expect(ended.state == .succeeded)
            #expect(ended.metrics == #"{"accuracy":0.93,"rows":4600}"#)
            #expect(ended.artifactURI == "file://" + model.replacing("//", with: "/"))
            #expect(
                ended.artifactSHA256?.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")

            try PrivateFile.write(Array("[1]".utf8), to: metrics)
            let refused = await #expect(throws: TrainingError.self) {
                try await TrainingReport.submit(
                    job: job, token: token, metrics: metrics, artifact: nil, to: fixture.store)
            }
            #expect(refused?.code == .badReport)
        }
    }

    @Test func outputBeyondTheLimitIsDroppedWithoutBlockingTheTrainer() async throws {
        try await Fixture.with { fixture in
            let script = "yes 123456789 | head -n 100000; echo not kept; echo done > finished"
            let job = try await fixture.runJob(fixture.training(script, outputLimit: 1_000))
            #expect(job.state == .succeeded)
            let output = try await fixture.output(job.id)
            #expect(output.hasPrefix(String(repeating: "123456789\n", count: 100)))
            #expect(output.dropFirst(1_000) == "\n[sheaf] the output passed 1000 bytes; what follows is not kept\n")
            #expect(FileManager.default.fileExists(atPath: fixture.folder + "/finished"))
        }
    }

    @Test func whatATrainerLeavesRunningEndsWithIt() async throws {
        try await Fixture.with { fixture in
            let job = try await fixture.runJob(fixture.training("sleep 600 & echo $!"))
            #expect(job.state == .succeeded)
            let text = try await fixture.output(job.id).trimmingCharacters(in: .whitespacesAndNewlines)
            let pid = try #require(pid_t(text))
            try await eventually("end of process \(pid)") { isAlive(pid) ? nil : () }
        }
    }

    @Test func aRunningJobThatIsCancelledIsStopped() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let launched = try await fixture.relay(fixture.training("exec sleep 60", timeout: .seconds(30))).relayDue()
            let job = try #require(launched.launched.first)
            async let code = fixture.supervise(job)
            try await eventually("running job") { try await fixture.store.job(job).state == .running ? () : nil }
            try await fixture.store.cancel(job: job, by: "somebody")
            #expect(try await code == 9)
            #expect(try await fixture.store.job(job).state == .cancelled)
            let attempt = try #require(try await fixture.store.attempts(of: job).first)
            #expect(attempt.outcome == .killed && attempt.message == "was cancelled: stopped")
        }
    }

    @Test func aSecondSupervisorFindsItRunning() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let launched = try await fixture.relay(fixture.training("read line < go")).relayDue()
            let job = try #require(launched.launched.first)
            #expect(mkfifo(fixture.folder + "/go", 0o600) == 0)
            async let code = fixture.supervise(job)
            try await eventually("running job") { try await fixture.store.job(job).state == .running ? () : nil }
            let refused = await #expect(throws: TrainingError.self) { try await fixture.supervise(job) }
            #expect(refused?.code == .alreadySupervised)
            #expect(try await fixture.relay(fixture.training()).relayDue() == RelayReport())
            let go = open(fixture.folder + "/go", O_RDWR)
            try PrivateFile.writeAll("go\n".utf8, to: go, path: "go")
            #expect(try await code == 0)
            close(go)
            // Once more after the end: nothing runs again.
            #expect(try await fixture.supervise(job) == 0)
            #expect(try await fixture.store.attempts(of: job).count == 1)
        }
    }

    @Test func theSupervisorTakesOverTheLaunchersLock() throws {
        let path = NSTemporaryDirectory() + "/sheaf-lock-\(UUID().uuidString)"
        defer { unlink(path) }
        let launcher = try #require(try JobLock.take(path))
        #expect(try JobLock.take(path) == nil)
        #expect(try JobLock.isHeld(path))
        // As a child gets it: another number for the same open description.
        let inherited = dup(launcher.descriptor)
        defer { close(inherited) }
        let supervisor = try #require(try JobLock.take(path, inherited: inherited))
        #expect(try JobLock.take(path) == nil)
        withExtendedLifetime((launcher, supervisor)) {}
        // A descriptor of another file is not taken for the lock.
        #expect(try JobLock.take(path, inherited: STDIN_FILENO) == nil)
    }
}

/// Whether a process runs; a zombie does not.
func isAlive(_ pid: pid_t) -> Bool {
    guard let bytes = try? PrivateFile.read("/proc/\(pid)/stat") else { return false }
    return !String(decoding: bytes, as: UTF8.self).contains(") Z ")
}

import Foundation
import LabelStore
import MySQL
import Testing

@testable import Training

struct RelayTests {
    /// Stands for the supervisor: notes its process id, and then lives until it is killed.
    ///
    /// As the last argument it gets the job's folder, and as standard output the lock.
    static let standIn = ["/bin/sh", "-c", "echo $$ > \"$1/pid\"; exec sleep 600", "stand-in"]

    private func standInPID(_ fixture: Fixture, _ job: UInt64, file: String = "pid") async throws -> pid_t {
        let path = try await fixture.jobFolder(job).path + "/" + file
        return try await eventually("stand-in of job \(job)") {
            (try PrivateFile.read(path)).flatMap {
                pid_t(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .newlines))
            }
        }
    }

    private func end(_ pid: pid_t) async throws {
        kill(pid, SIGKILL)
        try await eventually("end of process \(pid)") { isAlive(pid) ? nil : () }
    }

    private func launcher(_ fixture: Fixture, _ supervisor: [String] = standIn) -> CommandLauncher {
        CommandLauncher(stateFolder: fixture.folder + "/state", supervisor: supervisor)
    }

    @Test func theSupervisorOutlivesWhoLaunchedIt() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let launched = try await fixture.relay(fixture.training(), launcher: launcher(fixture)).relayDue()
            let job = try #require(launched.launched.first)
            let pid = try await standInPID(fixture, job)
            // A session of its own, and not our child: no signal to us or to our terminal reaches it.
            #expect(getsid(pid) != getsid(0))
            #expect(getpgid(pid) != getpgrp())
            #expect(waitpid(pid, nil, WNOHANG) == -1)
            #expect(try JobLock.isHeld(try await fixture.jobFolder(job).lockFile))
            #expect(try await fixture.store.job(job).state == .starting)
            try await end(pid)
        }
    }

    @Test func aLostSupervisorFailsTheJob() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let relay = fixture.relay(fixture.training(), launcher: launcher(fixture))
            let report = try await relay.relayDue()
            let job = try #require(report.launched.first)
            let pid = try await standInPID(fixture, job)
            // The second delivery finds it running.
            #expect(try await relay.relayDue() == RelayReport())
            try await end(pid)
            #expect(try await relay.relayDue().recovered == [job])
            let lost = try await fixture.store.job(job)
            #expect(lost.state == .failed && lost.message == "was lost: its supervisor ended without a result")
            #expect(try await fixture.store.attempts(of: job).map(\.outcome) == [.lost])
            #expect(try await relay.relayDue() == RelayReport())
        }
    }

    @Test func aLostAttemptIsFollowedByAnotherIfOneIsLeft() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let training = fixture.training(attempts: 2)
            let relay = fixture.relay(training, launcher: launcher(fixture))
            let later = fixture.relay(training, launcher: launcher(fixture), later: .seconds(60))
            let report = try await relay.relayDue()
            let job = try #require(report.launched.first)
            try await end(try await standInPID(fixture, job))
            #expect(try await relay.relayDue().recovered == [job])
            #expect(try await fixture.store.job(job).state == .waiting)
            #expect(try await later.relayDue().launched == [job])
            try await end(try await standInPID(fixture, job))
            #expect(try await later.relayDue().recovered == [job])
            #expect(try await fixture.store.job(job).state == .failed)
            #expect(try await fixture.store.attempts(of: job).map(\.outcome) == [.lost, .lost])
        }
    }

    @Test func aTrainerWithoutItsSupervisorIsStopped() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            // Has a trainer that leads a group of its own, and holds no lock.
            let script = "setsid sleep 600 >/dev/null 2>&1 & echo $! > \"$1/trainer\"; " + Self.standIn[2]
            let relay = fixture.relay(
                fixture.training(), launcher: launcher(fixture, ["/bin/sh", "-c", script, "stand-in"]))
            let report = try await relay.relayDue()
            let job = try #require(report.launched.first)
            let supervisor = try await standInPID(fixture, job)
            let trainer = try await standInPID(fixture, job, file: "trainer")
            try await eventually("group of process \(trainer)") { getpgid(trainer) == trainer ? () : nil }
            let noted = TrainerProcessFile(pid: trainer, startTicks: ProcessTable.startTicks(of: trainer))
            try PrivateFile.write(noted.jsonFile(), to: try await fixture.jobFolder(job).trainerFile)
            try await end(supervisor)
            #expect(try await relay.relayDue().recovered == [job])
            try await eventually("end of process \(trainer)") { isAlive(trainer) ? nil : () }

            // The same number with another start is another process, which is let alone.
            #expect(!ProcessTable.killLeftover(TrainerProcessFile(pid: getpid(), startTicks: 1)))
        }
    }

    @Test func aResultThatTheStoreWasNotToldIsPickedUp() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let relay = fixture.relay(fixture.training())
            let report = try await relay.relayDue()
            let job = try #require(report.launched.first)
            let folder = try await fixture.jobFolder(job)
            let ended = SupervisedOutcome(outcome: "succeeded", exitCode: 0, message: "exited with 0")
            try PrivateFile.write(ended.jsonFile(), to: folder.resultFile)
            #expect(try await relay.relayDue().recovered == [job])
            #expect(try await fixture.store.job(job).state == .succeeded)
        }
    }

    @Test func anAttemptOfAnotherMachineIsLetAlone() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let relay = fixture.relay(fixture.training())
            let report = try await relay.relayDue()
            let job = try #require(report.launched.first)
            let folder = try await fixture.jobFolder(job)
            // Here a folder of that name is of an attempt that was not won.
            try PrivateFile.write(Array("another token".utf8), to: folder.tokenFile)
            #expect(try await relay.relayDue() == RelayReport())
            try FileManager.default.removeItem(atPath: folder.path)
            #expect(try await relay.relayDue() == RelayReport())
            #expect(try await fixture.store.job(job).state == .starting)
        }
    }

    @Test func aStartThatWasCutShortIsTakenUpAgain() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let waiting = fixture.training(policy: TrainingPolicy(quiet: .seconds(60)))
            let report = try await fixture.relay(waiting).relayDue()
            let job = try await fixture.store.job(try #require(report.inserted.first))
            // As a worker leaves it that died between the folder and the store.
            let folder = JobFolder(stateFolder: fixture.folder + "/state", job: job.id, attempt: 1)
            try PrivateFile.makeFolder(folder.path)
            try PrivateFile.write(Array("an old token".utf8), to: folder.tokenFile)
            #expect(try await fixture.relay(waiting, later: .seconds(61)).relayDue().launched == [job.id])
            #expect(try folder.belongs(to: JobToken.hash("an old token")))
            #expect(try await fixture.supervise(job.id) == 0)
        }
    }

    @Test func aFolderOfAnotherStoreIsSetAside() async throws {
        try await Fixture.with { fixture in
            let job = try await fixture.runJob(fixture.training())
            let folder = try await fixture.jobFolder(job.id)
            try await fixture.pool.withConnection { connection in
                try connection.execute("DELETE FROM sheaf_job_attempts")
                try connection.execute("DELETE FROM sheaf_jobs")
                try connection.execute("ALTER TABLE sheaf_jobs AUTO_INCREMENT = 1")
                try connection.execute("UPDATE sheaf_store SET generation = 2")
            }
            let report = try await fixture.relay(fixture.training()).relayDue()
            #expect(report.launched == [job.id] && report.problems.isEmpty)
            #expect(try await fixture.supervise(job.id) == 0)
            let folders = try FileManager.default.contentsOfDirectory(
                atPath: (folder.path as NSString).deletingLastPathComponent)
            #expect(folders.count == 2)
        }
    }

    @Test func aSupervisorThatCannotBeRunFailsTheJobAndSaysSo() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let relay = fixture.relay(
                fixture.training(), launcher: launcher(fixture, ["/nowhere/sheaf", "jobs", "supervise", "--folder"]))
            let report = try await relay.relayDue()
            #expect(report.launched.isEmpty)
            #expect(report.problems.map(\.job) == report.inserted.map(Optional.some))
            let job = try await fixture.store.job(try #require(report.inserted.first))
            #expect(job.state == .failed)
            #expect(
                job.message?.hasPrefix("could not be launched: The supervisor /nowhere/sheaf cannot be run.") == true)
        }
    }

    @Test func ofOnePipelineOneJobRunsAtATime() async throws {
        try await Fixture.with { fixture in
            let relay = fixture.relay(fixture.training())
            try await fixture.publish(1, changes: 60)
            let first = try await relay.relayDue()
            let running = try #require(first.launched.first)
            // Held as the supervisor holds it.
            var lock = try JobLock.take(try await fixture.jobFolder(running).lockFile)
            try await fixture.publish(2, changes: 60)
            let second = try await relay.relayDue()
            #expect(second.inserted.count == 1 && second.launched.isEmpty && lock != nil)
            lock = nil
            #expect(try await fixture.supervise(running) == 0)
            #expect(try await relay.relayDue().launched == second.inserted)
        }
    }

    @Test func followsAJobToItsEnd() async throws {
        try await Fixture.with { fixture in
            try await fixture.publish(1, changes: 60)
            let relay = fixture.relay(fixture.training("echo epoch 1; echo epoch 2; printf 'no end of line'; exit 3"))
            let report = try await relay.relayDue()
            let job = try #require(report.launched.first)
            async let code = fixture.supervise(job)
            var lines: [String] = []
            var states: [JobState] = []
            let ended = try await relay.follow(job: job, poll: .milliseconds(10)) { progress in
                switch progress {
                case .state(let job): states.append(job.state)
                case .output(let line): lines.append(line)
                }
            }
            #expect(try await code == 9)
            #expect(ended.state == .failed && ended.message == "exited with 3")
            #expect(lines == ["epoch 1", "epoch 2", "no end of line"])
            #expect(states.last == .failed)
        }
    }
}

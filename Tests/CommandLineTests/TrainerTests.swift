import Foundation
import MySQL
import Testing

@testable import sheaf

/// Trainers that do not do what one hopes for.
@Suite struct TrainerTests {
    @Test(arguments: [
        ("echo training; exit 3", "60s", "3"),
        ("kill -9 $$", "60s", "signal 9"),
        ("sleep 600 & sleep 600", "1s", "did not end within"),
        ("exec /nowhere/trainer", "60s", "127"),
    ])
    func aTrainerThatFailsIsToldFaithfully(_ script: String, _ timeout: String, _ text: String) async throws {
        try await Scene.with { scene in
            try scene.configure(training: Scene.training(script, timeout: timeout))
            let synced = try await scene.run("sync", "--wait")
            #expect(synced.code == Exit.jobFailed.rawValue, "\(synced)")
            #expect(synced.output.contains("Published dish@1"))
            #expect(synced.output.contains("failed"))
            #expect(synced.output.contains(text), "\(synced.output)")
            let jobs = try await scene.run("jobs")
            #expect(jobs.output.contains("failed"))
            #expect(try await scene.labels().count == 40)
        }
    }

    @Test func aProgramThatIsNotThereFailsTheJob() async throws {
        try await Scene.with { scene in
            try scene.configure(
                training: """
                        training:
                          launcher: { run: [/nowhere/trainer] }
                    """)
            let synced = try await scene.run("sync", "--wait")
            #expect(synced.code == Exit.jobFailed.rawValue, "\(synced)")
            #expect(synced.output.contains("/nowhere/trainer"), "\(synced)")
        }
    }

    @Test func aJobOutlivesTheSyncThatStartedItAndCanBeFollowed() async throws {
        try await Scene.with { scene in
            let script = "echo begun; while [ ! -e \"$SHEAF_ARTIFACT_DIR/../go\" ]; do sleep 0.05; done; echo ended"
            try scene.configure(training: Scene.training(script))
            let synced = try await scene.run("sync")
            #expect(synced.code == 0)
            #expect(synced.output.contains("Training job 1 started"))
            // Another sync and another relay find it under way and start nothing.
            #expect(!(try await scene.run("sync")).output.contains("started"))
            #expect(!(try await scene.run("relay")).output.contains("started"))
            let folder = try #require(try await scene.jobFolder())
            #expect(FileManager.default.createFile(atPath: "\(folder)/go", contents: nil))
            let logs = try await scene.run("jobs", "logs", "1")
            #expect(logs.code == 0, "\(logs)")
            #expect(logs.output.contains("| begun"))
            #expect(logs.output.contains("| ended"))
        }
    }

    @Test func aJobThatIsCancelledIsStopped() async throws {
        try await Scene.with { scene in
            try scene.configure(training: Scene.training("echo begun; sleep 600"))
            try await scene.run("sync")
            #expect(try await scene.run("jobs", "cancel", "1").code == 0)
            let shown = try await scene.run("jobs", "1")
            #expect(shown.output.contains("cancelled"))
            let again = try await scene.run("jobs", "retry", "1")
            #expect(again.output.contains("trains dish@1 again"), "\(again)")
            try await scene.run("jobs", "cancel", "2")
        }
    }
}

extension Scene {
    func jobFolder() async throws -> String? {
        let connection = try await MySQLConnection.connect(database)
        let folder = try await connection.run { connection in
            try connection.rows("SELECT job_folder FROM sheaf_job_attempts").first?.optionalText("job_folder")
        }
        await connection.close()
        return folder ?? nil
    }

    func expireLeases() async throws {
        let connection = try await MySQLConnection.connect(database)
        try await connection.run { connection in
            _ = try connection.execute("UPDATE sheaf_leases SET expires_at = '2000-01-01'")
        }
        await connection.close()
    }
}

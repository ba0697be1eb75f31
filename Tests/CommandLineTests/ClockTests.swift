import Foundation
import MySQL
import SheetsEmulator
import TestSupport
import Testing

@testable import sheaf

/// Tests against a database whose clock they set; one at a time, since it has one clock.
@Suite(.serialized) struct ClockedServerTests {
    static let server = Result { try OwnServer(clock: true) }

    /// Clocks that are wrong, and clocks that jump.
    @Suite struct ClockTests {
        /// A worker that crashed leaves a lease that ran by the clock of then.
        @Test(arguments: ["-1y", "-1h", "+1y"])
        func aCrashedWorkersLeaseDoesNotOutlastAClockThatJumped(_ jump: String) async throws {
            let server = try ClockedServerTests.server.get()
            try server.setClock("+0")
            try await Scene.with(server: server.configuration) { scene in
                try await scene.run("sync")
                try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
                scene.emulator.inject(.init(.delay(milliseconds: 20_000), method: "values.batchGet"))
                let (reading, begun) = AsyncStream.makeStream(of: Void.self)
                scene.onNextRequest("batchGet") { begun.finish() }
                let killed = try await scene.run("sync") { process in
                    for await _ in reading {}
                    kill(process, SIGKILL)
                }
                #expect(killed.code == -SIGKILL)
                scene.emulator.clearFaults()
                let busy = try await scene.run("sync")
                #expect(busy.code == Exit.busy.rawValue, "\(busy)")
                try server.setClock(jump)
                let next = try await scene.run("sync")
                #expect(next.output.contains("Published dish@2"), "\(next)")
            }
        }

        /// A sheet's last read seems to lie ahead then; it is read once more, and after that nothing is.
        @Test func aDatabaseClockThatWasSetBackMakesNobodyReadForever() async throws {
            let server = try ClockedServerTests.server.get()
            try server.setClock("+0")
            try await Scene.with(server: server.configuration) { scene in
                try scene.configure(google: ", cool_down: 1s")
                try await scene.run("sync")
                try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
                #expect(try await scene.run("sync").output.contains("Published dish@2"))
                try server.setClock("-1y")
                scene.emulator.resetCounters()
                #expect(try await scene.run("sync").output.contains("Nothing to publish"))
                #expect(scene.emulator.counters["spreadsheets.values.batchGet", default: 0] == 1)
                // The cool-down, by the clock as it is now.
                try server.setClock("-364d")
                #expect(try await scene.run("sync").output.contains("Nothing to publish"))
                scene.emulator.resetCounters()
                #expect(try await scene.run("sync").output.contains("Nothing to publish"))
                #expect(scene.emulator.counters.filter { $0.key != "token" } == ["drive.changes.list": 1])
            }
        }

        /// Training that waits for a time of day that is a year away by now.
        @Test func aJobThatWaitsByAClockThatWasSetBackIsStarted() async throws {
            let server = try ClockedServerTests.server.get()
            try server.setClock("+0")
            try await Scene.with(server: server.configuration) { scene in
                let training = Scene.training("exit 0").replacing(
                    "launcher:", with: "when: { quiet: 30m }\n      launcher:")
                try scene.configure(training: training)
                try await scene.run("sync")
                #expect(try await scene.run("jobs").output.contains("waiting"))
                try server.setClock("-1y")
                let relay = try await scene.run("relay", "--wait")
                #expect(relay.code == 0, "\(relay)")
                #expect(try await scene.run("jobs").output.contains("succeeded"))
            }
        }
    }
}

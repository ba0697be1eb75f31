import Foundation
import MySQL
import SheetsEmulator
import TestSupport
import Testing

@testable import sheaf

extension ClockedServerTests {
    /// Workers that stop for longer than their lease lasts, and go on as if nothing had happened.
    ///
    /// It is the database's clock that jumps ahead, so that nobody has to wait for a lease to run out.
    @Suite struct FrozenWorkerTests {
        @Test func aWorkerThatFreezesPastItsLeaseNeitherStagesNorPublishes() async throws {
            let server = try ClockedServerTests.server.get()
            try server.setClock("+0")
            try await Scene.with(server: server.configuration) { scene in
                let sheet = try await LargeSheet(scene)
                let gate = try StatementGate(server: try #require(scene.database.socket))
                try sheet.configure("frozen.yaml", through: gate.path)
                // An undisturbed sync tells how many transactions there are behind the first.
                try sheet.write(round: 1)
                try await scene.run("sync", "--config", "frozen.yaml")
                let staging = gate.takeTexts().drop { !$0.contains("INSERT INTO sheaf_versions") }
                    .prefix { !$0.contains("state = 'published'") }
                let last = staging.count { $0 == "START TRANSACTION" }
                try #require(last > 0)

                var rounds = [0, 1]
                for place in [
                    StatementGate.Place("FORCE INDEX (hashes)"),
                    .init("START TRANSACTION", after: "INSERT INTO sheaf_versions"),
                    .init("START TRANSACTION", after: "INSERT INTO sheaf_versions", number: last),
                ] {
                    let round = 2 * rounds.count
                    try sheet.write(round: round)
                    let (stop, version) = (gate.stop(at: place), rounds.count + 1)
                    let frozen = try await scene.run("sync", "--config", "frozen.yaml") { process in
                        await stop.reached()
                        kill(process, SIGSTOP)
                        await Self.overtake(sheet, round: round + 1, version: version, server)
                        kill(process, SIGCONT)
                        stop.resume()
                    }
                    rounds.append(round + 1)
                    #expect(frozen.code == Exit.busy.rawValue, "\(place): \(frozen)")
                    #expect(frozen.errors.contains("has taken over"), "\(place): \(frozen)")
                }
                try await sheet.expectVersions(ofRounds: rounds, "frozen")
            }
        }

        /// Another worker finds the dataset busy; takes over when the lease has run out; undoes what it finds, and publishes
        /// what the sheet holds by then.
        private static func overtake(_ sheet: LargeSheet, round: Int, version: Int, _ server: OwnServer) async {
            do {
                if version == 3 {
                    let busy = try await sheet.scene.run("sync")
                    #expect(busy.code == Exit.busy.rawValue, "\(busy)")
                }
                try server.setClock("+\(version + 1)h")
                try sheet.write(round: round)
                let other = try await sheet.scene.run("sync")
                #expect(other.output.contains("Published dish@\(version)"), "\(other)")
            } catch {
                Issue.record(error)
            }
        }

        @Test func aWorkerThatFreezesWhileItReadsASpreadsheetPublishesNothing() async throws {
            let server = try ClockedServerTests.server.get()
            try server.setClock("+0")
            try await Scene.with(server: server.configuration) { scene in
                try await scene.run("sync")
                try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
                scene.emulator.inject(.init(.delay(milliseconds: 1_500), method: "values.batchGet"))
                let (reading, begun) = AsyncStream.makeStream(of: Void.self)
                scene.onNextRequest("batchGet") { begun.finish() }
                let frozen = try await scene.run("sync") { process in
                    for await _ in reading {}
                    kill(process, SIGSTOP)
                    scene.emulator.clearFaults()
                    do {
                        try server.setClock("+1h")
                        try scene.emulator.type("s1", "'料理'!C3", [["副菜"]])
                        let other = try await scene.run("sync")
                        #expect(other.output.contains("Published dish@2"), "\(other)")
                    } catch {
                        Issue.record(error)
                    }
                    kill(process, SIGCONT)
                }
                #expect(frozen.code == Exit.busy.rawValue, "\(frozen)")
                #expect(try await scene.version() == 2)
                #expect(try await scene.number("SELECT COUNT(*) AS n FROM sheaf_events") == 1 + 1)
                #expect(try await scene.run("sync", "--full").output.contains("Nothing to publish"))
            }
        }
    }
}

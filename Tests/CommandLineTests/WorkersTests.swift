import Foundation
import MySQL
import SheetsEmulator
import TestSupport
import Testing

@testable import sheaf

/// Several processes on one dataset.
@Suite struct WorkersTests {
    @Test(arguments: [2, 4])
    func ofWorkersThatSyncAtOnceOnePublishesEachChange(_ workers: Int) async throws {
        try await Scene.with { scene in
            let sheet = try await LargeSheet(scene)
            for round in 1...2 {
                try sheet.write(round: round)
                try await expectOnePublishes(
                    scene, Array(repeating: "sheaf.yaml", count: workers), version: round + 1)
            }
            try await sheet.expectVersions(ofRounds: [0, 1, 2], "\(workers) workers")
        }
    }

    /// Two services and a person, who types and syncs at the same time.
    @Test func watchesAndSyncsPublishEachEditOnce() async throws {
        try await Scene.with { scene in
            let ports = (try Scene.freePort(), try Scene.freePort())
            try scene.configure(google: Scene.push(port: ports.0, every: "1s"))
            let edits = 5
            let first = try await scene.watching(port: ports.0) { _ in
                try await eventually("it has synced") { try await scene.version() == 1 }
                // The same sheets, and another place to listen at.
                let other = try scene.read("sheaf.yaml").replacing("\(ports.0)", with: "\(ports.1)")
                try scene.write("other.yaml", other)
                let second = try await scene.run("watch", "--json", "--config", "other.yaml") { process in
                    do {
                        for edit in 1...edits {
                            try scene.emulator.type("s1", "'料理'!C2", [[["主菜", "副菜"][edit % 2]]])
                            async let person = scene.run("sync")
                            try await eventually("edit \(edit) is published") { try await scene.version() > edit }
                            let code = try await person.code
                            #expect(code == 0 || code == Exit.busy.rawValue)
                        }
                    } catch {
                        Issue.record(error)
                    }
                    kill(process, SIGTERM)
                }
                #expect(second.code == 0, "\(second)")
            }
            #expect(first.code == 0, "\(first)")
            #expect(try await scene.version() == 1 + edits)
            let events = "SELECT COUNT(*) AS n FROM sheaf_events"
            #expect(try await scene.number(events) == 1 + edits)
            #expect(try await scene.number(events.replacing("COUNT(*)", with: "COUNT(DISTINCT version)")) == 1 + edits)
            #expect(
                try await scene.number("SELECT COUNT(*) AS n FROM sheaf_runs WHERE state = 'published'") == 1 + edits)
        }
    }
}

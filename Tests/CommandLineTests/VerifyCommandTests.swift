import Foundation
import MySQL
import Testing

@testable import sheaf

/// `sheaf verify` as a person or a cron job runs it.
@Suite struct VerifyCommandTests {
    @Test func damageIsToldWithItsRowAndEndsWithACodeOfItsOwn() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let sound = try await scene.run("verify")
            #expect(sound.code == 0, "\(sound)")
            #expect(sound.output.contains("dish@1"))
            #expect(sound.output.contains("sound"))

            try await scene.execute(
                "UPDATE sheaf_labels SET row_hash = UNHEX(REPEAT('ab', 16)) WHERE label LIKE '%\"id\":7,%'")
            try await scene.execute(
                "UPDATE sheaf_labels SET label = REPLACE(label, '料理8', '内緒') WHERE label LIKE '%\"id\":8,%'")
            let damaged = try await scene.run("verify", "dish@1")
            #expect(damaged.code == Exit.damaged.rawValue)
            #expect(damaged.output.contains("dish@1 and later, 7: "))
            #expect(damaged.output.contains("stored abababababababababababababababab, computed "))
            #expect(damaged.output.contains("dish@1 and later, 8: "))
            // What stands in cells is nobody's business here.
            #expect(!damaged.output.contains("内緒"))
            let json = try await scene.run("verify", "--all-versions", "--json")
            #expect(json.code == Exit.damaged.rawValue)
            let reports = try #require(
                try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
            #expect(reports.first?["found"] as? Int == 2)
        }
    }

    @Test func aRepairIsPlannedDoneAndKeptInTheAudit() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try await scene.execute("UPDATE sheaf_versions SET root_hash = UNHEX(REPEAT('ab', 32)), label_count = 3")
            let planned = try await scene.run("verify", "--repair", "--plan")
            #expect(planned.code == Exit.damaged.rawValue)
            #expect(planned.output.contains("2 of these can be put right"))
            #expect(try await scene.run("verify").code == Exit.damaged.rawValue)
            let repaired = try await scene.run("verify", "--repair", "--why", "disk 2")
            #expect(repaired.code == 0, "\(repaired)")
            #expect(repaired.output.contains("2 stored hashes and counts were put right"))
            #expect(try await scene.run("verify", "--all-versions").code == 0)
            let audit = try await scene.rows("SELECT actor, action, why FROM sheaf_audit WHERE action <> 'migrate'")
            #expect(audit == [["tester", "verify --repair", "disk 2"]])
        }
    }

    @Test func argumentsThatMakeNoSenseAreRefused() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            for arguments in [
                ["verify", "--plan"], ["verify", "dish@1", "--all-versions"], ["verify", "--why", "x"],
            ] {
                #expect(try await scene.run(list: arguments).code == Exit.usage.rawValue, "\(arguments)")
            }
            #expect(try await scene.run("verify", "dish@9").code == Exit.usage.rawValue)
            #expect(try await scene.run("verify", "nothing").code == Exit.usage.rawValue)
        }
    }
}

extension Scene {
    /// What the database holds, as texts.
    func rows(_ sql: String) async throws -> [[String]] {
        let connection = try await MySQLConnection.connect(database)
        let rows = try await connection.run { connection in
            try connection.rows(sql).map { row -> [String] in
                try (0..<row.count).map { place -> String in try row.text(place) }
            }
        }
        await connection.close()
        return rows
    }
}

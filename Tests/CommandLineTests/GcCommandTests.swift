import Foundation
import SheetsEmulator
import Testing

@testable import sheaf

/// `sheaf gc` as a person or a cron job runs it.
@Suite struct GcCommandTests {
    @Test func withoutARuleNothingIsEverPruned() async throws {
        try await Scene.with { scene in
            try await publishThree(scene)
            let outcome = try await scene.run("gc")
            #expect(outcome.code == 0)
            #expect(outcome.output.contains("dish  keeps every version"))
            #expect(try await scene.labels("dish@1").count == 40)
        }
    }

    @Test func whatWasPrunedSaysSoEverywhere() async throws {
        try await Scene.with { scene in
            try await publishThree(scene)
            try scene.configure(training: "    retention: { keep_versions: 1, grace: 0s }")
            let planned = try await scene.run("gc", "--plan")
            #expect(planned.output.contains("versions 1, 2 would be marked"), "\(planned)")
            #expect(try await scene.run("gc", "--plan").output == planned.output)
            #expect(try await scene.run("gc", "--why", "space").output.contains("versions 1, 2 were marked"))
            #expect(try await scene.run("log", "dish").output.contains("to be pruned"))
            #expect(try await scene.run("tag", "dish@2", "release").code == 0)
            let pruned = try await scene.run("gc", "--json")
            let results = try #require(
                try JSONSerialization.jsonObject(with: Data(pruned.output.utf8)) as? [[String: Any]])
            #expect(results.first?["pruned"] as? [Int] == [1])
            #expect(results.first?["rows"] as? Int == 1)
            for arguments in [["export", "dish@1"], ["diff", "dish", "1", "2"], ["verify", "dish@1"]] {
                let asked = try await scene.run(list: arguments)
                #expect(asked.code == Exit.usage.rawValue, "\(arguments)")
                #expect(asked.errors.contains("dish@1 was pruned on "), "\(asked)")
                #expect(asked.errors.contains(" by tester."), "\(asked)")
            }
            let log = try await scene.run("log", "dish").output
            #expect(log.contains("pruned"))
            #expect(log.contains("dish@1 "))
            #expect(try await scene.run("verify", "--all-versions").code == 0)
            let history = try await scene.run("log", "dish", "--key", "1").output
            #expect(history.contains("what it was before version 2 was pruned"), "\(history)")
            #expect(
                try await scene.rows(
                    "SELECT action, subject FROM sheaf_audit WHERE action LIKE 'gc%' ORDER BY audit_id")
                    == [["gc: marked", "versions 1 to 2"], ["gc: pruned", "version 1"]])
        }
    }

    @Test(arguments: [
        ("{ keep_version: 3 }", "did you mean `keep_versions`?"), ("{ grace: 3d }", "needs keep_versions or keep_days"),
        ("{ keep_days: 0 }", "must be a whole number"), ("{ keep_days: 3, grace: soon }", "must be a duration"),
    ])
    func aMistakeInTheRuleIsTold(_ rule: String, _ words: String) async throws {
        try await Scene.with(migrated: false) { scene in
            try scene.configure(training: "    retention: \(rule)")
            let outcome = try await scene.run("gc")
            #expect(outcome.code == Exit.usage.rawValue)
            #expect(outcome.errors.contains(words), "\(outcome)")
        }
    }

    /// Versions 2 and 3 change one label each.
    private func publishThree(_ scene: Scene) async throws {
        try await scene.run("sync")
        try scene.emulator.type("s1", "'料理'!B2", [["新しい料理"]])
        try await scene.run("sync")
        try scene.emulator.type("s1", "'料理'!B3", [["新しい料理"]])
        try await scene.run("sync")
        #expect(try await scene.labels("dish@3").count == 40)
    }
}

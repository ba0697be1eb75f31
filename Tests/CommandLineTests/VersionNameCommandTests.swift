import Foundation
import SheetsEmulator
import Testing

@testable import sheaf

/// Versions by their names, wherever a command takes one.
@Suite struct VersionNameCommandTests {
    @Test func aVersionGoesByEveryNameThatItHas() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let first = try await scene.labels("dish@1")
            try scene.emulator.type("s1", "料理!B2", [["丼"]])
            try await scene.run("sync")
            #expect(try await scene.run("tag", "dish@1", "release-1").code == 0)
            let times = try await scene.run("log", "dish", "--json").output
            let versions = try #require(
                try JSONSerialization.jsonObject(with: Data(times.utf8)) as? [[String: Any]])
            let published = try #require(versions.last?["published_at"] as? String)
            for name in ["dish@release-1", "dish@1", "dish@01", "dish@\(published)"] {
                #expect(try await scene.labels(name) == first, "\(name)")
            }
            for name in ["dish", "dish@latest", "dish@2", "dish@2999-12-31"] {
                #expect(try await scene.labels(name) != first, "\(name)")
            }
            for arguments in [
                ["dish", "1"], ["dish", "1", "2"], ["dish", "release-1", "latest"], ["dish@1", "dish@2"], ["dish@1"],
                ["dish@release-1", "2"], ["dish", "dish@1", "@2"], ["dish", published, "2999-12-31T23:59"],
            ] {
                let diff = try await scene.run(list: ["diff"] + arguments)
                #expect(diff.code == 0 && diff.output.contains("dish@1 → dish@2"), "\(arguments) \(diff.errors)")
                #expect(diff.output.contains("~ 1 update"))
            }
            for arguments in [["dish", "0", "1"], ["dish@0", "dish@1"], ["dish@0", "release-1"]] {
                let diff = try await scene.run(list: ["diff"] + arguments)
                #expect(diff.output.contains("dish@0 → dish@1"), "\(arguments) \(diff.errors)")
            }
            #expect(try await scene.run("schema", "show", "dish@release-1").code == 0)
            #expect(try await scene.run("schema", "diff", "dish", "release-1", "latest").code == 0)
        }
    }

    private static let mistakes: [(arguments: [String], code: String, hint: String)] = [
        (["export", "dish@9"], "unknown-version", "Its versions are 1 to 1."),
        (["export", "dish@0"], "bad-version", "12"), (["export", "dish@"], "bad-version", " "),
        (["export", "dish@1999-01-01"], "unknown-version", "was published at"),
        (["export", "dish@releas-1"], "unknown-tag", "Did you mean release-1?"),
        (["export", "dish@nothing-like-it"], "unknown-tag", "It has: release-1."),
        (["diff", "dish@1", "fish@1"], "bad-version", "one dataset"),
        (["diff", "dish", "-1"], "arguments", " "), (["diff", "dish"], "arguments", " "),
        (["diff", "dish@1", "1", "1"], "arguments", " "),
        (["diff", "dish", "1", "0"], "bad-version", " "),
        (["tag", "dish@9", "t"], "unknown-version", " "), (["tag", "dish@1", "12"], "arguments", " "),
        (["tag", "dish@1", "latest"], "arguments", " "), (["tag", "dish@1", "2026-11-01"], "arguments", " "),
        (["tag", "dish@1"], "arguments", " "), (["tag", "dish@1", "t", "--list"], "arguments", " "),
        (["tag", "dish", "--delete", "release-1"], "arguments", "--force"),
        (["tag", "dish", "--delete", "t", "--force"], "unknown-tag", " "),
        (["tag", "dish@1", "--list"], "arguments", " "), (["tag", "fish@1", "t"], "unknown-dataset", " "),
        (["tag", "dish@1", "t", "--why", String(repeating: "a", count: 10_001)], "arguments", " "),
        (["tag", "dish@1", "a\u{1B}[31m"], "arguments", " "), (["export", "dish@a\u{1B}[31m"], "bad-version", " "),
    ]

    @Test func aNameThatIsNoneIsToldWithThoseThatAre() async throws {
        try await Scene.with(rows: [["1", "丼", "主食", ""]]) { scene in
            try await scene.run("sync")
            try await scene.run("tag", "dish", "release-1")
            for (arguments, code, hint) in Self.mistakes {
                let outcome = try await scene.run(
                    list: arguments + ["--json"] + (arguments[0] == "export" ? ["--output", "x"] : []))
                #expect(outcome.code == Exit.usage.rawValue, "\(arguments)")
                #expect(outcome.output.contains("\"code\" : \"\(code)\""), "\(arguments) \(outcome)")
                #expect((outcome.output + outcome.errors).contains(hint), "\(arguments) \(outcome)")
                #expect(!(outcome.output + outcome.errors).contains("\u{1B}"), "\(arguments)")
            }
        }
    }

    @Test func aTagIsListedMovedOnlyByForceAndTakenAway() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.emulator.type("s1", "料理!B2", [["丼"]])
            try await scene.run("sync")
            #expect(try await scene.run("tag", "dish", "--list").output.contains("dish has no tags."))
            #expect(try await scene.run("tag", "dish@1", "a/b", "--why", "初版").output == "a/b is dish@1 now.\n")
            #expect(try await scene.run("tag", "dish@1", "a/b").output == "a/b is dish@1 already.\n")
            let refused = try await scene.run("tag", "dish@2", "a/b")
            #expect(refused.code == Exit.usage.rawValue && refused.errors.contains("--force moves it"))
            #expect(try await scene.run("tag", "dish", "--list").output.contains("初版"))
            let moved = try await scene.run("tag", "dish", "a/b", "--force")
            #expect(moved.output == "a/b is dish@2 now; it was version 1.\n", "\(moved)")
            let json = try await scene.run("tag", "dish", "--list", "--json").output
            let tags = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
            #expect(tags.count == 1 && tags[0]["version"] as? Int == 2 && tags[0]["by"] as? String == "tester")
            let gone = try await scene.run("tag", "dish", "--delete", "a/b", "--force")
            #expect(gone.output == "dish: the tag a/b is gone; it was version 2.\n")
            #expect(try await scene.run("export", "dish@a/b").code == Exit.usage.rawValue)
        }
    }
}

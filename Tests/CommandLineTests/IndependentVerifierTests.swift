import Foundation
import MySQL
import SheetsEmulator
import Subprocess
import SystemPackage
import TestRandom
import Testing

@testable import sheaf

/// docs/verify.py recomputes what the store says of any version, from its export alone.
@Suite struct IndependentVerifierTests {
    private struct Version {
        let number: Int
        let hash: String
        let schema: String
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func everyVersionOfARandomLifeMatches(_ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        try await Scene.with { scene in
            try await scene.run("sync")
            for _ in 1...4 {
                for _ in 0...random.number(in: 0..<6) {
                    let row = random.number(in: 2..<40)
                    try scene.emulator.type(
                        "s1", "'料理'!B\(row)",
                        [[random.pick(["ラーメン", "a\"b\\c/d", "\u{7f}\u{1f}", "が", "か\u{3099}", "=1+1", "", "𠮷野家"])]])
                    try scene.emulator.type("s1", "'料理'!C\(row)", [[random.pick(["主食", "主菜", "副菜"])]])
                }
                try await scene.run("sync")
            }
            for version in try await versions(scene) {
                try await scene.run("export", "dish@\(version.number)", "--output", "v.ndjson")
                #expect(try await verify(scene, version).code == 0, "seed \(seed), version \(version.number)")
            }
        }
    }

    @Test func eachDamageOfAnExportIsTold() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let version = try #require(try await versions(scene).first)
            try await scene.run("export", "dish", "--output", "v.ndjson")
            let whole = try scene.read("v.ndjson")
            let lines = whole.split(separator: "\n").map(String.init)
            func joined(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
            let rest = Array(lines.dropFirst())
            let zeros = String(repeating: "0", count: 32)
            var damages: [(String, String)] = []
            func damage(_ name: String, _ text: String) { damages.append((name, text)) }
            damage("a line is gone", joined(rest))
            damage("the last line is gone", joined(Array(lines.dropLast())))
            damage("a line is there twice", joined([lines[0]] + lines))
            damage("two lines are swapped", joined([lines[1], lines[0]] + Array(lines.dropFirst(2))))
            damage("the end is cut off", String(whole.dropLast(3)))
            damage("no end of line", String(whole.dropLast()))
            damage("a value differs", whole.replacing("主食", with: "主菜", maxReplacements: 1))
            damage("a key differs", joined([lines[0].replacing("\"id\":", with: "\"id\":9")] + rest))
            damage("a space", whole.replacing(",\"kind\"", with: ", \"kind\"", maxReplacements: 1))
            damage("an escape", whole.replacing("主食", with: "\\u4e3b食", maxReplacements: 1))
            damage("a null", whole.replacing("\"主食\"", with: "null", maxReplacements: 1))
            damage("a line feed more", whole + "\n")
            damage("another label", whole + "{\"id\":999,\"kind\":\"主食\"}\n")
            damage("no tombstone", joined([#"{"$redacted":{"key_hash":"00","row_hash":"00"}}"#] + rest))
            damage(
                "another tombstone",
                joined(["{\"$redacted\":{\"key_hash\":\"\(zeros)\",\"row_hash\":\"\(zeros)\"}}"] + rest))
            damage("nothing", "")
            #expect(try await verify(scene, version).code == 0)
            for (name, text) in damages {
                try scene.write("v.ndjson", text)
                let outcome = try await verify(scene, version)
                #expect(outcome.code == 1, "\(name): \(outcome)")
            }
        }
    }

    @Test func aRedactedVersionMatchesByItsTombstones() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let version = try #require(try await versions(scene).first)
            #expect(try await scene.run("redact", "dish", "--key", "7").code == Exit.usage.rawValue)
            let planned = try await scene.run("redact", "dish", "--key", "7", "--plan")
            #expect(planned.output.contains("version 1 and later: whole"), "\(planned)")
            let done = try await scene.run("redact", "dish", "--key", "7", "--why", "asked")
            #expect(done.code == 0, "\(done)")
            try await scene.run("redact", "dish", "--key", "8", "--fields", "name", "--why", "asked")

            let exported = try await scene.run("export", "dish", "--output", "v.ndjson")
            #expect(exported.errors.contains("1 redacted label left out"), "\(exported)")
            #expect(exported.output.contains("39 labels"))
            #expect(try scene.read("v.ndjson").contains("料理7\"") == false)
            #expect(try await verify(scene, version).code == 1)
            let csv = try await scene.run("export", "dish", "--format", "csv")
            #expect(csv.output.split(separator: "\n").count == 40)

            let entombed = try await scene.run("export", "dish", "--tombstones", "--output", "v.ndjson", "--json")
            #expect(entombed.output.contains("\"redacted\" : 2"), "\(entombed)")
            let verified = try await verify(scene, version)
            #expect(verified.code == 0, "\(verified)")
            #expect(verified.output.contains("redacted      2"))
            #expect(try await scene.run("verify", "--all-versions").output.contains("2 labels redacted"))
            #expect(try await scene.run("log", "dish").output.contains("2 labels redacted"))
            #expect(try await scene.run("log", "dish", "--key", "7").output.contains("redacted"))
            #expect(try await scene.run("sync").output.contains("Nothing to publish"))
        }
    }

    // MARK: - Running

    private func versions(_ scene: Scene) async throws -> [Version] {
        let log = try await scene.run("log", "dish", "--json")
        let found = try #require(try JSONSerialization.jsonObject(with: Data(log.output.utf8)) as? [[String: Any]])
        return found.compactMap { version in
            guard let number = version["version"] as? Int, let hash = version["version_hash"] as? String,
                let schema = version["schema_hash"] as? String
            else { return nil }
            return Version(number: number, hash: hash, schema: schema)
        }
    }

    private func verify(_ scene: Scene, _ version: Version) async throws -> Scene.Outcome {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/verify.py").path(percentEncoded: false)
        return try await scene.run(
            list: [script, version.schema, version.hash],
            through: "python3 \"$1\" --key id --schema-hash \"$2\" --version-hash \"$3\" v.ndjson")
    }
}

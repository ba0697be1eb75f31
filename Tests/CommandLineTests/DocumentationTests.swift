import ArgumentParser
import Foundation
import Subprocess
import SystemPackage
import Testing

@testable import sheaf

/// What the documents say of the command line is what it does.
@Suite struct DocumentationTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func document(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static var commands: [any ParsableCommand.Type] {
        SheafCommand.configuration.groupedSubcommands.flatMap(\.subcommands)
    }

    @Test func theReadmeHasTheTableOfExitCodes() throws {
        let readme = try Self.document("README.md")
        for exit in Exit.allCases {
            #expect(readme.contains("| \(exit.rawValue) | \(exit.meaning) |"))
        }
    }

    @Test func everyCommandStandsInTheReadmeAndHasExamples() throws {
        let readme = try Self.document("README.md")
        #expect(Self.commands.count >= 22)
        for command in Self.commands {
            let name = command.configuration.commandName ?? ""
            #expect(readme.contains("`sheaf \(name)"), "\(name)")
            #expect(command.configuration.discussion.contains("Example"), "\(name)")
            #expect(command.configuration.discussion.contains("sheaf \(name)"), "\(name)")
        }
    }

    /// Said by systemd itself, where it is there.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
    func theUnitsAreSomeThatSystemdTakes() async throws {
        for name in ["sheaf-watch.service", "sheaf-serve.service"] { try await checkUnit(name) }
    }

    private func checkUnit(_ name: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sheaf-unit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let unit = folder.appending(path: name)
        try Self.document("examples/systemd/\(name)")
            .replacing("/usr/local/bin/sheaf", with: "/bin/true").write(to: unit, atomically: true, encoding: .utf8)
        let result = try await Subprocess.run(
            .name("systemd-analyze"), arguments: ["verify", "--man=no", unit.path(percentEncoded: false)],
            output: .discarded, error: .string(limit: 1 << 16))
        #expect(result.terminationStatus == .exited(0), "\(result.standardError)")
        #expect(result.standardError.isEmpty)
    }

    @Test func noLineOfHelpIsWiderThanATerminal() {
        for command in Self.commands + [SheafCommand.self as any ParsableCommand.Type] {
            for line in command.configuration.discussion.split(separator: "\n") {
                #expect(line.count <= 78, "\(line)")
            }
        }
    }

    /// The hashes of a version can be computed by somebody who has nothing of Sheaf but its documents.
    @Test func theIndependentVerifierAgreesWithTheStore() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try await scene.run("export", "dish@1", "--output", "labels.ndjson")
            let log = try await scene.run("log", "dish", "--json")
            let versions = try #require(
                try JSONSerialization.jsonObject(with: Data(log.output.utf8)) as? [[String: Any]])
            let version = try #require(versions.first?["version_hash"] as? String)
            let schema = try #require(versions.first?["schema_hash"] as? String)
            let verified = try await verify(scene, schema: schema, version: version)
            #expect(verified == .exited(0))
            // And it is no rubber stamp.
            let text = try scene.read("labels.ndjson")
            try scene.write("labels.ndjson", text.replacing("主食", with: "主菜", maxReplacements: 1))
            #expect(try await verify(scene, schema: schema, version: version) != .exited(0))
        }
    }

    /// It knows the canonical form of every type, too.
    @Test func theIndependentVerifierReadsEveryTypeOfValue() async throws {
        let good = [
            #"{"a":[1,null,{"b":[],"c":true}],"id":1}"#, #"{"id":1,"p":{"lat":35.68,"lon":139.76}}"#,
            #"{"id":1,"n":[9007199254740993,1e-7,1e+21,0.1,-5]}"#, #"{"d":"P1Y2M3DT0.5S","id":1}"#,
        ]
        let bad = [
            #"{"a":null,"id":1}"#, #"{"a":{"c":1,"b":2},"id":1}"#, #"{"a":[1.0],"id":1}"#, #"{"a":[NaN],"id":1}"#,
            #"{"a":{"b":1,"b":1},"id":1}"#, #"{"a":[1, 2],"id":1}"#,
        ]
        for (lines, status) in [(good, TerminationStatus.exited(0))] + bad.map({ ([$0], .exited(1)) }) {
            let script = "import sys, verify\nfor line in sys.argv[1:]: verify.read_label(line.encode())"
            let result = try await Subprocess.run(
                .name("python3"), arguments: .init(["-c", script] + lines),
                workingDirectory: FilePath(Self.root.appending(path: "docs").path(percentEncoded: false)),
                output: .discarded, error: .discarded)
            #expect(result.terminationStatus == status, "\(lines)")
        }
    }

    /// The path of the independent verifier.
    static let verifier = root.appending(path: "docs/verify.py").path(percentEncoded: false)

    private func verify(_ scene: Scene, schema: String, version: String) async throws -> TerminationStatus {
        try await Subprocess.run(
            .path("/bin/sh"),
            arguments: [
                "-c", "python3 \"$0\" --key id --schema-hash \"$1\" --version-hash \"$2\" < labels.ndjson",
                Self.verifier,
                schema,
                version,
            ], workingDirectory: FilePath(scene.folder), output: .discarded, error: .discarded
        ).terminationStatus
    }
}

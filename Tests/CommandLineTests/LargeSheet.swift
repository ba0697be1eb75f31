import Foundation
import MySQL
import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import sheaf

/// A dataset of one CSV file whose change sets are larger than one chunk, in rounds: in each every label changes, some go
/// and some come.
struct LargeSheet: Sendable {
    let scene: Scene
    /// Two chunks of a change set.
    static let rows = 10_200
    private static let kinds = ["主食", "主菜", "副菜"]

    /// - Parameter scene: gets the configuration, and the sheet of round 0 as version 1.
    /// - Throws: if the files cannot be written, or the first sync does not run.
    init(_ scene: Scene) async throws {
        self.scene = scene
        try configure()
        try write(round: 0)
        let first = try await scene.run("sync")
        try #require(first.code == 0, "\(first)")
    }

    /// Writes a configuration by which the store is reached in another way.
    func configure(_ file: String = "sheaf.yaml", through socket: String? = nil) throws {
        var database = scene.database
        if let socket { database.socket = socket }
        try configure(file, database)
    }

    /// The same for any place of the store.
    func configure(_ file: String, _ database: MySQLConfiguration) throws {
        try scene.write(
            file,
            """
            store: \(scene.storeURL(database))
            datasets:
              dish:
                schema: schemas/dish.yaml
                sheets: [{ csv: a.csv }]
                guards: { max_changed: none, max_deleted: none }
            """)
    }

    func write(round: Int) throws {
        var text = "ID,名前,種類,担当者\n"
        for (id, kind) in Self.labels(round: round).sorted(by: { $0.key < $1.key }) {
            text += "\(id),料理\(id),\(kind),\n"
        }
        try scene.write("a.csv", text)
    }

    static func labels(round: Int) -> [Int: String] {
        var labels: [Int: String] = [:]
        for id in 1...rows where (id + round) % 7 != 0 {
            labels[id] = kinds[(id + round) % 3]
        }
        return labels
    }

    /// Checks that the versions are those of some rounds, whole and announced once, and that nothing else is left.
    func expectVersions(
        ofRounds rounds: [Int], _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for (index, round) in rounds.enumerated() {
            // Compared beforehand: to tell how two large dictionaries differ takes minutes.
            try await scene.run("export", "dish@\(index + 1)", "--output", "labels.ndjson")
            let isSame = try exported() == Self.labels(round: round)
            #expect(isSame, "\(what): version \(index + 1)", sourceLocation: sourceLocation)
            try await expectVerified(index + 1, what, sourceLocation: sourceLocation)
        }
        let versions = try await scene.number("SELECT COUNT(*) AS n FROM sheaf_versions")
        #expect(versions == rounds.count, what, sourceLocation: sourceLocation)
        let events = try await scene.number("SELECT COUNT(*) AS n FROM sheaf_events WHERE kind = 'version_published'")
        #expect(events == rounds.count, what, sourceLocation: sourceLocation)
        let announced = try await scene.number(
            "SELECT COUNT(DISTINCT version) AS n FROM sheaf_events WHERE kind = 'version_published'")
        #expect(announced == rounds.count, what, sourceLocation: sourceLocation)
        let again = try await scene.run("sync")
        #expect(again.output.contains("Nothing to publish"), "\(what): \(again)", sourceLocation: sourceLocation)
    }

    /// The kinds in `labels.ndjson`, by id.
    private func exported() throws -> [Int: String] {
        var labels: [Int: String] = [:]
        for line in try scene.read("labels.ndjson").split(separator: "\n") {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            labels[object["id"] as? Int ?? 0] = object["kind"] as? String
        }
        return labels
    }

    /// Has the independent verifier recompute the hashes of a version from `labels.ndjson`.
    private func expectVerified(_ version: Int, _ what: Comment, sourceLocation: SourceLocation) async throws {
        let log = try await scene.run("log", "dish", "--json").output
        let versions = try #require(try JSONSerialization.jsonObject(with: Data(log.utf8)) as? [[String: Any]])
        let record = try #require(versions.first { $0["version"] as? Int == version })
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: [
                "-c", "python3 \"$0\" --key id --schema-hash \"$1\" --version-hash \"$2\" < labels.ndjson",
                DocumentationTests.verifier, record["schema_hash"] as? String ?? "",
                record["version_hash"] as? String ?? "",
            ], workingDirectory: FilePath(scene.folder), output: .discarded, error: .string(limit: 1 << 16))
        #expect(
            result.terminationStatus == .exited(0), "\(what): version \(version): \(result.standardError)",
            sourceLocation: sourceLocation)
    }
}

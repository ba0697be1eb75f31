import Foundation
import LabelExport
import ObjectStorage
import SheetsEmulator
import TestSupport
import Testing

@testable import sheaf

/// Exports to an object store that judges every signature.
@Suite(.enabled(if: ObjectStoreServer.shared != nil, Comment(rawValue: ObjectStoreServer.reason)))
struct ExportObjectTests {
    private static func with(_ body: (Scene, ObjectStoreServer, ObjectStore, String) async throws -> Void) async throws
    {
        let server = try #require(ObjectStoreServer.shared)
        let configuration = try ObjectStoreConfiguration.fromEnvironment(server.environment) { _ in nil }
        let store = try ObjectStore(bucket: ObjectStoreServer.bucket, configuration: configuration)
        try await Scene.with { scene in
            try await scene.run("sync")
            try await body(scene, server, store, ObjectStoreServer.prefix())
        }
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return encoder
    }

    private static func manifest(_ store: ObjectStore, _ prefix: String) async throws -> ExportManifest {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let bytes = try await store.bytes(of: "\(prefix)/manifest.json")
        return try decoder.decode(ExportManifest.self, from: Data(bytes))
    }

    @Test func theObjectsAreTheFilesOfAFolder() async throws {
        try await Self.with { scene, server, store, prefix in
            let arguments = ["--parts", "3", "--split", "train:80,test:20"]
            let place = "s3://\(ObjectStoreServer.bucket)/\(prefix)"
            let told = try await scene.run(
                list: ["export", "dish@1", "--output", place] + arguments, environment: server.environment)
            #expect(told.code == 0 && told.output.contains("40 labels"), "\(told)")
            _ = try await scene.run(list: ["export", "dish@1", "--output", "files/"] + arguments)
            let names = try await store.list("\(prefix)/").map { String($0.key.dropFirst(prefix.count + 1)) }
            let files = try FileManager.default.subpathsOfDirectory(atPath: "\(scene.folder)/files")
            #expect(Set(names) == Set(files).subtracting(["data"]) && names.count == 6 + 4)
            for name in names {
                let bytes = try await store.bytes(of: "\(prefix)/\(name)")
                #expect(String(decoding: bytes, as: UTF8.self) == (try scene.read("files/\(name)")), "\(name)")
            }
        }
    }

    @Test func anotherExportIsReplacedOnlyWhenAskedAndTheSameHasNothingToDo() async throws {
        try await Self.with { scene, server, store, prefix in
            let place = "s3://\(ObjectStoreServer.bucket)/\(prefix)"
            func export(_ arguments: String...) async throws -> Scene.Outcome {
                try await scene.run(
                    list: ["export", "dish@1", "--output", place] + arguments, environment: server.environment)
            }
            #expect(try await export("--parts", "4").code == 0)
            let again = try await export("--parts", "4")
            #expect(again.code == 0 && again.output.contains("4 of them there already"), "\(again)")
            let other = try await export("--format", "csv")
            #expect(other.code == Exit.usage.rawValue && other.errors.contains("--replace"), "\(other)")
            #expect(try await Self.manifest(store, prefix).fileFormat == "ndjson")
            let replaced = try await export("--format", "csv", "--replace")
            #expect(replaced.code == 0, "\(replaced)")
            let names = try await store.list("\(prefix)/data/").map(\.key)
            #expect(names == ["\(prefix)/data/part-00000.csv"])
        }
    }

    /// Until its manifest is there an export is none; another try writes what is missing.
    @Test func anExportThatWasCutShortGoesOn() async throws {
        try await Self.with { scene, server, store, prefix in
            let arguments = [
                "export", "dish@1", "--parts", "4", "--output", "s3://\(ObjectStoreServer.bucket)/\(prefix)",
            ]
            #expect(try await scene.run(list: arguments, environment: server.environment).code == 0)
            let manifest = try await Self.manifest(store, prefix)
            try await store.delete("\(prefix)/manifest.json")
            try await store.delete("\(prefix)/\(manifest.parts[2].path)")
            let journal = try Self.encoder.encode(ExportJournal(identity: manifest.identity, parts: manifest.parts))
            try await store.put("\(prefix)/export-journal.json", Array(journal))
            let told = try await scene.run(list: arguments + ["--json"], environment: server.environment)
            #expect(told.code == 0 && told.output.contains("\"reused\" : 3"), "\(told)")
            #expect(try await Self.manifest(store, prefix) == manifest)
            #expect(try await store.info("\(prefix)/export-journal.json") == nil)
        }
    }

    /// Whoever reads `data/*` would read them, too.
    @Test func nothingIsLeftOfAnExportWhoseReplacementWasCutShort() async throws {
        try await Self.with { scene, server, store, prefix in
            let place = "s3://\(ObjectStoreServer.bucket)/\(prefix)"
            let split = ["export", "dish@1", "--output", place, "--split", "train:50,test:50"]
            #expect(try await scene.run(list: split, environment: server.environment).code == 0)
            let configuration = try ObjectStoreConfiguration.fromEnvironment(server.environment) { _ in nil }
            for identity in ["one", "two"] {
                // Begun, and killed.
                let target = try ObjectTarget(try ObjectLocation(place), configuration)
                _ = try await target.begin(identity: identity, replaces: true)
                #expect(try await store.info("\(prefix)/manifest.json") == nil)
            }
            let whole = ["export", "dish@1", "--output", place]
            #expect(try await scene.run(list: whole + ["--replace"], environment: server.environment).code == 0)
            #expect(try await store.list("\(prefix)/data/").map(\.key) == ["\(prefix)/data/part-00000.ndjson"])
            // And killed behind the manifest, before all of it was cleared away.
            let manifest = try await Self.manifest(store, prefix)
            try await store.put("\(prefix)/data/part-00001.ndjson", Array("old".utf8))
            var journal = ExportJournal(identity: manifest.identity, parts: manifest.parts)
            journal.replaced = ["data/part-00000.ndjson", "data/part-00001.ndjson"]
            try await store.put("\(prefix)/export-journal.json", Array(try Self.encoder.encode(journal)))
            #expect(try await scene.run(list: whole, environment: server.environment).code == 0)
            #expect(try await store.list("\(prefix)/data/").map(\.key) == ["\(prefix)/data/part-00000.ndjson"])
            #expect(try await store.info("\(prefix)/export-journal.json") == nil)
        }
    }

    @Test func whatIsWrongIsToldWithoutASecret() async throws {
        try await Self.with { scene, server, store, prefix in
            try await store.put("\(prefix)/mine.txt", Array("mine".utf8))
            var wrong = server.environment
            wrong["AWS_SECRET_ACCESS_KEY"] = "not-the-secret-of-anybody"
            let cases: [(String, [String: String], Int32, String)] = [
                ("s3://\(ObjectStoreServer.bucket)/\(prefix)", server.environment, Exit.usage.rawValue, "mine.txt"),
                ("s3://\(ObjectStoreServer.bucket)/\(prefix)/x", wrong, Exit.output.rawValue, "AWS_SECRET_ACCESS_KEY"),
                ("s3://sheaf-no-such-bucket/x", server.environment, Exit.output.rawValue, "sheaf-no-such-bucket"),
                ("s3://", server.environment, Exit.usage.rawValue, "bucket"),
                ("s3://UPPER/x", server.environment, Exit.usage.rawValue, "UPPER"),
            ]
            for (place, environment, code, words) in cases {
                let told = try await scene.run("export", "dish@1", "--output", place, environment: environment)
                #expect(told.code == code && told.errors.contains(words), "\(place): \(told)")
                #expect(!told.errors.contains("not-the-secret") && !told.errors.contains(server.secretKey))
            }
        }
    }
}

import Foundation
import Testing

@testable import LabelExport

/// Where an export may go, and that nothing of anybody else's is lost there.
@Suite struct FolderTargetTests {
    private static func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path() + "/sheaf-target-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private static func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    private static func write(_ path: String, _ text: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// An export of no parts, with its manifest.
    private static func export(to target: FolderTarget, replaces: Bool = false, identity: String = "one") async throws {
        _ = try await target.begin(identity: identity, replaces: replaces)
        let file = try await target.makeFile(ExportManifest.path)
        let manifest = ExportManifest(
            format: ExportManifest.formatName, identity: identity, dataset: "dish", version: 1, versionHash: "",
            rootHash: "", schemaHash: "", publishedAt: "", labels: 0, leftOut: 0, fileFormat: "ndjson", rows: 0,
            bytes: 0, parts: [])
        try await file.write(try manifest.document())
        try await file.finish()
        try await target.finish()
    }

    private static func code(_ body: () async throws -> Void) async -> ExportProblem.Code? {
        do {
            try await body()
            return nil
        } catch let problem as ExportProblem {
            return problem.code
        } catch {
            return nil
        }
    }

    @Test func whatIsBehindALinkIsNotDeletedAndTheLinkStays() async throws {
        try await Self.withFolder { folder in
            let manager = FileManager.default
            try Self.makeFolder("\(folder)/taken")
            try Self.write("\(folder)/taken/mine.txt", "mine")
            try manager.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "taken")
            #expect(await Self.code { try await Self.export(to: FolderTarget(path: "\(folder)/link/")) } == .occupied)
            #expect(try String(contentsOfFile: "\(folder)/taken/mine.txt", encoding: .utf8) == "mine")
            try manager.removeItem(atPath: "\(folder)/taken/mine.txt")
            for identity in ["one", "two"] {
                let target = FolderTarget(path: "\(folder)/link")
                try await Self.export(to: target, replaces: true, identity: identity)
                #expect(try manager.destinationOfSymbolicLink(atPath: "\(folder)/link") == "taken")
                #expect(try manager.contentsOfDirectory(atPath: "\(folder)/taken") == ["manifest.json"])
            }
            #expect(try manager.contentsOfDirectory(atPath: folder).sorted() == ["link", "taken"])
            // A link to nothing is no place, and one in the place of the hidden folder neither.
            try manager.createSymbolicLink(atPath: "\(folder)/nowhere", withDestinationPath: "nothing")
            #expect(await Self.code { try await Self.export(to: FolderTarget(path: "\(folder)/nowhere")) } == .occupied)
            try Self.makeFolder("\(folder)/other")
            try Self.write("\(folder)/other/mine.txt", "mine")
            try manager.createSymbolicLink(atPath: "\(folder)/.new.sheaf-export", withDestinationPath: "other")
            #expect(await Self.code { try await Self.export(to: FolderTarget(path: "\(folder)/new")) } == .output)
            #expect(try String(contentsOfFile: "\(folder)/other/mine.txt", encoding: .utf8) == "mine")
        }
    }

    @Test func aFolderThatCannotChangeItsNameIsRefusedAtOnce() async throws {
        for path in [".", "..", "/", "../"] {
            let target = FolderTarget(path: path)
            #expect(await Self.code { _ = try await target.begin(identity: "one", replaces: true) } == .occupied)
        }
        // A disk of its own.
        let mounted = FolderTarget(path: "/proc/")
        let problem = await #expect(throws: ExportProblem.self) {
            _ = try await mounted.begin(identity: "one", replaces: true)
        }
        #expect(problem?.message.contains("mounted") == true, "\(String(describing: problem))")
    }

    @Test func aNameIsTakenAsItStandsUnlessExportsHaveItForThemselves() async throws {
        try await Self.withFolder { folder in
            let hidden = FolderTarget(path: "\(folder)/.out.sheaf-export/")
            #expect(await Self.code { try await Self.export(to: hidden) } == .occupied)
        }
        let name = "~sheaf-\(UUID().uuidString)"
        try await Self.export(to: FolderTarget(path: "\(name)/"))
        #expect(FileManager.default.fileExists(atPath: "./\(name)/manifest.json"))
        try FileManager.default.removeItem(atPath: "./\(name)")
    }

    @Test func whatSomebodyPutsIntoTheFolderMeanwhileIsKept() async throws {
        try await Self.withFolder { folder in
            let (path, manager) = ("\(folder)/out", FileManager.default)
            try await Self.export(to: FolderTarget(path: path))
            let target = FolderTarget(path: path)
            _ = try await target.begin(identity: "two", replaces: true)
            try Self.makeFolder("\(path)/mine")
            #expect(await Self.code { try await target.finish() } == .occupied)
            await target.leave()
            #expect(try manager.contentsOfDirectory(atPath: path).sorted() == ["manifest.json", "mine"])
            // A folder of somebody's is not empty for having no files in it.
            try manager.removeItem(atPath: "\(path)/manifest.json")
            #expect(await Self.code { try await Self.export(to: FolderTarget(path: path)) } == .occupied)
        }
    }

    @Test func whoMayReadTheFolderMayReadTheExport() async throws {
        try await Self.withFolder { folder in
            try Self.makeFolder("\(folder)/private")
            #expect(chmod("\(folder)/private", 0o700) == 0)
            for identity in ["one", "two"] {
                try await Self.export(to: FolderTarget(path: "\(folder)/private"), replaces: true, identity: identity)
                let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/private")[.posixPermissions]
                #expect(mode as? NSNumber == 0o700)
            }
        }
    }

    /// What is closed already is not closed again: its number may be another file's by then.
    @Test func aFileIsClosedOnce() async throws {
        try await Self.withFolder { folder in
            let target = FolderTarget(path: "\(folder)/out")
            _ = try await target.begin(identity: "one", replaces: false)
            // One that is whole, and one that cannot get its name.
            try Self.makeFolder("\(folder)/.out.sheaf-export/data/b/c")
            for name in ["data/a", "data/b"] {
                let file = try await target.makeFile(name)
                try await file.write([1, 2, 3])
                #expect(await Self.code { try await file.finish() } == (name == "data/a" ? nil : .output))
                // Takes every number that is free below, so that of the file too.
                let others = (0..<64).map { _ in open("/dev/null", O_RDONLY) }
                await file.discard()
                for other in others { #expect(close(other) == 0) }
            }
            #expect(FileManager.default.fileExists(atPath: "\(folder)/.out.sheaf-export/data/a"))
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/.out.sheaf-export/data/b.part"))
            await target.leave()
        }
    }
}

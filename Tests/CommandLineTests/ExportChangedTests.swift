import Foundation
import LabelExport
import LabelStore
import SheetsEmulator
import TestSupport
import Testing

@testable import sheaf

/// What changed between two versions whose schemas are not the same.
@Suite struct ExportChangedTests {
    /// A version under one schema, and one without the label 40 under another.
    private static func withTwoSchemas(_ body: (Scene) async throws -> Void) async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let schema = Scene.schema.replacing("primaryKey: [id]", with: "primaryKey: [dish_id]")
                .replacing("name: id,", with: "name: dish_id,")
                .replacing("sheaf: { role: key }", with: "sheaf: { role: key, was: id }")
                .replacing("name: name,", with: "name: title,")
                .replacing("sheaf: { role: context }", with: "sheaf: { role: context, was: name }")
            try scene.write("schemas/dish.yaml", schema)
            try scene.emulator.deleteRows("s1", tab: "料理", 41...41)
            let synced = try await scene.run("sync")
            #expect(synced.code == 0, "\(synced)")
            try await body(scene)
        }
    }

    /// What was written until then would hold what has to go.
    @Test func anExportDuringWhichALabelIsRedactedIsNone() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let store = TestStore.open(scene.database, connections: 4)
            let dataset = try await store.dataset("dish")
            let reading = try await LabelReading(
                store: store, dataset: dataset, version: try await store.version(1, of: dataset), selection: .all,
                form: LabelForm(.ndjson))
            #expect(try await scene.run("redact", "dish", "--key", "3", "--why", "asked to").code == 0)
            let job = ExportJob(reading, .init(parts: 2), to: FolderTarget(path: "\(scene.folder)/out"))
            let problem = await #expect(throws: ExportProblem.self) { _ = try await job.run { _ in } }
            #expect(problem?.code == .redacted)
            #expect(!FileManager.default.fileExists(atPath: "\(scene.folder)/out"))
            let again = try await scene.run("export", "dish@1", "--output", "out/", "--parts", "2", "--json")
            #expect(again.code == 0 && again.output.contains("\"reused\" : 0"), "\(again)")
            await store.close()
        }
    }

    @Test func whatIsGoneIsNamedAsItWas() async throws {
        try await Self.withTwoSchemas { scene in
            for (format, gone) in [("ndjson", "{\"id\":40}\n"), ("csv", "id\n40\n")] {
                let told = try await scene.run(
                    "export", "dish@2", "--changed-since", "1", "--format", format, "--output", "\(format)/")
                #expect(told.code == 0, "\(told)")
                #expect(try scene.read("\(format)/data/gone-00000.\(format)") == gone)
                #expect(try scene.read("\(format)/tableschema-gone.json").contains("\"name\":\"id\""))
            }
        }
    }

    /// What an older version could not be asked for, nobody has of it.
    @Test(arguments: [
        ["--where", "title = '料理1'"], ["--split", "a:50,b:50", "--split-by", "title"],
    ])
    func whatTheOlderSchemaCannotBeAskedIsRefused(arguments: [String]) async throws {
        try await Self.withTwoSchemas { scene in
            let told = try await scene.run(
                list: ["export", "dish@2", "--changed-since", "1", "--output", "out/"] + arguments)
            #expect(told.code == Exit.usage.rawValue && told.errors.contains("another schema"), "\(told)")
        }
    }
}

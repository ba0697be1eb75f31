import Foundation
import SheetsEmulator
import Testing

@testable import sheaf

/// The main job as a person does it, with the real program, database and HTTP.
@Suite struct StoryTests {
    @Test func sheetsBecomeVersionsAndAVersionTrainsAModel() async throws {
        try await Scene.with(rows: Scene.rows + [["41", "謎", ""], ["42", "x", "主しょく"]]) { scene in
            // The trainer reads exactly its version, by the program that started it, and reports back.
            let trainer = """
                "$SHEAF_BIN" export "$SHEAF_DATASET@$SHEAF_VERSION" --config "$SHEAF_CONFIG" > "$SHEAF_ARTIFACT_DIR/labels" &&
                echo "{\\"rows\\": $(wc -l < "$SHEAF_ARTIFACT_DIR/labels")}" > "$SHEAF_ARTIFACT_DIR/metrics.json" &&
                "$SHEAF_BIN" report --metrics "$SHEAF_ARTIFACT_DIR/metrics.json" --artifact "$SHEAF_ARTIFACT_DIR/labels" \
                --config "$SHEAF_CONFIG"
                """.replacing("\n", with: " ")
            try scene.configure(training: Scene.training(trainer))
            let checked = try await scene.run("check")
            #expect(checked.code == 0, "\(checked)")
            let planned = try await scene.run("plan")
            #expect(planned.output.contains("+ 40 inserts"))
            #expect(planned.output.contains("1 pending"))
            #expect(planned.output.contains("料理!C43"))
            #expect(planned.output.contains("a job would start (40 changes)"))
            let synced = try await scene.run("sync", "--wait")
            #expect(synced.code == 0, "\(synced)")
            #expect(synced.output.contains("Published dish@1"))
            #expect(synced.output.contains("succeeded"))
            #expect(synced.output.contains("rows 40"))
            let first = try await scene.labels("dish@1")
            #expect(first.count == 40)

            // Nothing changed: nothing published, no job.
            let again = try await scene.run("sync", "--wait")
            #expect(again.code == 0)
            #expect(again.output.contains("Nothing to publish"))
            #expect(!again.output.contains("Training"))

            try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
            try scene.emulator.deleteRows("s1", tab: "料理", 3...3)
            try scene.emulator.sort("s1", tab: "料理", byColumn: 1, descending: true)
            let changed = try await scene.run("sync", "--wait")
            #expect(changed.output.contains("+ 0 inserts   ~ 1 update   - 1 delete"), "\(changed)")
            #expect(changed.output.contains("主菜 → 副菜"))
            #expect(try await scene.labels("dish@1") == first)
            #expect(try await scene.labels("dish@2").count == 39)

            let diff = try await scene.run("diff", "dish", "1", "2")
            #expect(diff.output.contains("~ 1\n      種類: 主菜 → 副菜"))
            #expect(diff.output.contains("- 2"))
            let log = try await scene.run("log", "dish", "--key", "1")
            #expect(log.output.contains("by tester"))
            #expect(log.output.contains("種類: 主菜 → 副菜"))
            let jobs = try await scene.run("jobs", "--json")
            let records = try #require(
                try JSONSerialization.jsonObject(with: Data(jobs.output.utf8)) as? [[String: Any]])
            #expect(records.map { $0["state"] as? String } == ["succeeded", "succeeded"])
            #expect(records.map { $0["version"] as? Int } == [2, 1])
            #expect(records.map { $0["metrics"] as? String } == ["{\"rows\":39}", "{\"rows\":40}"])
            #expect(records.allSatisfy { $0["artifact_sha256"] is String })
        }
    }

    @Test func aHeldRunSaysSoAndAnApprovalLetsItPass() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.emulator.deleteRows("s1", tab: "料理", 10...41)
            let held = try await scene.run("sync")
            #expect(held.code == Exit.held.rawValue)
            #expect(held.output.contains("sheaf approve 1"))
            #expect(try await scene.run("plan").code == Exit.held.rawValue)
            #expect(try await scene.labels().count == 40)
            #expect(try await scene.run("approve", "1", "--why", "meant").code == 0)
            #expect(try await scene.run("sync").code == 0)
            #expect(try await scene.labels().count == 8)
            #expect(try await scene.run("holds", "--closed").output.contains("approved by tester: meant"))
            #expect(try await scene.run("approve", "1").code == Exit.usage.rawValue)
            #expect(try await scene.run("approve", "99").code == Exit.usage.rawValue)
        }
    }

    @Test func anExportIsTheSameBytesInEveryFormEveryTime() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try await scene.run("export", "dish", "--output", "a.ndjson")
            try await scene.run("export", "dish@latest", "--output", "b.ndjson")
            #expect(try scene.read("a.ndjson") == scene.read("b.ndjson"))
            let csv = try await scene.run("export", "dish@1", "--format", "csv").output.split(separator: "\n")
            #expect(csv.count == 41)
            #expect(csv[0] == "id,name,kind")
            let told = try await scene.run("export", "dish", "--output", "c.csv", "--format", "csv", "--json")
            #expect(told.output.contains("\"labels\" : 40"))
        }
    }

    @Test func initWritesAConfigurationAndASchemaThatAreSound() async throws {
        try await Scene.with { scene in
            #expect(try await scene.run("init", "--folder", "new").code == 0)
            let checked = try await scene.run("check", "--offline", "--config", "new/sheaf.yaml")
            #expect(checked.code == 0, "\(checked)")
            let again = try await scene.run("init", "--folder", "new")
            #expect(again.code == Exit.usage.rawValue)
            #expect(again.errors.contains("exists already"))
        }
    }

    @Test func labelsThatATeamHasAreAdoptedAsVersionOne() async throws {
        try await Scene.with { scene in
            try scene.write("old.csv", "種類,ID,名前,担当者\n主食,1,料理1,\n副菜,900,古い,佐藤\n")
            let adopted = try await scene.run("adopt", "dish", "--csv", "old.csv")
            #expect(adopted.code == 0, "\(adopted)")
            #expect(try await scene.labels("dish@1").count == 2)
            let synced = try await scene.run("sync")
            #expect(synced.output.contains("- 0 deletes"))
            #expect(try await scene.labels("dish@2").count == 41)
            // A dataset that has labels takes none that stand beside its sheets.
            #expect(try await scene.run("adopt", "dish", "--csv", "old.csv").code == Exit.usage.rawValue)
        }
    }

    @Test func adoptingRefusesRowsThatAreNotValidAndSaysWhich() async throws {
        try await Scene.with { scene in
            try scene.write("old.csv", "種類,ID,名前,担当者\n主しょく,1,料理1,\n主食,2,b,\n")
            let refused = try await scene.run("adopt", "dish", "--csv", "old.csv")
            #expect(refused.code == Exit.invalid.rawValue, "\(refused)")
            #expect(refused.output.contains("old.csv!A2"))
            #expect(refused.output.contains("--skip-invalid"))
            #expect(try await scene.run("adopt", "dish", "--csv", "old.csv", "--skip-invalid").code == 0)
            #expect(try await scene.labels("dish@1").count == 1)
        }
    }
}

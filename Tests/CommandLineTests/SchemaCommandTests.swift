import Foundation
import SheetsEmulator
import Testing

@testable import sheaf

/// `sheaf schema`: which schemas there were, and what a new one means.
@Suite struct SchemaCommandTests {
    private static let narrower = Scene.schema.replacing("enum: [主食, 主菜, 副菜]", with: "enum: [主食, 主菜, 汁物]")

    private static func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func tellsWhatAChangedSchemaWouldCostBeforeItIsSynced() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let same = try await scene.run("schema", "diff", "dish")
            #expect(same.code == 0)
            #expect(same.output == "dish@1 → schemas/dish.yaml\nThe schemas are the same.\n")

            try scene.write("schemas/dish.yaml", Self.narrower)
            let costly = try await scene.run("schema", "diff", "dish")
            #expect(costly.code == Exit.held.rawValue, "\(costly)")
            #expect(costly.output.contains("May cost labels\n  kind: the value “副菜” is gone"), "\(costly)")
            #expect(costly.output.contains("kind: the value “汁物” is new"))
            #expect(costly.output.contains("13 of 40 labels of dish@1 would no longer be valid:"), "\(costly)")
            #expect(costly.output.contains("  2  kind: 副菜  "))
            #expect(costly.output.split(separator: "\n").count { $0.contains("kind: 副菜") } == 13)
            let report = try Self.json(try await scene.run("schema", "diff", "dish", "--json").output)
            #expect(report["effect"] as? String == "may_cost")
            #expect(report["invalid_labels"] as? Int == 13)
            #expect(report["checked_labels"] as? Int == 40)
            let first = try #require((report["labels"] as? [[String: Any]])?.first)
            #expect((first["errors"] as? [[String: Any]])?.first?["code"] as? String == "constraint-error")
            // It says so of nothing that is stored.
            #expect(try await scene.run("schema", "list", "dish", "--json").output.contains("\"versions\" : 1"))

            try scene.write("schemas/dish.yaml", Scene.schema.replacing("副菜]", with: "副菜, 汁物]"))
            let harmless = try await scene.run("schema", "diff", "dish")
            #expect(harmless.code == 0)
            #expect(harmless.output.contains("Harmless: every label stays as it is\n  kind: the value “汁物” is new"))
            #expect(harmless.output.contains("All 40 labels of dish@1 stay valid."))
        }
    }

    @Test func manyLabelsAreCountedInFullAndToldUpToALimit() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.write(
                "draft.yaml",
                Scene.schema.replacing("type: string\n    title: 種類", with: "type: integer\n    title: 種類").replacing(
                    "enum: [主食, 主菜, 副菜]", with: "minimum: 1"))
            let cut = try await scene.run("schema", "diff", "dish", "1", "draft.yaml")
            #expect(cut.code == Exit.held.rawValue, "\(cut)")
            #expect(cut.output.contains("40 of 40 labels of dish@1"))
            #expect(cut.output.contains("… and 20 labels more (--all tells them)"))
            let whole = try await scene.run("schema", "diff", "dish", "1", "draft.yaml", "--all")
            #expect(whole.output.split(separator: "\n").count { $0.contains("kind: ") } >= 40)
            #expect(try await scene.run("schema", "diff", "dish", "none.yaml").code == Exit.usage.rawValue)
            #expect(try await scene.run("schema", "diff", "dish", "7").code == Exit.usage.rawValue)
        }
    }

    @Test func theSchemasOfOldVersionsAreKept() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let wider = Scene.schema.replacing("副菜]", with: "副菜, 汁物]")
            try scene.write("schemas/dish.yaml", wider)
            try await scene.run("sync", "--reason", "soups")
            try scene.emulator.type("s1", "'料理'!C2", [["汁物"]])
            try await scene.run("sync")
            let list = try await scene.run("schema", "list", "dish")
            let lines = list.output.split(separator: "\n")
            #expect(lines.count == 3, "\(list)")
            #expect(lines.last?.contains("2–3") == true)
            #expect(lines.last?.contains("tester") == true)

            let shown = try await scene.run("schema", "show", "dish@1")
            #expect(shown.output.hasPrefix("# dish@1, schema "))
            #expect(shown.output.contains("constraints: { enum: [主食, 主菜, 副菜], required: true }"), "\(shown)")
            try scene.write("old.yaml", shown.output)
            let same = try await scene.run("schema", "diff", "dish", "1", "old.yaml")
            #expect(same.output.contains("The schemas are the same."))
            let document = try await scene.run("schema", "show", "dish@1", "--json")
            #expect(document.output.hasPrefix("{\"fields\":[{"))
            let between = try await scene.run("schema", "diff", "dish", "1", "2")
            #expect(between.output.contains("the value “汁物” is new"))
            // The other way round a label of version 3 would be lost.
            #expect(try await scene.run("schema", "diff", "dish", "3", "1").code == Exit.held.rawValue)
        }
    }

    @Test func aRenamedFieldTellsItsHistoryUnderTheNewName() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.write(
                "schemas/dish.yaml",
                Scene.schema.replacing("name: kind", with: "name: course")
                    .replacing("sheaf: { role: label }", with: "sheaf: { role: label, was: kind }"))
            let diff = try await scene.run("schema", "diff", "dish")
            #expect(diff.code == 0, "\(diff)")
            #expect(diff.output.contains("course: was `kind`"))
            try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
            let synced = try await scene.run("sync")
            #expect(synced.code == 0, "\(synced)")
            let changes = try await scene.run("diff", "dish", "1", "2")
            #expect(changes.output.contains("~ 1\n      種類: 主菜 → 副菜"), "\(changes)")
            #expect(changes.output.contains("~ 1 update"))
            let log = try await scene.run("log", "dish", "--key", "1")
            #expect(log.output.contains("種類: 主菜 → 副菜"), "\(log)")
            #expect(!log.output.contains("kind"))
        }
    }

    @Test func aSchemaFromElsewhereReachesNoTerminalRaw() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.write("evil.yaml", Scene.schema.replacing("副菜]", with: "\"副\\e[31m\\u202e菜\"]"))
            let diff = try await scene.run("schema", "diff", "dish", "1", "evil.yaml")
            #expect(diff.output.contains("\\u{1B}[31m\\u{202E}"), "\(diff)")
            #expect(!diff.output.unicodeScalars.contains("\u{1B}"))
        }
    }
}

/// `sheaf rekey`: the row keeps its history.
@Suite struct RekeyCommandTests {
    @Test func aPlanPointsOutACorrectedKeyAndRekeyKeepsItsHistory() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.emulator.type("s1", "'料理'!A2", [["101"]])
            let plan = try await scene.run("plan")
            #expect(plan.output.contains("Perhaps the same rows under a corrected key\n  1 → 101  料理 row 2"), "\(plan)")
            #expect(plan.output.contains("`sheaf rekey dish OLD NEW`"))
            let said = try await scene.run("rekey", "dish", "1", "101", "--why", "mistyped")
            #expect(said.code == 0, "\(said)")
            #expect(said.output == "dish, 1 is 101 now.\n")
            #expect(!(try await scene.run("plan").output.contains("Perhaps")))
            #expect(try await scene.run("sync").code == 0)
            let log = try await scene.run("log", "dish", "--key", "101")
            #expect(log.output.contains("was 1 until version 2 (rekeyed by tester: mistyped)"), "\(log)")
            #expect(log.output.contains("version 1"))
            #expect(!log.output.contains("deleted"))
            let former = try await scene.run("log", "dish", "--key", "[1]")
            #expect(former.output.contains("is 101 now (rekeyed by tester: mistyped)"), "\(former)")
            let list = try await scene.run("rekey", "--list", "dish")
            #expect(list.output.contains("mistyped"))
            #expect(try await scene.run("rekey", "dish", "101", "1").code == Exit.usage.rawValue)
            #expect(try await scene.run("rekey", "dish", "2", "101").code == Exit.usage.rawValue)
            #expect(try await scene.run("rekey", "dish", "x", "101").code == Exit.usage.rawValue)
            #expect(try await scene.run("rekey", "dish", "1").code == Exit.usage.rawValue)
            #expect(try await scene.run("rekey", "--undo", "dish", "101").code == 0)
            #expect(try await scene.run("rekey", "--undo", "dish", "101").code == Exit.usage.rawValue)
            #expect(try await scene.run("rekey", "--list", "dish").output.contains("taken back by tester"))
            #expect(!(try await scene.run("log", "dish", "--key", "101").output.contains("was 1")))
        }
    }
}

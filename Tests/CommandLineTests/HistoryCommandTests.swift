import Foundation
import LabelSchema
import SheetsEmulator
import Testing

@testable import sheaf

/// `sheaf show`, `sheaf blame` and `sheaf audit`.
@Suite struct HistoryCommandTests {
    private func object(_ outcome: Scene.Outcome) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any], "\(outcome)")
    }

    @Test func aVersionIsShownWithAllThatIsKnownOfIt() async throws {
        try await Scene.with { scene in
            try await scene.run("sync", "--reason", "初回")
            try await scene.run("tag", "dish@1", "first")
            try await scene.run("tag", "dish@1", "also")
            let text = try await scene.run("show", "dish@first", "--limit", "3").output
            for part in [
                "dish@1", "初回", "tester", "1, sync", "none: the first version", "40: 40 inserted", "first", "also",
            ] {
                #expect(text.contains(part), "\(part)\n\(text)")
            }
            #expect(text.contains("and 37 labels more"))
            let json = try await scene.run("show", "dish", "--limit", "3", "--json")
            let shown = try object(json)
            let exported = try await scene.labels()
            #expect(json.output.contains("    \(exported[0]),\n    \(exported[1]),\n    \(exported[2])\n"))
            #expect((shown["rows"] as? [Any])?.count == 3 && shown["tags"] as? [String] == ["also", "first"])
            for (name, value) in ["by": "tester", "why": "初回", "kind": "sync", "dataset": "dish"] {
                #expect(shown[name] as? String == value)
            }
            for name in ["schema_hash", "root_hash", "version_hash"] { #expect((shown[name] as? String)?.count == 64) }
            let one = try object(try await scene.run("show", "dish", "--key", "7", "--json"))
            #expect((one["rows"] as? [[String: Any]])?.first?["name"] as? String == "料理7")
            #expect(
                (try object(try await scene.run("show", "dish", "--limit", "0", "--json"))["rows"] as? [Any])?.isEmpty
                    == true)
            #expect(
                (try object(try await scene.run("show", "dish", "--limit", "9999", "--json"))["rows"] as? [Any])?.count
                    == 40)
            for arguments in [
                ["dish@2"], ["dish", "--key", "99"], ["dish", "--key", "x"], ["dish", "--limit", "-1"],
                ["dish", "--limit", "10001"], ["fish"],
            ] {
                #expect(try await scene.run(list: ["show"] + arguments).code == Exit.usage.rawValue, "\(arguments)")
            }
        }
    }

    /// Through a renamed field, a corrected key and a revert.
    @Test func eachCellTellsTheNewestVersionInWhichItChanged() async throws {
        try await Scene.with { scene in
            try await scene.run("sync", "--reason", "one")
            try scene.emulator.type("s1", "料理!B2", [["丼"]])
            try await scene.run("sync", "--reason", "two")
            // A field gets another name: no value comes of that.
            try scene.write(
                "schemas/dish.yaml",
                Scene.schema.replacing(
                    "{ name: name, type: string, title: 名前, sheaf: { role: context } }",
                    with: "{ name: dish_name, type: string, title: 名前, sheaf: { role: context, was: name } }"))
            try await scene.run("sync")
            try scene.emulator.type("s1", "料理!C2:D2", [["副菜", "鈴木"]])
            try await scene.run("sync", "--reason", "four")
            func blame(_ version: String, _ key: String) async throws -> [String: [String: Any]] {
                let shown = try object(try await scene.run("blame", version, "--key", key, "--json"))
                let cells = try #require(shown["cells"] as? [[String: Any]])
                return Dictionary(uniqueKeysWithValues: cells.map { ($0["field"] as? String ?? "", $0) })
            }
            var cells = try await blame("dish", "1")
            #expect(cells.mapValues { $0["version"] as? Int } == ["id": 1, "dish_name": 2, "kind": 4])
            #expect(cells["kind"]?["annotator"] as? String == "鈴木" && cells["kind"]?["row"] as? Int == 2)
            #expect(cells["kind"]?["value"] as? String == "副菜" && cells["kind"]?["why"] as? String == "four")
            #expect(cells["dish_name"]?["why"] as? String == "two" && cells["dish_name"]?["kind"] as? String == "sync")
            // As of an older version, under the names of then.
            cells = try await blame("dish@2", "1")
            #expect(cells.mapValues { $0["version"] as? Int } == ["id": 1, "name": 2, "kind": 1])

            // The key is corrected, and then all of it reverted but for the key.
            try scene.emulator.type("s1", "料理!A2", [["100"]])
            try await scene.run("sync")
            #expect(try await scene.run("rekey", "dish", "1", "100").code == 0)
            let newest = try #require(try object(try await scene.run("show", "dish", "--json"))["version"] as? Int)
            cells = try await blame("dish", "100")
            #expect(cells.mapValues { $0["version"] as? Int } == ["id": newest, "dish_name": 2, "kind": 4])
            try scene.emulator.type("s1", "料理!B2", [["天丼"]])
            try await scene.run("sync")
            #expect(try await scene.run("revert", "dish", "--to", "\(newest)", "--why", "a slip").code == 0)
            cells = try await blame("dish", "100")
            #expect(
                cells.mapValues { $0["version"] as? Int } == ["id": newest, "dish_name": newest + 2, "kind": 4])
            #expect(
                cells["dish_name"]?["kind"] as? String == "revert" && cells["dish_name"]?["why"] as? String == "a slip")
            let text = try await scene.run("blame", "dish", "--key", "100").output
            #expect(text.contains("(revert)") && text.contains("鈴木"), "\(text)")

            let gone = try await scene.run("blame", "dish", "--key", "1")
            #expect(gone.code == Exit.usage.rawValue && gone.errors.contains("has no label with the key 1."))
            for arguments in [
                ["dish", "--key", "9999"], ["dish", "--key", "x"], ["dish"], ["dish@99", "--key", "1"],
            ] {
                #expect(try await scene.run(list: ["blame"] + arguments).code == Exit.usage.rawValue, "\(arguments)")
            }
        }
    }

    @Test func aCellThatWasBlankedTellsWhen() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.emulator.type("s1", "料理!B2", [[""]])
            try await scene.run("sync")
            let shown = try object(try await scene.run("blame", "dish", "--key", "1", "--json"))
            let cells = try #require(shown["cells"] as? [[String: Any]])
            let name = try #require(cells.first { $0["field"] as? String == "name" })
            #expect(name["version"] as? Int == 2 && name["value"] == nil)
        }
    }

    @Test func theAuditTellsEveryChangeThatSomebodyMade() async throws {
        try await Scene.with { scene in
            let first = try await scene.run("audit").output
            #expect(first.contains("migrate") && first.contains("migration 1, initial"))
            try await scene.run("sync", "--reason", "初回")
            try await scene.run("sync")
            try await scene.run("tag", "dish", "a", "--why", "\u{1B}[31mred\u{202E}")
            try scene.emulator.type("s1", "料理!B2", [["丼"]])
            try await scene.run("sync")
            try await scene.run("tag", "dish", "a", "--force", environment: ["SHEAF_ACTOR": "x"])
            let audit = try await scene.run("audit", "dish", "--json")
            let rows = try #require(try JSONSerialization.jsonObject(with: Data(audit.output.utf8)) as? [[String: Any]])
            #expect(rows.map { $0["action"] as? String } == ["tag --force", "sync", "tag", "sync"])
            #expect(rows[0]["subject"] as? String == "a: from version 1 to version 2")
            #expect(rows[1]["version"] as? Int == 2 && rows[3]["why"] as? String == "初回")
            #expect(rows.allSatisfy { $0["by"] as? String == "tester" && $0["dataset"] as? String == "dish" })
            let text = try await scene.run("audit")
            let hidden = text.output.unicodeScalars.filter { $0 != "\n" && CellText.isHidden($0) }
            #expect(hidden.isEmpty && text.output.contains("red"))
            #expect(try await scene.run("audit", "--limit", "1").output.split(separator: "\n").count == 2)
            for arguments in [["fish"], ["--limit", "0"]] {
                #expect(try await scene.run(list: ["audit"] + arguments).code == Exit.usage.rawValue)
            }
        }
    }
}

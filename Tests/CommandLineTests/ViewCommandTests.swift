import Foundation
import MySQL
import SheetsEmulator
import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import sheaf

/// The views follow what commands do, and never keep one from its work.
@Suite struct ViewCommandTests {
    private struct Views: Decodable {
        struct View: Decodable {
            struct Column: Decodable, Equatable {
                var name: String
                var type: String
            }

            var dataset: String
            var database: String
            var view: String
            var kind: String
            var tag: String?
            var state: String
            var problem: String?
            var columns: [Column]
        }

        var views: [View]
        var made: [String]
        var dropped: [String]
        var warnings: [String]
    }

    private func views(_ scene: Scene, _ arguments: String...) async throws -> Views {
        let outcome = try await scene.run(list: ["views", "--json"] + arguments)
        #expect(outcome.code == 0, "\(outcome)")
        return try JSONDecoder().decode(Views.self, from: Data(outcome.output.utf8))
    }

    private func query(_ scene: Scene, _ sql: String) async throws -> [[String]] {
        let connection = try await MySQLConnection.connect(scene.database)
        let rows = try await connection.rows(sql)
        await connection.close()
        return rows.map { row in
            row.values.map { value in
                switch value {
                case .null: "NULL"
                case .int(let number): "\(number)"
                case .uint(let number): "\(number)"
                case .double(let number): "\(number)"
                case .text(let text): text
                case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
                }
            }
        }
    }

    private func execute(_ scene: Scene, _ statements: String...) async throws {
        let connection = try await MySQLConnection.connect(scene.database)
        for statement in statements { try await connection.execute(statement) }
        await connection.close()
    }

    @Test func aSyncMakesThemAndATagAndANewSchemaChangeThem() async throws {
        try await Scene.with { scene in
            #expect(try await views(scene).views.isEmpty)
            let first = try await scene.run("sync")
            #expect(first.code == 0 && !first.output.contains("view"), "\(first)")
            #expect(try await query(scene, "SELECT name, kind FROM dish WHERE id = 2") == [["料理2", "副菜"]])
            let database = scene.database.database ?? ""
            var listed = try await views(scene, "dish")
            #expect(listed.views.map(\.view) == ["dish", "dish__versions", "dish__changes"])
            #expect(listed.views.allSatisfy { $0.state == "made" && $0.database == database && $0.dataset == "dish" })
            #expect(
                listed.views.first?.columns.map { "\($0.name) \($0.type)" } == [
                    "version INT UNSIGNED", "key_hash BINARY(16)", "id BIGINT", "name LONGTEXT", "kind LONGTEXT",
                ])
            let text = try await scene.run("views", "dish")
            #expect(text.output.contains("\(database).dish__versions") && text.output.contains("key_hash"))

            try await scene.run("tag", "dish", "v1.0")
            let renamed = Scene.schema.replacing(
                "name: kind", with: "name: category\n    sheaf: { role: label, was: kind }"
            ).replacing("    sheaf: { role: label }\n", with: "")
            try scene.write("schemas/dish.yaml", renamed)
            let second = try await scene.run("sync")
            #expect(second.code == 0, "\(second)")
            #expect(try await query(scene, "SELECT version, category FROM dish WHERE id = 2") == [["2", "副菜"]])
            #expect(
                try await query(scene, "SELECT version, kind FROM `dish__tag__v1.0` WHERE id = 2") == [["1", "副菜"]])
            try await scene.run("tag", "dish", "v1.0", "--force")
            #expect(
                try await query(scene, "SELECT version, category FROM `dish__tag__v1.0` WHERE id = 2")
                    == [["2", "副菜"]])
            try await scene.run("tag", "dish", "--delete", "v1.0", "--force")
            listed = try await views(scene)
            #expect(listed.views.count == 3)
            #expect(try await query(scene, "SHOW FULL TABLES WHERE Table_type = 'VIEW'").count == 3)
        }
    }

    @Test func runsThatChangeNothingTouchNoViewAndTheFirstRunBehindACrashMendsThem() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let made = try await query(scene, "SELECT view_name, changed_at FROM sheaf_views ORDER BY 1")
            #expect(made.count == 3)
            try await scene.run("sync")
            try await scene.run("migrate")
            #expect(try await query(scene, "SELECT view_name, changed_at FROM sheaf_views ORDER BY 1") == made)
            // As a worker leaves it that is killed right behind the publication.
            try await execute(scene, "DELETE FROM sheaf_views", "DROP VIEW dish, dish__versions, dish__changes")
            try await scene.run("sync")
            #expect(try await query(scene, "SELECT COUNT(*) FROM dish") == [["40"]])
            try await execute(scene, "DROP VIEW dish")
            let migrated = try await scene.run("migrate")
            #expect(migrated.output.contains("1 view made."))
            try await execute(scene, "DROP VIEW dish")
            let done = try await views(scene, "--reconcile", "--why", "somebody dropped it")
            #expect(done.made.count == 3 && done.made[0].hasSuffix("`dish`"))
            let audit = try await scene.run("audit", "dish")
            #expect(audit.output.contains("somebody dropped it") && audit.output.contains("3 made, 0 dropped"))
        }
    }

    @Test func aNameThatIsTakenIsToldAndTheVersionIsPublished() async throws {
        try await Scene.with { scene in
            try await execute(scene, "CREATE TABLE dish (x INT)")
            let outcome = try await scene.run("sync", "--json")
            #expect(outcome.code == 0)
            #expect(outcome.output.contains("is a table or view that Sheaf has not made"))
            #expect(try await views(scene).views.map(\.state) == ["taken", "made", "made"])
            // Told behind each publication, and not by runs without one.
            let quiet = try await scene.run("sync")
            #expect(!quiet.output.contains("not made"))
            try scene.emulator.type("s1", "料理!B2", [["丼"]])
            let told = try await scene.run("sync")
            #expect(told.code == 0 && told.output.contains("was left alone"))
            #expect(try await query(scene, "SELECT COUNT(*) FROM dish") == [["0"]])
        }
    }

    @Test func theConfigurationSaysWhereTheyGoAndWhetherThereAreAny() async throws {
        try await Scene.with { scene in
            try await TestDatabase.withDatabase { other in
                let database = other.database ?? ""
                try await scene.run("sync")
                try scene.configure(training: "views: { database: \(database) }")
                let moved = try await scene.run("migrate")
                #expect(moved.output.contains("3 views made.") && moved.output.contains("3 views dropped."))
                #expect(try await query(scene, "SELECT COUNT(*) FROM `\(database)`.dish") == [["40"]])
                try scene.configure(training: "views: off")
                #expect(try await scene.run("sync").code == 0)
                #expect(try await query(scene, "SHOW FULL TABLES IN `\(database)` WHERE Table_type = 'VIEW'").isEmpty)
                #expect(try await scene.run("views").output.contains("`views` is off"))
            }
            for (text, said) in [
                ("views: never", "`views` is `never`"), ("views: {}", "`views.database` is missing"),
                ("views: { database: mysql }", "server's own"), ("views: { name: x }", "unknown key `name`"),
                ("views: { database: \(String(repeating: "x", count: 65)) }", "cannot be the name"),
            ] {
                try scene.configure(training: text)
                let outcome = try await scene.run("check", "--offline")
                #expect(outcome.code == 2 && outcome.errors.contains(said), "\(outcome)")
            }
        }
    }

    @Test func checkRefusesAFieldThatAViewCannotHaveAndASyncOnlyTellsIt() async throws {
        try await Scene.with { scene in
            try scene.write("schemas/dish.yaml", Scene.schema.replacing("name: name,", with: "name: version,"))
            for arguments in [["check", "--offline"], ["check", "schemas/dish.yaml"]] {
                let outcome = try await scene.run(list: arguments)
                #expect(outcome.code == 3 && outcome.output.contains("`version` cannot be a column of a view"))
            }
            let plan = try await scene.run("plan")
            #expect(plan.code == 0 && plan.output.contains("cannot be a column of a view"))
            let sync = try await scene.run("sync")
            #expect(sync.code == 0 && sync.output.contains("cannot be a column of a view"), "\(sync)")
            #expect(try await views(scene).views.map(\.state) == ["unfit", "unfit", "unfit"])
            try scene.configure(training: "views: off")
            #expect(try await scene.run("check", "--offline").code == 0)
            let quiet = try await scene.run("plan")
            #expect(!quiet.output.contains("column of a view"))
        }
    }

    // MARK: - The page

    /// With the grants of the page, and the Python of the page.
    @Test(.enabled(if: TestDatabase.isPrivate)) func thePagesExampleIsReadByAReaderWithThePagesGrant() async throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            contentsOf: tests.deletingLastPathComponent().appending(path: "docs/sql-views.md"), encoding: .utf8)
        let program = try #require(page.firstMatch(of: #/```python\n(?s:(.*?))```/#)?.output.1)
        let grant = "GRANT SELECT ON labels_views.* TO 'labels_reader'@'%'"
        #expect(page.contains(grant))
        try await Scene.with { scene in
            try await TestDatabase.withDatabase { other in
                let (views, user) = (other.database ?? "", "sheaf_r_\(UInt32.random(in: 0...UInt32.max))")
                try scene.configure(training: "views: { database: \(views) }")
                let sync = try await scene.run("sync")
                #expect(sync.code == 0)
                try await execute(
                    scene, "CREATE USER '\(user)'@'%' IDENTIFIED BY 'secret'",
                    grant.replacing("labels_views", with: views).replacing("labels_reader", with: user))
                let setUp = try await Subprocess.run(
                    .name("bash"), arguments: ["\(tests.path)/Support/python-environment.sh", "sql-views"],
                    output: .string(limit: 1 << 16), error: .discarded)
                let python = setUp.standardOutput.split(separator: "\n").last.map(String.init) ?? ""
                var variables: [Environment.Key: String?] = [
                    "DATABASE_USER": user, "DATABASE_PASSWORD": "secret", "DATABASE_VIEWS": views,
                    "DATABASE_HOST": scene.database.host,
                ]
                if let socket = scene.database.socket { variables["DATABASE_SOCKET"] = socket }
                let result = try await Subprocess.run(
                    .path(FilePath(python)), arguments: ["-c", String(program)],
                    environment: .inherit.updating(variables), output: .string(limit: 1 << 20),
                    error: .string(limit: 1 << 20))
                try await execute(scene, "DROP USER '\(user)'@'%'")
                #expect(result.terminationStatus == .exited(0), "\(result.standardError)")
                let labels = try await scene.labels("dish@1")
                let first = try #require(labels.first)
                #expect(result.standardOutput.hasPrefix("40 "), "\(result.standardOutput)")
                #expect(result.standardOutput.contains("{'insert': 40}"))
                let kind = try #require(["主食", "主菜", "副菜"].first { first.contains($0) })
                #expect(result.standardOutput.contains(" \(kind) "))
            }
        }
    }

    @Test(arguments: [["--why", "x"], ["--reconcile", "--why", String(repeating: "a", count: 10_001)]])
    func badArgumentsAreRefused(arguments: [String]) async throws {
        try await Scene.with(rows: []) { scene in
            let outcome = try await scene.run(list: ["views"] + arguments)
            #expect(outcome.code == 2)
            let unknown = try await scene.run("views", "fish")
            #expect(unknown.code == 2)
        }
    }
}

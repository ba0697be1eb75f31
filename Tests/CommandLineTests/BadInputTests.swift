import Foundation
import MySQL
import SheetsEmulator
import TestSupport
import Testing

@testable import sheaf

/// Whatever is wrong, the message says what, where and what to do, the exit code says of which kind, and the last version
/// stays.
@Suite struct BadInputTests {
    private func expect(
        _ outcome: Scene.Outcome, _ exit: Exit, _ texts: String...,
        location: Testing.SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.code == exit.rawValue, "\(outcome)", sourceLocation: location)
        for text in texts {
            #expect((outcome.output + outcome.errors).contains(text), "\(outcome)", sourceLocation: location)
        }
    }

    @Test func aWrongArgumentIsToldAsJSONToWhoAsksForJSON() async throws {
        try await Scene.with(migrated: false) { scene in
            for arguments in [
                ["sync", "--json", "--nonsense"], ["approve", "--json"], ["sheet", "retire", "1", "--json"],
            ] {
                let outcome = try await scene.run(list: arguments)
                expect(outcome, .usage)
                let document = try #require(
                    try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: [String: Any]])
                #expect(document["error"]?["code"] as? String == "arguments")
                #expect((document["error"]?["message"] as? String)?.isEmpty == false)
            }
        }
    }

    // MARK: - Sheets

    @Test func missingOrWrongCredentialsAreNamed() async throws {
        try await Scene.with { scene in
            try scene.configure(credentials: "nowhere.json")
            expect(try await scene.run("sync"), .source, "nowhere.json")
            try scene.write("rubbish.json", "{\"type\": \"rubbish\"}")
            try scene.configure(credentials: "rubbish.json")
            expect(try await scene.run("sync"), .source, "rubbish.json")
            let other = try scene.emulator.makeServiceAccountKey(
                file: "\(scene.folder)/key2.json", email: "x@test.example")
            try scene.write("key2.json", scene.read("key2.json").replacing("x@test.example", with: "y@test.example"))
            try scene.configure(credentials: "key2.json")
            let refused = try await scene.run("sync")
            expect(refused, .source)
            #expect(!refused.errors.contains("PRIVATE KEY"))
            #expect(other.email == "x@test.example")
        }
    }

    @Test func aSheetThatIsNotSharedSaysWhomToShareItWith() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.emulator.unshare("s1", with: Scene.account)
            expect(try await scene.run("sync"), .source, Scene.account, "Share the spreadsheet")
            #expect(try await scene.labels().count == 40)
        }
    }

    /// A title is typed by anyone who may edit the spreadsheet: it must not steer the terminal of who runs Sheaf.
    @Test func titlesThatFailuresQuoteCannotSteerTheTerminal() async throws {
        try await Scene.with { scene in
            try scene.emulator.renameTab("s1", "料理", to: "a\u{1B}[2Jb\u{202E}c\nd")
            for command in ["plan", "sync", "check"] {
                let told = try await scene.run(command)
                expect(told, .source, "a\\u{1B}[2Jb\\u{202E}c\\nd")
                #expect(!(told.output + told.errors).contains("\u{1B}"))
                #expect(!(told.output + told.errors).contains("\u{202E}"))
            }
        }
    }

    @Test func namesThatTheStoreCannotHoldAreMistakesOfTheConfigurationOrAreCut() async throws {
        try await Scene.with { scene in
            let long = String(repeating: "あ", count: 601)
            for sheet in [
                "{ spreadsheet: s1, tab: \(long) }", "{ spreadsheet: s1, named_range: \(long) }",
                "{ spreadsheet: \(String(repeating: "s", count: 200)) }",
            ] {
                try scene.configure(extraSheets: "      - \(sheet)")
                expect(try await scene.run("sync"), .usage, "sheaf.yaml:")
            }
            let folder = String(repeating: "a", count: 200)
            try FileManager.default.createDirectory(
                atPath: "\(scene.folder)/\(folder)", withIntermediateDirectories: true)
            let name = "\(folder)/\(String(repeating: "b", count: 100)).csv"
            try scene.write(name, "ID,名前,種類,担当者\n901,a,主食,\n")
            try scene.configure(extraSheets: "      - { csv: \(name) }")
            expect(try await scene.run("sync"), .success, "+ 41 inserts")
        }
    }

    @Test func anUnknownTabOrSpreadsheetSaysWhatThereIs() async throws {
        try await Scene.with { scene in
            try scene.configure(tab: "りょうり")
            expect(try await scene.run("sync"), .source, "料理")
            try scene.configure(spreadsheet: "s9")
            expect(try await scene.run("sync"), .source, "s9")
            expect(try await scene.run("check"), .source, "s9")
        }
    }

    @Test(arguments: [
        ([["ID", "名前", "しゅるい"]], "種類"), ([["ID", "名前", "種類", "担当者", "種類"]], "more than once"),
        ([[String]](), "料理"), ([["", "", ""]], "empty"),
    ])
    func aHeaderThatDoesNotFitIsToldAndNothingIsLost(_ top: [[String]], _ text: String) async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            scene.emulator.addSpreadsheet(
                id: "s1", title: "献立", sharedWith: [Scene.account],
                tabs: [("料理", top.isEmpty ? [] : top + [["1", "a", "主食"]])])
            expect(try await scene.run("sync"), .source, text)
            #expect(try await scene.labels().count == 40)
        }
    }

    /// Another tab under the old title has the same header and none of the rows: that is no deletion.
    @Test func aTabMadeAnewUnderTheOldTitleDeletesNothing() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.emulator.renameTab("s1", "料理", to: "古い")
            try scene.emulator.addTab("s1", title: "料理", rows: [Scene.header, ["1", "料理1", "主食"]])
            // The tab is known by its id, wherever its title has gone.
            expect(try await scene.run("sync"), .success, "Nothing to publish")
            try scene.emulator.deleteTab("s1", "古い")
            expect(try await scene.run("sync"), .source, "another one")
            #expect(try await scene.labels().count == 40)
        }
    }

    @Test func oneTabNamedInTwoWaysIsReadOnce() async throws {
        try await Scene.with { scene in
            try scene.configure(extraSheets: "      - { spreadsheet: s1, sheet_id: 0 }")
            expect(try await scene.run("sync"), .partial, "same tab", "+ 40 inserts")
        }
    }

    @Test func logsAndOutputThatCannotBeWrittenChangeNothingElse() async throws {
        try await Scene.with { scene in
            let synced = try await scene.run("sync", through: "exec \"$0\" \"$@\" 2>/dev/full")
            #expect(synced.code == 0, "\(synced)")
            #expect(try await scene.run("sync", through: "exec \"$0\" \"$@\" 2>&-").code == 0)
            expect(try await scene.run("log", through: "\"$0\" \"$@\" > /dev/full"), .output)
            #expect(try await scene.labels().count == 40)
        }
    }

    @Test func anExportNeverTakesThePlaceOfALinkOrADevice() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.write("target.ndjson", "old")
            #expect(chmod("\(scene.folder)/target.ndjson", 0o600) == 0)
            #expect(symlink("target.ndjson", "\(scene.folder)/link.ndjson") == 0)
            #expect(try await scene.run("export", "dish", "--output", "link.ndjson").code == 0)
            var status = stat()
            #expect(lstat("\(scene.folder)/link.ndjson", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
            #expect(try scene.read("target.ndjson").split(separator: "\n").count == 40)
            #expect(stat("\(scene.folder)/target.ndjson", &status) == 0 && status.st_mode & 0o777 == 0o600)
            expect(try await scene.run("export", "dish", "--output", "/dev/full"), .output, "No space left")
            #expect(stat("/dev/full", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
            #expect(try await scene.run("export", "dish", "--output", "-").output.split(separator: "\n").count == 40)
        }
    }

    @Test func oneSheetOutOfReachIsAPartialRun() async throws {
        try await Scene.with { scene in
            scene.emulator.addSpreadsheet(
                id: "s2", title: "別", sharedWith: [Scene.account], tabs: [("料理", [Scene.header, ["900", "a", "主食"]])])
            try scene.configure(extraSheets: "      - { spreadsheet: s2, tab: 料理 }")
            #expect(try await scene.run("sync").code == 0)
            try scene.emulator.unshare("s2", with: Scene.account)
            try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
            expect(try await scene.run("sync"), .partial, "not read", "Published dish@2")
            #expect(try await scene.labels().count == 41)
        }
    }

    @Test func aServerThatFailsIsAskedAgainAndACutAnswerDeletesNothing() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            scene.emulator.inject(.init(.status(503), times: 2, method: "values.batchGet"))
            scene.emulator.inject(.init(.truncatedJSON, times: 1, after: 2, method: "values.batchGet"))
            let synced = try await scene.run("sync")
            expect(synced, .success, "Nothing to publish")
            #expect(try await scene.labels().count == 40)
        }
    }

    // MARK: - Configuration and schemas

    @Test func everyMistakeOfTheConfigurationIsToldAtOnceWithItsLine() async throws {
        try await Scene.with { scene in
            try scene.write(
                "sheaf.yaml",
                """
                stor: mysql://x@y/z
                datasets:
                  dish:
                    schema: schemas/dish.yaml
                    sheets:
                      - { spreadsheets: s1 }
                    guards: { max_deleted: 500%, flor: 1 }
                """)
            expect(
                try await scene.run("plan"), .usage, "sheaf.yaml:1: unknown key `stor`", "did you mean `store`?",
                "sheaf.yaml:6: unknown key `spreadsheets`", "`store` is missing", "max_deleted", "did you mean `floor`?"
            )
            try scene.write("sheaf.yaml", "store: [\n")
            expect(try await scene.run("plan"), .usage, "sheaf.yaml:2: this is not YAML")
            expect(try await scene.run("plan", "--config", "none.yaml"), .usage, "none.yaml", "sheaf init")
        }
    }

    @Test func everyMistakeOfASchemaIsToldWithLineAndHint() async throws {
        try await Scene.with { scene in
            try scene.write(
                "schemas/dish.yaml",
                Scene.schema.replacing("constraints:", with: "contraints:").replacing("[id]", with: "[idd]"))
            let checked = try await scene.run("check", "--offline")
            expect(
                checked, .invalid, "schemas/dish.yaml:2:", "schemas/dish.yaml:9:", "contraints", "constraints", "idd")
            expect(try await scene.run("sync"), .invalid, "schemas/dish.yaml:9:")
            expect(try await scene.run("check", "schemas/dish.yaml"), .invalid, "schemas/dish.yaml:9:")
        }
    }

    @Test func wrongArgumentsEndWithTheCodeForUsage() async throws {
        try await Scene.with { scene in
            for arguments in [["foo"], ["plan", "--nope"], ["export"], ["export", "dish@x"], ["sync", "dissh"]] {
                let outcome = try await run(scene, arguments)
                #expect(outcome.code == Exit.usage.rawValue, "\(arguments): \(outcome)")
            }
            expect(try await scene.run("sync", "dissh"), .usage, "Did you mean dish?")
            let told = try await scene.run("sync", "dissh", "--json")
            #expect(told.output.contains("\"exit_code\" : 2"))
        }
    }

    private func run(_ scene: Scene, _ arguments: [String]) async throws -> Scene.Outcome {
        switch arguments.count {
        case 1: try await scene.run(arguments[0])
        default: try await scene.run(arguments[0], arguments[1])
        }
    }

    // MARK: - The database

    @Test func aDatabaseThatCannotBeReachedIsNamedWithoutItsPassword() async throws {
        try await Scene.with(migrated: false) { scene in
            expect(try await scene.run("sync"), .store, "sheaf migrate")
            try scene.configure(store: "mysql://sheaf@127.0.0.1:1/labels")
            let outcome = try await scene.run("sync", environment: ["SHEAF_STORE_PASSWORD": "geheim"])
            expect(outcome, .store, "127.0.0.1")
            #expect(!(outcome.output + outcome.errors).contains("geheim"))
            try scene.configure(store: "postgres://x@y/z")
            expect(try await scene.run("sync"), .usage, "mysql://")
        }
    }

    @Test func aDatabaseThatIsNewerThanTheProgramIsRefused() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try await execute(
                scene,
                "INSERT INTO sheaf_migrations SELECT 999, 'later', checksum, 1, UTC_TIMESTAMP(6) FROM sheaf_migrations LIMIT 1"
            )
            expect(try await scene.run("sync"), .store, "999", "release")
            expect(try await scene.run("migrate"), .store, "999")
        }
    }

    @Test func aUserWhoMayOnlyReadIsToldSo() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let user = "reader_\(UInt32.random(in: 0...UInt32.max))"
            try await execute(scene, "CREATE USER '\(user)'@'localhost'")
            try await execute(scene, "GRANT SELECT ON `\(scene.database.database ?? "")`.* TO '\(user)'@'localhost'")
            try scene.configure(
                store: scene.storeURL.replacing("mysql://\(scene.database.user)@", with: "mysql://\(user)@"))
            // Reading is all that a plan and an export need.
            #expect(try await scene.run("plan").code == 0)
            #expect(try await scene.labels().count == 40)
            expect(try await scene.run("sync"), .store, "denied", "grants")
            try await execute(scene, "DROP USER '\(user)'@'localhost'")
        }
    }

    private func execute(_ scene: Scene, _ sql: String) async throws {
        let connection = try await MySQLConnection.connect(scene.database)
        try await connection.run { connection in _ = try connection.execute(sql) }
        await connection.close()
    }

    // MARK: - Files

    @Test func aFullDiskIsToldAndNothingIsLeftBehind() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            expect(
                try await scene.run("export", "dish", through: "\"$0\" \"$@\" > /dev/full"), .output,
                "No space left on device")
            // A limit on the size of files is as near to a full disk as one comes without one.
            let limited = try await scene.run(
                "export", "dish", "--output", "out.ndjson", through: "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"")
            expect(limited, .output, "out.ndjson")
            let left = try FileManager.default.contentsOfDirectory(atPath: scene.folder)
            #expect(!left.contains { $0.contains("out.ndjson") })
            expect(
                try await scene.run("export", "dish", "--output", "none/out.ndjson"), .output, "Make the folder first")
        }
    }

    @Test func hostileTitlesOfTabsAreShownAndNeverActOnATerminal() async throws {
        try await Scene.with { scene in
            let hostile = "\u{1B}]0;owned\u{07}\u{1B}[31m\u{202E}"
            try scene.emulator.addTab("s1", title: hostile)
            try scene.configure(extraSheets: "      - { spreadsheet: s1, tab: gone }")
            for command in [["check"], ["plan"], ["sync", "--verbose"], ["sheet", "list"]] {
                let outcome = try await scene.run(list: command)
                let said = outcome.output + outcome.errors
                if command != ["sheet", "list"] { #expect(said.contains("\\u{1B}]0;owned"), "\(command): \(outcome)") }
                #expect(!said.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{07}" || $0 == "\u{202E}" })
            }
        }
    }

    @Test func whatIsTypedIntoCellsIsHarmlessOnATerminal() async throws {
        let hostile = "\u{1B}]0;owned\u{07}\u{1B}[31m=HYPERLINK(\"x\")<script>'; DROP TABLE sheaf_labels; --"
        try await Scene.with(rows: [["1", hostile, "主食", hostile], ["2", "b", hostile, "x"]]) { scene in
            let planned = try await scene.run("plan")
            #expect(!planned.output.unicodeScalars.contains("\u{1B}"))
            let synced = try await scene.run("sync")
            #expect(synced.code == 0)
            #expect(!(synced.output + synced.errors).unicodeScalars.contains("\u{1B}"))
            // No cell text in the log.
            #expect(!synced.errors.contains("HYPERLINK"))
            #expect(try await scene.labels().count == 1)
        }
    }
}

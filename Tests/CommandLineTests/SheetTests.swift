import Foundation
import SheetsEmulator
import Testing

@testable import sheaf

/// Sheets come, go, are renamed, made anew and given up; and one that fails is no matter of the others.
@Suite struct SheetTests {
    private static let second = "      - { spreadsheet: s2, tab: 料理 }"

    private static func addSecond(_ scene: Scene, rows: [[String]]) {
        scene.emulator.addSpreadsheet(
            id: "s2", title: "献立二", sharedWith: [Scene.account], tabs: [("料理", [Scene.header] + rows)])
    }

    @Test func aSheetThatLeftTheConfigurationKeepsItsLabelsUntilItIsRetired() async throws {
        try await Scene.with { scene in
            Self.addSecond(scene, rows: [["101", "味噌汁", "副菜"], ["102", "白飯", "主食"]])
            try scene.configure(extraSheets: Self.second)
            #expect(try await scene.run("sync").output.contains("Published dish@1"))
            #expect(try await scene.labels().count == 42)

            try scene.configure()
            let left = try await scene.run("sync")
            #expect(left.code == 0, "\(left)")
            #expect(left.output.contains("Orphaned: 料理 (google:s2/料理)"))
            #expect(left.output.contains("sheaf sheet retire 2 --keep|--delete"))
            #expect(try await scene.labels().count == 42)

            let list = try await scene.run("sheet", "list")
            #expect(list.output.contains("orphaned"))
            // One that is in use is not given up by mistake.
            let refused = try await scene.run("sheet", "retire", "1", "--delete")
            #expect(refused.code == Exit.usage.rawValue)
            #expect(refused.errors.contains("is in the configuration and not gone"))

            let retired = try await scene.run("sheet", "retire", "2", "--delete", "--why", "moved")
            #expect(retired.code == 0, "\(retired)")
            // Nothing goes before a run has proven that nobody offers it.
            #expect(try await scene.labels().count == 42)
            let gone = try await scene.run("sync")
            #expect(gone.output.contains("- 2 deletes"), "\(gone)")
            #expect(try await scene.labels().count == 40)
            #expect(!(try await scene.run("sync").output.contains("Orphaned")))
        }
    }

    @Test func aSheetOfADatasetThatTheConfigurationDoesNotHaveIsNotGivenUp() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let text = try scene.read("sheaf.yaml")
            try scene.write("sheaf.yaml", text.replacing("  dish:", with: "  other:"))
            let refused = try await scene.run("sheet", "retire", "1", "--delete")
            #expect(refused.code == Exit.usage.rawValue, "\(refused)")
            #expect(refused.errors.contains("belongs to dish"))
            try scene.write("sheaf.yaml", text)
            #expect(try await scene.run("sync").output.contains("1 sheet not changed"))
        }
    }

    @Test func aTitleThatLooksLikeATabNumberOrARangeIsAnotherSheet() async throws {
        try await Scene.with { scene in
            try scene.emulator.addTab("s1", title: "#0", rows: [Scene.header, ["101", "味噌汁", "副菜"]])
            try scene.configure(tab: "\"#0\"")
            #expect(try await scene.run("sync").output.contains("+ 1 insert"))
            try scene.write("sheaf.yaml", try scene.read("sheaf.yaml").replacing("tab: \"#0\"", with: "sheet_id: 0"))
            let other = try await scene.run("sync", "--full")
            #expect(other.output.contains("+ 40 inserts"), "\(other)")
            #expect(other.output.contains("Orphaned: #0"), "\(other)")
            #expect(try await scene.labels().count == 41)
        }
    }

    @Test func labelsOfASheetRetiredWithKeepStayForGood() async throws {
        try await Scene.with { scene in
            Self.addSecond(scene, rows: [["101", "味噌汁", "副菜"], ["102", "白飯", "主食"]])
            try scene.configure(extraSheets: Self.second)
            try await scene.run("sync")
            try scene.configure()
            try await scene.run("sync")
            #expect(try await scene.run("sheet", "retire", "2", "--keep").code == 0)
            #expect(try await scene.run("sync").output.contains("Nothing to publish"))
            #expect(try await scene.labels().count == 42)
            // A row of theirs may turn up elsewhere, and then follows that sheet.
            try scene.emulator.append("s1", tab: "料理", [["101", "味噌汁", "主菜"]])
            #expect(try await scene.run("sync").output.contains("~ 1 update"))
            // The sheet may come back as another one: its rows are the same labels.
            try scene.configure(extraSheets: Self.second)
            let back = try await scene.run("sync")
            #expect(back.code == 0, "\(back)")
            #expect(try await scene.labels().count == 42)
        }
    }

    /// A copy of a tab has the same header, and lacks what was typed since: it must not delete.
    @Test func aTabMadeAnewUnderTheOldTitleDeletesNothingUntilTheOldOneIsRetired() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let rows = try scene.emulator.rows("s1", tab: "料理")
            try scene.emulator.addTab("s1", title: "copy", rows: Array(rows.prefix(21)))
            try scene.emulator.deleteTab("s1", "料理")
            try scene.emulator.renameTab("s1", "copy", to: "料理")
            let refused = try await scene.run("sync")
            #expect(refused.code == Exit.source.rawValue, "\(refused)")
            #expect(refused.output.contains("Orphaned: 料理"))
            #expect(try await scene.labels().count == 40)
            #expect(try await scene.run("sheet").output.contains("tab-made-anew"))
            let checked = try await scene.run("check")
            #expect(checked.code == Exit.source.rawValue)
            #expect(checked.output.contains("another one"), "\(checked)")

            #expect(try await scene.run("sheet", "retire", "料理", "--keep").code == 0)
            let taken = try await scene.run("sync")
            #expect(taken.code == 0, "\(taken)")
            #expect(taken.output.contains("20 moved to another sheet"))
            #expect(try await scene.labels().count == 40)
            // From now on the new tab is the sheet.
            try scene.emulator.type("s1", "'料理'!C2", [["副菜"]])
            #expect(try await scene.run("sync").output.contains("~ 1 update"))
        }
    }

    @Test func aRenamedAndHiddenTabKeepsWorking() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.emulator.renameTab("s1", "料理", to: "It's 料理! (新)")
            try scene.emulator.setHidden("s1", tab: "It's 料理! (新)", true)
            try scene.emulator.type("s1", "'It''s 料理! (新)'!C2", [["副菜"]])
            let synced = try await scene.run("sync")
            #expect(synced.code == 0, "\(synced)")
            #expect(synced.output.contains("~ 1 update"))
            #expect(synced.output.contains("It's 料理! (新)"))
        }
    }

    @Test func aNamedRangeIsTheContract() async throws {
        try await Scene.with { scene in
            scene.emulator.addSpreadsheet(
                id: "s3", title: "自由", sharedWith: [Scene.account],
                tabs: [
                    (
                        "メモ",
                        [["ここは自由"], [], ["", "ID", "名前", "種類", "担当者", "x"]]
                            + (201...203).map { ["", "\($0)", "n", $0 == 203 ? "?" : "主菜", "佐藤", "y"] }
                            + [[], ["", "999", "下書き", "主食"]]
                    )
                ])
            try scene.emulator.defineName("s3", "labels", range: "'メモ'!B3:E6")
            try scene.configure(extraSheets: "      - { spreadsheet: s3, named_range: labels }")
            let synced = try await scene.run("sync")
            #expect(synced.code == 0, "\(synced)")
            #expect(synced.output.contains("+ 42 inserts"))
            // Cells are named as the person sees them.
            #expect(synced.output.contains("メモ!D6"))
            // The range moves with what is inserted above it.
            try scene.emulator.insertRows("s3", tab: "メモ", at: 1, [["もう一行"]])
            #expect(try await scene.run("sync").output.contains("Nothing to publish"))
            try scene.emulator.type("s3", "'メモ'!D7", [["主食"]])
            #expect(try await scene.run("sync").output.contains("+ 1 insert"))
        }
    }

    /// What comes as a bare number is told as people see it, now and later.
    @Test func aRejectedDateIsQuotedAsItIsShown() async throws {
        try await Scene.with { scene in
            try scene.emulator.type("s1", "'料理'!C5", [["2026-05-01"]])
            for command in [["plan"], ["sync"]] {
                let told = try await scene.run(command[0])
                #expect(told.output.contains("料理!C5"), "\(told)")
                #expect(told.output.contains("2026-05-01"), "\(told)")
                #expect(!told.output.contains("46143"))
            }
            // Also when the sheet is read again, and when it is not.
            #expect(try await scene.run("plan").output.contains("2026-05-01"))
            #expect(try await scene.run("plan", "--full").output.contains("2026-05-01"))
        }
    }

    @Test func aSheetThatFailsEndsARunAsPartialAndEveryOtherDatasetIsPublished() async throws {
        try await Scene.with { scene in
            Self.addSecond(scene, rows: [["1", "味噌汁", "副菜"]])
            try scene.configure()
            let text = try scene.read("sheaf.yaml")
            let more = """
                  broken:
                    schema: schemas/no-such.yaml
                    sheets: [ { spreadsheet: s2, tab: 料理 } ]
                  soup:
                    schema: schemas/dish.yaml
                    sheets: [ { spreadsheet: s2, tab: 料理 }, { spreadsheet: nowhere, tab: 料理 } ]

                """
            try scene.write("sheaf.yaml", text + more)
            let synced = try await scene.run("sync")
            #expect(synced.code == Exit.usage.rawValue, "\(synced)")
            #expect(synced.output.contains("Published dish@1"))
            #expect(synced.output.contains("Published soup@1"))
            #expect(synced.errors.contains("broken"))
            try scene.write("sheaf.yaml", text + more.replacing("no-such", with: "dish"))
            let partial = try await scene.run("sync", "--json")
            #expect(partial.code == Exit.partial.rawValue, "\(partial)")
            let reports = try #require(
                try JSONSerialization.jsonObject(with: Data(partial.output.utf8)) as? [[String: Any]])
            #expect(reports.map { $0["outcome"] as? String } == ["unchanged", "published", "unchanged"])
        }
    }
}

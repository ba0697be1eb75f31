import Foundation
import SheetsEmulator
import Testing

@testable import sheaf

/// `sheaf restore` as a person runs it.
@Suite struct RestoreCommandTests {
    private static func changed(_ body: (Scene) async throws -> Void) async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.emulator.type("s1", "'料理'!C2:C3", [["副菜"], ["主食"]])
            try await scene.run("sync")
            try await body(scene)
        }
    }

    @Test func thePlanShowsEachCellAndTheRunWritesThem() async throws {
        try await Self.changed { scene in
            let plan = try await scene.run("restore", "dish", "--to", "1", "--plan")
            #expect(plan.code == 0, "\(plan)")
            #expect(plan.output.contains("~ 1  種類: 副菜 → 主菜  料理!C2"))
            #expect(plan.output.contains("Would write 2 cells. Nothing was written."))
            #expect(scene.emulator.counters["spreadsheets.batchUpdate"] == nil)

            let run = try await scene.run("restore", "dish", "--to", "1", "--why", "a test")
            #expect(run.code == 0, "\(run)")
            #expect(run.output.contains("Wrote 2 cells."))
            #expect(try scene.emulator.rows("s1", tab: "料理") == [Scene.header] + Scene.rows)
            #expect(try await scene.run("log", "dish", "--runs").output.contains("restore"))
            #expect(try await scene.run("sync").output.contains("Published dish@3"))
            #expect(try await scene.run("diff", "dish", "1", "3").output.contains("0 updates"))
            #expect(try await scene.run("restore", "dish", "--to", "1").output.contains("There was nothing to write."))
        }
    }

    @Test func programsGetItAsJSON() async throws {
        try await Self.changed { scene in
            let run = try await scene.run("restore", "dish", "--to", "1", "--key", "2", "--json")
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
            #expect(report["outcome"] as? String == "restored")
            let counts = try #require(report["counts"] as? [String: Any])
            #expect(counts["written_cells"] as? Int == 1)
            let cells = try #require(report["cells"] as? [[String: Any]])
            #expect(cells.first?["cell"] as? String == "C3")
            #expect(cells.first?["state"] as? String == "written")
        }
    }

    @Test func aSpreadsheetThatMayOnlyBeReadNamesTheAccount() async throws {
        try await Self.changed { scene in
            try scene.emulator.shareForReading("s1", with: Scene.account)
            let run = try await scene.run("restore", "dish", "--to", "1")
            #expect(run.code == Exit.partial.rawValue, "\(run)")
            #expect(run.output.contains("Share the spreadsheet with \(Scene.account), as an editor."), "\(run.output)")
            #expect(try await scene.run("restore", "dish", "--to", "1", "--plan").code == 0)
        }
    }

    @Test func whatMakesNoSenseIsAWrongArgument() async throws {
        try await Self.changed { scene in
            for arguments in [["--to", "9"], ["--to", "1", "--sheet", "none"], ["--to", "1", "--key", "x"], []] {
                let run = try await scene.run(list: ["restore", "dish"] + arguments)
                #expect(run.code == Exit.usage.rawValue, "\(arguments): \(run)")
            }
        }
    }

    /// Killed at any moment of the writing, and done again, it has done all of it.
    @Test(arguments: ["getByDataFilter", "spreadsheets.batchUpdate"], [SIGKILL, SIGINT])
    func aRunThatIsEndedIsFinishedByTheNext(_ method: String, _ signal: Int32) async throws {
        let rows = (1...250).map { ["\($0)", "料理\($0)", "主食", "佐藤"] }
        try await Scene.with(rows: rows) { scene in
            try await scene.run("sync")
            try scene.emulator.type("s1", "'料理'!C2", rows.map { _ in ["副菜"] })
            // The second batch is under way.
            scene.emulator.inject(.init(.delay(milliseconds: 20_000), after: 1, method: method))
            let (asked, begun) = AsyncStream.makeStream(of: Void.self)
            scene.onNextRequest(method) { scene.onNextRequest(method) { begun.finish() } }
            let outcome = try await scene.run("restore", "dish", "--to", "1") { pid in
                for await _ in asked {}
                kill(pid, signal)
            }
            #expect(outcome.code == (signal == SIGKILL ? -SIGKILL : Exit.cancelled.rawValue), "\(outcome)")
            scene.emulator.clearFaults()
            if signal == SIGKILL { try await scene.expireLeases() }
            let next = try await scene.run("restore", "dish", "--to", "1")
            #expect(next.code == 0, "\(next)")
            #expect(next.output.contains("Wrote 150 cells."), "\(next)")
            #expect(try scene.emulator.rows("s1", tab: "料理") == [Scene.header] + rows)
            let runs = try await scene.run("log", "dish", "--runs").output
            #expect(runs.contains(signal == SIGKILL ? "abandoned" : "cancelled"))
        }
    }
}

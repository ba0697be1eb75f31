import Foundation
import LabelSchema
import SheetsEmulator
import Testing

@testable import sheaf

/// The difference between two versions, as programs take it.
@Suite struct DiffFormatTests {
    /// Two versions: a name changed, a row came, and one went.
    private func withVersions(_ body: (Scene) async throws -> Void) async throws {
        try await Scene.with(rows: (1...12).map { ["\($0)", "料理\($0)", "主食", "佐藤"] }) { scene in
            try await scene.run("sync")
            try scene.emulator.type("s1", "料理!A2:C3", [["1", "@家", "主食"], ["2", "a->b", "副菜"]])
            try scene.emulator.type("s1", "料理!A4:D4", [["30", "\u{1B}[31m\"x\"", "主菜", ""]])
            try await scene.run("sync")
            #expect(try await scene.run("show", "dish@2").code == 0)
            try await body(scene)
        }
    }

    @Test func csvHasALineForEachCellThatChanged() async throws {
        try await withVersions { scene in
            let csv = try await scene.run("diff", "dish", "1", "2", "--format", "csv").output
            let lines = csv.split(separator: "\n").map(String.init)
            #expect(lines.first == "key,kind,field,before,after")
            #expect(
                Set(lines.dropFirst()) == [
                    "[1],update,name,料理1,'@家", "[2],update,name,料理2,a->b", "[2],update,kind,主食,副菜",
                    "[30],insert,name,,\"\u{1B}[31m\"\"x\"\"\"", "[30],insert,kind,,主菜", "[3],delete,name,料理3,",
                    "[3],delete,kind,主食,",
                ])
            let kept = try await scene.run("diff", "dish", "1", "2", "--format", "csv", "--formulas", "keep").output
            #expect(kept.contains("料理1,@家\n"))
        }
    }

    @Test func jsonIsOneDocumentHoweverLongItGrows() async throws {
        try await withVersions { scene in
            for (from, to, changes) in [("1", "2", 4), ("0", "2", 12), ("2", "2", 0), ("2", "1", 4)] {
                let json = try await scene.run("diff", "dish", from, to, "--json")
                #expect(!json.output.contains("\u{1B}"))
                let document = try #require(
                    try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
                #expect((document["changes"] as? [[String: Any]])?.count == changes, "\(from) \(to)")
                #expect(document["from"] as? Int == Int(from) && document["to"] as? Int == Int(to))
                let counts = ["inserted", "updated", "deleted"].compactMap { document[$0] as? Int }
                #expect(counts.count == 3 && counts.reduce(0, +) == changes)
                #expect(document["output"] == nil)
                #expect(try await scene.run("diff", "dish", from, to, "--format", "json").output == json.output)
            }
        }
    }

    @Test func aFileAppearsWholeAndSaysWhatIsInIt() async throws {
        try await withVersions { scene in
            for format in ["text", "json", "csv", "daff"] {
                let outcome = try await scene.run(
                    "diff", "dish", "1", "2", "--format", format, "--output", "\(format).out")
                #expect(
                    outcome.output == "dish@1 → dish@2: 1 insert, 2 updates, 1 delete in \(format).out\n", "\(outcome)")
                let printed = try await scene.run("diff", "dish", "1", "2", "--format", format)
                #expect(try scene.read("\(format).out") == printed.output, "\(format)")
                let json = try await scene.run(
                    "diff", "dish", "1", "2", "--format", format, "--output", "\(format).out", "--json")
                let summary = try #require(
                    try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
                #expect(summary["updated"] as? Int == 2 && summary["output"] as? String == "\(format).out")
            }
            // What fails leaves what was there, and nothing beside it.
            let before = try scene.read("csv.out")
            for arguments in [["1", "9"], ["x y", "2"]] {
                let outcome = try await scene.run(
                    list: ["diff", "dish"] + arguments + ["--format", "csv", "--output", "csv.out"])
                #expect(outcome.code == Exit.usage.rawValue)
            }
            #expect(try scene.read("csv.out") == before)
            let full = try await scene.run("diff", "dish", "0", "2", "--format", "csv", "--output", "/dev/full")
            #expect(full.code == Exit.output.rawValue)
            #expect(try await scene.run("diff", "dish", "1", "--format", "csv", "--json").code == Exit.usage.rawValue)
            let files = try FileManager.default.contentsOfDirectory(atPath: scene.folder)
            #expect(!files.contains { $0.hasSuffix(".tmp") })
        }
    }

    @Test func inATabularDiffTextThatRunsIsEscapedAsInExports() async throws {
        try await withVersions { scene in
            let escaped = try await scene.run("diff", "dish", "1", "2", "--format", "daff").output
            #expect(escaped.contains("->,1,料理1->'@家,主食\n"), "\(escaped)")
            #expect(escaped.contains("-->,2,料理2-->a->b,主食-->副菜\n"))
            let kept = try await scene.run("diff", "dish", "1", "2", "--format", "daff", "--formulas", "keep").output
            #expect(kept.contains("->,1,料理1->@家,主食\n"))
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
    func aDiffOnATerminalCannotSteerIt() async throws {
        try await withVersions { scene in
            for arguments in ["--format csv", "--format daff", "--format text --color never", "--json"] {
                let shown = try await scene.run(
                    "x", through: "script -qec \"$0 diff dish 1 2 \(arguments)\" /dev/null < /dev/null")
                let hidden = shown.output.unicodeScalars.filter { $0 != "\r" && $0 != "\n" && CellText.isHidden($0) }
                #expect(shown.output.contains("[31m") && hidden.isEmpty, "\(arguments)")
            }
        }
    }
}

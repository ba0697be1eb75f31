import Foundation
import Subprocess
import SystemPackage
import Testing

@testable import sheaf

/// A folder and the program, with neither store nor configuration.
struct BareFolder: Sendable {
    let path: String

    static func with<R>(_ body: (BareFolder) async throws -> R) async throws -> R {
        let path = FileManager.default.temporaryDirectory.path() + "/sheaf-bare-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = BareFolder(path: path)
        try folder.write("dish.yaml", schema)
        return try await body(folder)
    }

    static let schema = """
        name: dish
        title: 料理
        primaryKey: [id]
        fields:
          - { name: id, type: integer, title: ID, sheaf: { role: key } }
          - { name: name, type: string, title: 名前, constraints: { unique: true }, sheaf: { role: context } }
          - name: kind
            type: string
            title: 種類
            constraints: { required: true, enum: [主食, 主菜, 副菜] }
            sheaf: { role: label, title: { ja: 種類, en: Kind } }

        """

    func write(_ file: String, _ text: String) throws { try write(file, Array(text.utf8)) }

    func write(_ file: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(file)"))
    }

    func read(_ file: String) throws -> String { try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8) }

    /// Runs `sheaf` here; nothing of the environment tells it of a store.
    func run(_ arguments: String..., input: String = "") async throws -> Scene.Outcome {
        let result = try await Subprocess.run(
            .path(FilePath(Scene.program)), arguments: Arguments(arguments),
            environment: .inherit.updating(["LC_ALL": "C", "LANG": "C", "LC_MESSAGES": "C"]),
            workingDirectory: FilePath(path), input: .string(input), output: .string(limit: 64 << 20),
            error: .string(limit: 64 << 20))
        guard case .exited(let code) = result.terminationStatus else { throw Ended() }
        return Scene.Outcome(code: Int32(code), output: result.standardOutput, errors: result.standardError)
    }

    struct Ended: Error {}
}

/// `sheaf validate` as people and scripts run it.
@Suite struct ValidateTests {
    private func report(_ outcome: Scene.Outcome) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any], "\(outcome)")
    }

    private func expect(
        _ outcome: Scene.Outcome, _ code: Int32, _ texts: String..., location: Testing.SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.code == code, "\(outcome)", sourceLocation: location)
        for text in texts {
            #expect((outcome.output + outcome.errors).contains(text), "\(text)\n\(outcome)", sourceLocation: location)
        }
    }

    @Test func theExitCodeSaysWhetherEveryRowIsValid() async throws {
        try await BareFolder.with { folder in
            try folder.write("good.csv", "ID,名前,種類,メモ\n1,a,主食,x\n2,b,,\n")
            expect(try await folder.run("validate", "dish.yaml", "good.csv"), 0, "1 valid", "1 pending", "Valid")
            try folder.write("bad.csv", "ID,名前,種類\n1,a,しゅしょく\n,b,主菜\n")
            expect(try await folder.run("validate", "dish.yaml", "bad.csv"), 1, "C2", "A3", "2 rows with errors")
            expect(try await folder.run("validate", "dish.yaml", "nowhere.csv"), 2, "nowhere.csv")
            expect(try await folder.run("validate", "nowhere.yaml", "good.csv"), 2, "nowhere.yaml")
            expect(try await folder.run("validate", "dish.yaml"), 2)
            expect(try await folder.run("validate", "dish.yaml", "good.csv", "good.csv"), 2, "once")
            try folder.write(
                "wrong.yaml", BareFolder.schema.replacing("constraints: { required", with: "contraints: { required"))
            expect(try await folder.run("validate", "wrong.yaml", "good.csv"), 3, "wrong.yaml:", "constraints")
        }
    }

    @Test func aFileThatIsNotWhatItShouldBeIsNotValidAndItsReasonIsTold() async throws {
        try await BareFolder.with { folder in
            try folder.write("header.csv", "ID,名前,しゅるい\n1,a,主食\n")
            expect(try await folder.run("validate", "dish.yaml", "header.csv"), 1, "種類", "not read to the end")
            try folder.write("empty.csv", "")
            expect(try await folder.run("validate", "dish.yaml", "empty.csv"), 1, "empty")
            try folder.write("quote.csv", "ID,名前,種類\n1,a,主食\n2,\"b\"x,主食\n")
            expect(try await folder.run("validate", "dish.yaml", "quote.csv"), 1, "line 3")
            try folder.write("bytes.csv", Array("ID,名前,種類\n1,a,主食\n2,".utf8) + [0x83, 0x8C] + Array(",主食\n".utf8))
            expect(try await folder.run("validate", "dish.yaml", "bytes.csv"), 1, "line 3")
            // The other file is judged all the same.
            try folder.write("bad.csv", "ID,名前,種類\n1,a,x\n")
            let both = try await folder.run("validate", "dish.yaml", "quote.csv", "bad.csv", "--json")
            let told = try report(both)
            #expect(told["valid"] as? Bool == false)
            #expect((told["counts"] as? [String: Any])?["invalid"] as? Int == 1)
        }
    }

    @Test func severalFilesAreOneDataset() async throws {
        try await BareFolder.with { folder in
            try folder.write("a.csv", "ID,名前,種類\n1,a,主食\n2,b,主食\n3,,\n")
            try folder.write("b.csv", "種類,名前,ID\n主菜,c,2\n主菜,a,4\n,,3\n")
            let outcome = try await folder.run("validate", "dish.yaml", "a.csv", "b.csv", "--json")
            #expect(outcome.code == 1)
            let told = try report(outcome)
            let rows = try #require(told["rows"] as? [[String: Any]])
            let cells = rows.flatMap { row in
                (row["errors"] as? [[String: Any]] ?? []).map {
                    "\(row["file"] ?? "")!\($0["cell"] ?? "") \($0["code"] ?? "")"
                }
            }
            // Pending rows (key 3) take no part.
            #expect(
                cells == [
                    "a.csv!B2 unique-error", "a.csv!A3 primary-key", "b.csv!C2 primary-key", "b.csv!B3 unique-error",
                ])
            let messages = rows.flatMap { ($0["errors"] as? [[String: Any]] ?? []).map { $0["en"] as? String ?? "" } }
            #expect(messages[1].contains("b.csv!C2"))
            #expect(messages[2].contains("a.csv!A3"))
            #expect(
                told["counts"] as? [String: Int] == [
                    "rows": 6, "valid": 0, "pending": 2, "invalid": 4, "errors": 4, "warnings": 0, "with_warnings": 0,
                ])
        }
    }

    @Test func everyErrorIsCountedAndTheFirstRowsAreTold() async throws {
        try await BareFolder.with { folder in
            let lines = (1...300).map { $0 % 2 == 0 ? "\($0),n\($0),主食" : "x\($0),n\($0),y" }
            try folder.write("a.csv", "ID,名前,種類\n" + lines.joined(separator: "\n"))
            let text = try await folder.run("validate", "dish.yaml", "a.csv", "--limit", "3")
            expect(text, 1, "A2 ", "C2 ", "A6 ", "C6 ", "147 rows", "150  ")
            #expect(!text.output.contains("A8"))
            let all = try await folder.run("validate", "dish.yaml", "a.csv", "--all")
            expect(all, 1, "A300")
            let told = try report(try await folder.run("validate", "dish.yaml", "a.csv", "--json", "--limit", "3"))
            #expect((told["rows"] as? [Any])?.count == 3)
            #expect(told["rows_omitted"] as? Int == 147)
            #expect((told["counts"] as? [String: Int])?["errors"] == 300)
        }
    }

    @Test func filesOfOtherKindsAreRead() async throws {
        try await BareFolder.with { folder in
            let rows = "注意書き,,\nID,名前,種類\n1,a,主食\n"
            let cp932: [UInt8] =
                try #require(rows.data(using: .shiftJIS)).map { $0 }
            try folder.write("excel.csv", cp932)
            expect(try await folder.run("validate", "dish.yaml", "excel.csv", "--header-row", "2"), 1, "cp932")
            expect(
                try await folder.run("validate", "dish.yaml", "excel.csv", "--header-row", "2", "--encoding", "cp932"),
                0)
            try folder.write("semi.csv", "ID;名前;種類\n1;a;主食\n")
            expect(try await folder.run("validate", "dish.yaml", "semi.csv", "--delimiter", ";"), 0, "1 valid")
            expect(
                try await folder.run("validate", "dish.yaml", "-", input: "ID,名前,種類\n1,a,主食\n1,b,主食\n"), 1, "A2",
                "A3", "“1”")
        }
    }

    @Test func withoutATerminalOneLineOfLogSaysWhatCameOfIt() async throws {
        try await BareFolder.with { folder in
            try folder.write("bad.csv", "ID,名前,種類\n1,秘密,x\n")
            let outcome = try await folder.run("validate", "dish.yaml", "bad.csv")
            let lines = outcome.errors.split(separator: "\n")
            #expect(lines.count == 1)
            let log = try JSONSerialization.jsonObject(with: Data((lines.first ?? "").utf8)) as? [String: String]
            #expect(log?["message"] == "validated" && log?["invalid"] == "1" && log?["rows"] == "1")
            #expect(!outcome.errors.contains("秘密"))
        }
    }

    @Test func thePageIsWholeInItself() async throws {
        try await BareFolder.with { folder in
            try folder.write(
                "a.csv", "ID,名前,種類\n1,a,<script>alert(1)</script>\n2,b,\"'\"\"><img src=x>\"\n3,c,\u{1B}[31m\u{202E}x\n"
            )
            let outcome = try await folder.run(
                "validate", "dish.yaml", "a.csv", "--html", "report.html", "--language", "ja")
            #expect(outcome.code == 1)
            let page = try folder.read("report.html")
            #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
            #expect(page.contains("Content-Security-Policy") && page.contains("default-src 'none'"))
            // Our own script, once, and nothing that was typed.
            #expect(page.components(separatedBy: "<script").count == 2)
            #expect(!page.contains("<img") && !page.contains("\u{1B}") && !page.contains("\u{202E}"))
            #expect(page.contains("&lt;script&gt;alert(1)") && page.contains("U+001B") && page.contains("U+202E"))
            #expect(!page.contains("src=\"") && !page.contains("http:") && !page.contains("https:"))
            #expect(page.contains("一覧にありません") && page.contains("is not in the list"))
            let printed = try await folder.run("validate", "dish.yaml", "a.csv", "--html", "-")
            #expect(printed.output.hasPrefix("<!doctype html>"))
        }
    }

    private static let referring = """
        name: steps
        primaryKey: [id]
        foreignKeys:
          - { fields: [dish], reference: { resource: dishes, fields: [id] } }
          - { fields: [parent], reference: { resource: "", fields: [id] } }
          - { fields: [unit], reference: { resource: units.txt, fields: [value] } }
        sheaf: { normalize: [nfkc, trim] }
        fields:
          - { name: id, type: integer, sheaf: { role: key } }
          - { name: dish, type: integer, sheaf: { role: context } }
          - { name: parent, type: integer, sheaf: { role: context } }
          - { name: unit, type: string, sheaf: { role: label } }

        """

    @Test func foreignKeysAreCheckedAsFarAsThereIsSomethingToCheckThemAgainst() async throws {
        try await BareFolder.with { folder in
            try FileManager.default.createDirectory(atPath: "\(folder.path)/schemas", withIntermediateDirectories: true)
            try folder.write("schemas/steps.yaml", Self.referring)
            try folder.write("schemas/units.txt", "g\nml\n")
            try folder.write("a.csv", "id,dish,parent,unit\n1,10,,g\n2,１１,1,ml\n3,12,4,g\n")
            try folder.write("b.csv", "id,dish,parent,unit\n5,10,3,cup\n")
            let schema = "schemas/steps.yaml"
            let without = try await folder.run("validate", schema, "a.csv", "b.csv", "--json")
            #expect(without.code == 1)
            let told = try report(without)
            #expect((told["unchecked"] as? [[String: Any]])?.first?["fields"] as? [String] == ["dish"])
            #expect(cells(told) == ["a.csv!C4 foreign-key", "b.csv!D2 foreign-key"])
            try folder.write("dishes.csv", "name,id\nx,10\ny,11\nz,\n")
            let with = try report(
                try await folder.run("validate", schema, "a.csv", "b.csv", "--json", "--reference", "dishes=dishes.csv")
            )
            #expect((with["unchecked"] as? [Any])?.isEmpty == true)
            #expect(Set(cells(with)) == ["a.csv!B4 foreign-key", "a.csv!C4 foreign-key", "b.csv!D2 foreign-key"])
            for (reference, text) in [
                ("dish=dishes.csv", "dishes"), ("dishes=a.txt", "a.txt"), ("dishes", "DATASET=FILE"),
            ] {
                expect(try await folder.run("validate", schema, "a.csv", "--reference", reference), 2, text)
            }
            try folder.write("dishes.csv", "name,number\nx,10\n")
            expect(
                try await folder.run("validate", schema, "a.csv", "--reference", "dishes=dishes.csv"), 2, "id", "header"
            )
        }
    }

    private func cells(_ report: [String: Any]) -> [String] {
        (report["rows"] as? [[String: Any]] ?? []).flatMap { row in
            (row["errors"] as? [[String: Any]] ?? []).map {
                "\(row["file"] ?? "")!\($0["cell"] ?? "") \($0["code"] ?? "")"
            }
        }
    }

    /// Whatever is on the page, its script's hash is the one that it allows.
    @Test func aPageOfTenThousandErrorsIsWholeToo() async throws {
        try await BareFolder.with { folder in
            let lines = (1...10_050).map { "\($0),n\($0),\($0 % 3 == 0 ? "主食 " : "しゅしょく")" }
            try folder.write("a.csv", "ID,名前,種類\n" + lines.joined(separator: "\n"))
            #expect(try await folder.run("validate", "dish.yaml", "a.csv", "--html", "r.html").code == 1)
            let page = try folder.read("r.html")
            #expect(page.components(separatedBy: "<tr data-kind").count == 10_001)
            #expect(page.contains("50 more rows"))
            #expect(page.utf8.count < 10 << 20)
        }
    }
}

import Foundation
import LabelSchema
import Testing

@testable import sheaf

/// Text that was made to do harm, or that is merely unusual, from the file to the terminal and out again.
@Suite struct HostileTextTests {
    private static let header = "ID,名前,種類,担当者\n"

    /// What somebody may type into a cell, or paste.
    private static let texts: [String] = [
        "\u{1B}[31mred\u{1B}[0m\u{1B}]0;title\u{07}", "\u{9B}31m\u{85}\u{90}", "a\u{202E}evil\u{2066}b",
        "\u{0}NUL\u{0}",
        "=HYPERLINK(\"http://evil.example\",\"x\")", "@SUM(A1:A9)", "-1+2", "+cmd|' /C calc'!A0", "'=1",
        "<script>alert(1)</script>", "👨‍👩‍👧‍👦🏴‍☠️", "か\u{3099}ひ\u{309A}", "Z\u{351}\u{36B}\u{343}\u{32A}\u{302}algo",
        "\u{200B}\u{FEFF}zero",
        "\r\n\t lines \r", "\u{2028}\u{2029}", "%s%n{cell}\\u{1B}", "\u{10FFFF}\u{E000}\u{FFFE}",
        "'; DROP TABLE sheaf_labels; --",
    ]

    private static func quoted(_ text: String) -> String {
        "\"" + text.unicodeScalars.reduce(into: "") { $0 += $1 == "\"" ? "\"\"" : String($1) } + "\""
    }

    /// The characters of an output that nobody sees, or that steer a terminal; line feeds are ours.
    private func hidden(_ outcome: Scene.Outcome) -> Set<Unicode.Scalar> {
        Set((outcome.output + outcome.errors).unicodeScalars.filter { $0 != "\n" && CellText.isHidden($0) })
    }

    private func configure(_ scene: Scene) throws {
        try scene.write(
            "sheaf.yaml",
            """
            store: \(scene.storeURL)
            language: en
            datasets:
              dish:
                schema: schemas/dish.yaml
                guards: { max_deleted: none, max_changed: none, max_rejected: none }
                sheets: [{ csv: rows.csv }]

            """)
    }

    @Test func whatCellsHoldReachesTheLabelsWholeAndNoTerminalRaw() async throws {
        try await Scene.with { scene in
            try configure(scene)
            let long = String(repeating: "あ", count: 50_000)
            let names = Self.texts + [long]
            let good = names.enumerated().map {
                "\($0 + 1),\(Self.quoted($1)),主食,\(Self.quoted(String($1.prefix(40))))\n"
            }
            let bad = Self.texts.enumerated().map { "\($0 + 101),x,\(Self.quoted($1)),\n" }
            let keys = Self.texts.map { "\(Self.quoted($0)),x,主食,\n" }
            try scene.write("rows.csv", Self.header + good.joined() + bad.joined() + keys.joined())
            for arguments in [
                ["plan", "--all"], ["plan", "--json"], ["plan", "--language", "ja"], ["sync", "--verbose", "--all"],
                ["sync", "--full", "--json"], ["log", "dish"], ["log", "dish", "--key", "1"],
                ["log", "dish", "--key", "1", "--json"], ["diff", "dish", "0", "1"],
                ["diff", "dish", "0", "1", "--json"],
                ["show", "dish"], ["show", "dish", "--json"], ["blame", "dish", "--key", "1"],
                ["blame", "dish", "--key", "1", "--json"], ["diff", "dish", "0", "1", "--format", "json"], ["audit"],
                ["log", "dish", "--runs"], ["sheet", "list"], ["validate", "schemas/dish.yaml", "rows.csv"],
                ["validate", "schemas/dish.yaml", "rows.csv", "--json"],
                ["validate", "schemas/dish.yaml", "rows.csv", "--html", "-"],
            ] {
                let outcome = try await scene.run(list: arguments)
                #expect(outcome.code == (arguments[0] == "validate" ? 1 : 0), "\(arguments) \(outcome.errors)")
                #expect(hidden(outcome).isEmpty, "\(arguments)")
                if arguments.contains("--json") {
                    #expect((try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8))) != nil, "\(arguments)")
                }
            }
            // Whole, and byte for byte what was typed: a schema that normalises nothing changes nothing.
            let labels = try await scene.labels().map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            #expect(labels.count == names.count)
            for label in labels {
                let id = try #require(label["id"] as? Int)
                let name = try #require(label["name"] as? String)
                #expect(Array(name.utf8) == Array(names[id - 1].utf8))
            }
        }
    }

    @Test func aSpreadsheetThatOpensAnExportRunsNothing() async throws {
        try await Scene.with { scene in
            try configure(scene)
            let names = Self.texts + ["-5", "+3.5", "１"]
            let rows = names.enumerated().map { "\($0 + 1),\(Self.quoted($1)),主食,\n" }
            try scene.write("rows.csv", Self.header + rows.joined())
            #expect(try await scene.run("sync").code == 0)
            let escaped = try await scene.run("export", "dish", "--format", "csv").output
            #expect(escaped.contains("\"'=HYPERLINK(\"\"http"))
            for name in ["'@SUM", "'-1+2", "'+cmd", "''=1"] { #expect(escaped.contains(",\(name)"), "\(name)") }
            #expect(escaped.contains(",-5,") && escaped.contains(",+3.5,"))
            let kept = try await scene.run("export", "dish", "--format", "csv", "--formulas", "keep").output
            #expect(kept.contains(",@SUM") && kept.contains(",'=1"))
            // Ahead of no cell of the safe one stands what a spreadsheet runs.
            let cells = try #require(
                try await scene.run(
                    "x",
                    through: """
                        "$0" export dish --format csv | python3 -c '
                        import csv, io, json, sys
                        text = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="")
                        print(json.dumps([cell for row in csv.reader(text) for cell in row]))'
                        """
                ).output.data(using: .utf8).flatMap { try JSONSerialization.jsonObject(with: $0) as? [String] })
            #expect(cells.count == (names.count + 1) * 3)
            #expect(cells.allSatisfy { cell in cell.first.map { !"=@\t\r\n＝＠".contains($0) } ?? true })
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
    func anExportToATerminalCannotSteerIt() async throws {
        try await Scene.with { scene in
            try configure(scene)
            let rows = Self.texts.enumerated().map { "\($0 + 1),\(Self.quoted($1)),主食,\n" }
            try scene.write("rows.csv", Self.header + rows.joined())
            #expect(try await scene.run("sync").code == 0)
            for format in ["ndjson", "csv"] {
                let shown = try await scene.run(
                    "x", through: "script -qec \"$0 export dish --format \(format)\" /dev/null < /dev/null")
                // The terminal itself ends its lines with CR LF.
                let harmful = hidden(shown).subtracting(["\r"])
                #expect(shown.output.contains("red") && harmful.isEmpty, "\(format) \(harmful)")
            }
        }
    }

    @Test(
        arguments: [
            ([0x83, 0x8C], "UTF-8"), ([0xED, 0xA0, 0x80], "UTF-8"), ([0xC0, 0x80], "UTF-8"),
            ([0xF4, 0x90, 0x80, 0x80], "UTF-8"),
            ([0x22, 0x61, 0x22, 0x62], "quotation"),
        ] as [([UInt8], String)])
    func aFileWithBytesThatAreNoTextIsRefusedAndItsLabelsStay(bytes: [UInt8], word: String) async throws {
        try await Scene.with { scene in
            try configure(scene)
            try scene.write("rows.csv", Self.header + "1,a,主食,\n2,b,主食,\n")
            #expect(try await scene.run("sync").code == 0)
            let bad = Array((Self.header + "1,a,主食,\n2,").utf8) + bytes + Array(",主食,\n".utf8)
            try Data(bad).write(to: URL(filePath: "\(scene.folder)/rows.csv"))
            let outcome = try await scene.run("sync")
            #expect(
                outcome.code == Exit.source.rawValue && (outcome.output + outcome.errors).contains(word), "\(outcome)")
            #expect((outcome.output + outcome.errors).contains("line 3"), "\(outcome)")
            #expect(try await scene.labels().count == 2)
        }
    }
}

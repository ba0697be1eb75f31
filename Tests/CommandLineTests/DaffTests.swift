import Foundation
import Subprocess
import SystemPackage
import TestRandom
import Testing

@testable import sheaf

/// What `sheaf diff --format daff` writes is what the real `daff` applies: it makes the export of one version into that of
/// another one.
@Suite struct DaffTests {
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func daffMakesTheExportOfAnyVersionIntoThatOfAnyOther(_ seed: UInt64) async throws {
        try await Scene.with { scene in
            var random = SeededRandom(seed: seed)
            try configure(scene)
            var table = DaffTable(&random)
            for version in 1...5 {
                if version > 1 { table.edit(&random) }
                if version == 3 || version == 5 { table.changeSchema(version) }
                try scene.write("schemas/dish.yaml", table.schema)
                try scene.write("rows.csv", table.csv)
                try await publish(scene, version)
            }
            var cases: [[String: String]] = []
            for (before, after) in (1...5).flatMap({ one in (1...5).map { (one, $0) } }) where before != after {
                cases.append(try await files(scene, before, after))
            }
            for (verdict, files) in zip(try await DaffCheck.run(cases), cases) {
                #expect(verdict == "null", "seed \(seed), \(files["diff"] ?? "")")
            }
        }
    }

    /// Nobody has put any labels there yet: the columns are those of the later version.
    @Test func theEmptyVersionIsOneToo() async throws {
        try await Scene.with { scene in
            var random = SeededRandom(seed: 7)
            try configure(scene)
            let table = DaffTable(&random)
            try scene.write("schemas/dish.yaml", table.schema)
            try scene.write("rows.csv", table.csv)
            try await publish(scene, 1)
            try scene.write("empty.csv", "key,mark,name,note,amount\n")
            try await export(scene, 1)
            let diff = try await scene.run("diff", "dish", "0", "1", "--format", "daff", "--formulas", "keep")
            try scene.write("diff.csv", diff.output)
            let files = ["empty.csv", "diff.csv", "1.csv"].map { "\(scene.folder)/\($0)" }
            let verdicts = try await DaffCheck.run([["before": files[0], "diff": files[1], "after": files[2]]])
            #expect(verdicts == ["null"])
        }
    }

    /// Where daff has nothing to guess, both write the same.
    @Test func ofPlainEditsBothWriteTheSameDiff() async throws {
        try await Scene.with { scene in
            try configure(scene)
            let names = (1...12).map { "n\($0)" }
            func rows(_ names: [(Int, String)]) -> String {
                "key,mark,name,note\n"
                    + names.map { number, name in
                        "k\(number),x,\"\(name.replacing("\"", with: "\"\""))\",z\n"
                    }.joined()
            }
            try scene.write("schemas/dish.yaml", DaffTable.schema(["name", "note"]))
            var lines = names.enumerated().map { ($0.offset + 1, $0.element) }
            try scene.write("rows.csv", rows(lines))
            try await publish(scene, 1)
            lines[4].1 = "five"
            lines[7].1 = "a, \"b\""
            lines[10].1 = "十一"
            try scene.write("rows.csv", rows(lines))
            try await publish(scene, 2)
            lines.remove(at: 2)
            try scene.write("rows.csv", rows(lines))
            try await publish(scene, 3)
            for (before, after) in [(1, 2), (2, 1), (2, 3), (1, 3), (1, 1)] {
                let files = try await files(scene, before, after)
                let question = ["before": files["before"] ?? "", "after": files["after"] ?? "", "id": "key"]
                let theirs = try #require(try await DaffCheck.run([question]).first)
                let decoded = try JSONDecoder().decode(String.self, from: Data(theirs.utf8))
                let ours = try scene.read("\(before)-\(after).csv")
                #expect(ours == decoded.replacing("\r\n", with: "\n"), "\(before) \(after)")
            }
        }
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

    /// Syncs, and approves what a changed schema costs.
    private func publish(_ scene: Scene, _ version: Int) async throws {
        var outcome = try await scene.run("sync")
        if outcome.code == Exit.held.rawValue {
            let holds = try await scene.run("holds", "--json").output
            let list = try #require(try JSONSerialization.jsonObject(with: Data(holds.utf8)) as? [[String: Any]])
            let hold = try #require(list.first?["hold"] as? Int ?? list.first?["id"] as? Int, "\(holds)")
            try await scene.run("approve", "\(hold)")
            outcome = try await scene.run("sync")
        }
        #expect(outcome.code == 0, "\(outcome)")
        #expect(try await scene.run("show", "dish@\(version)").code == 0, "\(outcome)")
    }

    private func export(_ scene: Scene, _ version: Int) async throws {
        let outcome = try await scene.run(
            "export", "dish@\(version)", "--format", "csv", "--formulas", "keep", "--output", "\(version).csv")
        #expect(outcome.code == 0)
    }

    private func files(_ scene: Scene, _ before: Int, _ after: Int) async throws -> [String: String] {
        for version in [before, after] where !FileManager.default.fileExists(atPath: "\(scene.folder)/\(version).csv") {
            try await export(scene, version)
        }
        let diff = "\(before)-\(after).csv"
        let outcome = try await scene.run(
            "diff", "dish", "\(before)", "\(after)", "--format", "daff", "--formulas", "keep", "--output", diff)
        #expect(outcome.code == 0, "\(outcome)")
        return [
            "before": "\(scene.folder)/\(before).csv", "diff": "\(scene.folder)/\(diff)",
            "after": "\(scene.folder)/\(after).csv",
        ]
    }
}

/// A sheet that is edited at random, and its schema.
private struct DaffTable {
    struct Field {
        var name: String
        var was: String?

        var line: String {
            "  - { name: \(name), type: string\(was.map { ", sheaf: { was: \($0) }" } ?? "") }\n"
        }
    }

    /// What daff could stumble over; not what it cannot write itself: `_NULL`, which is its way to write NULL, and a
    /// quotation mark right behind a line's end, which it puts before that.
    private static let texts = [
        "", "", "a", "b", "a->b", "-->", "x--->y->", "-", ">", "->", "q\"uote\"", "line\nbreak", "雪\n月,\"花\"", "a,b",
        "NULL", "=1+1", "+++", "---", "@@", "...", "!", "a b", "ab", "a  b", " a", "，", "が", "か\u{3099}", "0", "1.0",
    ]

    private var rows: [String: [String]] = [:]
    private var fields = ["name", "note", "amount"].map { Field(name: $0) }

    init(_ random: inout SeededRandom) {
        for _ in 0..<60 { insert(&random) }
    }

    private mutating func insert(_ random: inout SeededRandom) {
        let key = ["k", "鍵", "a->", "q\"", "x, "][random.number(in: 0..<5)] + "\(random.number(in: 0..<1_000))"
        rows[key] = fields.map { _ in text(&random) }
    }

    private func text(_ random: inout SeededRandom) -> String { Self.texts[random.number(in: 0..<Self.texts.count)] }

    mutating func edit(_ random: inout SeededRandom) {
        for key in rows.keys.sorted() {
            switch random.number(in: 0..<12) {
            case 0: rows[key] = nil
            case 1, 2:
                let (column, value) = (random.number(in: 0..<fields.count), text(&random))
                rows[key]?[column] = value
            case 3: rows[key] = fields.map { _ in text(&random) }
            default: break
            }
        }
        for _ in 0..<random.number(in: 0..<8) { insert(&random) }
    }

    /// In version 3 a field gets another name and one is new; in version 5 one goes, and another one comes first.
    mutating func changeSchema(_ version: Int) {
        if version == 3 {
            fields = [Field(name: "title", was: "name"), "extra", "note", "amount"]
            rows = rows.mapValues { [$0[0], $0[1].isEmpty ? "" : "new", $0[1], $0[2]] }
        } else {
            fields = ["first", Field(name: "title", was: "name"), "extra", Field(name: "remark", was: "note")]
            rows = rows.mapValues { [$0[3], $0[0], $0[1], $0[2]] }
        }
    }

    var schema: String { Self.schema(fields) }

    static func schema(_ fields: [Field]) -> String {
        """
        name: dish
        primaryKey: [key]
        fields:
          - { name: key, type: string, sheaf: { role: key } }
          - { name: mark, type: string, sheaf: { role: label } }

        """ + fields.map(\.line).joined()
    }

    var csv: String {
        func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }
        let lines = rows.sorted { $0.key < $1.key }.map {
            ([$0.key, "x"] + $0.value).map(quoted).joined(separator: ",")
        }
        return "key,mark," + fields.map(\.name).joined(separator: ",") + "\n" + lines.map { $0 + "\n" }.joined()
    }
}

extension DaffTable.Field: ExpressibleByStringLiteral {
    init(stringLiteral value: String) {
        self.init(name: value)
    }
}

/// The real daff.
private enum DaffCheck {
    private static let support = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Support").path

    /// One line for each case.
    static func run(_ cases: [[String: String]]) async throws -> [String] {
        let setUp = try await Subprocess.run(
            .name("bash"), arguments: ["\(support)/python-environment.sh", "daff"], output: .string(limit: 1 << 16),
            error: .discarded)
        let python = setUp.standardOutput.split(separator: "\n").last.map(String.init) ?? ""
        let input = String(decoding: try JSONEncoder().encode(cases), as: UTF8.self)
        let result = try await Subprocess.run(
            .path(FilePath(python)), arguments: ["\(support)/daff-check.py"], input: .string(input),
            output: .string(limit: 1 << 24), error: .string(limit: 1 << 20))
        guard result.terminationStatus == .exited(0) else {
            throw DaffFailed(description: result.standardError)
        }
        return result.standardOutput.split(separator: "\n").map(String.init)
    }

    private struct DaffFailed: Error, CustomStringConvertible {
        let description: String
    }
}

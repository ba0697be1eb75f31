import Compression
import Digest
import Foundation
import LabelExport
import SheetsEmulator
import TestSupport
import Testing

@testable import sheaf

/// Exports into folders, as a person makes and reads them.
@Suite struct ExportFolderTests {
    private static func manifest(_ scene: Scene, _ folder: String) throws -> ExportManifest {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(ExportManifest.self, from: Data(try scene.read("\(folder)/manifest.json").utf8))
    }

    /// The content of a part, once its size and hashes are those of the manifest.
    private static func content(_ scene: Scene, _ folder: String, _ part: ExportManifest.Part) throws -> String {
        let bytes = Array(try Data(contentsOf: URL(filePath: "\(scene.folder)/\(folder)/\(part.path)")))
        #expect(bytes.count == part.bytes && hash(bytes) == part.sha256, "\(part)")
        guard part.path.hasSuffix(".gz") else { return String(decoding: bytes, as: UTF8.self) }
        let decoder = try #require(GzipDecoder())
        var plain: [UInt8] = []
        try bytes.withUnsafeBytes { try decoder.decode($0, into: &plain) }
        #expect(decoder.isAtEnd && plain.count == part.uncompressedBytes)
        #expect(hash(plain) == part.uncompressedSha256)
        return String(decoding: plain, as: UTF8.self)
    }

    private static func hash(_ bytes: [UInt8]) -> String {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return hasher.finish().hex
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }

    @Test(arguments: ["ndjson", "csv"], [1, 7])
    func thePartsOneAfterTheOtherAreTheVersion(format: String, parts: Int) async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let whole = try await scene.run("export", "dish@1", "--format", format).output
            for (folder, gzip) in [("plain", false), ("packed", true)] {
                let told = try await scene.run(
                    list: [
                        "export", "dish@1", "--format", format, "--parts", "\(parts)", "--output", "\(folder)/",
                        "--json",
                    ]
                        + (gzip ? ["--gzip"] : []))
                #expect(told.code == 0 && told.output.contains("\"labels\" : 40"), "\(told)")
                let manifest = try Self.manifest(scene, folder)
                #expect(manifest.parts.count == parts && manifest.rows == 40 && manifest.version == 1)
                var all = ""
                for part in manifest.parts {
                    let text = try Self.content(scene, folder, part)
                    all +=
                        format == "csv" && !all.isEmpty ? Self.lines(text).dropFirst().map { $0 + "\n" }.joined() : text
                    #expect(part.rows == Self.lines(text).count - (format == "csv" ? 1 : 0))
                }
                #expect(all == whole)
            }
            // One part stands in the folder as it stands in any other.
            let again = try await scene.run(
                "export", "dish@1", "--format", format, "--parts", "\(parts)", "--output", "again/")
            #expect(again.code == 0)
            for file in ["manifest.json", "datapackage.json", "schema.json", "tableschema.json"] {
                #expect(try scene.read("again/\(file)") == scene.read("plain/\(file)"))
            }
        }
    }

    @Test func splitsDivideTheLabelsAndNoneMovesWhenOthersCome() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let split = ["--split", "train:60,validation:20,test:20"]
            func folder(_ version: Int, _ more: [String] = []) async throws -> [String: Set<String>] {
                let name = "v\(version)\(more.joined())"
                let told = try await scene.run(
                    list: ["export", "dish@\(version)", "--parts", "2", "--output", "\(name)/"] + split + more)
                #expect(told.code == 0, "\(told)")
                var found: [String: Set<String>] = [:]
                for part in try Self.manifest(scene, name).parts {
                    let lines = Self.lines(try Self.content(scene, name, part))
                    found[try #require(part.split), default: []].formUnion(lines)
                }
                return found
            }
            let before = try await folder(1)
            #expect(Set(before.keys) == ["train", "validation", "test"])
            #expect(before.values.reduce(0) { $0 + $1.count } == 40)
            try scene.emulator.append("s1", tab: "料理", (41...120).map { ["\($0)", "料理\($0)", "主菜", "鈴木"] })
            #expect(try await scene.run("sync").code == 0)
            let after = try await folder(2)
            for (name, labels) in before { #expect(labels.isSubset(of: after[name] ?? [])) }
            #expect(after.values.reduce(0) { $0 + $1.count } == 120)
            // By a field, all with one value are in one split.
            let byKind = try await folder(2, ["--split-by", "kind"])
            for kind in ["主食", "主菜", "副菜"] {
                #expect(byKind.values.count { $0.contains { $0.contains(kind) } } == 1)
            }
            let only = try await scene.run(list: ["export", "dish@2", "--only", "test"] + split)
            #expect(Set(Self.lines(only.output)) == after["test"])
            // What the configuration says need not be said again.
            try scene.write(
                "sheaf.yaml",
                try scene.read("sheaf.yaml") + "    split: { shares: \"train:60,validation:20,test:20\", salt: dish }\n"
            )
            let configured = try await scene.run("export", "dish@2", "--only", "test")
            #expect(configured.output == only.output, "\(configured)")
        }
    }

    @Test func whatChangedSinceAndWhatIsGoneMakeTheOlderVersionTheNewer() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            try scene.emulator.type("s1", "料理!B2", [["新しい名前"]])
            try scene.emulator.type("s1", "料理!C4", [["副菜"]])
            try scene.emulator.deleteRows("s1", tab: "料理", 41...41)
            try scene.emulator.append("s1", tab: "料理", [["77", "足した", "主食", "鈴木"]])
            #expect(try await scene.run("sync").code == 0)
            for condition in [nil, "kind = '主食'"] {
                let filter = condition.map { ["--where", $0] } ?? []
                let name = "changes\(filter.count)"
                let told = try await scene.run(
                    list: ["export", "dish@2", "--changed-since", "1", "--output", "\(name)/"] + filter)
                #expect(told.code == 0, "\(told)")
                func key(_ line: String) -> String { String(line.split(separator: ",")[0].filter(\.isNumber)) }
                let old = Self.lines(try await scene.run(list: ["export", "dish@1"] + filter).output)
                let new = Self.lines(try await scene.run(list: ["export", "dish@2"] + filter).output)
                var labels = Dictionary(uniqueKeysWithValues: old.map { (key($0), $0) })
                let manifest = try Self.manifest(scene, name)
                for part in manifest.parts {
                    for line in Self.lines(try Self.content(scene, name, part)) {
                        labels[key(line)] = part.content == "gone" ? nil : line
                    }
                }
                #expect(Set(labels.values) == Set(new), "\(filter)")
                #expect(manifest.rows <= 3 && manifest.parts.contains { $0.content == "gone" && $0.rows >= 1 })
            }
        }
    }

    // MARK: - What is there already

    @Test func aFolderThatHoldsSomethingElseIsLeftAlone() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let manager = FileManager.default
            try manager.createDirectory(atPath: "\(scene.folder)/taken", withIntermediateDirectories: true)
            try scene.write("taken/mine.txt", "mine")
            let refused = try await scene.run("export", "dish", "--output", "taken/", "--replace")
            #expect(refused.code == Exit.usage.rawValue && refused.errors.contains("holds no export"), "\(refused)")
            #expect(try scene.read("taken/mine.txt") == "mine")
            // An empty folder is as good as none.
            try manager.createDirectory(atPath: "\(scene.folder)/empty", withIntermediateDirectories: true)
            #expect(try await scene.run("export", "dish", "--output", "empty").code == 0)
            // The same again has nothing to do; another one wants to be told to replace it.
            let same = try await scene.run("export", "dish", "--output", "empty/")
            #expect(same.code == 0 && same.output.contains("there already"), "\(same)")
            let other = try await scene.run("export", "dish", "--output", "empty/", "--format", "csv")
            #expect(other.code == Exit.usage.rawValue && other.errors.contains("--replace"), "\(other)")
            #expect(try Self.manifest(scene, "empty").fileFormat == "ndjson")
            let replaced = try await scene.run("export", "dish", "--output", "empty/", "--format", "csv", "--replace")
            #expect(replaced.code == 0, "\(replaced)")
            #expect(try manager.contentsOfDirectory(atPath: "\(scene.folder)/empty/data") == ["part-00000.csv"])
            // What somebody put into it is not deleted along with it.
            try scene.write("empty/notes.txt", "mine")
            let kept = try await scene.run("export", "dish", "--output", "empty/", "--replace")
            #expect(kept.code == Exit.usage.rawValue && kept.errors.contains("notes.txt"), "\(kept)")
            #expect(try manager.contentsOfDirectory(atPath: scene.folder).filter { $0.hasPrefix(".") } == [])
        }
    }

    @Test func anExportThatWasCutShortGoesOnWithWhatIsMissing() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let arguments = ["export", "dish", "--parts", "5", "--output", "out/"]
            let manager = FileManager.default
            // No file may have more than 512 bytes: some part, or the journal, is too large.
            let limited = try await scene.run(list: arguments, through: "trap '' XFSZ; ulimit -f 1; \"$0\" \"$@\"")
            #expect(limited.code == Exit.output.rawValue && limited.errors.contains("cannot be written"), "\(limited)")
            #expect(!manager.fileExists(atPath: "\(scene.folder)/out"))
            let whole = try await scene.run(list: arguments)
            #expect(whole.code == 0, "\(whole)")
            #expect(try Self.manifest(scene, "out").rows == 40)
            #expect(try manager.contentsOfDirectory(atPath: scene.folder).filter { $0.hasPrefix(".") } == [])
        }
    }

    /// A part that was damaged since is written again, one that is whole is not.
    @Test func anotherTryTrustsNoPartThatItDidNotHash() async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let arguments = ["export", "dish", "--parts", "4", "--output", "out/"]
            #expect(try await scene.run(list: arguments).code == 0)
            let manifest = try Self.manifest(scene, "out")
            // As if the last step had been missing.
            let (work, out) = ("\(scene.folder)/.out.sheaf-export", "\(scene.folder)/out")
            try FileManager.default.moveItem(atPath: out, toPath: work)
            try scene.write(".out.sheaf-export/\(manifest.parts[1].path)", "damaged")
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            let journal = try encoder.encode(ExportJournal(identity: manifest.identity, parts: manifest.parts))
            try journal.write(to: URL(filePath: "\(work)/journal.json"))
            let told = try await scene.run(list: arguments + ["--json"])
            #expect(told.code == 0 && told.output.contains("\"reused\" : 3"), "\(told)")
            #expect(try Self.manifest(scene, "out") == manifest)
            for part in manifest.parts { _ = try Self.content(scene, "out", part) }
        }
    }

    // MARK: - Bad input

    @Test(arguments: [
        (["--columns", "id,nope"], "no column `nope`"), (["--columns", "id,id"], "twice"),
        (["--columns", ""], "no column"),
        (["--where", "kind = "], "character"), (["--where", "annotator = 'x'"], "no part of a label"),
        (["--where", "1=1; DROP TABLE sheaf_labels"], "character"),
        (["--split", "train:80", "--only", "train"], "add up to 80"),
        (["--split", "a:50,b:50", "--only", "c"], "no split `c`"),
        (["--split", "a:50,b:50", "--only", "a", "--split-by", "nope"], "no field `nope`"),
        (["--split", "a:50,b:50"], "--only"), (["--only", "train"], "no splits"),
        (["--changed-since", "1"], "not older"), (["--changed-since", "9"], "has no version 9"),
        (["--parts", "3"], "folder"), (["--parts", "0", "--output", "x/"], "1 to"),
        (["--tombstones", "--format", "csv"], "NDJSON"),
        (["--tombstones", "--where", "kind = '主食'"], "all of a version"),
        (["--tombstones", "--columns", "id"], "whole labels"),
        (["--salt", "x"], "--only"), (["--split-by", "kind"], "--only"),
        (["--output", "sheaf.yaml/", "--parts", "2"], "is a file"),
    ])
    func whatMakesNoSenseIsToldAndLeavesNothing(arguments: [String], words: String) async throws {
        try await Scene.with { scene in
            try await scene.run("sync")
            let before = try FileManager.default.contentsOfDirectory(atPath: scene.folder).sorted()
            let told = try await scene.run(list: ["export", "dish@1"] + arguments)
            #expect(told.code == Exit.usage.rawValue && told.errors.contains(words), "\(told)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: scene.folder).sorted() == before)
        }
    }

    // MARK: - Data Packages

    private static let schemaOfEveryType = """
        name: dish
        primaryKey: [id]
        fields:
          - { name: id, type: integer, constraints: { minimum: 1 } }
          - { name: title, type: string, constraints: { required: true, maxLength: 30, pattern: "[^x]+" } }
          - { name: kind, type: string, constraints: { enum: ["-主食", "主菜"] }, sheaf: { role: label } }
          - { name: amount, type: number, decimalChar: ",", constraints: { maximum: 100 } }
          - { name: fresh, type: boolean, trueValues: ["はい"], falseValues: ["いいえ"] }
          - { name: tags, type: list, delimiter: ";" }
          - { name: counts, type: list, itemType: integer }
          - { name: day, type: date, format: "%d/%m/%Y" }
          - { name: at, type: datetime }
          - { name: clock, type: time }
          - { name: year, type: year }
          - { name: month, type: yearmonth }
          - { name: took, type: duration }
          - { name: place, type: geopoint }
          - { name: more, type: object }
          - { name: several, type: array }
          - { name: shape, type: geojson }
          - { name: whatever, type: any }

        """

    private static let rowsOfEveryType = """
        id,title,kind,amount,fresh,tags,counts,day,at,clock,year,month,took,place,more,several,shape,whatever
        1,カレー,主菜,"1,5",はい,辛い;早い,"1,2",21/11/2026,2026-11-21T10:00:00,10:30:00,2026,2026-11,P1D,"139.7, 35.6","{""a"":1}","[1,""x""]","{""type"":""Point"",""coordinates"":[1,2]}",何か
        2,=1+2,-主食,2,いいえ,"=a;b",,,,,,,,,,,,
        3,"quote "" and, comma",,,,,,,,,,,,,,,,

        """

    /// With pandas' and R's own readers it is opened in docs/reading.md; what it says of itself is checked here.
    @Test func frictionlessFindsNothingWrongWithAnExport() async throws {
        try await Scene.with { scene in
            try scene.write("schemas/dish.yaml", Self.schemaOfEveryType)
            try scene.write("rows.csv", Self.rowsOfEveryType)
            try scene.write(
                "sheaf.yaml",
                """
                store: \(scene.storeURL)
                language: en
                datasets:
                  dish:
                    schema: schemas/dish.yaml
                    sheets: [{ csv: rows.csv }]

                """)
            let synced = try await scene.run("sync")
            #expect(synced.code == 0, "\(synced)")
            var folders: [String] = []
            for more in [
                ["--format", "csv"], ["--format", "csv", "--formulas", "keep", "--gzip"], [],
                ["--gzip", "--parts", "4"],
                ["--columns", "title,id", "--format", "csv"], ["--columns", "title"],
                ["--split", "train:50,test:50", "--format", "csv"],
            ] {
                let name = "out\(folders.count)"
                let told = try await scene.run(list: ["export", "dish", "--output", "\(name)/"] + more)
                #expect(told.code == 0, "\(told)")
                folders.append("\(scene.folder)/\(name)")
            }
            let verdicts = try await PythonScript("datapackage-check.py", environment: "frictionless").run(folders)
            #expect(verdicts.count == folders.count)
            for verdict in verdicts { #expect(verdict.hasPrefix("{\"errors\": []"), "\(verdict)") }
        }
    }
}

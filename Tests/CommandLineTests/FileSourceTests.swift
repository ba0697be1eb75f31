import Foundation
import Synchronization
import TestServers
import Testing

@testable import sheaf

/// Labels from CSV files on this machine and on the web, with the real program and database.
@Suite struct FileSourceTests {
    private static let header = "ID,名前,種類,担当者\n"

    private static func csv(_ rows: Range<Int>, kind: String = "主食") -> String {
        header + rows.map { "\($0),料理\($0),\(kind),佐藤\n" }.joined()
    }

    /// Writes `sheaf.yaml` with these entries under `sheets`.
    private func configure(_ scene: Scene, _ sheets: String...) throws {
        try scene.write(
            "sheaf.yaml",
            """
            store: \(scene.storeURL)
            language: en
            datasets:
              dish:
                schema: schemas/dish.yaml
                guards: { max_deleted: none, max_changed: none }
                sheets:
            \(sheets.map { "      - \($0)" }.joined(separator: "\n"))

            """)
    }

    private func expect(
        _ outcome: Scene.Outcome, _ exit: Exit, _ texts: String..., location: Testing.SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.code == exit.rawValue, "\(outcome)", sourceLocation: location)
        for text in texts {
            #expect((outcome.output + outcome.errors).contains(text), "\(outcome)", sourceLocation: location)
        }
    }

    // MARK: - On the web

    @Test func aFileOnTheWebIsFetchedOnceUntilItChanges() async throws {
        let body = Mutex(Self.csv(1..<11))
        let server = try TestServer { request in
            let text = body.withLock { $0 }
            let tag = "\"\(text.utf8.count)-\(text.contains("主菜"))\""
            return request.header("If-None-Match") == tag
                ? [.text("HTTP/1.1 304 Not Modified\r\nETag: \(tag)\r\nConnection: close\r\n\r\n")]
                : [.answer(headers: ["Content-Type: text/csv", "ETag: \(tag)"], body: Array(text.utf8))]
        }
        try await Scene.with { scene in
            try scene.write("token", "Bearer s3cret-t0ken\n")
            try configure(scene, "{ url: \"\(server.url)/labels.csv?key=s3cret-key\", authorization_file: token }")
            expect(try await scene.run("check"), .success)
            let synced = try await scene.run("sync", "--verbose")
            expect(synced, .success, "Published dish@1", "+ 10 inserts")
            let asked = server.requests.count
            let again = try await scene.run("sync", "--verbose")
            expect(again, .success, "Nothing to publish")
            #expect(server.requests.count == asked + 1)
            #expect(server.requests.last?.header("If-None-Match") != nil)
            #expect(try await scene.run("log", "dish").output.contains("dish@2") == false)

            body.withLock { $0 = Self.csv(1..<10, kind: "主菜") }
            expect(try await scene.run("sync"), .success, "+ 0 inserts   ~ 9 updates   - 1 delete")
            #expect(server.requests.allSatisfy { $0.header("Authorization") == "Bearer s3cret-t0ken" })
            for outcome in [synced, again] { #expect(!(outcome.output + outcome.errors).contains("s3cret")) }
        }
    }

    @Test func aServerThatFailsKeepsItsLabelsAndSaysWhatToDo() async throws {
        let answer = Mutex<[ServerStep]>([.answer(body: Array(Self.csv(1..<11).utf8))])
        let server = try TestServer { _ in answer.withLock { $0 } }
        try await Scene.with { scene in
            try configure(scene, "{ url: \"\(server.url)/labels.csv\" }")
            expect(try await scene.run("sync"), .success, "Published dish@1")
            answer.withLock { $0 = [.answer(403)] }
            expect(try await scene.run("sync"), .source, "403", "authorization_file")
            answer.withLock { $0 = [.answer(headers: ["Content-Type: text/html"], body: Array("<html>".utf8))] }
            expect(try await scene.run("sync"), .source, "web page")
            answer.withLock { $0 = [.answer(body: Array(Self.csv(1..<11).utf8))] }
            expect(try await scene.run("sync"), .success, "Nothing to publish")
            #expect(try await scene.labels().count == 10)
        }
    }

    // MARK: - On this machine

    @Test func eachFileOfAFolderIsASheetAndOneThatGoesKeepsItsLabels() async throws {
        try await Scene.with { scene in
            try FileManager.default.createDirectory(atPath: "\(scene.folder)/labels", withIntermediateDirectories: true)
            try scene.write("labels/a.csv", Self.csv(1..<6))
            try scene.write("labels/b.CSV", Self.csv(6..<11))
            try scene.write("labels/notes.txt", "not a sheet")
            try scene.write("labels/.hidden.csv", "not one either")
            for entry in ["{ csv: labels/ }", "{ csv: ./labels }"] {
                try configure(scene, entry)
                expect(try await scene.run("sync"), .success)
                #expect(try await scene.labels().count == 10)
            }
            try configure(scene, "{ csv: labels/*.csv, annotator: x }")
            try scene.write("labels/c.csv", Self.csv(11..<13))
            expect(try await scene.run("sync"), .success, "+ 2 inserts   ~ 0 updates   - 0 deletes")
            // b.CSV is none of these any more, and c.csv goes.
            try FileManager.default.removeItem(atPath: "\(scene.folder)/labels/c.csv")
            expect(try await scene.run("sync"), .success, "Nothing to publish")
            #expect(try await scene.labels().count == 12)
        }
    }

    @Test func filesAsExcelWritesThemInJapanAreReadWhereTheConfigurationSaysSo() async throws {
        try await Scene.with { scene in
            // 1,料理,主食 in Shift_JIS, with ① in the name.
            let shiftJIS =
                Array("ID,".utf8) + [0x96, 0xBC, 0x91, 0x4F, 0x2C, 0x8E, 0xED, 0x97, 0xDE, 0x2C]
                + [0x92, 0x53, 0x93, 0x96, 0x8E, 0xD2, 0x0D, 0x0A] + Array("1,".utf8)
                + [0x97, 0xBF, 0x97, 0x9D, 0x87, 0x40, 0x2C, 0x8E, 0xE5, 0x90, 0x48, 0x2C, 0x0D, 0x0A]
            try Data(shiftJIS).write(to: URL(filePath: "\(scene.folder)/excel.csv"))
            try configure(scene, "{ csv: excel.csv }")
            expect(try await scene.run("sync"), .source, "excel.csv", "line 1, byte 3", "encoding: cp932")
            for (encoding, outcome) in [("cp932", "Published dish@1"), ("auto", "Nothing to publish")] {
                try configure(scene, "{ csv: excel.csv, encoding: \(encoding) }")
                expect(try await scene.run("sync"), .success, outcome)
                #expect(try await scene.labels().first?.contains("料理①") == true)
            }
        }
    }

    // MARK: - Configuration

    @Test func everyMistakeAboutFilesIsToldAtOnceWithItsLine() async throws {
        try await Scene.with { scene in
            try configure(
                scene, "{ csv: a.csv, encoding: latin1 }", "{ csv: a.csv, url: \"https://data.example/a.csv\" }",
                "{ url: \"https://me:s3cret@data.example/a.csv\" }", "{ url: data.example/a.csv }",
                "{ url: \"http://data.example/a.csv\", authorization_file: token }",
                "{ csv: b.csv, authorization_file: token, tab: x }", "{ spreadsheet: s1, encoding: cp932 }",
                "{ csv: \"*/a.csv\" }", "{ csv: \"https://data.example/b.csv\" }",
                "{ ulr: \"https://data.example/c.csv\" }",
                "{ url: \"https://data.example/d.csv?a=1\" }", "{ url: \"https://data.example/d.csv?a=2\" }",
                "{ url: \"https://data.example/d.csv?a=1\" }")
            let told = try await scene.run("plan")
            expect(
                told, .usage, "sheaf.yaml:8: `datasets.dish.sheets[1].encoding` is `latin1`; known are utf-8, cp932",
                "sheaf.yaml:9: `datasets.dish.sheets[2]` names `csv` and `url`", "sheaf.yaml:10:",
                "`authorization_file`",
                "sheaf.yaml:11: `datasets.dish.sheets[4].url` must be an address", "sheaf.yaml:12:", "use https://",
                "sheaf.yaml:13: `datasets.dish.sheets[6].tab` means nothing for a CSV file",
                "sheets[6].authorization_file` means nothing", "sheaf.yaml:14:", "sheets[7].encoding` means nothing",
                "sheaf.yaml:15: `datasets.dish.sheets[8].csv` may hold *", "sheaf.yaml:16:", "name it by `url`",
                "sheaf.yaml:17: unknown key `ulr`", "did you mean `url`?",
                "sheaf.yaml:20: this sheet stands in `datasets.dish.sheets` twice")
            #expect(!(told.output + told.errors).contains("s3cret"))
            #expect(!told.errors.contains("sheaf.yaml:19:") && !told.output.contains("sheaf.yaml:19:"))
        }
    }

    @Test func aFolderWithNoFilesIsAMistakeForThoseWhoReadItAlone() async throws {
        try await Scene.with { scene in
            try scene.write("a.csv", Self.csv(1..<3))
            try configure(scene, "{ csv: \"a*.csv\" }")
            expect(try await scene.run("sync"), .success, "Published dish@1")
            try configure(scene, "{ csv: \"none/*.csv\" }", "{ csv: a.csv }", "{ csv: \"*.csv\" }")
            expect(
                try await scene.run("sync"), .usage,
                "sheaf.yaml:8: datasets.dish: no CSV file is there for `none/*.csv`",
                "sheaf.yaml:10: datasets.dish: a.csv is named here, and in line 9 too")
            #expect(try await scene.labels().count == 2)
        }
    }
}

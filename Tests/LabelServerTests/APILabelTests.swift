import Compression
import Foundation
import HTTPTransfer
import LabelExport
import LabelStore
import TestRandom
import Testing

@testable import LabelServer

/// The labels of a version: the same bytes every time, and no more of them than were asked for.
@Suite(.timeLimit(.minutes(5))) struct APILabelTests {
    private static let path = "/v1/datasets/dish/versions/1/labels"

    @Test func labelsAreTheBytesThatWereHashedPlainAndGzipped() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(APIData.rows(9_000))
            let key = try await scene.key()
            let expected = try await data.lines(1).map { $0 + "\n" }.joined()
            let plain = try await scene.ask("GET", Self.path, token: key, headers: ["Accept-Encoding": "identity"])
            #expect(plain.status == 200 && plain.text == expected)
            #expect(plain.headers["Content-Type"] == "application/x-ndjson")
            #expect(plain.headers["Cache-Control"] == "private, max-age=86400, immutable")
            #expect(plain.headers["Content-Encoding"] == nil)
            #expect(plain.headers["Sheaf-Version"] == "1")
            let raw = try await RawHTTP.get(
                scene.port, Self.path, ["Authorization: Bearer \(key)", "Accept-Encoding: gzip;q=0.5, br"])
            #expect(raw.head.contains("content-encoding: gzip"))
            let decoder = try #require(GzipDecoder())
            var decoded: [UInt8] = []
            try raw.unchunked.withUnsafeBytes { try decoder.decode($0, into: &decoded) }
            #expect(decoder.isAtEnd && String(decoding: decoded, as: UTF8.self) == expected)
            #expect(raw.trailers["sheaf-rows"] == "9000")
        }
    }

    @Test func whatTheClientHasIsNotSentAgain() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(APIData.rows(20))
            try await data.sync(APIData.rows(21))
            let key = try await scene.key()
            func tag(_ path: String, _ headers: HTTPHeaders = [:]) async throws -> String {
                try #require(try await scene.ask("HEAD", path, token: key, headers: headers).headers["ETag"])
            }
            let first = try await tag(Self.path)
            #expect(first.wholeMatch(of: /"[0-9a-f-]+(?:gzip)?"/) != nil)
            for named in [first, "W/\(first)", "\"x\", \(first)", "*"] {
                let answer = try await scene.ask("GET", Self.path, token: key, headers: ["If-None-Match": named])
                #expect(answer.status == 304 && answer.body.isEmpty, "\(named)")
                #expect(answer.headers["ETag"] == first)
                #expect(answer.headers["Cache-Control"]?.contains("immutable") == true)
            }
            let other = try await scene.ask("GET", Self.path, token: key, headers: ["If-None-Match": "\"other\""])
            #expect(other.status == 200)
            // Every wish has its own; so has each form, and how it is encoded.
            let wishes = [
                "", "?format=csv", "?format=csv&formulas=keep", "?columns=id", "?columns=id,name", "?columns=name,id",
                "?where=id%3E3", "?split=a:50,b:50&only=a", "?split=a:50,b:50&only=b", "?split=a:50,b:50&only=a&salt=x",
                "?split=a:50,b:50&only=a&by=kind", "?limit=3", "?limit=4", "?after=%5B3%5D", "?cursors=true",
                "?tombstones=true",
            ]
            var tags: Set<String> = []
            for wish in wishes { tags.insert(try await tag(Self.path + wish)) }
            tags.insert(try await tag(Self.path, ["Accept-Encoding": "identity"]))
            tags.insert(try await tag(Self.path.replacing("/1/", with: "/2/")))
            #expect(tags.count == wishes.count + 2)
            #expect(
                try await tag(Self.path.replacing("/1/", with: "/latest/"))
                    == tag(Self.path.replacing("/1/", with: "/2/")))
            // A name may mean another version tomorrow.
            let named = try await scene.ask("HEAD", Self.path.replacing("/1/", with: "/latest/"), token: key)
            #expect(named.headers["Cache-Control"] == "private, no-cache")
            #expect(named.headers["Content-Location"] == "/v1/datasets/dish/versions/2/labels")
        }
    }

    @Test func onlyWhatIsAskedForIsSent() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(
                [["1", "=1+1", "主食"], ["2", "b", "主菜"], ["3", "", "副菜"]])
            try await data.sync(
                [["1", "=1+1", "主食"], ["2", "b", "副菜"], ["3", "", "副菜"], ["4", "d", "主食"]])
            let key = try await scene.key()
            func labels(_ query: String, _ headers: HTTPHeaders = [:]) async throws -> Set<String> {
                let answer = try await scene.ask(
                    "GET", "/v1/datasets/dish/versions/2/labels\(query)", token: key, headers: headers)
                #expect(answer.status == 200, "\(query): \(answer.text)")
                return Set(answer.text.split(whereSeparator: \.isNewline).map(String.init))
            }
            #expect(try await labels("?columns=id") == [#"{"id":1}"#, #"{"id":2}"#, #"{"id":3}"#, #"{"id":4}"#])
            #expect(
                try await labels("?where=kind+%3D+%27%E4%B8%BB%E9%A3%9F%27&columns=id") == [#"{"id":1}"#, #"{"id":4}"#])
            #expect(try await labels("?changed_since=1&columns=id") == [#"{"id":2}"#, #"{"id":4}"#])
            #expect(try await labels("?format=csv&columns=id,name") == ["id,name", "1,'=1+1", "2,b", "3,", "4,d"])
            #expect(
                try await labels("?format=csv&formulas=keep&columns=name,id&limit=4&where=id%3D1") == [
                    "name,id", "=1+1,1",
                ])
            #expect(try await labels("?columns=id,name", ["Accept": "text/csv"]).contains("id,name"))
            #expect(try await labels("?columns=id", ["Accept": "text/html, */*;q=0.1"]).contains(#"{"id":1}"#))
            let parts = try await [labels("?split=a:50,b:50&only=a"), labels("?split=a:50,b:50&only=b")]
            #expect(parts[0].isDisjoint(with: parts[1]) && parts[0].union(parts[1]).count == 4)
        }
    }

    @Test func whatCannotBeMeantIsRefused() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(APIData.rows(3))
            let key = try await scene.key()
            let cases: [(String, String)] = [
                ("colums=id", "unknown-parameter"), ("columns=nothing", "unknown-column"),
                ("columns=", "unknown-column"),
                ("columns=id,id", "unknown-column"), ("columns=id&columns=name", "bad-parameter"),
                ("where=", "bad-condition"), ("where=id%3D", "bad-condition"),
                ("where=1%3B+DROP+TABLE", "bad-condition"),
                ("where=secret%3D1", "bad-condition"), ("format=xml", "bad-parameter"), ("format=", "bad-parameter"),
                ("formulas=run", "bad-parameter"), ("tombstones=1", "bad-parameter"),
                ("format=csv&tombstones=true", "bad-parameter"),
                ("split=a:50,b:50", "bad-split"), ("only=a", "bad-split"), ("split=a:50&only=b", "bad-split"),
                ("split=a:50,b:50&only=c", "bad-split"), ("split=a:50,b:50&only=a&by=nothing", "bad-split"),
                ("limit=0", "bad-parameter"), ("limit=-1", "bad-parameter"), ("limit=1e3", "bad-parameter"),
                ("limit=99999999999999999999", "bad-parameter"), ("limit=%EF%BC%91", "bad-parameter"),
                ("after=", "bad-parameter"), ("after=x", "bad-parameter"), ("after=%5B1,2%5D", "bad-parameter"),
                ("after=%5B%22x%22%5D", "unknown-key"), ("after=%5B%221%22%5D", "unknown-key"),
                ("changed_since=1", "bad-since"),
                ("cursors=yes", "bad-parameter"), ("format=csv&cursors=true", "bad-parameter"),
                ("where=%ff", "bad-encoding"), ("where=%", "bad-encoding"), ("%00=1", "unknown-parameter"),
                ("where=" + String(repeating: "(", count: 10_000), "bad-condition"),
            ]
            for (query, code) in cases {
                for method in ["GET", "HEAD"] {
                    let answer = try await scene.ask(method, "\(Self.path)?\(query)", token: key)
                    #expect(answer.status == 400, "\(query.prefix(60)): \(answer.status)")
                    if method == "GET" {
                        #expect(answer.code == code, "\(query.prefix(60)): \(answer.text.prefix(300))")
                    }
                }
            }
            let answer = try await scene.ask("GET", Self.path, token: key, headers: ["Accept": "application/xml"])
            #expect(answer.status == 406 && answer.code == "not-acceptable")
            let since = try await scene.ask("GET", "\(Self.path)?changed_since=9", token: key)
            #expect(since.status == 404 && since.code == "unknown-version")
        }
    }

    /// Whoever was cut off behind any line goes on there, by the key of that line or by its hash.
    @Test func aDownloadThatBrokeOffGoesOnWithoutAGapOrARepeat() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(APIData.rows(9_001))
            let key = try await scene.key()
            let lines = try await data.lines(1)
            var random = SeededRandom(seed: 7)
            for round in 0..<12 {
                let kept = round == 0 ? lines.count : Int.random(in: 1...lines.count, using: &random)
                let query = round.isMultiple(of: 2) ? "" : "where=id%3E4000&"
                let wanted = query.isEmpty ? lines : lines.filter { Self.id($0) > 4_000 }
                let index = min(kept, wanted.count) - 1
                let rest = try await scene.ask(
                    "GET", "\(Self.path)?\(query)after=%5B\(Self.id(wanted[index]))%5D", token: key)
                #expect(rest.text.split(separator: "\n").map(String.init) == Array(wanted.dropFirst(index + 1)))
            }
            // With marks, also where a line does not tell its key.
            let marked = try await scene.ask("GET", "\(Self.path)?columns=kind&cursors=true", token: key)
            let all = marked.text.split(separator: "\n").map(String.init)
            let marks = all.indices.filter { all[$0].hasPrefix(#"{"$cursor":""#) }
            #expect(marks.count > 2 && marks.last == all.count - 1)
            let first = marks[0]
            let hash = all[first].dropFirst(12).prefix(32)
            let rest = try await scene.ask("GET", "\(Self.path)?columns=kind&after=\(hash)", token: key)
            #expect(first + rest.text.split(separator: "\n").count == 9_001)
            // CSV goes on without another header.
            let csv = try await scene.ask("GET", "\(Self.path)?format=csv&limit=10", token: key)
            let last = try #require(csv.text.split(whereSeparator: \.isNewline).last?.prefix { $0 != "," })
            let more = try await scene.ask("GET", "\(Self.path)?format=csv&after=%5B\(last)%5D", token: key)
            let whole = try await scene.ask("GET", "\(Self.path)?format=csv", token: key)
            #expect(csv.body + more.body == whole.body)
        }
    }

    @Test func pagesByLimitMakeUpTheWhole() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(APIData.rows(1_000))
            let key = try await scene.key()
            var lines: [String] = []
            var after = ""
            while true {
                let page = try await RawHTTP.get(
                    scene.port, "\(Self.path)?limit=137&where=id%3E10\(after)", ["Authorization: Bearer \(key)"])
                let some = String(decoding: page.unchunked, as: UTF8.self).split(separator: "\n").map(String.init)
                #expect(page.trailers["sheaf-rows"] == "\(some.count)")
                lines += some
                guard some.count == 137, let cursor = page.trailers["sheaf-cursor"] else { break }
                after = "&after=\(cursor)"
            }
            #expect(try await data.lines(1).filter { Self.id($0) > 10 } == lines)
        }
    }

    @Test func aRedactedLabelIsGoneFromHereAndFromCaches() async throws {
        try await APIData.serve { scene, data in
            try await data.sync([["1", "personal", "主食"], ["2", "b", "主菜"]])
            let key = try await scene.key()
            let before = try await scene.ask("GET", Self.path, token: key)
            #expect(before.text.contains("personal"))
            try await data.redact(1)
            let tag = try #require(before.headers["ETag"])
            let after = try await scene.ask("GET", Self.path, token: key, headers: ["If-None-Match": tag])
            #expect(after.status == 200 && !after.text.contains("personal"))
            #expect(after.headers["Sheaf-Left-Out"] == "1")
            let tombs = try await scene.ask("GET", "\(Self.path)?tombstones=true", token: key)
            #expect(tombs.text.contains("$redacted") && tombs.headers["Sheaf-Left-Out"] == "0")
            let version = try await scene.ask("GET", "/v1/datasets/dish/versions/1", token: key)
            #expect(version.document["redacted"] as? Int == 1)
        }
    }

    private static func id(_ line: String) -> Int {
        line.firstMatch(of: /"id":(\d+)/).flatMap { Int($0.1) } ?? 0
    }
}

import Digest
import Foundation
import HTTPTransfer
import LabelStore
import Testing

@testable import LabelServer

/// Datasets, schemas and versions, and who may know of them.
@Suite(.timeLimit(.minutes(3))) struct APIVersionTests {
    @Test func aVersionIsFoundByNumberNewestTimeAndTag() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(APIData.rows(3))
            try await data.sync(APIData.rows(4))
            let dataset = try await data.store.dataset("dish")
            _ = try await data.store.withLease("dataset:dish", owner: "t") { lease in
                try await data.store.setTag(
                    "release/1", to: 1, of: dataset, moves: false, actor: "aki", why: nil, lease: lease)
            }
            let key = try await scene.key()
            for (name, number) in [("1", 1), ("2", 2), ("latest", 2), ("2999-01-01", 2), ("release%2F1", 1)] {
                let answer = try await scene.ask("GET", "/v1/datasets/dish/versions/\(name)", token: key)
                #expect(answer.status == 200 && answer.document["version"] as? Int == number, "\(name)")
                #expect(answer.headers["Content-Location"] == "/v1/datasets/dish/versions/\(number)")
                #expect(answer.document["labels"] as? Int == number + 2)
            }
            let one = try await scene.ask("GET", "/v1/datasets/dish/versions/1", token: key)
            let record = try await data.store.version(1, of: dataset)
            #expect(one.document["version_hash"] as? String == record.versionHash.hex)
            #expect(one.document["tags"] as? [String] == ["release/1"])
            #expect((one.document["published_at"] as? String)?.wholeMatch(of: /\d{4}-\d\d-\d\dT[\d:.]{15}Z/) != nil)
            for (name, code) in [
                ("3", "unknown-version"), ("1970-01-01", "unknown-version"), ("none", "unknown-tag"),
                ("0", "bad-version"), ("-1", "bad-version"), ("1%27%20OR%201=1", "bad-version"),
                ("..%2F..%2Fetc", "bad-version"), ("99999999999999999999", "bad-version"),
                ("%0d%0aX-Y:1", "bad-version"),
                (String(repeating: "a", count: 5_000), "bad-version"),
            ] {
                for rest in ["", "/labels", "/schema"] {
                    let answer = try await scene.ask("GET", "/v1/datasets/dish/versions/\(name)\(rest)", token: key)
                    #expect(answer.status == 404 && answer.code == code, "\(name.prefix(20))\(rest)")
                    #expect(answer.headers["X-Y"] == nil)
                }
            }
        }
    }

    @Test func versionsAreListedInPages() async throws {
        try await APIData.serve { scene, data in
            for count in 1...5 { try await data.sync(APIData.rows(count)) }
            let key = try await scene.key()
            var numbers: [Int] = []
            var before = ""
            repeat {
                let page = try await scene.ask("GET", "/v1/datasets/dish/versions?limit=2\(before)", token: key)
                numbers += (page.document["versions"] as? [[String: Any]])?.compactMap { $0["version"] as? Int } ?? []
                before = (page.document["before"] as? Int).map { "&before=\($0)" } ?? ""
            } while !before.isEmpty
            #expect(numbers == [5, 4, 3, 2, 1])
        }
    }

    @Test func aSchemaIsTheDocumentThatWasHashed() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(APIData.rows(1))
            let key = try await scene.key()
            let list = try await scene.ask("GET", "/v1/datasets/dish/schemas", token: key)
            let hash = try #require((list.document["schemas"] as? [[String: Any]])?.first?["schema_hash"] as? String)
            var hasher = SHA256Hasher()
            for path in ["schemas/\(hash)", "versions/1/schema", "versions/latest/schema"] {
                let answer = try await scene.ask("GET", "/v1/datasets/dish/\(path)", token: key)
                hasher.update(answer.body)
                #expect(hasher.finish().hex == hash)
                let tag = try #require(answer.headers["ETag"])
                let again = try await scene.ask(
                    "GET", "/v1/datasets/dish/\(path)", token: key, headers: ["If-None-Match": tag])
                #expect(again.status == 304 && again.body.isEmpty)
            }
            for wrong in ["0", String(repeating: "0", count: 64), "%00", "1;DROP"] {
                let answer = try await scene.ask("GET", "/v1/datasets/dish/schemas/\(wrong)", token: key)
                #expect(answer.status == 404 && answer.code == "unknown-schema")
            }
        }
    }

    @Test func forATokenOfOneDatasetNoOtherIsThere() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(APIData.rows(2))
            try await data.sync(APIData.rows(2), dataset: "secret")
            let key = try await scene.key(.operator, datasets: ["dish"])
            let list = try await scene.ask("GET", "/v1/datasets", token: key)
            #expect(list.text.contains("dish") && !list.text.contains("secret"))
            for path in [
                "", "/schemas", "/versions", "/versions/1", "/versions/1/labels", "/versions/1/schema",
                "/diff?from=0&to=1", "/history?key=%5B1%5D", "/runs", "/rejections",
            ] {
                let own = try await scene.ask("GET", "/v1/datasets/dish\(path)", token: key)
                #expect(own.status == 200, "\(path): \(own.text)")
                // What is there looks like what is not.
                let other = try await scene.ask("GET", "/v1/datasets/secret\(path)", token: key)
                let none = try await scene.ask("GET", "/v1/datasets/nothing\(path)", token: key)
                #expect(other.status == 404 && other.body == none.body, "\(path)")
            }
            // A database may take names for the same that differ in blanks at their end, or in capitals.
            for name in ["dish%20", "Dish", "dish%00"] {
                let all = try await scene.ask("GET", "/v1/datasets/\(name)", token: try await scene.key())
                #expect(all.status == 404 && all.code == "unknown-dataset", "\(name)")
            }
            let holds = try await scene.ask("GET", "/v1/holds?dataset=secret", token: key)
            #expect(holds.status == 404 && holds.code == "unknown-dataset")
        }
    }

    @Test func aRoleMayDoSoMuchAndNoMore() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(APIData.rows(2))
            let keys = [
                (TokenRole.reader, try await scene.key()), (.operator, try await scene.key(.operator)),
                (.admin, try await scene.key(.admin)),
            ]
            let paths: [(String, TokenRole)] = [
                ("/v1/datasets", .reader), ("/v1/datasets/dish/versions/1/labels", .reader),
                ("/v1/datasets/dish/runs", .operator), ("/v1/datasets/dish/rejections", .operator),
                ("/v1/holds", .operator), ("/v1/tokens", .admin), ("/v1/audit", .admin),
            ]
            for (path, needed) in paths {
                for (role, key) in keys {
                    let answer = try await scene.ask("GET", path, token: key)
                    #expect(answer.status == (role >= needed ? 200 : 403), "\(role) \(path)")
                    if role < needed { #expect(answer.code == "forbidden") }
                }
                let answer = try await scene.ask("GET", path)
                #expect(answer.status == 401 && answer.code == "missing-token")
                #expect(answer.headers["WWW-Authenticate"] == #"Bearer realm="sheaf""#)
            }
        }
    }

    @Test func aPrunedVersionIsGoneAndSaysSo() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(APIData.rows(2))
            try await data.sync(APIData.rows(3))
            try await data.execute("UPDATE sheaf_versions SET state = 'pruned' WHERE version = 1")
            let key = try await scene.key()
            for path in ["versions/1/labels", "diff?from=1&to=2", "versions/2/labels?changed_since=1"] {
                let answer = try await scene.ask("GET", "/v1/datasets/dish/\(path)", token: key)
                #expect(answer.status == 410 && answer.code == "pruned-version", "\(path)")
            }
            let version = try await scene.ask("GET", "/v1/datasets/dish/versions/1", token: key)
            #expect(version.status == 200 && version.document["is_pruned"] as? Bool == true)
        }
    }

    @Test func theTokensAndTheAuditAreTheAdminsToSee() async throws {
        try await APIData.serve { scene, data in
            let admin = try await scene.token(.admin)
            let other = try await scene.token(.reader)
            _ = try await data.store.revokeToken(publicID: other.publicID, actor: "ben", why: "lost")
            let tokens = try await scene.ask("GET", "/v1/tokens", token: admin.revealed)
            let listed = try #require(tokens.document["tokens"] as? [[String: Any]])
            #expect(listed.compactMap { $0["state"] as? String } == ["revoked", "active"])
            #expect(listed.last?["last_used_at"] is String)
            #expect(!tokens.text.contains(other.revealed.dropFirst(19)) && !tokens.text.contains("hash"))
            let audit = try await scene.ask("GET", "/v1/audit", token: admin.revealed)
            #expect(audit.text.contains("token revoke") && audit.text.contains("lost"))
        }
    }
}

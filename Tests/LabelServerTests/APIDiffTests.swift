import Foundation
import HTTPTransfer
import LabelStore
import Sync
import Testing

@testable import LabelServer

/// Differences, histories, and what operators see and do.
@Suite(.timeLimit(.minutes(3))) struct APIDiffTests {
    private func lines(_ answer: APIScene.Answer) -> [[String: Any]] {
        answer.text.split(separator: "\n").compactMap {
            (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
        }
    }

    @Test func aDifferenceIsToldLineByLineAndSaysThatItIsWhole() async throws {
        try await APIData.serve { scene, data in
            try await data.sync([["1", "a", "主食"], ["2", "b", "主菜"], ["3", "c", "副菜"]])
            try await data.sync([["1", "a", "主食"], ["2", "b", "副菜"], ["4", "d", "主食"]])
            let key = try await scene.key()
            let answer = try await scene.ask("GET", "/v1/datasets/dish/diff?from=1&to=latest", token: key)
            let lines = lines(answer)
            #expect(answer.headers["Content-Type"] == "application/x-ndjson")
            #expect(lines.first?["line"] as? String == "diff" && lines.first?["schema_changed"] as? Bool == false)
            #expect(lines.last?["line"] as? String == "end" && lines.last?["inserted"] as? Int == 1)
            let changes = lines.filter { $0["line"] as? String == "change" }
            let kinds = Dictionary(
                uniqueKeysWithValues: changes.map { ($0["key"] as? String ?? "", $0["kind"] as? String ?? "") })
            #expect(kinds == ["[2]": "update", "[3]": "delete", "[4]": "insert"])
            let cells = try #require(changes.first { $0["key"] as? String == "[2]" }?["cells"] as? [[String: String]])
            #expect(cells == [["field": "kind", "before": "主菜", "after": "副菜"]])
            // From the empty version, and backwards.
            #expect(
                self.lines(try await scene.ask("GET", "/v1/datasets/dish/diff?from=0&to=1", token: key)).last?[
                    "inserted"] as? Int == 3)
            #expect(
                self.lines(try await scene.ask("GET", "/v1/datasets/dish/diff?from=2&to=1", token: key)).last?[
                    "deleted"] as? Int == 1)
            for (query, status, code) in [
                ("", 400, "bad-parameter"), ("?to=1", 400, "bad-parameter"), ("?from=9", 404, "unknown-version"),
                ("?from=1&to=0", 404, "bad-version"), ("?from=x", 404, "unknown-tag"),
                ("?from=%27", 404, "bad-version"),
                ("?form=1", 400, "unknown-parameter"),
            ] {
                let answer = try await scene.ask("GET", "/v1/datasets/dish/diff\(query)", token: key)
                #expect(answer.status == status && answer.code == code, "\(query)")
            }
        }
    }

    @Test func aSchemaThatChangedBetweenTheTwoIsTold() async throws {
        try await APIData.serve { scene, data in
            try await data.sync([["1", "a", "主食"]])
            try await data.sync(
                [["1", "a", "汁物"]], schema: APIData.schema.replacing("副菜]", with: "副菜, 汁物]"))
            let key = try await scene.key()
            let head = try #require(
                lines(try await scene.ask("GET", "/v1/datasets/dish/diff?from=1&to=2", token: key)).first)
            #expect(head["schema_changed"] as? Bool == true)
            #expect(head["from_schema_hash"] as? String != head["to_schema_hash"] as? String)
            let changes = try #require(head["schema_changes"] as? [[String: Any]])
            #expect(changes.contains { $0["field"] as? String == "kind" })
        }
    }

    @Test func theHistoryOfARowIsFoundByItsKey() async throws {
        try await APIData.serve { scene, data in
            try await data.sync([["1", "a", "主食"], ["2", "b", "主菜"]])
            try await data.sync([["1", "a", "副菜"], ["2", "b", "主菜"]])
            try await data.sync([["2", "b", "主菜"]])
            let key = try await scene.key()
            let answer = try await scene.ask("GET", "/v1/datasets/dish/history?key=%5B1%5D", token: key)
            let steps = try #require(answer.document["steps"] as? [[String: Any]])
            #expect(steps.compactMap { $0["kind"] as? String } == ["insert", "update", "delete"])
            #expect(steps.compactMap { $0["version"] as? Int } == [1, 2, 3])
            for (query, status, code) in [
                ("", 400, "bad-parameter"), ("?key=", 400, "bad-key"), ("?key=1", 400, "bad-key"),
                ("?key=%5B%5D", 400, "bad-key"), ("?key=%5B9%5D", 404, "unknown-key"),
                ("?key=%5B%22' OR 1=1--%22%5D".replacing(" ", with: "%20"), 404, "unknown-key"),
                ("?key=" + String(repeating: "%5B", count: 3_000), 400, "bad-key"),
            ] {
                let answer = try await scene.ask("GET", "/v1/datasets/dish/history\(query)", token: key)
                #expect(answer.status == status && answer.code == code, "\(query.prefix(30)): \(answer.text)")
            }
        }
    }

    @Test func anOperatorSeesWhatWasRejectedAndApprovesWhatIsHeld() async throws {
        try await APIData.serve { scene, data in
            try await data.sync(APIData.rows(40))
            try await data.sync(APIData.rows(39) + [["40", "x", "何か"]])
            let key = try await scene.key(.operator)
            let rejections = try await scene.ask("GET", "/v1/datasets/dish/rejections", token: key)
            let first = try #require((rejections.document["rejections"] as? [[String: Any]])?.first)
            #expect(first["kind"] as? String == "invalid" && first["key"] as? String == "[40]")
            #expect((first["errors"] as? [[String: Any]])?.first?["field"] as? String == "kind")
            let held = try await data.sync(
                APIData.rows(10), guards: .init(maxChanged: 0.05, maxDeleted: 0.05, maxRejected: nil, floor: 1))
            #expect(held.outcome == .held)
            let list = try await scene.ask("GET", "/v1/holds", token: key)
            let hold = try #require((list.document["holds"] as? [[String: Any]])?.first)
            let id = try #require(hold["id"] as? Int)
            let one = try await scene.ask("GET", "/v1/holds/\(id)", token: key)
            #expect((one.document["entries"] as? [Any])?.count == 30)
            // Who may read may not approve, and a token of another dataset does not know of it.
            #expect(try await scene.ask("POST", "/v1/holds/\(id)/approve", token: scene.key()).status == 403)
            _ = try await data.store.ensureDataset("other")
            let other = try await scene.key(.operator, datasets: ["other"])
            let none = try await scene.ask("POST", "/v1/holds/999/approve", token: other)
            for path in ["/v1/holds/\(id)/approve", "/v1/holds/999/approve"] {
                let answer = try await scene.ask("POST", path, token: other)
                #expect(answer.status == 404 && answer.body == none.body)
            }
            for (type, body, status) in [
                ("text/plain", "{}", 415), ("application/json", "[]", 400), ("application/json", "{\"hours\":0}", 400),
                ("application/json", "{\"what\":1}", 400), ("application/json", "{\"why\":null}", 400),
                ("application/json", "{\"deletes\":\"yes\"}", 400), ("application/json", "{", 400),
            ] {
                let answer = try await scene.ask(
                    "POST", "/v1/holds/\(id)/approve", token: key, headers: ["Content-Type": type],
                    body: Array(body.utf8))
                #expect(answer.status == status, "\(body)")
            }
            let approved = try await scene.ask(
                "POST", "/v1/holds/\(id)/approve", token: key, headers: ["Content-Type": "application/json"],
                body: Array(#"{"why":"the sheet was split","hours":5}"#.utf8))
            #expect(approved.status == 200 && approved.document["state"] as? String == "approved")
            #expect((approved.document["approved_by"] as? String)?.hasPrefix("token ") == true)
            #expect(approved.document["approved_why"] as? String == "the sheet was split")
            for number in ["0", "x", "-1", "99999999999999999999", "1%20OR%201"] {
                #expect(try await scene.ask("GET", "/v1/holds/\(number)", token: key).status == 404)
            }
            let runs = try await scene.ask("GET", "/v1/datasets/dish/runs?limit=2", token: key)
            #expect((runs.document["runs"] as? [[String: Any]])?.first?["state"] as? String == "held")
        }
    }
}

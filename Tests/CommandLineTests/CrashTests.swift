import Foundation
import SheetsEmulator
import TestRandom
import Testing

@testable import sheaf

/// Kills syncs at random moments.
///
/// `SHEAF_TEST_CRASHES` says how many; `make test-crash` asks for many.
@Suite struct CrashTests {
    private static let crashes =
        ProcessInfo.processInfo.environment["SHEAF_TEST_CRASHES"].flatMap(Int.init) ?? 3

    /// More than two chunks of a change set, so that there is something to leave half done.
    private static let rows = 22_000

    @Test func whereverASyncIsKilledEveryVersionStaysAndTheNextSyncCarriesOn() async throws {
        try await Scene.with { scene in
            try scene.write(
                "sheaf.yaml",
                """
                store: \(scene.storeURL)
                datasets:
                  dish:
                    schema: schemas/dish.yaml
                    sheets: [{ csv: a.csv }]
                    guards: { max_changed: none, max_deleted: none }
                """)
            let seed = UInt64.random(in: 0...UInt64.max)
            var random = SeededRandom(seed: seed)
            var exports: [String] = []
            try sheet(scene, round: 0)
            #expect(try await scene.run("sync").code == 0)
            exports.append(try await scene.run("export", "dish@1").output)
            // How long one takes, to spread the crashes over all of it.
            let begun = ContinuousClock.now
            try sheet(scene, round: 1)
            #expect(try await scene.run("sync").code == 0)
            let whole = ContinuousClock.now - begun
            exports.append(try await scene.run("export", "dish@2").output)

            for round in 2..<(2 + Self.crashes) {
                try sheet(scene, round: round)
                let moment = whole * (Double(random.number(in: 5..<110)) / 100)
                let killed = try await scene.run("sync") { pid in
                    // Not a wait for something to happen: the moment is what the test is about.
                    try? await Task.sleep(for: moment)
                    kill(pid, SIGKILL)
                }
                #expect(killed.code == -SIGKILL || killed.code == 0, "seed \(seed), round \(round)")
                // The last version, the first, and one in between.
                for index in Set([0, random.number(in: 0..<exports.count), exports.count - 1]) {
                    let now = try await scene.run("export", "dish@\(index + 1)").output
                    #expect(now == exports[index], "seed \(seed), round \(round), version \(index + 1)")
                }
                try await scene.expireLeases()
                let next = try await scene.run("sync")
                #expect(next.code == 0, "seed \(seed), round \(round): \(next)")
                let version = exports.count + 1
                let export = try await scene.run("export", "dish@\(version)").output
                #expect(export.split(separator: "\n").count == Self.count(round), "seed \(seed), round \(round)")
                exports.append(export)
                #expect(try await scene.run("log", "dish", "--json").output.contains("\"version\" : \(version)"))
                #expect(try await scene.run("plan").output.contains("Nothing would be published"))
            }
        }
    }

    /// Edits of several spreadsheets, between syncs that are killed: the changes that were followed are not forgotten.
    @Test func whereverSyncsOfSpreadsheetsAreKilledNoEditIsForgotten() async throws {
        try await Scene.with { scene in
            let seed = UInt64.random(in: 0...UInt64.max)
            var random = SeededRandom(seed: seed)
            var kinds = Dictionary(uniqueKeysWithValues: Scene.rows.map { ($0[0], $0[2]) })
            let books = ["s1"] + (2...6).map { "s\($0)" }
            for (index, book) in books.enumerated().dropFirst() {
                let rows = (1...40).map { ["\(index * 1_000 + $0)", "料理", "主食", "佐藤"] }
                for row in rows { kinds[row[0]] = row[2] }
                scene.emulator.addSpreadsheet(
                    id: book, title: book, sharedWith: [Scene.account], tabs: [("料理", [Scene.header] + rows)])
            }
            try scene.configure(
                extraSheets: books.dropFirst().map { "      - { spreadsheet: \($0), tab: 料理 }" }
                    .joined(separator: "\n"),
                google: ", cool_down: 0s")
            /// A cell of some of the spreadsheets gets another kind.
            func edit() throws {
                for (index, book) in books.enumerated() where random.once(in: 2) {
                    let row = random.number(in: 1..<41)
                    let kind = random.pick(["主食", "主菜", "副菜"])
                    try scene.emulator.type(book, "'料理'!C\(row + 1)", [[kind]])
                    kinds["\(index * 1_000 + row)"] = kind
                }
            }
            #expect(try await scene.run("sync").code == 0)
            // How long one takes, to spread the crashes over all of it.
            try edit()
            let begun = ContinuousClock.now
            #expect(try await scene.run("sync").code == 0)
            let whole = ContinuousClock.now - begun

            var left = Self.crashes
            while left > 0 {
                // Several in a row, with no sync between them that ends.
                for _ in 0..<min(left, random.number(in: 3..<6)) {
                    left -= 1
                    try edit()
                    let moment = whole * (Double(random.number(in: 5..<110)) / 100)
                    let killed = try await scene.run("sync") { pid in
                        // Not a wait for something to happen: the moment is what the test is about.
                        try? await Task.sleep(for: moment)
                        kill(pid, SIGKILL)
                    }
                    #expect(killed.code == -SIGKILL || killed.code == 0, "seed \(seed): \(killed)")
                    try await scene.expireLeases()
                }
                let next = try await scene.run("sync")
                #expect(next.code == 0, "seed \(seed): \(next)")
                #expect(try await Self.kinds(scene) == kinds, "seed \(seed)")
                // What it found changed it reads once more, since an edit may have come behind it; after that, nothing.
                #expect(try await scene.run("sync").output.contains("Nothing to publish"), "seed \(seed)")
                scene.emulator.resetCounters()
                let idle = try await scene.run("sync")
                #expect(idle.code == 0, "seed \(seed): \(idle)")
                let calls = scene.emulator.counters.filter { $0.key != "token" }
                #expect(calls == ["drive.changes.list": 1], "seed \(seed)")
            }
        }
    }

    /// The kinds that the newest version has, by id.
    private static func kinds(_ scene: Scene) async throws -> [String: String] {
        var kinds: [String: String] = [:]
        for label in try await scene.labels() {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(label.utf8)) as? [String: Any])
            kinds["\(object["id"] as? Int ?? 0)"] = object["kind"] as? String
        }
        return kinds
    }

    /// In each round a third of the labels change, some go and some come.
    private func sheet(_ scene: Scene, round: Int) throws {
        let kinds = ["主食", "主菜", "副菜"]
        var text = "ID,名前,種類,担当者\n"
        for id in 1...Self.rows where (id + round) % 7 != 0 {
            text += "\(id),料理\(id),\(kinds[(id % 3 == 0 ? id + round : id) / 3 % 3]),\n"
        }
        try scene.write("a.csv", text)
    }

    private static func count(_ round: Int) -> Int {
        (1...rows).count { ($0 + round) % 7 != 0 }
    }
}

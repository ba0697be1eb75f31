import LabelDiff
import MySQL
import TestSupport
import Testing

@testable import LabelStore

/// What versions are called.
@Suite struct VersionNameTests {
    @Test(
        arguments: [
            ("latest", .newest), ("1", .number(1)), ("007", .number(7)), ("2026", .number(2026)),
            ("release-2026-11", .tag("release-2026-11")), ("v1", .tag("v1")), ("A/b.c_d-9", .tag("A/b.c_d-9")),
        ] as [(String, VersionName)])
    func aNumberATimeAndATagAreNeverTakenForEachOther(_ text: String, _ name: VersionName) {
        #expect(VersionName(text) == name)
    }

    @Test(
        arguments: [
            ("2026-11-01", "2026-11-01 23:59:59.999999", 0), ("2024-02-29", "2024-02-29 23:59:59.999999", 0),
            ("2026-11-01T10:00", "2026-11-01 10:00:59.999999", 0),
            ("2026-11-01 10:00Z", "2026-11-01 10:00:59.999999", 0),
            ("2026-11-01T10:00:07", "2026-11-01 10:00:07.999999", 0),
            ("2026-11-01T10:00:07.25Z", "2026-11-01 10:00:07.250000", 0),
            ("2026-11-01T10:00+09:00", "2026-11-01 10:00:59.999999", 540),
            ("2026-11-01T10:00:00-03:30", "2026-11-01 10:00:00.999999", -210),
        ] as [(String, String, Int)])
    func aTimeIsMeantToTheEndOfWhatWasGiven(_ text: String, _ local: String, _ offset: Int) throws {
        guard case .asOf(let moment) = VersionName(text) else {
            Issue.record("\(text) is no time")
            return
        }
        #expect(moment.local == local && moment.offsetMinutes == offset)
    }

    @Test(arguments: [
        "", "0", "-1", "00", "1.5", "１２", "99999999999999999999", "2026-02-29", "2026-13-01", "2026-11-31", "2026-11-1",
        "2026-11-01T24:00", "2026-11-01T10:60", "2026-11-01T10", "2026-11-01Z", "2026-11-01T10:00+15:00", "0000-01-01",
        "2026-11-01T10:00:60", "9lives", "-v", "v1-", "a//b", "a..b", "/a", "a b", "タグ", "a\u{1B}[31m", "Latest", "a\n",
        "a@b", String(repeating: "a", count: 101),
    ])
    func rubbishNamesNoVersion(_ text: String) {
        #expect(VersionName(text) == nil)
    }

    @Test func asOfATimeItIsTheNewestThatWasPublishedByThen() async throws {
        try await TestStore.withStore { store, _ in
            let dataset = try await self.dataset(
                store,
                publishedAt: [
                    "2026-11-01 09:59:59.999999", "2026-11-01 10:00:00.500000", "2026-11-02 00:00:00.000000",
                    "2026-11-01 23:30:00.000000",
                ])
            for (text, version) in [
                ("2026-11-01T09:59:59", 1), ("2026-11-01T10:00:00", 2), ("2026-11-01T10:00:00.4", 1),
                ("2026-11-01T10:00", 2), ("2026-11-01T19:00+09:00", 2), ("2026-11-01T18:59+09:00", 1),
                // The clock was put back before the last one: versions go by number.
                ("2026-11-01", 4), ("2026-11-01T23:29", 2), ("2026-11-02T00:00:00.000000Z", 4), ("2030-01-01", 4),
                ("latest", 4), ("3", 3),
            ] {
                let name = try #require(VersionName(text))
                #expect(try await store.version(named: name, of: dataset).version == version, "\(text)")
            }
            let early = try #require(VersionName("2026-10-31"))
            let error = await #expect(throws: StoreError.self) {
                _ = try await store.version(named: early, of: dataset)
            }
            #expect(error?.code == .unknownVersion)
            #expect(error?.message == "book had no version yet as of 2026-10-31.")
            #expect(error?.hint == "Its first one was published at 2026-11-01 09:59:59 UTC.")
        }
    }

    @Test func aTagStaysUnlessItIsMovedOnPurpose() async throws {
        try await TestStore.withStore { store, _ in
            let dataset = try await self.dataset(store, publishedAt: ["2026-11-01", "2026-11-02", "2026-11-03"])
            let lease = try await store.acquireLease("dataset:book", owner: "tests")
            func set(_ name: String, _ version: Int, moves: Bool = false) async throws -> Int? {
                try await store.setTag(
                    name, to: version, of: dataset, moves: moves, actor: "ann", why: "for a test", lease: lease)
            }
            #expect(try await set("release-1", 1) == nil)
            // Said twice is said once.
            #expect(try await set("release-1", 1) == 1)
            let exists = await #expect(throws: StoreError.self) { _ = try await set("release-1", 2) }
            #expect(exists?.code == .tagExists && exists?.message == "`release-1` is book@1 already.")
            #expect(try await set("release-1", 2, moves: true) == 1)
            #expect(try await set("Release-1", 3) == nil)
            #expect(
                try await store.tags(of: dataset).map { "\($0.name) \($0.version)" } == ["Release-1 3", "release-1 2"])
            #expect(try await store.version(named: .tag("release-1"), of: dataset).version == 2)

            let unknown = await #expect(throws: StoreError.self) {
                _ = try await store.version(named: .tag("releas-1"), of: dataset)
            }
            #expect(
                unknown?.code == .unknownTag && unknown?.hint.hasSuffix("elease-1?") == true, "\(unknown?.hint ?? "")")
            let gone = try await store.deleteTag("release-1", of: dataset, actor: "bob", why: nil, lease: lease)
            #expect(gone == 2)
            await #expect(throws: StoreError.self) {
                _ = try await store.deleteTag("release-1", of: dataset, actor: "bob", why: nil, lease: lease)
            }
            let audit = try await store.pool.withConnection { connection in
                try connection.rows(
                    "SELECT actor, action, subject, why FROM sheaf_audit WHERE action <> 'migrate' ORDER BY audit_id"
                ).map { row in
                    [
                        try row.text("actor"), try row.text("action"), try row.text("subject"),
                        try row.optionalText("why") ?? "",
                    ]
                }
            }
            #expect(
                audit == [
                    ["ann", "tag", "release-1: to version 1", "for a test"],
                    ["ann", "tag --force", "release-1: from version 1 to version 2", "for a test"],
                    ["ann", "tag", "Release-1: to version 3", "for a test"],
                    ["bob", "tag --delete", "release-1: from version 2", ""],
                ])
        }
    }

    @Test func onlyAVersionThatCanBeReadIsTagged() async throws {
        try await TestStore.withStore { store, _ in
            let dataset = try await self.dataset(store, publishedAt: ["2026-11-01", "2026-11-02", "2026-11-03"])
            try await store.pool.withTransaction { connection in
                try connection.execute("UPDATE sheaf_versions SET state = 'pruned' WHERE version = 1")
                try connection.execute("UPDATE sheaf_versions SET prune_marked_at = UTC_TIMESTAMP(6) WHERE version = 2")
            }
            let lease = try await store.acquireLease("dataset:book", owner: "tests")
            for version in [0, 1, 4] {
                await #expect(throws: StoreError.self, "\(version)") {
                    _ = try await store.setTag(
                        "t", to: version, of: dataset, moves: true, actor: "a", why: nil, lease: lease)
                }
            }
            for name in ["", "12", "2026-11-01", "latest", "a\u{1B}[0m", "x y"] {
                let error = await #expect(throws: StoreError.self, "\(name)") {
                    _ = try await store.setTag(
                        name, to: 3, of: dataset, moves: true, actor: "a", why: nil, lease: lease)
                }
                #expect(error?.code == .notAllowed)
            }
            // What was to go stays, now that it has a name.
            _ = try await store.setTag("t", to: 2, of: dataset, moves: false, actor: "a", why: nil, lease: lease)
            let marked = try await store.pool.withConnection { connection in
                try connection.rows("SELECT version FROM sheaf_versions WHERE prune_marked_at IS NOT NULL").count
            }
            #expect(marked == 0)
            // As of a time at which a pruned version was the newest, there is nothing to read.
            let first = try #require(VersionName("2026-11-01"))
            await #expect(throws: StoreError.self) { _ = try await store.version(named: first, of: dataset) }
        }
    }

    @Test func whoHasLostTheLeaseTagsNothing() async throws {
        try await TestStore.withStore { store, _ in
            let dataset = try await self.dataset(store, publishedAt: ["2026-11-01"])
            let late = try await store.acquireLease("dataset:book", owner: "late")
            try await late.release()
            _ = try await store.acquireLease("dataset:book", owner: "next")
            await #expect(throws: StoreError.self) {
                _ = try await store.setTag("t", to: 1, of: dataset, moves: true, actor: "a", why: nil, lease: late)
            }
            #expect(try await store.tags(of: dataset).isEmpty)
        }
    }

    /// A dataset with a version for each time.
    private func dataset(_ store: LabelStore, publishedAt times: [String]) async throws -> DatasetRecord {
        let book = try await LabelBook(store)
        for number in 1...times.count {
            let key = KeyHash(high: 1, low: 1)
            try await book.publish(from: number == 1 ? [:] : [key: number - 1], to: [key: number], chunk: 10)
        }
        try await store.pool.withTransaction { connection in
            for (index, time) in times.enumerated() {
                try connection.execute(
                    "UPDATE sheaf_versions SET published_at = ? WHERE version = ?",
                    [.text(time), .int(Int64(index + 1))])
            }
        }
        return try await store.dataset(LabelBook.name)
    }
}

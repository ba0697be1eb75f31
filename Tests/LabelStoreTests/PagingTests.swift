import Digest
import LabelDiff
import MySQL
import TestRandom
import TestSupport
import Testing

@testable import LabelStore

/// A page of a version costs what it holds, counted by the server itself.
@Suite struct PagingTests {
    private static let labelCount = 50_000
    private static let versionCount = 50
    private static let changesOfAVersion = 500

    @Test func aPageOfAnyVersionReadsSomeRowsAndNotTheTable() async throws {
        try await TestStore.withStore { store, configuration in
            let model = try await history(LabelBook(store))
            let dataset = try await store.dataset(LabelBook.name)
            // One connection, so that the counters are those of the page.
            let reader = TestStore.open(configuration, connections: 1)
            for version in [1, 2, Self.versionCount / 2, Self.versionCount - 1, Self.versionCount] {
                let last = try #require(model.keys.last)
                let places: [KeyHash?] = [nil, model.keys[Self.labelCount / 2], model.keys[Self.labelCount - 100]]
                for place in places {
                    let (page, reads) = try await counted(reader) {
                        try await reader.page(of: dataset, version: version, after: place, limit: 1_000)
                    }
                    #expect(reads <= 6_000, "version \(version) behind \(place.map(\.description) ?? "nothing")")
                    let first = place.map { place in model.keys.firstIndex { $0 > place } ?? 0 } ?? 0
                    let expected = model.keys[first...].prefix { $0 <= page.next ?? last }
                    #expect(page.keys == Array(expected))
                    #expect(page.labels.map(Self.value) == expected.map { model.value(of: $0, version) })
                    // And as much as was asked for, or nearly so, unless there is no more.
                    #expect(page.keys.count >= 300 || page.next == nil)
                }
            }
            // So does the history of one row, and what tells under which names its fields went.
            let busiest = try #require(model.values.max { $0.value.count < $1.value.count })
            let (revisions, reads) = try await counted(reader) {
                try await reader.revisions(of: busiest.key, in: dataset)
            }
            #expect(revisions.map(\.validFrom) == busiest.value.map(\.version).reversed())
            #expect(reads <= 20 * revisions.count)
            let (steps, stepReads) = try await counted(reader) { try await reader.schemaSteps(of: dataset) }
            #expect(steps.map(\.version) == [1] && stepReads < 10)
            let (newest, newestReads) = try await counted(reader) { try await reader.versions(of: dataset, limit: 5) }
            #expect(newest.map(\.version) == [50, 49, 48, 47, 46] && newestReads < 30)
            #expect(try await reader.versions(of: dataset).count == Self.versionCount)
            await reader.close()
        }
    }

    @Test func aDatasetWhoseLabelsWereAllDeletedIsReadInPagesToo() async throws {
        try await TestStore.withStore { store, configuration in
            let book = try await LabelBook(store)
            let keys = Self.keys(8_000)
            var chunk = StagedChunk()
            chunk.inserts = keys.map { book.label($0, 1) }
            try await book.publish([chunk], labelCount: keys.count, hash: Self.hash)
            chunk = StagedChunk()
            chunk.deletes = keys
            try await book.publish([chunk], labelCount: 0, hash: Self.hash)
            let dataset = try await store.dataset(LabelBook.name)
            let reader = TestStore.open(configuration, connections: 1)
            let (now, none) = try await counted(reader) {
                try await reader.page(of: dataset, version: 2, after: nil, limit: 100)
            }
            #expect(now.keys.isEmpty && now.next == nil && none < 20)
            var (read, after): ([KeyHash], KeyHash?) = ([], nil)
            repeat {
                let from = after
                let (page, reads) = try await counted(reader) {
                    try await reader.page(of: dataset, version: 1, after: from, limit: 100)
                }
                #expect(reads <= 600)
                read += page.keys
                after = page.next
            } while after != nil
            #expect(read == keys)
            await reader.close()
        }
    }

    /// Large labels are few to a page; what is behind them is not read again and again to find that out.
    @Test func largeLabelsAreReadAboutOnce() async throws {
        try await TestStore.withStore { store, configuration in
            let book = try await LabelBook(store)
            let keys = Self.keys(100)
            var chunk = StagedChunk()
            chunk.inserts = keys.map { book.label($0, 1) }
            try await book.publish([chunk], labelCount: keys.count, hash: Self.hash)
            let dataset = try await store.dataset(LabelBook.name)
            try await store.pool.withConnection { connection in
                try connection.execute("UPDATE sheaf_labels SET label = REPEAT('x', 1000000)")
            }
            let reader = TestStore.open(configuration, connections: 1)
            let ((read, largest), reads) = try await counted(reader) {
                var (read, largest): ([KeyHash], Int) = ([], 0)
                try await reader.forEachPage(of: dataset, version: 1, limit: 10_000) { page in
                    read += page.keys
                    largest = max(largest, page.count)
                }
                return (read, largest)
            }
            #expect(read == keys && largest <= 17)
            #expect(reads <= 8 * keys.count)
            await reader.close()
        }
    }

    /// What is staged for a version that nobody can see yet is in no page and ends none.
    @Test func aPageBehindWhichOnlyStagedLabelsStandIsEmptyAndNotTheLast() async throws {
        try await TestStore.withStore { store, _ in
            let book = try await LabelBook(store)
            let keys = Self.keys(60)
            var chunk = StagedChunk()
            chunk.inserts = [book.label(keys[0], 1), book.label(keys[59], 1)]
            try await book.publish([chunk], labelCount: 2, hash: Self.hash)
            let before = try await store.dataset(LabelBook.name)
            chunk.inserts = keys[1..<59].map { book.label($0, 2) }
            try await book.publish([chunk], labelCount: 60, hash: Self.hash)
            var pages: [[KeyHash]] = []
            var after: KeyHash?
            repeat {
                let page = try await store.page(of: before, version: 1, after: after, limit: 10)
                pages.append(page.keys)
                after = page.next
            } while after != nil
            #expect(pages.joined().sorted() == [keys[0], keys[59]])
            #expect(pages.contains([]))
            var handedOver = 0
            try await store.forEachPage(of: before, version: 1, limit: 10) { page in
                #expect(!page.keys.isEmpty)
                handedOver += page.keys.count
            }
            #expect(handedOver == 2)
        }
    }

    // MARK: - A dataset with a history

    /// What each label was in each version.
    private struct Model {
        var keys: [KeyHash] = []
        /// Since which version it has which value, the newest first.
        var values: [KeyHash: [(version: Int, value: Int)]] = [:]

        func value(of key: KeyHash, _ version: Int) -> Int? {
            values[key]?.first { $0.version <= version }?.value
        }
    }

    private static let hash = {
        var hasher = SHA256Hasher(); return hasher.finish()
    }()

    private static func keys(_ count: Int) -> [KeyHash] {
        var random = SeededRandom(seed: 1)
        return Set((0..<count).map { _ in KeyHash(high: random.next(), low: random.next()) }).sorted()
    }

    private static func value(_ label: [UInt8]) -> Int? {
        Int(String(decoding: label, as: UTF8.self).filter(\.isNumber))
    }

    private func history(_ book: LabelBook) async throws -> Model {
        var model = Model(keys: Self.keys(Self.labelCount))
        var random = SeededRandom(seed: 2)
        var chunks: [StagedChunk] = []
        for start in stride(from: 0, to: model.keys.count, by: 10_000) {
            var chunk = StagedChunk()
            chunk.inserts = model.keys[start..<start + 10_000].map { book.label($0, 1) }
            chunks.append(chunk)
        }
        for key in model.keys { model.values[key] = [(1, 1)] }
        try await book.publish(chunks, labelCount: model.keys.count, hash: Self.hash)
        for version in 2...Self.versionCount {
            var changed: Set<KeyHash> = []
            while changed.count < Self.changesOfAVersion {
                changed.insert(model.keys[random.number(in: 0..<Self.labelCount)])
            }
            var chunk = StagedChunk()
            chunk.updates = changed.sorted().map { book.label($0, version) }
            for key in changed { model.values[key]?.insert((version, version), at: 0) }
            try await book.publish([chunk], labelCount: model.keys.count, hash: Self.hash)
        }
        return model
    }

    /// Runs a body, and says how many rows and keys the server read for it.
    private func counted<R>(_ store: LabelStore, _ body: () async throws -> R) async throws -> (R, Int) {
        let before = try await reads(store)
        let result = try await body()
        // Asking is counted too.
        let asked = try await reads(store)
        let after = try await reads(store)
        return (result, asked - before - (after - asked))
    }

    private func reads(_ store: LabelStore) async throws -> Int {
        try await store.pool.withConnection { connection in
            try connection.rows("SHOW SESSION STATUS LIKE 'Handler_read%'")
                .reduce(0) { $0 + (Int(try $1.text("Value")) ?? 0) }
        }
    }
}

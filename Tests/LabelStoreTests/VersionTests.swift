import Digest
import LabelDiff
import LabelStore
import MySQL
import TestRandom
import TestSupport
import Testing

/// Versions against a model: a dictionary for each.
@Suite struct VersionTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func everyVersionReadsAsItWasPublished(_ seed: UInt64) async throws {
        try await TestStore.withStore { store, _ in
            let book = try await LabelBook(store)
            var random = SeededRandom(seed: seed)
            var versions: [[KeyHash: Int]] = [[:]]
            for _ in 1...12 {
                let next = change(versions[versions.count - 1], &random)
                try await book.publish(
                    from: versions[versions.count - 1], to: next, chunk: 1 + random.number(in: 0..<20))
                versions.append(next)
            }
            let dataset = try await store.dataset(LabelBook.name)
            for (number, expected) in versions.enumerated().dropFirst() {
                #expect(try await book.read(dataset, number, page: 7) == expected, "seed \(seed), version \(number)")
                let walk = try await store.mergeWalk(
                    dataset, version: number, input: MergeInput(rows: [], sheetIDs: []))
                #expect(walk.storedCount == expected.count)
            }
            for from in 0..<versions.count {
                let keys = Set(try await store.keysChanged(in: dataset, from: from, to: versions.count - 1))
                let last = versions[versions.count - 1]
                let differ = Set(versions[from].keys).union(last.keys).filter { versions[from][$0] != last[$0] }
                #expect(keys.isSuperset(of: differ))
            }
        }
    }

    @Test func aKeysHistoryTellsEveryValueItHad() async throws {
        try await TestStore.withStore { store, _ in
            let book = try await LabelBook(store)
            let key = KeyHash(high: 7, low: 7)
            let states: [[KeyHash: Int]] = [
                [:], [key: 1], [key: 2], [:], [key: 3], [key: 3, KeyHash(high: 1, low: 1): 1],
            ]
            for (before, after) in zip(states, states.dropFirst()) {
                try await book.publish(from: before, to: after, chunk: 100)
            }
            let revisions = try await store.revisions(of: key, in: try await store.dataset(LabelBook.name))
            #expect(revisions.map(\.validFrom) == [1, 2, 4])
            #expect(revisions.map(\.validTo) == [2, 3, nil])
            #expect(
                revisions.map { String(decoding: $0.label, as: UTF8.self) } == ["{\"v\":1}", "{\"v\":2}", "{\"v\":3}"])
        }
    }

    @Test func aVersionAndTheEventThatAnnouncesItComeTogether() async throws {
        try await TestStore.withStore { store, _ in
            let book = try await LabelBook(store)
            try await book.publish(from: [:], to: [KeyHash(high: 1, low: 1): 1], chunk: 10)
            let events = try await store.unrelayedEvents()
            #expect(events.map(\.version) == [1])
            #expect(events.map(\.kind) == ["version_published"])
        }
    }

    @Test func aVersionThatDoesNotExistIsNamedWithThoseThatDo() async throws {
        try await TestStore.withStore { store, _ in
            let book = try await LabelBook(store)
            try await book.publish(from: [:], to: [KeyHash(high: 1, low: 1): 1], chunk: 10)
            let dataset = try await store.dataset(LabelBook.name)
            let error = await #expect(throws: StoreError.self) { _ = try await store.version(2, of: dataset) }
            #expect(error?.code == .unknownVersion)
            let unknown = await #expect(throws: StoreError.self) { _ = try await store.dataset("nothing") }
            #expect(unknown?.hint == "It has: book.")
        }
    }

    private func change(_ labels: [KeyHash: Int], _ random: inout SeededRandom) -> [KeyHash: Int] {
        var next = labels
        for _ in 0...random.number(in: 0..<40) {
            let key = KeyHash(high: UInt64(random.number(in: 0..<8)) << 60, low: UInt64(random.number(in: 0..<8)))
            if random.number(in: 0..<3) == 0 { next[key] = nil } else { next[key] = random.number(in: 0..<100) }
        }
        if next == labels { next[KeyHash(high: 1, low: UInt64(labels.count))] = 1 }
        return next
    }
}

/// Writes labels that are no more than a number.
struct LabelBook {
    static let name = "book"
    let store: LabelStore
    private let schemaID: UInt32

    init(_ store: LabelStore, schema document: String = "{}") async throws {
        self.store = store
        let dataset = try await store.ensureDataset(Self.name)
        schemaID = try await store.withLease("dataset:book", owner: "tests") { lease in
            var hasher = SHA256Hasher()
            hasher.update(document)
            return try await store.ensureSchema(
                Array(document.utf8), hash: hasher.finish(), dataset: dataset, lease: lease)
        }
    }

    func publish(from before: [KeyHash: Int], to after: [KeyHash: Int], chunk size: Int) async throws {
        var chunks: [StagedChunk] = []
        var chunk = StagedChunk()
        var root = RootHasher()
        for key in Set(before.keys).union(after.keys).sorted() {
            if let value = after[key] { root.add(key, RowHash(high: 0, low: UInt64(value))) }
            switch (before[key], after[key]) {
            case (nil, let value?): chunk.inserts.append(label(key, value))
            case (_?, nil): chunk.deletes.append(key)
            case (let old?, let value?) where old != value: chunk.updates.append(label(key, value))
            default: break
            }
            if chunk.count >= size {
                chunks.append(chunk)
                chunk = StagedChunk()
            }
        }
        if !chunk.isEmpty { chunks.append(chunk) }
        let hash = root.finish()
        try await publish(chunks, labelCount: after.count, hash: hash)
    }

    /// Publishes chunks as they are.
    func publish(_ chunks: [StagedChunk], labelCount: Int, hash: SHA256Digest) async throws {
        let dataset = try await store.dataset(Self.name)
        try await store.withLease("dataset:book", owner: "tests") { lease in
            let run = try await store.beginRun(dataset, kind: "sync", actor: "tests", worker: "tests", lease: lease)
            let draft = VersionDraft(dataset: dataset, schemaID: schemaID, runID: run, actor: "tests", reason: nil)
            let source = ChunkList(chunks)
            try await store.publish(
                draft,
                figures: VersionFigures(
                    rootHash: hash, versionHash: hash, labelCount: labelCount, inserted: 0, updated: 0, deleted: 0),
                publication: Publication(runState: .published, report: "{}"), lease: lease,
                nextChunk: { await source.next() })
        }
    }

    func read(_ dataset: DatasetRecord, _ version: Int, page size: Int) async throws -> [KeyHash: Int] {
        var labels: [KeyHash: Int] = [:]
        try await store.forEachPage(of: dataset, version: version, limit: size) { page in
            #expect(page.keys == page.keys.sorted() && page.keys.count <= 2 * size)
            for (key, label) in zip(page.keys, page.labels) {
                #expect(labels[key] == nil)
                labels[key] = Int(String(decoding: label, as: UTF8.self).filter(\.isNumber))
            }
        }
        return labels
    }

    func label(_ key: KeyHash, _ value: Int) -> StagedLabel {
        StagedLabel(
            key: key, rowHash: RowHash(high: 0, low: UInt64(value)), label: Array("{\"v\":\(value)}".utf8),
            sheetID: nil, sheetRow: nil, annotator: nil)
    }
}

/// Gives chunks one after the other.
private actor ChunkList {
    private var rest: ArraySlice<StagedChunk>

    init(_ chunks: [StagedChunk]) {
        rest = chunks[...]
    }

    func next() -> StagedChunk? { rest.popFirst() }
}

import Digest
import LabelDiff
import LabelStore
import TestSupport
import Testing

/// What the store keeps of corrected keys and of schemas.
@Suite struct RekeyStoreTests {
    private static func key(_ number: Int) -> NamedKey {
        NamedKey(hash: KeyHash(high: 1, low: UInt64(number)), json: "[\(number)]")
    }

    private static func labels(_ numbers: ClosedRange<Int>) -> [KeyHash: Int] {
        Dictionary(uniqueKeysWithValues: numbers.map { (key($0).hash, $0) })
    }

    @Test func whoHasLostTheLeaseSaysNothing() async throws {
        try await TestStore.withStore { store, _ in
            let book = try await LabelBook(store)
            try await book.publish(from: [:], to: Self.labels(1...3), chunk: 10)
            let dataset = try await store.dataset(LabelBook.name)
            let late = try await store.acquireLease("dataset:book", owner: "late", seconds: 30)
            try await late.release()
            let next = try await store.acquireLease("dataset:book", owner: "next")
            await #expect(throws: StoreError.self) {
                try await store.rekey(
                    from: Self.key(1), to: Self.key(9), in: dataset, actor: "a", why: nil, lease: late)
            }
            #expect(try await store.rekeys(of: dataset, includingUndone: true).isEmpty)
            try await store.rekey(from: Self.key(1), to: Self.key(9), in: dataset, actor: "a", why: nil, lease: next)
            await #expect(throws: StoreError.self) {
                try await store.undoRekey(to: Self.key(9).hash, in: dataset, actor: "a", why: nil, lease: late)
            }
            #expect(try await store.rekeys(of: dataset).map(\.oldKey) == ["[1]"])
        }
    }

    /// The version is named in which both were labels, also where neither is one any more.
    @Test func twoLabelsOfOneOldVersionAreTwoRows() async throws {
        try await TestStore.withStore { store, _ in
            let book = try await LabelBook(store)
            let (all, few) = (Self.labels(1...3), Self.labels(3...3))
            try await book.publish(from: [:], to: Self.labels(1...1), chunk: 10)
            try await book.publish(from: Self.labels(1...1), to: all, chunk: 10)
            try await book.publish(from: all, to: few, chunk: 10)
            let dataset = try await store.dataset(LabelBook.name)
            try await store.withLease("dataset:book", owner: "tests") { lease in
                let error = await #expect(throws: StoreError.self) {
                    try await store.rekey(
                        from: Self.key(1), to: Self.key(2), in: dataset, actor: "a", why: nil, lease: lease)
                }
                #expect(error?.message == "Both keys are labels in book@2: they are two rows.")
            }
        }
    }

    @Test func aSchemaThatCameBackIsListedOnceWithTheVersionsThatHaveIt() async throws {
        try await TestStore.withStore { store, _ in
            var before: [KeyHash: Int] = [:]
            for (number, document) in ["{}", "{\"a\":1}", "{}"].enumerated() {
                let book = try await LabelBook(store, schema: document)
                let after = Self.labels(1...number + 1)
                try await book.publish(from: before, to: after, chunk: 10)
                before = after
            }
            let dataset = try await store.dataset(LabelBook.name)
            let schemas = try await store.schemas(of: dataset)
            #expect(schemas.map(\.firstVersion) == [1, 2])
            #expect(schemas.map(\.lastVersion) == [3, 2])
            #expect(schemas.map(\.versionCount) == [2, 1])
            let steps = try await store.schemaSteps(of: dataset)
            #expect(steps.map(\.version) == [1, 2, 3])
            #expect(steps.map(\.schemaID) == [schemas[0].id, schemas[1].id, schemas[0].id])
        }
    }
}

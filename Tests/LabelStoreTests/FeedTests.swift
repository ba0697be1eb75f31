import LabelDiff
import LabelStore
import MySQL
import TestSupport
import Testing

/// A feed's token and the marks that belong to it move together, from where they stood, and once.
@Suite struct FeedTests {
    private static let feed = "google:reader@x.example"

    /// Two sheets of the files `a` and `b`, both settled.
    private func settledSheets(_ store: LabelStore, _ configuration: MySQLConfiguration) async throws -> DatasetRecord {
        let dataset = try await store.ensureDataset("dish")
        try await store.withLease("dataset:dish", owner: "tests") { lease in
            _ = try await store.registerSheets(
                ["a", "b"].map { ConfiguredSheet(location: "google:\($0)/", title: $0, annotator: nil, fileID: $0) },
                dataset: dataset, lease: lease)
        }
        let connection = try await MySQLConnection.connect(configuration)
        try await connection.run { connection in
            _ = try connection.execute("UPDATE sheaf_sheets SET cleared = marked")
        }
        await connection.close()
        return dataset
    }

    /// How often each sheet was marked since it was settled.
    private func marks(_ dataset: DatasetRecord, _ store: LabelStore) async throws -> [UInt64] {
        try await store.sheets(of: dataset).map { $0.marked - $0.cleared }
    }

    @Test func aWorkerThatWasOvertakenMovesNothingAndMarksNothing() async throws {
        try await TestStore.withStore { store, configuration in
            let dataset = try await settledSheets(store, configuration)
            let (a, b) = (NoticedFile(id: "a", version: "7"), NoticedFile(id: "b", version: nil))
            #expect(try await store.moveFeed(Self.feed, from: nil, to: "1", files: []))
            #expect(try await !store.moveFeed(Self.feed, from: nil, to: "0", files: [], marksAll: true))
            #expect(try await store.moveFeed(Self.feed, from: "1", to: "3", files: [a]))
            #expect(try await !store.moveFeed(Self.feed, from: "1", to: "2", files: [a, b]))
            #expect(try await store.pageToken(ofFeed: Self.feed) == "3")
            #expect(try await marks(dataset, store) == [1, 0])
            #expect(try await store.sheets(of: dataset).map(\.noticedVersion) == ["7", nil])
            // Another account's list is another feed.
            #expect(try await store.moveFeed("google:another", from: nil, to: "9", files: [], marksAll: true))
            #expect(try await marks(dataset, store) == [2, 1])
            #expect(try await store.pageToken(ofFeed: Self.feed) == "3")
        }
    }

    /// Committed, and nobody was told: the marks stand, and the worker goes on from where the feed is now.
    @Test(.enabled(if: TestDatabase.hasSocket))
    func aMoveWhoseAnswerIsLostIsMadeOnce() async throws {
        try await TestStore.withStore { store, configuration in
            let dataset = try await settledSheets(store, configuration)
            #expect(try await store.moveFeed(Self.feed, from: nil, to: "1", files: []))
            let proxy = try PacketProxy(server: try #require(configuration.socket))
            var through = configuration
            through.socket = proxy.path
            let cut = TestStore.open(through)
            proxy.count(PacketTrap(.cut, .after, .statement("COMMIT")))
            // Whichever it says, the caller asks again from the token that stands.
            _ = try await cut.moveFeed(
                Self.feed, from: "1", to: "2", files: [NoticedFile(id: "a", version: nil)])
            #expect(proxy.report.sprung != nil)
            #expect(try await store.pageToken(ofFeed: Self.feed) == "2")
            #expect(try await marks(dataset, store) == [1, 0])
            await cut.close()
        }
    }
}

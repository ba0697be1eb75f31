import Digest
import LabelStore
import MySQL
import TestSupport
import Testing

@Suite struct ChannelTests {
    @Test func channelsAreKeptByFeedWithoutTheirSecrets() async throws {
        try await TestStore.withStore { store, _ in
            let hash = try #require(SHA256Digest(bytes: Array(repeating: 7, count: 32)))
            try await store.addChannel("a", feed: "one", tokenHash: hash, lifetime: .seconds(600))
            try await store.addChannel("b", feed: "one", tokenHash: hash, lifetime: .seconds(600))
            try await store.addChannel("c", feed: "two", tokenHash: hash, lifetime: .seconds(600))
            // Asked for, and not known to be open.
            #expect(try await store.channels(ofFeed: "one").map(\.resourceID) == ["", ""])
            try await store.setChannel("a", resourceID: "r", lifetime: .seconds(-5))
            let stored = try await store.channels(ofFeed: "one")
            #expect(stored.map(\.id) == ["a", "b"])
            #expect(stored.map(\.resourceID) == ["r", ""])
            #expect(stored.map(\.tokenHash) == [hash, hash])
            #expect(stored[0].expiresIn <= .zero)
            #expect(stored[1].expiresIn > .seconds(500))
            #expect(try await store.channel("c", ofFeed: "one") == nil)
            #expect(try await store.channel("c", ofFeed: "two")?.id == "c")
            try await store.deleteChannel("a")
            try await store.deleteChannel("a")
            #expect(try await store.channels(ofFeed: "one").map(\.id) == ["b"])
        }
    }
}

import Digest
import HTTPTransfer
import LabelStore
import Logging
import Synchronization
import Testing

@testable import LabelServer

/// A listener on a port of this machine, and the store behind it as a function.
@Suite(.timeLimit(.minutes(3))) struct NoticeListenerTests {
    private static let channel = "01234567-89ab-cdef-0123-456789abcdef"
    private static let quiet = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    private struct Listening: Sendable {
        let base: String
        let client = HTTPClient()
        let accepted: AsyncStream<NoticeListener.Message>

        func post(
            _ channel: String?, _ token: String?, state: String = "change", body: [UInt8] = []
        ) async throws -> Int {
            var headers: HTTPHeaders = ["X-Goog-Resource-State": state, "X-Goog-Message-Number": "7"]
            if let channel { headers.add("X-Goog-Channel-ID", channel) }
            if let token { headers.add("X-Goog-Channel-Token", token) }
            return try await client.send(
                HTTPRequest(method: "POST", url: base + "/notices", headers: headers, body: body, label: "notice")
            ).status
        }
    }

    private func listen(
        _ book: ChannelBook, _ body: (Listening) async throws -> Void
    ) async throws {
        let (accepted, accept) = AsyncStream.makeStream(of: NoticeListener.Message.self)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let listener = NoticeListener(
            .init(host: "127.0.0.1", port: 0, path: "/notices"), book: book, logger: Self.quiet
        ) { accept.yield($0) }
        let task = Task {
            defer { port.finish() }
            try await listener.run { port.yield($0) }
        }
        var iterator = ports.makeAsyncIterator()
        let number = try #require(await iterator.next())
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(Listening(base: "http://127.0.0.1:\(number)", accepted: accepted)))
        } catch {
            result = .failure(error)
        }
        task.cancel()
        _ = await task.result
        try result.get()
    }

    private static func stored(_ token: String) -> StoredChannel {
        StoredChannel(
            id: channel, resourceID: "r", tokenHash: tokenHash(Array(token.utf8)), expiresIn: .seconds(3_600))
    }

    @Test func aChannelOfAnotherWatchIsKnownByTheStoreAndAskedForOnce() async throws {
        let asked = Mutex(0)
        let book = ChannelBook(logger: Self.quiet) { id in
            asked.withLock { $0 += 1 }
            return id == Self.channel ? Self.stored("secret") : nil
        }
        try await listen(book) { listening async throws in
            #expect(try await listening.post(Self.channel, "secret", state: "sync") == 204)
            #expect(try await listening.post(Self.channel, "secret", body: Array("{}".utf8)) == 204)
            #expect(try await listening.post(Self.channel, "secreT") == 403)
            var messages = listening.accepted.makeAsyncIterator()
            #expect(
                await messages.next()
                    == .init(channel: Self.channel, isSync: true, resourceID: nil, number: 7))
            #expect(await messages.next()?.isSync == false)
            #expect(asked.withLock { $0 } == 1)
        }
    }

    @Test func aFloodOfInventedChannelsCostsTheDatabaseNextToNothing() async throws {
        let asked = Mutex(0)
        let time = Mutex(Duration.zero)
        let book = ChannelBook(logger: Self.quiet, now: { time.withLock { $0 } }) { id in
            asked.withLock { $0 += 1 }
            return id == Self.channel ? Self.stored("secret") : nil
        }
        try await listen(book) { listening async throws in
            #expect(try await listening.post(Self.channel, "secret") == 204)
            var random = SystemRandomNumberGenerator()
            let invented = (0..<2_000).map { _ in
                let digits = String(random.next(), radix: 16) + "0123456789abcdef0123456789abcdef"
                let d = Array(digits.prefix(32)).map(String.init)
                return [d[0..<8], d[8..<12], d[12..<16], d[16..<20], d[20..<32]].map { $0.joined() }
                    .joined(separator: "-")
            }
            try await withThrowingTaskGroup(of: Int.self) { group in
                for (index, id) in invented.enumerated() {
                    if index >= 64 {
                        let status = try await group.next() ?? 0
                        #expect(status == 404 || status == 503)
                    }
                    // Every other one has no form at all.
                    group.addTask { try await listening.post(index.isMultiple(of: 2) ? id : "x\(index)", "guess") }
                }
                try await group.waitForAll()
            }
            // The clock stands still: the twenty that are free, and not one more.
            #expect(asked.withLock { $0 } == 20)
            #expect(try await listening.post(Self.channel, "secret") == 204)
            #expect(try await listening.post(Self.channel, "guess") == 403)
            // Once a minute has passed, an unknown one is looked up again.
            time.withLock { $0 += .seconds(61) }
            #expect(try await listening.post(invented[0], "guess") == 404)
            #expect(try await listening.post(invented[0], "guess") == 404)
            #expect(asked.withLock { $0 } == 21)
        }
    }

    @Test func aStoreOutOfReachMakesTheSenderTryAgain() async throws {
        struct Gone: Error {}
        let isGone = Mutex(true)
        let book = ChannelBook(logger: Self.quiet) { _ in
            if isGone.withLock({ $0 }) { throw Gone() }
            return Self.stored("secret")
        }
        try await listen(book) { listening async throws in
            #expect(try await listening.post(Self.channel, "secret") == 503)
            isGone.withLock { $0 = false }
            #expect(try await listening.post(Self.channel, "secret") == 204)
        }
    }

    @Test func aBodyOfAnySizeIsNoBurden() async throws {
        let book = ChannelBook(logger: Self.quiet) { _ in Self.stored("secret") }
        try await listen(book) { listening async throws in
            #expect(try await listening.post(Self.channel, "secret", body: .init(repeating: 32, count: 60_000)) == 204)
            do {
                let status = try await listening.post(
                    Self.channel, "secret", body: .init(repeating: 32, count: 8 << 20))
                Issue.record("a body of 8 MiB was taken: \(status)")
            } catch is HTTPError {
                // The connection was closed in the middle.
            }
            #expect(try await listening.post(Self.channel, "secret") == 204)
        }
    }

    @Test func aChannelThatHasExpiredIsUnknown() async throws {
        let time = Mutex(Duration.zero)
        let book = ChannelBook(logger: Self.quiet, now: { time.withLock { $0 } }) { _ in nil }
        book.add(Self.channel, tokenHash: tokenHash(Array("secret".utf8)), lifetime: .seconds(600))
        #expect(await book.judge(id: Self.channel, token: "secret") == .accepted)
        // What is on its way while it ends is still heard.
        time.withLock { $0 = .seconds(700) }
        #expect(await book.judge(id: Self.channel, token: "secret") == .accepted)
        time.withLock { $0 = .seconds(800) }
        #expect(await book.judge(id: Self.channel, token: "secret") == .unknownChannel)
    }
}

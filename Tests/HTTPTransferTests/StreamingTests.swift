import HTTPTransfer
import TestServers
import Testing

@Suite struct Streaming {
    private static let total = 48 << 20

    /// What the client may hold, with all that the two sockets may hold besides.
    private static let bound = 24 << 20

    @Test func pausesTheServerWhenTheReaderFallsBehind() async throws {
        let server = try TestServer { _ in
            [.text("HTTP/1.1 200 OK\r\nContent-Length: \(Self.total)\r\n\r\n"), .flood(Self.total)]
        }
        let client = HTTPClient(configuration: impatient { $0.streamBuffer = 1 << 20 })
        try await client.stream(get(server.url)) { _, body in
            var count = 0
            var chunks = body.makeAsyncIterator()
            count += try await chunks.next()?.count ?? 0
            guard case .stalled(let sent) = await server.events.first(where: { _ in true }) else {
                Issue.record("the server was never made to wait")
                return
            }
            #expect(sent < Self.bound)
            while let chunk = try await chunks.next() {
                #expect(!chunk.isEmpty)
                count += chunk.count
            }
            #expect(count == Self.total)
        }
    }

    @Test func aPausedTransferHoldsNoOtherUp() async throws {
        let server = try TestServer { request in
            guard request.target == "/large" else { return [.answer(body: [7])] }
            return [.text("HTTP/1.1 200 OK\r\nContent-Length: \(Self.total)\r\n\r\n"), .flood(Self.total)]
        }
        let client = HTTPClient(configuration: impatient { $0.streamBuffer = 1 << 16 })
        try await client.stream(get("\(server.url)/large")) { _, body in
            _ = await server.events.first(where: { _ in true })
            let small = try await client.send(get("\(server.url)/small"))
            #expect(small.body == [7])
        }
    }

    @Test func fetchesNothingThatItsReaderLeaves() async throws {
        let server = try TestServer { _ in
            [.text("HTTP/1.1 200 OK\r\nContent-Length: \(Self.total)\r\n\r\n"), .flood(Self.total)]
        }
        let client = HTTPClient(configuration: impatient { $0.streamBuffer = 1 << 16 })
        let status = try await client.stream(get(server.url)) { head, _ in head.status }
        #expect(status == 200)
        for await event in server.events {
            if event == .clientLeft { break }
            #expect(event != .sent(Self.total))
        }
    }
}

@Suite struct Cancellation {
    /// Where a transfer stands when it is called off.
    enum Moment: CaseIterable {
        case beforeTheHead, withinTheBody

        var steps: [ServerStep] {
            switch self {
            case .beforeTheHead: [.hold]
            case .withinTheBody: [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), .hold]
            }
        }
    }

    @Test(arguments: Moment.allCases) func endsATransferAtOnce(_ moment: Moment) async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let server = try TestServer { _ in
            arrived.yield()
            return moment.steps
        }
        let client = HTTPClient(configuration: impatient { $0.totalTimeout = .seconds(3_600) })
        let task = Task {
            try await failure { _ = try await client.send(get(server.url)) }
        }
        for await _ in arrivals { break }
        task.cancel()
        #expect(try await task.value.code == .cancelled)
        // The connection is gone as well, not only the wait.
        for await event in server.events {
            #expect(event == .clientLeft)
            break
        }
    }

    @Test func sendsNothingForATaskThatIsCancelledAlready() async throws {
        let server = try TestServer { _ in [.answer()] }
        let client = HTTPClient(configuration: impatient())
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await failure { _ = try await client.send(get(server.url)) }
        }
        #expect(try await task.value.code == .cancelled)
    }

    @Test func anAnswerCalledOffHalfReadNeverLooksWhole() async throws {
        // The whole body has come in before the reader takes its second chunk.
        let server = try TestServer { _ in [.answer(body: [UInt8](repeating: 1, count: 1 << 20))] }
        let client = HTTPClient(configuration: impatient { $0.streamBuffer = 8 << 20 })
        let task = Task {
            try await failure {
                try await client.stream(get(server.url)) { _, body in
                    var chunks = body.makeAsyncIterator()
                    _ = try await chunks.next()
                    // A second transfer, on the same thread, ends only after the first has been worked on.
                    _ = try await client.send(get(server.url))
                    withUnsafeCurrentTask { $0?.cancel() }
                    while try await chunks.next() != nil {}
                }
            }
        }
        #expect(try await task.value.code == .cancelled)
    }

    @Test func shuttingDownEndsWhatIsUnderWayAndRefusesMore() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let server = try TestServer { _ in
            arrived.yield()
            return [.hold]
        }
        let client = HTTPClient(configuration: impatient())
        async let first = failure { _ = try await client.send(get(server.url)) }
        for await _ in arrivals { break }
        client.shutdown()
        #expect(try await first.code == .cancelled)
        #expect(try await failure { _ = try await client.send(get(server.url)) }.code == .cancelled)
    }
}

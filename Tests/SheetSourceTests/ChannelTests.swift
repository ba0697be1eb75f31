import HTTPTransfer
import Logging
import SheetsEmulator
import Testing

@testable import SheetSource

/// Opening and stopping channels, against the emulator.
@Suite struct ChannelTests {
    private func with(
        _ body: (GoogleSheetsSource, SheetsEmulator) async throws -> Void
    ) async throws {
        try await GoogleWorld.with { world in
            let source = GoogleSheetsSource(
                configuration: world.configuration(), client: HTTPClient(),
                logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
            try await body(source, world.emulator)
        }
    }

    private func request(_ id: String, _ source: GoogleSheetsSource, lifetime: Duration = .seconds(7_200)) async throws
        -> ChannelRequest
    {
        ChannelRequest(
            id: id, token: "secret", address: "http://127.0.0.1:9/notices", lifetime: lifetime,
            since: try await source.startToken())
    }

    private func failure(_ body: () async throws -> Void) async throws -> ChannelFailure {
        do {
            try await body()
        } catch let failure as ChannelFailure {
            return failure
        }
        Issue.record("it was opened")
        throw SheetError(.cancelled, "no failure")
    }

    @Test func aChannelIsOpenedForAsLongAsGoogleSaysAndStoppedOnce() async throws {
        try await with { source, emulator async throws in
            let opened = try await source.open(try await request("one", source))
            #expect(opened.lifetime > .seconds(7_100) && opened.lifetime <= .seconds(7_200))
            let long = try await source.open(try await request("two", source, lifetime: .seconds(30 * 86_400)))
            #expect(long.lifetime < .seconds(7 * 86_400 + 60))
            #expect(emulator.channelIDs == ["one", "two"])
            #expect(try await source.stopChannel(id: "one", resourceID: opened.resourceID))
            #expect(emulator.channelIDs == ["two"])
            #expect(try await source.stopChannel(id: "one", resourceID: opened.resourceID) == false)
        }
    }

    @Test(arguments: [
        EmulatorFault.Kind.appliedButStatus(503), .appliedButStatus(500), .cutBody(after: 10), .truncatedJSON,
    ])
    func aWriteThatMayHaveBeenCarriedOutIsNotTriedAgainAndSaysSo(_ kind: EmulatorFault.Kind) async throws {
        try await with { source, emulator async throws in
            emulator.inject(.init(kind, times: 10, method: "changes.watch"))
            let order = try await request("one", source)
            let failure = try await failure { _ = try await source.open(order) }
            #expect(failure.mayBeOpen)
            #expect(emulator.channelIDs == ["one"])
            #expect(emulator.counters["drive.changes.watch"] == 1)
            emulator.clearFaults()
            // The same once more is not a second channel, and no proof that there is none.
            let again = try await self.failure { _ = try await source.open(order) }
            #expect(again.mayBeOpen)
        }
    }

    @Test(arguments: [400, 403, 429])
    func aRefusalOpensNothing(_ status: Int) async throws {
        try await with { source, emulator async throws in
            emulator.inject(.init(.status(status), method: "changes.watch"))
            let order = try await request("one", source)
            let failure = try await failure { _ = try await source.open(order) }
            #expect(!failure.mayBeOpen, "\(failure)")
            #expect(emulator.channelIDs.isEmpty)
        }
    }

    @Test func stoppingIsTriedAgain() async throws {
        try await with { source, emulator async throws in
            let opened = try await source.open(try await request("one", source))
            emulator.inject(.init(.appliedButStatus(503), method: "channels.stop"))
            // It was stopped by the first attempt; the second finds it gone, which is as good.
            #expect(try await source.stopChannel(id: "one", resourceID: opened.resourceID) == false)
            #expect(emulator.channelIDs.isEmpty)
        }
    }

    @Test func aTokenThatExpiredIsRenewedForAWriteToo() async throws {
        try await with { source, emulator async throws in
            let order = try await request("one", source)
            emulator.expireTokens()
            _ = try await source.open(order)
            #expect(emulator.channelIDs == ["one"])
        }
    }
}

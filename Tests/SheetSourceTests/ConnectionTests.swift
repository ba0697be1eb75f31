import Foundation
import HTTPTransfer
import Logging
import TestServers
import Testing

@testable import SheetSource

/// What reads cost below HTTP.
@Suite struct Connections {
    private static let readers = 4
    private static let sheetsOfEach = 10

    /// Lets nobody through before all are there, or so much time has passed that they will never be.
    private final class Gate: Sendable {
        private let opened = DispatchSemaphore(value: 0)
        private let arrivals = CallCount()
        private let count: Int

        init(_ count: Int) { self.count = count }

        func pass() {
            if arrivals.next() < count {
                _ = opened.wait(timeout: .now() + 60)
            } else {
                for _ in 1..<count { opened.signal() }
            }
        }
    }

    /// What Google answers about any spreadsheet with a tab `t` whose only value is the spreadsheet's id.
    private static func answer(_ target: String) -> String {
        if target.contains("/computeMetadata/") { return #"{"access_token":"t","expires_in":3600}"# }
        let id = target.split(whereSeparator: { "/?:".contains($0) }).first { $0.hasPrefix("book-") } ?? ""
        if target.contains("batchGet") {
            return #"{"spreadsheetId":"\#(id)","valueRanges":[{"range":"t!A1:A1","values":[["\#(id)"]]}]}"#
        }
        return target.hasPrefix("/drive") ? CannedGoogle.version("5") : CannedGoogle.facts(rows: 1, columns: 1)
    }

    @Test(.timeLimit(.minutes(2))) func areSharedByReadsOfManySheetsAtOnce() async throws {
        // The first call about one spreadsheet of each reader waits for those of the others: they are under way at once.
        let gate = Gate(Self.readers)
        let server = try TestServer(keepsConnections: true) { request in
            let target = request.target.removingPercentEncoding ?? ""
            if target.hasPrefix("/v4/"), target.contains("-first?") { gate.pass() }
            return [.answer(body: Array(Self.answer(target).utf8), closes: false)]
        }
        var configuration = GoogleConfiguration(credentials: .metadataServer, endpoint: server.url)
        configuration.metadataServer = server.url
        let source = GoogleSheetsSource(
            configuration: configuration, client: HTTPClient(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup { group in
            for reader in 0..<Self.readers {
                group.addTask {
                    for number in 0..<Self.sheetsOfEach {
                        let id = "book-\(reader)-\(number == 0 ? "first" : "\(number)")"
                        let collector = Collector()
                        _ = try await source.read(SheetReference(spreadsheet: id, tab: "t"), into: collector)
                        #expect(collector.rows == [[id]])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(server.requests.count > Self.readers * Self.sheetsOfEach * 3)
        // As many as there were calls at one time, and none for a call of its own.
        #expect(server.connections == Self.readers)
    }
}

import Foundation
import HTTPTransfer
import SheetSource
import SheetsEmulator
import TestSupport
import Testing

@testable import Sync

/// Whatever goes wrong with the calls that ask what changed: the list is followed without a gap, or nothing is made of it.
@Suite struct FeedFaultTests {
    static let kinds: [EmulatorFault.Kind] = [
        .cutBody(after: 0), .cutBody(after: 20), .truncatedJSON, .reset, .status(401), .status(403), .status(429),
        .status(500), .status(502), .status(503), .status(504), .htmlWith200, .drip(bytes: 20, milliseconds: 1),
    ]

    private static func row(_ id: Int, _ kind: String = "主食") -> [String] { ["\(id)", "n\(id)", kind] }

    @Test(arguments: ["drive.changes.list", "drive.changes.getStartPageToken"], kinds)
    func noChangeIsLostWhicheverCallFails(_ method: String, _ kind: EmulatorFault.Kind) async throws {
        try await GoogleBench.with(["a": [Self.row(1)], "b": [Self.row(2)]]) { bench in
            try await bench.sync(["a", "b"])
            try bench.emulator.type("a", "'料理'!C2", [["主菜"]])
            if method.hasSuffix("getStartPageToken") {
                // The list is begun anew: both calls are made.
                try await bench.execute("UPDATE sheaf_feeds SET page_token = 'from-another-world'")
            }
            bench.emulator.inject(EmulatorFault(kind, times: 100, method: method))
            let hit = try await bench.sync(["a", "b"])
            if case .drip = kind {
                #expect(hit.counts.updated == 1)
                return
            }
            #expect(hit.outcome == .failed)
            #expect(hit.sheets.allSatisfy { $0.failure?.hint.isEmpty == false })
            #expect(try await bench.kinds() == [1: "主食", 2: "主食"])
            #expect(try await bench.dirty() == [])
            bench.emulator.clearFaults()
            let next = try await bench.sync(["a", "b"])
            #expect(next.counts.updated == 1)
            #expect(next.sheets.count { $0.wasRead } == (method.hasSuffix("list") ? 1 : 2))
        }
    }
}

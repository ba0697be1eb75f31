import SheetsEmulator
import Synchronization
import Tabular
import TestRandom
import Testing

@testable import SheetSource

/// Whatever is edited between which calls, and whatever breaks: the rows are those of one moment, or there are none.
@Suite struct OneMomentsRows {
    fileprivate static let titles = ["一", "it's", "c!"]
    private static let faults: [EmulatorFault.Kind] = [
        .cutBody(after: 30), .cutBody(after: 120), .cutBody(after: 700), .truncatedJSON, .status(503), .reset,
    ]

    /// Every state that the spreadsheet has been in: the rows of its tabs by their ids.
    private final class History: Sendable {
        let moments = Mutex<[[Int: [[String]]]]>([])
        private let generator: Mutex<SeededRandom>
        private let emulator: SheetsEmulator
        private let editsOf: Int

        init(_ emulator: SheetsEmulator, seed: UInt64, editsOf: Int) throws {
            self.emulator = emulator
            self.editsOf = editsOf
            generator = Mutex(SeededRandom(seed: seed))
            try note()
        }

        func note() throws {
            var rows: [Int: [[String]]] = [:]
            for (index, title) in OneMomentsRows.titles.enumerated() {
                rows[index] = OneMomentsRows.trimmed(try emulator.rows("s2", tab: title))
            }
            moments.withLock { $0.append(rows) }
        }

        /// Edits once in so many calls.
        func perhapsEdit() throws {
            let edit = generator.withLock { generator -> (Int, Int, Int, Int)? in
                guard Int.random(in: 0..<editsOf, using: &generator) == 0 else { return nil }
                return (
                    Int.random(in: 0..<7, using: &generator), Int.random(in: 0..<3, using: &generator),
                    Int.random(in: 2...40, using: &generator), Int.random(in: 0..<1_000, using: &generator)
                )
            }
            guard let (kind, tab, row, value) = edit else { return }
            let title = OneMomentsRows.titles[tab]
            let quoted = A1Range.quoted(title)
            switch kind {
            case 0, 1: try emulator.type("s2", "\(quoted)!B\(row)", [["edit \(value)"]])
            case 2: try emulator.insertRows("s2", tab: title, at: row, [["new \(value)", "x"], ["n\(value)"]])
            case 3: try emulator.deleteRows("s2", tab: title, row...row + value % 5)
            case 4: try emulator.sort("s2", tab: title, byColumn: value % 2, descending: value % 3 == 0)
            case 5: try emulator.append("s2", tab: title, [["end \(value)", "y"]])
            default: try emulator.moveRows("s2", tab: title, row...row + 2, before: 2)
            }
            try note()
        }
    }

    fileprivate static func trimmed(_ rows: [[String]]) -> [[String]] {
        var rows = rows.map { row in Array(row.prefix((row.lastIndex { !$0.isEmpty } ?? -1) + 1)) }
        while rows.last?.isEmpty == true { rows.removeLast() }
        return rows
    }

    /// Reads the tabs once while they are edited; returns how many of them were read.
    private func trial(_ world: GoogleWorld, seed: UInt64) async throws -> Int {
        var generator = SeededRandom(seed: seed)
        world.add(
            "s2",
            tabs: Self.titles.map { title in
                (
                    title: title,
                    rows: (0..<40).map { row in
                        Int.random(in: 0..<6, using: &generator) == 0 ? [] : ["\(title) \(row)", "v", "料理"]
                    }
                )
            })
        // A grid of no more than 60 rows, or most windows would be blank.
        for title in Self.titles { try world.emulator.deleteRows("s2", tab: title, 61...1_000) }
        var configuration = world.configuration()
        configuration.batchBytes = [1, 200, 1 << 18].randomElement(using: &generator) ?? 1
        // One answer for all tabs, one for each, or windows with edits between them.
        let rows = Bool.random(using: &generator) ? 1_000 : Int.random(in: 5...80, using: &generator)
        configuration.maximumCellsPerAnswer = rows * 26
        configuration.maximumReads = 4
        let source = world.source(configuration)
        var known: String?
        if Bool.random(using: &generator) {
            known = try await source.read(SheetReference(spreadsheet: "s2"), into: Collector()).fileVersionAfter
        }
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            world.emulator.inject(
                EmulatorFault(
                    Self.faults.randomElement(using: &generator) ?? .reset,
                    times: Int.random(in: 1...2, using: &generator),
                    after: Int.random(in: 0...5, using: &generator), method: "batchGet"))
        }
        let history = try History(
            world.emulator, seed: seed &+ 77, editsOf: [3, 10, 60, 300].randomElement(using: &generator) ?? 3)
        if Bool.random(using: &generator) { try history.perhapsEdit() }
        world.hooks.onCall { _ in try? history.perhapsEdit() }
        let collectors = Self.titles.map { _ in NumberedRows() }
        let sheets =
            [SheetReference(spreadsheet: "s2", sheetID: 0)]
            + Self.titles.dropFirst().map {
                SheetReference(spreadsheet: "s2", tab: $0)
            }
        let results = await source.read(
            together: zip(sheets, collectors).map { SheetRequest($0, knownVersion: known, into: $1) })
        world.hooks.onCall { _ in }
        world.emulator.clearFaults()
        let moments = history.moments.withLock { $0 }
        var read: [Int: [[String]]] = [:]
        var versions: [Int: String?] = [:]
        for index in sheets.indices {
            switch results[index] {
            case .failure(let error): #expect(error.isUnreadable && error.retryable, "seed \(seed): \(error)")
            case .success(let reading):
                let rows = await collectors[index].rows
                #expect(rows.map(\.number) == Array(1..<rows.count + 1), "seed \(seed)")
                #expect(reading.rowsRead == rows.count, "seed \(seed)")
                read[index] = Self.trimmed(rows.map(\.cells))
                versions[index] = reading.fileVersionAfter
            }
        }
        // Tabs that were read at the same version are of the same moment.
        for version in Set(versions.values) {
            let tabs = versions.filter { $0.value == version }.map(\.key)
            #expect(
                moments.contains { moment in tabs.allSatisfy { moment[$0] == read[$0] } }, "seed \(seed), tabs \(tabs)")
        }
        return read.count
    }

    @Test(arguments: 0..<16 as Range<UInt64>) func areAllThatIsEverRead(block: UInt64) async throws {
        try await GoogleWorld.with { world in
            var read = 0
            for seed in block * 12..<block * 12 + 12 { read += try await trial(world, seed: seed) }
            // Or else nothing would be tested but failures.
            #expect(read > 0)
        }
    }
}

import LabelStore
import TestRandom
import Testing

@testable import Sync

/// Random edits of three sheets, synced now and then, against a model that knows nothing of the code: a dictionary of what
/// the labels have to be, from the promises alone.
@Suite struct SeededEditsTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func labelsAreWhatThePromisesSay(_ seed: UInt64) async throws {
        try await Workbench.with { bench in
            var random = SeededRandom(seed: seed)
            var sheets = RandomSheets(count: 3)
            let names = ["a.csv", "b.csv", "c.csv"]
            var model: [Int: String] = [:]
            var published = 0
            for step in 1...10 {
                for _ in 0..<(1 + random.number(in: 0..<6)) { sheets.edit(&random) }
                for (name, rows) in zip(names, sheets.sheets) { try bench.write(name, rows.map(\.cells)) }
                let after = sheets.expectedLabels(before: model)
                let report = try await bench.sync(names)
                #expect(try await bench.kinds() == after, "seed \(seed), step \(step)")
                if after != model { published += 1 }
                // A version for each change, and none without one.
                #expect(try await bench.record().currentVersion == published, "seed \(seed), step \(step)")
                #expect(report.counts.labels == after.count)
                model = after
            }
        }
    }
}

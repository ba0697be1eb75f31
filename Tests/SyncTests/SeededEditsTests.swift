import LabelStore
import TestSupport
import Testing

@testable import Sync

/// Random edits of three sheets, synced now and then, against a model that knows nothing of the code: a dictionary of what
/// the labels have to be, from the promises alone.
@Suite struct SeededEditsTests {
    private static let kinds = ["主食", "主菜", "副菜"]

    /// What one row holds; `kind` may be wrong or blank.
    private struct Row {
        var id: Int
        var kind: String

        var cells: [String] { ["\(id)", "n\(id)", kind] }
    }

    /// What the labels must be after a run over all sheets: a valid row alone under its key decides; a wrong or double one
    /// leaves what was there; a key without a filled row is gone.
    private static func expected(_ sheets: [[Row]], before: [Int: String]) -> [Int: String] {
        var after: [Int: String] = [:]
        let filled = Dictionary(grouping: sheets.joined().filter { !$0.kind.isEmpty }, by: \.id)
        for (id, rows) in filled {
            if rows.count == 1, kinds.contains(rows[0].kind) {
                after[id] = rows[0].kind
            } else if let kept = before[id] {
                after[id] = kept
            }
        }
        return after
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func labelsAreWhatThePromisesSay(_ seed: UInt64) async throws {
        try await Workbench.with { bench in
            var random = SeededRandom(seed: seed)
            var sheets: [[Row]] = [[], [], []]
            let names = ["a.csv", "b.csv", "c.csv"]
            var model: [Int: String] = [:]
            var published = 0
            for step in 1...10 {
                for _ in 0..<(1 + random.number(in: 0..<6)) { edit(&sheets, &random) }
                for (name, rows) in zip(names, sheets) { try bench.write(name, rows.map(\.cells)) }
                let after = Self.expected(sheets, before: model)
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

    private func edit(_ sheets: inout [[Row]], _ random: inout SeededRandom) {
        let sheet = random.number(in: 0..<3)
        switch random.number(in: 0..<8) {
        case 0, 1, 2:
            sheets[sheet].insert(
                Row(id: 1 + random.number(in: 0..<12), kind: Self.kinds[random.number(in: 0..<3)]),
                at: random.number(in: 0..<sheets[sheet].count + 1))
        case 3 where !sheets[sheet].isEmpty:
            sheets[sheet][random.number(in: 0..<sheets[sheet].count)].kind =
                ["", "?", "主食", "主菜"][random.number(in: 0..<4)]
        case 4 where !sheets[sheet].isEmpty:
            sheets[sheet].remove(at: random.number(in: 0..<sheets[sheet].count))
        case 5 where !sheets[sheet].isEmpty:
            let row = sheets[sheet].remove(at: random.number(in: 0..<sheets[sheet].count))
            sheets[random.number(in: 0..<3)].append(row)
        case 6:
            sheets[sheet].reverse()
        default:
            guard !sheets[sheet].isEmpty else { return }
            let row = sheets[sheet][random.number(in: 0..<sheets[sheet].count)]
            sheets[random.number(in: 0..<3)].append(row)
        }
    }
}

import SheetsEmulator
import TestRandom
import Testing

@testable import Sync

/// Rows that move, and answers that are lost, at random moments: no value ever ends up under another key.
@Suite struct RestorePropertyTests {
    private static let schema = Workbench.schemaText.replacing(
        "constraints: { required: true, enum: [主食, 主菜, 副菜] }", with: "description: free")

    @Test(arguments: 1...24 as ClosedRange<UInt64>)
    func everyKeyHasOneOfItsOwnValuesAndInTheEndThatOfTheVersion(_ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let ids = ["a": Array(1...12), "b": Array(101...106)]
        let rows = { (id: String) in ids[id, default: []].map { RestoreTests.row($0, "eins-\($0)") } }
        try await GoogleBench.with(["a": rows("a"), "b": rows("b")]) { bench in
            var settings = GoogleBench.Settings()
            settings.schema = Self.schema
            try await bench.sync(["a", "b"], settings)
            for (id, keys) in ids {
                for (place, key) in keys.enumerated() where random.once(in: 2) {
                    try bench.emulator.type(id, "'料理'!C\(place + 2)", [["zwei-\(key)"]])
                }
            }
            for _ in 0..<random.number(in: 1..<5) { bench.emulator.inject(Self.fault(&random)) }
            let report = try await bench.restore(["a", "b"], to: 1, settings)
            let named = Set(report.left.compactMap(\.key))
            for id in ["a", "b"] {
                for (key, value) in try bench.shownKinds(id) where !key.isEmpty {
                    let isItsOwn = value == "eins-\(key)" || value == "zwei-\(key)"
                    #expect(isItsOwn || named.contains("[\(key)]"), "seed \(seed): \(key) has \(value), \(report.left)")
                }
            }
            if report.outcome == .restored {
                #expect(try Self.isWhole(bench, ids), "seed \(seed)")
            }
            bench.emulator.clearFaults()
            let again = try await bench.restore(["a", "b"], to: 1, settings)
            #expect(again.outcome == .restored || again.outcome == .unchanged, "seed \(seed): \(again)")
            #expect(try Self.isWhole(bench, ids), "seed \(seed)")
            #expect(try await bench.sync(["a", "b"], settings).outcome == .unchanged, "seed \(seed)")
        }
    }

    private static func isWhole(_ bench: GoogleBench, _ ids: [String: [Int]]) throws -> Bool {
        try ids.allSatisfy { id, keys in
            try bench.shownKinds(id).filter { !$0.key.isEmpty }
                == Dictionary(uniqueKeysWithValues: keys.map { ("\($0)", "eins-\($0)") })
        }
    }

    private static func fault(_ random: inout SeededRandom) -> EmulatorFault {
        let method = random.pick(["spreadsheets.batchUpdate", "spreadsheets.getByDataFilter", "values.batchGet"])
        let after = random.number(in: 0..<4)
        let tab = GoogleBench.tab
        switch random.number(in: 0..<8) {
        case 0: return EmulatorFault(.appliedButStatus(503), after: after, method: method)
        case 1: return EmulatorFault(.status(random.pick([429, 500, 503])), after: after, method: method)
        case 2: return EmulatorFault(.cutBody(after: 30), after: after, method: method)
        default:
            let row = 2 + random.number(in: 0..<5)
            let action: EmulatorEdit.Action =
                switch random.number(in: 0..<3) {
                case 0: .sort(tab: tab, column: 0, descending: random.once(in: 2))
                case 1: .moveRows(tab: tab, rows: row...row, before: random.number(in: 2..<8))
                default: .insertRows(tab: tab, at: row, rows: [["", "", ""]])
                }
            let moment: EmulatorFault.Moment = random.once(in: 3) ? .after : .before
            let edit = EmulatorEdit(random.pick(["a", "b"]), action)
            return EmulatorFault(.edit(edit, moment), after: after, method: method)
        }
    }
}

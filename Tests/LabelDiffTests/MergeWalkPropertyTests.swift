import LabelDiff
import TestRandom
import Testing

@Suite struct MergeWalkPropertyTests {
    /// Labels that follow from a seed, each at home in one of three sheets.
    private static func labels(_ random: inout SeededRandom, count: Int) -> [KeyHash: (value: RowHash, sheet: UInt32)] {
        var labels: [KeyHash: (value: RowHash, sheet: UInt32)] = [:]
        for _ in 0..<count {
            labels[KeyHash(high: random.next(), low: random.next())] = (
                RowHash(high: random.next(), low: random.next()), random.pick([7, 11, 30])
            )
        }
        return labels
    }

    /// A dataset that holds the first labels while its sheets hold the second, all of it read and proven.
    private static func world(
        stored: [KeyHash: (value: RowHash, sheet: UInt32)], sheets: [KeyHash: (value: RowHash, sheet: UInt32)]
    ) -> World {
        var world = World()
        for id in [7, 11, 30] as [UInt32] {
            let rows = sheets.filter { $0.value.sheet == id }.map { World.Row(key: $0, value: $1.value, kind: .valid) }
            world.sheets.append((id, rows))
        }
        for (key, label) in stored { world.records[key] = World.Record(label: label.value, home: label.sheet) }
        return world
    }

    /// A second state: some labels changed, some moved, some gone, some new.
    private static func edited(
        _ labels: [KeyHash: (value: RowHash, sheet: UInt32)], _ random: inout SeededRandom
    ) -> [KeyHash: (value: RowHash, sheet: UInt32)] {
        var edited = Self.labels(&random, count: random.number(in: 0..<20))
        for (key, label) in labels.sorted(by: { $0.key < $1.key }) {
            switch random.number(in: 0..<8) {
            case 0: continue
            case 1: edited[key] = (RowHash(high: random.next(), low: random.next()), label.sheet)
            case 2: edited[key] = (label.value, random.pick([7, 11, 30]))
            default: edited[key] = label
            }
        }
        return edited
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func theDifferenceOfEqualsIsEmpty(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let labels = Self.labels(&random, count: random.number(in: 0..<200))
        let outcome = Self.world(stored: labels, sheets: labels).walked()
        #expect(outcome.entries.isEmpty && outcome.homes.isEmpty, "seed \(seed)")
        #expect(outcome.problems.isEmpty && outcome.problemChanges.isEmpty && outcome.revertedChanges.isEmpty)
        #expect(outcome.undecidedSheets.isEmpty && outcome.missing.isEmpty)
        #expect(outcome.unchangedCount == labels.count && outcome.labelCount == labels.count)
        #expect(outcome.rootHash == rootHash(labels.mapValues(\.value)), "seed \(seed)")
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func applyingTheDifferenceGivesTheSecond(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let before = Self.labels(&random, count: random.number(in: 0..<100))
        let after = Self.edited(before, &random)
        let outcome = Self.world(stored: before, sheets: after).walked()

        var labels = before.mapValues(\.value)
        for entry in outcome.entries {
            #expect(labels[entry.key] == entry.before, "seed \(seed)")
            labels[entry.key] = entry.after
        }
        #expect(labels == after.mapValues(\.value), "seed \(seed)")
        #expect(outcome.rootHash == rootHash(labels), "seed \(seed)")
        #expect(outcome.count(.insert) == Set(after.keys).subtracting(before.keys).count)
        #expect(outcome.count(.delete) == Set(before.keys).subtracting(after.keys).count)
        #expect(outcome.storedCount == before.count && outcome.labelCount == after.count)
        // A row that only moved has a new home, and nothing else.
        let moved = after.filter { before[$0.key]?.value == $0.value.value && before[$0.key]?.sheet != $0.value.sheet }
        #expect(Dictionary(uniqueKeysWithValues: outcome.homes) == moved.mapValues(\.sheet), "seed \(seed)")
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func theOrderOfRowsAndSheetsDoesNotMatter(seed: UInt64) {
        let world = World(seed: seed)
        var shuffled = world
        var random = SeededRandom(seed: ~seed)
        shuffled.sheets.shuffle(using: &random)
        for index in shuffled.sheets.indices { shuffled.sheets[index].rows?.shuffle(using: &random) }
        let (one, other) = (world.walked(), shuffled.walked())
        #expect(one.rootHash == other.rootHash, "seed \(seed)")
        #expect(one.entries.map(Self.withoutRow) == other.entries.map(Self.withoutRow), "seed \(seed)")
        #expect(one.revertedChanges == other.revertedChanges, "seed \(seed)")
        #expect(one.missing == other.missing && one.kept == other.kept, "seed \(seed)")
        #expect(one.undecidedSheets == other.undecidedSheets, "seed \(seed)")
        #expect(one.unchangedCount == other.unchangedCount && one.pendingCount == other.pendingCount)
        #expect(Self.rejections(one) == Self.rejections(other), "seed \(seed)")
    }

    private static func withoutRow(_ entry: ChangeEntry) -> ChangeEntry {
        var entry = entry
        entry.row = nil
        return entry
    }

    /// How often each problem was found in each sheet, wherever its rows stand.
    private static func rejections(_ outcome: MergeOutcome) -> [String: Int] {
        outcome.problems.reduce(into: [:]) { counts, problem in
            let found = problem.found.problem
            counts["\(problem.key) \(found.kind) \(found.sheetID) \(found.seen) \(problem.found.isNew)", default: 0] +=
                1
        }
    }

    /// Keys that are not decided for good must be looked at again: wherever the store knows them from.
    @Test func theSheetOfARevertedKeyStaysDirtyUntilItsAbsenceIsProven() {
        let key = KeyHash(high: 1, low: 1)
        var world = World()
        world.sheets = [(7, []), (11, [])]
        world.absence = .none
        world.records[key] = World.Record(
            reverted: Reverted(state: .value(RowHash(high: 2, low: 2)), sheetID: 11))
        let outcome = world.walked()
        #expect(outcome.missing == [key])
        #expect(outcome.undecidedSheets == [11])
    }
}

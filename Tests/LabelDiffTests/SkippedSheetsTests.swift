import LabelDiff
import TestRandom
import Testing

/// A run that leaves the sheets unread that are as they were decided comes to what a run over all of them comes to.
@Suite struct SkippedSheetsTests {
    /// Sheets that change at random, and the store after the last run.
    private struct Line: Equatable {
        struct Row: Equatable {
            var key: Int
            var value: Int
            var kind: SeenKind
        }

        var sheets: [[Row]]
        var labels: [KeyHash: RowHash] = [:]
        var homes: [KeyHash: UInt32] = [:]
        var exceptions: [KeyHash: Set<Problem>] = [:]

        static func id(_ index: Int) -> UInt32 { UInt32(index + 1) }

        func input(reading read: Set<Int>, changed: Set<Int>, _ absence: AbsenceProof) -> MergeInput {
            var rows: [SeenRow] = []
            for index in read {
                for (place, row) in sheets[index].enumerated() {
                    rows.append(
                        SeenRow(
                            key: KeyHash(high: UInt64(row.key), low: 0), seen: RowHash(high: UInt64(row.value), low: 1),
                            spoolOffset: 0, rowNumber: World.rowNumber(place), sheet: UInt16(index), kind: row.kind))
                }
            }
            return MergeInput(
                rows: rows.sorted(by: SeenRow.precedes), sheetIDs: sheets.indices.map(Self.id),
                exceptions: exceptions.mapValues { OpenExceptions(problems: $0.sorted { $0.ordinal < $1.ordinal }) },
                skippedSheets: Set(sheets.indices.filter { !read.contains($0) }.map(Self.id)),
                changedSheets: Set(changed.map(Self.id)), absence: absence)
        }

        func walk(_ input: MergeInput) -> MergeOutcome {
            var walk = MergeWalk(input)
            for (key, label) in labels.sorted(by: { $0.key < $1.key }) { walk.stored(key, label, home: homes[key]) }
            return walk.finish()
        }

        /// A run as `Sync` makes it: what is wanted is read too; if labels are missing, everything, twice.
        ///
        /// - Returns: the sheets that it read.
        mutating func run(reading first: Set<Int>, changed: Set<Int>) -> Set<Int> {
            var read = first
            var outcome = walk(input(reading: read, changed: changed, .firstPass))
            while !outcome.wantedSheets.isEmpty {
                read.formUnion(sheets.indices.filter { outcome.wantedSheets.contains(Self.id($0)) })
                outcome = walk(input(reading: read, changed: changed, .firstPass))
            }
            if !outcome.missing.isEmpty {
                read = Set(sheets.indices)
                let all = walk(input(reading: read, changed: changed, .firstPass))
                outcome = walk(input(reading: read, changed: changed, .secondPass(missingInFirst: Set(all.missing))))
            }
            apply(outcome)
            return read
        }

        private mutating func apply(_ outcome: MergeOutcome) {
            for entry in outcome.entries { labels[entry.key] = entry.after }
            for (key, home) in outcome.homes { homes[key] = home }
            for change in outcome.problemChanges {
                exceptions[change.key] = change.problems.isEmpty ? nil : Set(change.problems.map(\.problem))
            }
            for entry in outcome.entries { homes[entry.key] = entry.after == nil ? nil : home(entry.key) }
        }

        /// Where the one row of a key stands that was just published.
        private func home(_ key: KeyHash) -> UInt32? {
            sheets.indices.first { index in
                sheets[index].contains { UInt64($0.key) == key.high && $0.kind == .valid }
            }.map(Self.id)
        }
    }

    @Test func aPartialRunComesToWhatAFullOneComesTo() {
        var skipped = 0
        for seed in 0..<400 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            var full = Line(sheets: Array(repeating: [], count: random.number(in: 2..<6)))
            var partial = full
            for step in 0..<12 {
                let before = full.sheets
                for _ in 0..<random.number(in: 1..<4) { edit(&full.sheets, &random) }
                partial.sheets = full.sheets
                let changed = Set(before.indices.filter { before[$0] != full.sheets[$0] })
                let everything = Set(before.indices)
                _ = full.run(reading: everything, changed: changed)
                if !changed.isEmpty {
                    skipped += everything.count - partial.run(reading: changed, changed: changed).count
                }
                guard partial == full else {
                    Issue.record("seed \(seed), step \(step):\n\(partial)\n\(full)")
                    return
                }
            }
        }
        // Or it would have been no test of anything.
        #expect(skipped > 1_000)
    }

    private func edit(_ sheets: inout [[Line.Row]], _ random: inout SeededRandom) {
        let index = random.number(in: 0..<sheets.count)
        let other = random.number(in: 0..<sheets.count)
        let place = sheets[index].isEmpty ? nil : random.number(in: 0..<sheets[index].count)
        switch (random.number(in: 0..<8), place) {
        case (0...2, _), (_, nil):
            let kind = random.pick([SeenKind.valid, .valid, .valid, .invalid, .pending])
            let row = Line.Row(key: random.number(in: 1..<15), value: random.number(in: 1..<4), kind: kind)
            sheets[index].insert(row, at: random.number(in: 0..<sheets[index].count + 1))
        case (3, let place?): sheets[index][place].value = random.number(in: 1..<4)
        case (4, let place?): sheets[index][place].kind = random.pick([.valid, .invalid, .pending])
        case (5, let place?): sheets[other].append(sheets[index][place])
        case (6, let place?):
            let row = sheets[index].remove(at: place)
            sheets[other].append(row)
        case (_, let place?): sheets[index].remove(at: place)
        }
    }
}

import LabelDiff
import TestRandom
import Testing

/// A change set holds its entries in a few bytes each, and gives back what was put in.
@Suite("Change sets")
struct ChangeSetTests {
    @Test(arguments: 0..<50 as Range<UInt64>)
    func entriesComeBackAsTheyWere(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let rows = (0..<60).map { number in
            SeenRow(
                key: KeyHash(high: UInt64(number), low: 7), seen: RowHash(high: 1, low: UInt64(number)),
                spoolOffset: 0, rowNumber: UInt32(number), sheet: 0, kind: .valid)
        }
        let entries = (0..<80).map { Self.entry($0, rows, &random) }
        var changes = ChangeSet(rows: rows)
        for entry in entries { changes.append(entry) }
        #expect(Array(changes) == entries)
        #expect(Array(ChangeSet(entries)) == entries)
        for kind in ChangeKind.allCases {
            #expect(changes.count(kind) == entries.count { $0.kind == kind })
        }
    }

    @Test func marksStayWithTheirEntries() {
        let rows = (0..<3).map { number in
            SeenRow(
                key: KeyHash(high: UInt64(number), low: 0), seen: RowHash(high: 0, low: UInt64(number)), spoolOffset: 0,
                rowNumber: 1, sheet: 0, kind: .valid)
        }
        var entries = rows.indices.map { index in
            ChangeEntry(
                key: rows[index].key, kind: .update, before: RowHash(high: 9, low: 9), after: rows[index].seen,
                row: index)
        }
        var changes = ChangeSet(rows: rows)
        for entry in entries { changes.append(entry) }
        changes.mark(1, isCost: false, isRenaming: true)
        changes.mark(2, isCost: true, isRenaming: false)
        changes.mark(2, isCost: true, isRenaming: true)
        entries[1].isRenaming = true
        entries[2].isCost = true
        entries[2].isRenaming = true
        #expect(Array(changes) == entries)
        #expect(changes.count(.update) == 3)
    }

    /// An entry of any kind; many say no more than their row does.
    private static func entry(_ number: Int, _ rows: [SeenRow], _ random: inout SeededRandom) -> ChangeEntry {
        let row = Int.random(in: rows.indices, using: &random)
        let other = RowHash(high: 5, low: UInt64(number))
        let isPlain = Bool.random(using: &random)
        let key = isPlain ? rows[row].key : KeyHash(high: 99, low: UInt64(number))
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return ChangeEntry(key: key, kind: .insert, before: nil, after: rows[row].seen, row: row)
        case 1:
            return ChangeEntry(
                key: key, kind: .update, before: other, after: Bool.random(using: &random) ? rows[row].seen : other,
                row: row, isCost: Bool.random(using: &random))
        case 2: return ChangeEntry(key: key, kind: .update, before: other, after: rows[row].seen, row: nil)
        default: return ChangeEntry(key: key, kind: .delete, before: other, after: nil, row: nil)
        }
    }
}

import LabelDiff
import TestRandom
import Testing

@Suite struct SeenRowSortTests {
    /// How many rows, and how many different keys.
    @Test(arguments: [
        (0, 1), (1, 1), (2, 1), (95, 40), (97, 97), (500, 3), (5_000, 1), (20_000, 20_000), (70_000, 100),
    ])
    func sortsAsComparingDoes(_ count: Int, _ keys: Int) {
        var random = SeededRandom(seed: UInt64(count + keys))
        let pool = (0..<keys).map { _ in KeyHash(high: random.next(), low: random.next()) }
        var rows = (0..<count).map { number in
            SeenRow(
                key: random.pick(pool), seen: RowHash(high: random.next() % 3, low: 0), spoolOffset: UInt64(number),
                rowNumber: UInt32(number), sheet: UInt16(random.number(in: 0..<3)), kind: .valid)
        }
        let expected = rows.sorted(by: SeenRow.precedes)
        SeenRow.sort(&rows)
        #expect(rows.map(\.spoolOffset) == expected.map(\.spoolOffset))
    }

    /// Keys that are not spread at all, as no hash is.
    @Test func sortsKeysThatShareTheirLeadingBits() {
        var rows = (0..<3_000).map { number in
            SeenRow(
                key: KeyHash(high: 7, low: UInt64((number * 7919) % 3_000)), seen: RowHash(high: 0, low: 0),
                spoolOffset: 0,
                rowNumber: UInt32(number), sheet: 0, kind: .valid)
        }
        SeenRow.sort(&rows)
        #expect(rows.map(\.key.low) == (0..<3_000).map { UInt64($0) })
    }
}

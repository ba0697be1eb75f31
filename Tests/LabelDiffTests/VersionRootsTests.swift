import Digest
import LabelDiff
import TestRandom
import Testing

/// All versions at once give what each gives by itself.
@Suite struct VersionRootsTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func eachVersionHasTheRootHashOfItsOwnRows(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let versions = Array(1...random.number(in: 1..<40)).filter { _ in !random.once(in: 4) }
        var roots = VersionRoots(of: versions)
        var rows: [(key: KeyHash, row: RowHash, from: Int, to: Int)] = []
        // More rows than a block has.
        for key in 0..<random.number(in: 0..<9_000) {
            let from = random.number(in: 1..<41)
            let to = random.once(in: 2) ? Int.max : from + random.number(in: 1..<10)
            rows.append(
                (KeyHash(high: UInt64(key), low: 1), RowHash(high: random.next(), low: random.next()), from, to))
        }
        for row in rows { roots.add(row.key, row.row, from: row.from, to: row.to) }
        let all = roots.finish()
        #expect(all.count == versions.count)
        for version in versions {
            var own = RootHasher()
            for row in rows where row.from <= version && version < row.to { own.add(row.key, row.row) }
            #expect(all[version] == own.finish(), "seed \(seed), version \(version)")
        }
    }
}

import Digest
import TestRandom
import Testing

@testable import LabelDiff

/// Digests that anyone can recompute: every expected value comes from Python's hashlib, not from this code.
///
/// Key and row `n` are the first 16 bytes of SHA-256("key-n") and SHA-256("row-n").
@Suite struct HashVectorTests {
    private static func first16(_ text: String) -> (UInt64, UInt64) {
        var hasher = SHA256Hasher()
        hasher.update(text)
        return hasher.finish().first16
    }

    private static func key(_ number: Int) -> KeyHash { KeyHash(first16("key-\(number)")) }
    private static func row(_ number: Int) -> RowHash { RowHash(first16("row-\(number)")) }

    private static func rootHash(_ count: Int) -> SHA256Digest {
        var hasher = RootHasher()
        for (key, row) in (0..<count).map({ (key($0), row($0)) }).sorted(by: { $0.0 < $1.0 }) { hasher.add(key, row) }
        return hasher.finish()
    }

    @Test func writesHashesAsTheirSixteenBytes() {
        #expect(Self.key(0).description == "d5ead6fdd3d16630aad4f07f5e494863")
        #expect(Self.row(0).description == "3c831eb5a23962a50dbffc0d4f37facd")
        #expect(Self.key(0).bytes.prefix(3) == [0xD5, 0xEA, 0xD6])
        #expect(KeyHash(high: 1, low: 0xFF).description == "000000000000000100000000000000ff")
    }

    @Test(arguments: [(UInt64(0), UInt64.max, UInt64(1), UInt64(0)), (1, 0, 0x8000_0000_0000_0000, 0), (7, 1, 7, 2)])
    func ordersHashesAsTheirBytes(smallHigh: UInt64, smallLow: UInt64, largeHigh: UInt64, largeLow: UInt64) {
        let (small, large) = (KeyHash(high: smallHigh, low: smallLow), KeyHash(high: largeHigh, low: largeLow))
        #expect(small < large && !(large < small) && !(small < small))
        #expect(small.bytes.lexicographicallyPrecedes(large.bytes))
        #expect(RowHash(high: smallHigh, low: smallLow) < RowHash(high: largeHigh, low: largeLow))
    }

    @Test(arguments: [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "da77cf4165dbb8bf6d2b97378e111fa3586524d01381a438a00d105ab77314d6"),
        (2, "831e09ae77d41bc589ee924ffbed3290f30eead01e5f5cd8d15d570e73a1b70a"),
        (1_000, "d94961ead72bbd32fa69ae139369cc3b5226d6f983347b0f94785f3e595ecaf8"),
        // Around the size of the blocks that the hasher hands on.
        (1_024, "50d0ff05e8f5d731d9dcca4f96d3f648cfa7e2842b0c52b08f5dc80572de3c2a"),
        (1_025, "9c0fcf7aba3358768f30a69dcc8540a85a50c8dc900c8734fb2e932ea6beae94"),
        (5_000, "e0cc0ae9b449d5946f501b1add08db5106af2fda6a1c16be02a3ed46186772f5"),
    ])
    func rootHashCoversKeysAndRowsInKeyOrder(count: Int, hex: String) {
        #expect(Self.rootHash(count).hex == hex)
    }

    @Test(arguments: [
        (0, "cc5807f088a824ebc04bc9fab77f4114226b897ee71445e1d637bc44f471229e"),
        (2, "27734ed25699cbe4cd1d8064bd38bd7e7329ef0e98bfd36aad8c697516fedebd"),
    ])
    func versionHashCoversSchemaAndRootHash(count: Int, hex: String) {
        // The schema's hash is SHA-256("schema").
        var hasher = SHA256Hasher()
        hasher.update("schema")
        let schemaHash = hasher.finish()
        #expect(VersionFormat.versionHash(schemaHash: schemaHash, rootHash: Self.rootHash(count)).hex == hex)
        #expect(VersionFormat.canonical == "sheaf-canonical-1")
    }

    /// A sheet as (key, content) of rows that can be told, and the contents of rows whose key cannot be read.
    struct SeenSheet: Sendable {
        var rows: [(key: Int, content: Int)] = []
        var unreadable: [Int] = []
        var hex: String
    }

    @Test(arguments: [
        SeenSheet(hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        SeenSheet(
            rows: (0..<3).map { ($0, $0) }, hex: "46bbe3275c1915a64c29ced367b3639033d140254ade63411f6a14500a9dd181"),
        SeenSheet(unreadable: [7], hex: "31fd5012e9fe0cf2fd8b598042bfca6443993369b12c41b116dffa524890690a"),
        SeenSheet(
            rows: (0..<100).map { ($0, $0) }, unreadable: Array(100..<105),
            hex: "39f6749b371dfbdae06c4db1043efe8b84ce3fbb2df8e30c836afdf4b3c6d9ba"),
        // Two rows alike, and two rows alike that cannot be told: as often as they stand there.
        SeenSheet(
            rows: [(1, 1), (1, 1), (2, 2)], unreadable: [5, 5],
            hex: "38c4ec98e56e438bbaee7a89e407ea5e0aab181e74fa3545c69f53b24063b71e"),
        // One key with two contents.
        SeenSheet(
            rows: [(1, 2), (2, 2), (1, 1)], hex: "301cc080aa090adfdf2cd6a88a0366f760a09ee5752cc5bd5a97dcbd60c876f8"),
    ])
    func seenDigestCoversEveryRowWhereverItStands(sheet: SeenSheet) {
        for turn in 0..<3 {
            // The same rows from top to bottom, from bottom to top, and somewhere else in the sheet.
            let order = turn == 1 ? sheet.rows.reversed() : sheet.rows
            let rows = order.enumerated().map { place, row in
                SeenRow(
                    key: Self.key(row.key), seen: Self.row(row.content), spoolOffset: 0,
                    rowNumber: UInt32(place + 2 + turn * 50), sheet: 0, kind: .valid)
            }
            let unreadable = (turn == 1 ? sheet.unreadable.reversed() : sheet.unreadable).enumerated().map {
                UnreadableRow(seen: Self.row($1), spoolOffset: 0, rowNumber: UInt32($0 + 1_000), sheet: 0)
            }
            let digest = VersionFormat.seenDigest(rows: rows.sorted(by: SeenRow.precedes), unreadable: unreadable)
            #expect(digest.hex == sheet.hex)
        }
    }

    /// Keys that agree in their first half, among which rows whose key cannot be read have to find their places.
    @Test(arguments: 0..<100 as Range<UInt64>)
    func seenDigestIsTakenInTheOrderOfTheBytes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        // Even and odd, so that no stand-in for a key is one.
        let rows = (0..<random.number(in: 0..<12)).map { place in
            SeenRow(
                key: KeyHash(high: random.pick([0, 1, .max]), low: 2 * UInt64(random.number(in: 0..<8))),
                seen: RowHash(high: random.pick([0, .max]), low: random.next()), spoolOffset: 0,
                rowNumber: UInt32(place + 2), sheet: 0, kind: .valid)
        }
        let unreadable = (0..<random.number(in: 0..<6)).map { place in
            UnreadableRow(
                seen: RowHash(high: random.pick([0, 1, .max]), low: 2 * UInt64(random.number(in: 0..<8)) + 1),
                spoolOffset: 0, rowNumber: UInt32(place + 100), sheet: 0)
        }
        let pairs = rows.map { $0.key.bytes + $0.seen.bytes } + unreadable.map { $0.seen.bytes + $0.seen.bytes }
        var hasher = SHA256Hasher()
        hasher.update(pairs.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 })
        let expected = hasher.finish()
        let digest = VersionFormat.seenDigest(rows: rows.sorted(by: SeenRow.precedes), unreadable: unreadable)
        #expect(digest == expected, "seed \(seed)")
    }

    @Test(arguments: [
        ([1, 2], "f5724bdf21060badf9d8cca69c729401"), ([2, 1], "f5724bdf21060badf9d8cca69c729401"),
        ([1, 1, 3], "9ff076fe34c95fd8d78d1c9de4bc0295"),
    ])
    func duplicateHashCoversAllRowsInAnyOrder(rows: [Int], hex: String) {
        #expect(MergeWalk.duplicateHash(rows.map(Self.row)).description == hex)
    }
}

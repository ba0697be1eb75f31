import LabelDiff
import LabelSchema
import TestRandom
import Testing

@testable import Sync

/// The names by which one run tells keys and values apart.
@Suite struct RunHasherTests {
    /// The polynomial as it is defined, with every remainder taken by division.
    private static func polynomial(_ bytes: [UInt8], at point: UInt64) -> UInt64 {
        let prime: UInt64 = 1 << 61 - 1
        var value = UInt64(bytes.count)
        for start in stride(from: 0, to: bytes.count, by: 7) {
            var word: UInt64 = 0
            for byte in bytes[start..<min(start + 7, bytes.count)].reversed() { word = word << 8 | UInt64(byte) }
            let product = value.multipliedFullWidth(by: point)
            value = (prime.dividingFullWidth((product.high, product.low)).remainder + word) % prime
        }
        return value
    }

    /// The same texts have the same polynomials' values exactly if they have the same names: names are those values,
    /// each turned into another number.
    @Test func namesAreThePolynomialsOfTheTexts() {
        var random = SeededRandom(seed: 61)
        for _ in 0..<200 {
            let hasher = RunHasher(using: &random)
            var values: [UInt64: UInt64] = [:]
            for count in 0..<50 {
                let greatest = random.once(in: 3)
                let text = (0..<count).map { _ in greatest ? 0xFF : UInt8(random.number(in: 0..<256)) }
                let name = text.withUnsafeBytes { hasher.hash($0) }
                #expect(name.high == RunHasher.mixed(Self.polynomial(text, at: hasher.first)))
                #expect(name.low == RunHasher.mixed(Self.polynomial(text, at: hasher.second)))
                #expect(values.updateValue(name.low, forKey: name.high) == nil)
            }
        }
    }

    @Test func textsThatDifferInOneBitOrInZerosAtTheirEndHaveOtherNames() {
        let hasher = RunHasher()
        var names: Set<KeyHash> = []
        var count = 0
        for length in 1..<40 {
            for bit in 0...(length * 8) {
                var text = [UInt8](repeating: 0, count: length)
                if bit < length * 8 { text[bit / 8] = 1 << (bit % 8) }
                names.insert(text.withUnsafeBytes { hasher.hash($0) })
                count += 1
            }
        }
        #expect(names.count == count)
    }

    @Test func everyRunHasNamesOfItsOwn() {
        let text = Array("[1234]".utf8)
        let names = Set((0..<100).map { _ in text.withUnsafeBytes { RunHasher().hash($0) } })
        #expect(names.count == 100)
    }
}

/// Places with keys in common are found, whatever the batches.
@Suite struct KeyPlacesTests {
    @Test(arguments: [1, 2, 3] as [UInt64]) func duplicatesAreTheKeysThatOccurMoreThanOnce(seed: UInt64) async {
        var random = SeededRandom(seed: seed)
        var places = KeyPlaces()
        var rows: [KeyHash: [UInt32]] = [:]
        for row in 0..<UInt32(5_000) {
            let number = UInt64(random.number(in: 0..<4_000))
            // Also keys that differ in one half only.
            let key = KeyHash(high: number / 2 &* 0x9E37_79B9_7F4A_7C15, low: number % 50)
            rows[key, default: []].append(row)
            places.add([KeyPlace(key: key, row: row, file: 0, kind: .valid, isTroubled: false)])
        }
        let found = await places.takeDuplicates().map { $0.map(\.row) }
        let expected = rows.values.filter { $0.count > 1 }
        #expect(Set(found) == Set(expected))
        #expect(found.count == expected.count)
        #expect(await places.takeDuplicates().isEmpty)
    }
}

import TestRandom
import Testing

@testable import LabelSchema

/// The short way to read a number gives the very same one.
@Suite struct PlainNumberTests {
    @Test(arguments: [1, 2, 3] as [UInt64]) func itIsTheNumberThatSwiftReads(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<5_000 {
            let digits = (0..<random.number(in: 1..<19)).map { _ in String(random.number(in: 0..<10)) }.joined()
            let place = random.number(in: 0..<(digits.count + 1))
            let point = random.once(in: 4) ? "" : "."
            let text = (random.once(in: 3) ? "-" : "") + digits.prefix(place) + point + digits.dropFirst(place)
            let plain = Array(text.utf8).withUnsafeBufferPointer { NumberText.plainDouble($0) }
            guard let plain else { continue }
            #expect(plain.bitPattern == Double(text)?.bitPattern, "seed \(seed): \(text)")
        }
    }

    @Test func itTakesWhatIsPlainAndLeavesTheRest() {
        for text in ["0", "-0", "7", "1522.6", "-0.001", "999999999999999", "0.00000000000001", "007"] {
            #expect(Array(text.utf8).withUnsafeBufferPointer { NumberText.plainDouble($0) } == Double(text), "\(text)")
        }
        for text in ["", "-", ".", "1.", ".5", "+1", "1e3", "1.2.3", "1,5", "--1", "１", "1234567890123456", "0x1"] {
            #expect(Array(text.utf8).withUnsafeBufferPointer { NumberText.plainDouble($0) } == nil, "\(text)")
        }
    }

    /// Zeros at the end go without the number being read.
    @Test(arguments: [4, 5, 6] as [UInt64]) func itsCanonicalFormIsThatOfTheNumber(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let characters = Array("0123456789000..-e")
        for _ in 0..<5_000 {
            let text = String(
                (0..<random.number(in: 1..<20)).map { _ in characters[random.number(in: 0..<characters.count)] })
            var arena = ByteArena(capacity: 64)
            let bytes = Array(text.utf8)
            let isNumber = bytes.withUnsafeBufferPointer { ScalarText.append(.number, $0, to: &arena) }
            let value = bytes.withUnsafeBufferPointer { NumberText.double($0) }
            #expect(isNumber == (value != nil), "seed \(seed): \(text)")
            let canonical = value.map(NumberText.canonical) ?? []
            #expect(arena.array() == canonical, "seed \(seed): \(text)")
        }
    }
}

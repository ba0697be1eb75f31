import Foundation
import Tabular
import TestRandom
import Testing

@Suite struct JSONTextTests {
    @Test func escapesWhatMustBeAndNothingElse() {
        var output: [UInt8] = []
        JSONText.append("a\"b\\c/\u{8}\t\n\u{c}\r\u{1}\u{1f}\u{7f}しょうゆ🍜\u{2028}", to: &output)
        #expect(
            String(decoding: output, as: UTF8.self)
                == #""a\"b\\c/\b\t\n\f\r\u0001\u001f\#u{7f}しょうゆ🍜\#u{2028}""#)
    }

    @Test func everyStringReadsBackTheSame() throws {
        let text = String(String.UnicodeScalarView((0..<0x800).compactMap(Unicode.Scalar.init)))
        var output: [UInt8] = []
        JSONText.append(Array(text.utf8), to: &output)
        let parsed = try JSONSerialization.jsonObject(with: Data(output), options: .fragmentsAllowed)
        #expect((parsed as? String).map { Array($0.utf8) } == Array(text.utf8))
    }
}

@Suite struct UTF8TextTests {
    @Test func agreesWithTheStandardLibraryOnEveryShortSequence() {
        let interesting: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
            0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for first in interesting {
            for second in interesting {
                for third in interesting {
                    for fourth in interesting {
                        let bytes = [first, second, third, fourth]
                        let offset = bytes.withUnsafeBytes { UTF8Text.firstInvalidOffset(in: $0) }
                        #expect((offset == nil) == (String(validating: bytes, as: UTF8.self) != nil))
                    }
                }
            }
        }
    }

    /// Runs of characters are looked at in another way than lone ones.
    @Test func agreesWithTheStandardLibraryWithinRunsOfText() {
        var random = SeededRandom(seed: 8)
        let pieces: [[UInt8]] = [
            Array("しょうゆ".utf8), Array("醤油abc".utf8), Array("é🍜".utf8), Array("12345678".utf8), [0xE0, 0xA0, 0x80],
            [0xED, 0x9F, 0xBF], [0xEF, 0xBF, 0xBF],
        ]
        let flaws: [[UInt8]] = [
            [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xE3, 0x81], [0xE3], [0xE3, 0x81, 0x41], [0xE3, 0x41, 0x81],
            [0x81],
            [0xF0, 0x9F, 0x8D], [0xC0, 0xAF],
        ]
        for _ in 0..<2_000 {
            var bytes = (0..<random.number(in: 0..<6)).flatMap { _ in pieces[random.number(in: 0..<pieces.count)] }
            let whole = bytes.count
            let isFlawed = random.once(in: 2)
            if isFlawed { bytes += flaws[random.number(in: 0..<flaws.count)] }
            bytes += (0..<random.number(in: 0..<4)).flatMap { _ in pieces[random.number(in: 0..<pieces.count)] }
            let offset = bytes.withUnsafeBytes { UTF8Text.firstInvalidOffset(in: $0) }
            #expect(offset == (isFlawed ? whole : nil), "\(bytes)")
            #expect((offset == nil) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
        }
    }

    @Test func namesTheFirstByteThatIsWrong() {
        let bytes = Array("0123456789醤油".utf8) + [0xE3, 0x81] + Array("x".utf8)
        #expect(bytes.withUnsafeBytes { UTF8Text.firstInvalidOffset(in: $0) } == 16)
    }
}

@Suite struct A1RangeTests {
    @Test(arguments: [
        ("Sheet1!A1:Z1", A1Range(title: "Sheet1", firstColumn: 0, firstRow: 1, lastColumn: 25, lastRow: 1)),
        ("'D3'!A1:D4", A1Range(title: "D3", firstColumn: 0, firstRow: 1, lastColumn: 3, lastRow: 4)),
        (
            "'レシピ 分類'!A1:J200",
            A1Range(title: "レシピ 分類", firstColumn: 0, firstRow: 1, lastColumn: 9, lastRow: 200)
        ),
        ("'It''s!'!AA10", A1Range(title: "It's!", firstColumn: 26, firstRow: 10, lastColumn: 26, lastRow: 10)),
        ("S!A:C", A1Range(title: "S", firstColumn: 0, lastColumn: 2)),
        ("S!A5:C", A1Range(title: "S", firstColumn: 0, firstRow: 5, lastColumn: 2)),
        ("S!2:3", A1Range(title: "S", firstRow: 2, lastRow: 3)),
        ("'S'", A1Range(title: "S")), ("$B$2", A1Range(firstColumn: 1, firstRow: 2, lastColumn: 1, lastRow: 2)),
    ])
    func reads(text: String, range: A1Range) {
        #expect(A1Range(text) == range)
        #expect(A1Range(range.description) == range)
    }

    @Test(arguments: ["'S", "'S'A1", "S!1A", "S!A0", "S!a1", "S!A1:B2:C3", "S!A1:", "S!:B2", "S!A1B"])
    func refuses(text: String) {
        #expect(A1Range(text) == nil)
    }

    @Test func quotesTitles() {
        #expect(A1Range.quoted("It's レシピ") == "'It''s レシピ'")
        #expect(
            A1Range(title: "a!b", firstColumn: 0, firstRow: 3, lastColumn: 27, lastRow: 9).description == "'a!b'!A3:AB9"
        )
    }
}

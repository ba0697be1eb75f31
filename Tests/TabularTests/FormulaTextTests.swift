import Tabular
import TestRandom
import Testing

/// What a spreadsheet would run when it opens a file is text with an apostrophe before it, and can be had back.
@Suite struct FormulaTextTests {
    /// The rule as the documents give it, for whoever reads such a file.
    private func restored(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let rest = scalars.drop { $0 == "'" }
        let begins: [Unicode.Scalar] = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "−"]
        guard scalars.first == "'", let first = rest.first, begins.contains(first) else { return text }
        return String(scalars.dropFirst())
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+1+1", "'+1+1"), ("-1+1", "'-1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"), ("\n=1", "'\n=1"), ("＝1+1", "'＝1+1"), ("－2", "'－2"),
        ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
        ("'=1", "''=1"), ("''-x", "'''-x"), ("-", "'-"), ("-5.", "'-5."), ("-1e5", "'-1e5"), ("--5", "'--5"),
    ])
    func putsAnApostropheBeforeWhatWouldRun(text: String, expected: String) {
        #expect(FormulaText.escaped(text) == expected)
        #expect(restored(expected) == text)
    }

    @Test(arguments: ["", "a=1", "-5", "+5", "-0.25", "1-1", "'", "'a", "''", "しょうゆ", " =1", "👍"])
    func leavesEverythingElseAsItIs(text: String) {
        #expect(FormulaText.escaped(text) == text)
        #expect(restored(text) == text)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func everyTextCanBeHadBack(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        let pieces = ["'", "'", "=", "-", "+", "@", "\t", "\r", "\n", "＝", "1", ".", "a", "醤"]
        for _ in 0..<500 {
            let count = Int.random(in: 0..<5, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            #expect(Array(restored(FormulaText.escaped(text)).utf8) == Array(text.utf8), "\(Array(text.utf8))")
        }
    }
}

import Testing

@testable import LabelSchema

/// What a regular expression of XML Schema matches.
@Suite struct PatternTests {
    /// An expression, texts it matches, and texts it does not.
    struct Case: Sendable, CustomTestStringConvertible {
        let pattern: String
        let yes: [String]
        let no: [String]

        init(_ pattern: String, _ yes: [String], _ no: [String]) {
            (self.pattern, self.yes, self.no) = (pattern, yes, no)
        }

        var testDescription: String { pattern }
    }

    @Test(arguments: [
        Case("", [""], ["a", " "]),
        Case("a", ["a"], ["", "aa", "ab", "ba", "A"]),
        Case("a|b", ["a", "b"], ["", "ab", "ax", "xb"]),
        Case("a||b", ["a", "", "b"], ["ab"]),
        Case("|", [""], ["|"]),
        Case("ab|cd", ["ab", "cd"], ["abd", "acd", "a", "d"]),
        Case("(a|b)(c|d)", ["ac", "ad", "bc", "bd"], ["a", "cd", "abcd"]),
        Case("()", [""], ["a"]),
        Case("(a(b(c)?)?)?", ["", "a", "ab", "abc"], ["b", "ac"]),
    ]) func branchesAreAlternatives(_ given: Case) throws {
        try check(given)
    }

    @Test(arguments: [
        Case("a?", ["", "a"], ["aa"]),
        Case("a*", ["", "a", "aaaa"], ["b", "ab"]),
        Case("a+", ["a", "aaaa"], ["", "b"]),
        Case("a{2}", ["aa"], ["", "a", "aaa"]),
        Case("a{0}", [""], ["a"]),
        Case("a{2,}", ["aa", "aaaaa"], ["a", ""]),
        Case("a{2,4}", ["aa", "aaa", "aaaa"], ["a", "aaaaa"]),
        Case("a{0,2}", ["", "a", "aa"], ["aaa"]),
        Case("(ab){2}", ["abab"], ["ab", "aabb", "ababab"]),
        Case("(a|b){2,3}c", ["abc", "bbbc"], ["ac", "ababc"]),
        Case("(a?){3}b", ["b", "ab", "aaab"], ["aaaab"]),
        Case("(a*)*", ["", "aaa"], ["b"]),
        Case("(a*|b)+", ["", "ab", "bba"], ["c"]),
        Case("(){1000000}", [""], ["a"]),
        Case("(a{3}){2}", ["aaaaaa"], ["aaa", "aaaaa"]),
        Case("漢+字", ["漢字", "漢漢字"], ["字", "漢"]),
    ]) func quantifiersCount(_ given: Case) throws {
        try check(given)
    }

    @Test(arguments: [
        Case("\\n\\r\\t", ["\n\r\t"], ["nrt"]),
        Case("\\\\\\|\\.\\-\\^\\?\\*\\+\\{\\}\\(\\)\\[\\]", ["\\|.-^?*+{}()[]"], ["\\|x-^?*+{}()[]"]),
        Case(".", ["a", "あ", "🍣", " ", "\t"], ["", "\n", "\r", "ab"]),
        Case("\\s+", [" \t\n\r"], ["", "\u{A0}", "\u{3000}", "\u{0B}"]),
        Case("\\S", ["a", "\u{A0}", "\u{3000}"], [" ", "\n"]),
        Case("\\d", ["5", "５", "٣"], ["", "a", "五", "²"]),
        Case("\\D", ["a", "五"], ["5", "５"]),
        Case("\\w", ["a", "Z", "5", "é", "あ", "ー", "漢", "+", "$", "🍣"], ["_", "-", " ", ".", "。", "\u{7}"]),
        Case("\\W", ["_", "-", " "], ["a", "+"]),
        Case("\\i\\c*", ["a", "_x-1", ":a.b", "漢字", "é·"], ["1a", "-a", "", "a b"]),
        Case("\\I\\C", ["1 "], ["a ", "11"]),
        Case("\\p{Lu}\\p{Ll}+", ["Abc", "Éé"], ["abc", "ABC", "A1"]),
        Case("\\p{L}+", ["aZéあ漢ー々"], ["1", "a1", "〇"]),
        Case("\\p{N}+", ["1〇²Ⅳ"], ["a"]),
        Case("\\P{L}", ["1", " "], ["a", "漢"]),
        Case("\\p{Sc}", ["$", "¥", "€"], ["a", "+"]),
        Case("\\p{Cn}", ["\u{378}", "\u{50000}"], ["a", "\u{F0000}"]),
        Case("\\p{Co}", ["\u{E000}", "\u{F0000}", "\u{10FFFD}"], ["\u{10FFFE}", "a"]),
        Case("\\p{IsHiragana}+", ["しょうゆ", "ゝ"], ["カ", "ー", "漢"]),
        Case("[\\p{IsKatakana}ー]+", ["ラーメン"], ["らーめん", "ﾗｰﾒﾝ"]),
        Case("[\\p{IsCJKUnifiedIdeographs}々]+", ["醤油", "佐々木"], ["しょうゆ", "𠮷"]),
        Case("\\P{IsBasicLatin}+", ["あé"], ["a"]),
        Case("\\p{IsLatin-1Supplement}", ["é"], ["e"]),
        Case("\\p{IsPrivateUse}", ["\u{E000}"], ["a"]),
    ]) func escapesStandForSetsOfCharacters(_ given: Case) throws {
        try check(given)
    }

    @Test(arguments: [
        Case("[abc]", ["a", "b", "c"], ["", "d", "ab"]),
        Case("[a-c]", ["a", "b", "c"], ["-", "d"]),
        Case("[^a-c]", ["d", "-", "あ", "\n"], ["a", "b", ""]),
        Case("[-a]", ["-", "a"], ["b"]),
        Case("[a-]", ["-", "a"], ["b"]),
        Case("[^-a]", ["b"], ["-", "a"]),
        Case("[a\\-c]", ["a", "-", "c"], ["b"]),
        Case("[+--]", ["+", ",", "-"], ["*", "."]),
        Case("[a-c-e]", ["b", "-", "e"], ["d"]),
        Case("[\\w-.]+", ["a-b.c"], ["a_b"]),
        Case("[\\w_]+", ["a_b"], ["a-b"]),
        Case("[\\d\\s]+", ["1 2"], ["a"]),
        Case("[^\\d]", ["a"], ["1"]),
        Case("[.]", ["."], ["a"]),
        Case("[a^]", ["a", "^"], ["b"]),
        Case("[$^|?*+(){}.]+", ["$^|?*+(){}."], ["a"]),
        Case("[\\]\\[]", ["[", "]"], ["\\"]),
        Case("[ぁ-んー]+", ["らーめん"], ["ラーメン"]),
        Case("[𠀀-𪛟]", ["𠮷"], ["吉"]),
        Case("[a-z-[aeiou]]+", ["xyz"], ["a", "xaz", "-"]),
        Case("[^a-z-[0-9]]", ["A", "-"], ["a", "5"]),
        Case("[\\p{L}-[\\p{IsBasicLatin}]]", ["é", "漢"], ["e", "5"]),
        Case("[a-z-[b-y-[m]]]", ["a", "m", "z"], ["b", "l"]),
        Case("[\\w-[\\d]]+", ["abc"], ["ab1"]),
        Case("[^\\s\\S]", [], ["", "a", "\n", "あ"]),
    ]) func classesHaveRangesNegationAndSubtraction(_ given: Case) throws {
        try check(given)
    }

    @Test(arguments: [
        Case("^abc$", ["abc"], ["^abc$", "abcd"]),
        Case("^a$|^b$", ["a", "b"], ["ab", "^a$"]),
        Case("(^a|b)c$", ["ac", "bc"], ["^ac", "a"]),
        Case("^(a|b$)", ["a", "b"], ["b$"]),
        Case("(^(a)$)", ["a"], ["^a$"]),
        Case("^$", [""], ["^$", "a"]),
        // Where no anchor could hold, the standard's meaning is the only one there is.
        Case("x^2", ["x^2"], ["x2"]),
        Case("US$ [0-9]+", ["US$ 12"], ["US 12"]),
        Case("(a$)+b", ["a$b"], ["ab"]),
        Case("\\$\\^", ["$^"], [""]),
    ]) func anchorsAreTakenAtTheEnds(_ given: Case) throws {
        try check(given)
    }

    @Test(arguments: [
        Case("(?:ab)+", ["abab"], ["a"]),
        Case("(?<year>\\d{4})-(?P<month>\\d\\d)", ["2024-05"], ["2024-5"]),
        Case("a+?b*?c??d{1,2}?", ["aabbcd", "add"], ["b", "addd"]),
        Case("\\x41\\u3042\\U0001F363\\u{1F363}\\x{42}", ["Aあ🍣🍣B"], ["A"]),
        Case("https?:\\/\\/\\S+", ["https://example.org/a"], ["ftp://a"]),
        Case("\\\"\\'\\ \\@\\_\\:", ["\"' @_:"], ["\\\"' @_:"]),
        Case("[\\x30-\\x39\\u3041-\\u3093]+", ["12あ"], ["漢"]),
    ]) func whatOthersWriteForTheSameIsTaken(_ given: Case) throws {
        try check(given)
    }

    /// The table of digits was made from the categories; a newer Unicode may have more.
    @Test func digitsAreTheirCategory() throws {
        let digits = try #require(ScalarSet.categories["Nd"])
        #expect(ScalarSet.digit == digits)
    }

    /// A combining mark and what it stands on are two characters, as XML Schema says, whatever Swift's own text says.
    @Test func charactersAreScalars() throws {
        #expect(try matches(".", "か\u{3099}") == false)
        #expect(try matches("..", "か\u{3099}") == true)
        #expect(try matches("が", "か\u{3099}") == false)
        #expect(try matches(".{7}", "👨‍👩‍👧‍👦") == true)
        #expect(try matches("\\r\\n", "\r\n") == true)
    }

    @Test(
        arguments: [
            [0xFF], [0xE3, 0x81], [0xC0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
            [0xE3],
        ] as [[UInt8]]) func brokenUTF8IsReplacementCharacters(_ bytes: [UInt8]) throws
    {
        let broken = [UInt8(ascii: "a")] + bytes + [UInt8(ascii: "b")]
        #expect(try matches("a.+b", broken) == true)
        #expect(try matches("a\\uFFFD+b", broken) == true)
        #expect(try matches("a[\\p{L}\\p{N}]*b", broken) == false)
    }

    /// Each of these takes a searching engine a time that doubles with every letter.
    @Test(arguments: [
        ("(a+)+b", "a"), ("(a|aa)+$", "a"), ("^(a*)*b$", "a"), ("(a|a?)+b", "a"), ("(.*)*x", "a"),
        ("(\\w+\\s?)*!", "ab "), ("^(([a-z])+.)+[A-Z]([a-z])+$", "a"), ("(あ+)+い", "あ"),
    ]) func noCellTakesLongerThanItsLength(_ pattern: String, _ piece: String) throws {
        let text = String(repeating: piece, count: 50_000 / piece.count)
        #expect(try matches(pattern, text + "c.") == false)
    }

    @Test func longListsOfTextsFit() throws {
        let words = (0..<500).map { "食材\($0)" + String(repeating: "あ", count: $0 % 7) }
        let pattern = try ValuePattern(words.joined(separator: "|"))
        for word in words { #expect(matches(pattern, Array(word.utf8))) }
        #expect(!matches(pattern, Array("食材".utf8)))
        #expect(!matches(pattern, Array("食材500".utf8)))
    }

    // MARK: Helpers

    private func check(_ given: Case) throws {
        let pattern = try ValuePattern(given.pattern)
        for text in given.yes { #expect(matches(pattern, Array(text.utf8)), "should match “\(text)”") }
        for text in given.no { #expect(!matches(pattern, Array(text.utf8)), "should not match “\(text)”") }
    }

    private func matches(_ pattern: String, _ text: String) throws -> Bool {
        try matches(pattern, Array(text.utf8))
    }

    private func matches(_ pattern: String, _ bytes: [UInt8]) throws -> Bool {
        matches(try ValuePattern(pattern), bytes)
    }

    private func matches(_ pattern: ValuePattern, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { pattern.matches($0) }
    }
}

import Testing

@testable import LabelSchema

/// What is said of an expression that cannot be used.
@Suite struct PatternMistakeTests {
    @Test(
        arguments: [
            ("(a", 1, "the group has no `)`", "\\("),
            ("a)", 2, "`)` closes nothing", "\\)"),
            ("a]", 2, "`]` closes nothing", "\\]"),
            ("a}", 2, "`}` closes nothing", "\\}"),
            ("*a", 1, "nothing before it to repeat", "\\*"),
            ("(+)", 2, "nothing before it to repeat", "\\+"),
            ("{2}", 1, "nothing before it to repeat", "\\{"),
            ("a**", 3, "two quantifiers", "group"),
            ("a++", 3, "another quantifier", "group"),
            ("a{2}{3}", 5, "two quantifiers", "group"),
            ("a{x}", 2, "no number", "\\{"),
            ("a{,3}", 2, "no lower number", "{0,…}"),
            ("a{2", 2, "no `}`", "{2,5}"),
            ("a{5,2}", 2, "at least 5 and at most 2", nil),
            ("a{99999999999999999999}", 3, "too large", "maxLength"),
            ("[a-", 1, "`[` has no `]`", "\\["),
            ("あ[]", 2, "nothing in the brackets", "\\]"),
            ("[^]", 1, "nothing in the brackets", "\\]"),
            ("[z-a]", 2, "ends before it begins", "\\-"),
            ("[a-\\d]", 2, "ends in an escape", "\\-"),
            ("[a[b]", 3, "stands within brackets", "\\["),
            ("[[:alpha:]]", 2, "not part of XML Schema", "\\p{L}"),
            ("[a-[b]c]", 7, "has to be a `]`", "last"),
            ("a\\", 2, "stands at the end", "\\\\"),
            ("\\y", 1, "`\\y` is not known", "write `y`"),
            ("\\bfoo", 1, "edge of a word", "\\s"),
            ("\\h+", 1, "`\\h` is not known", "\\u3000"),
            ("(a)\\1", 4, "reference back", "write out"),
            ("a\\Z", 2, "not needed", "leave it out"),
            ("(?=a)b", 1, "looking ahead or behind", "whole value"),
            ("(?<!a)b", 1, "looking ahead or behind", "whole value"),
            ("(?P=x)", 1, "reference back", "write out"),
            ("(?>a)", 1, "atomic", "(…)"),
            ("(?i)abc", 1, "a flag", "[Aa]"),
            ("\\p{Lx}", 1, "“Lx” is no category", "Lu"),
            ("\\pL", 1, "has no `{…}`", "\\p{Lu}"),
            ("\\p{Lu", 1, "has no `}`", nil),
            ("\\p{Hiragana}", 1, "is no category", "\\p{IsHiragana}"),
            ("\\p{IsHiragna}", 1, "is no category", "\\p{IsHiragana}"),
            ("\\p{IsKatakana Phonetic Extensions}", 1, "is no category", "\\p{IsKatakanaPhoneticExtensions}"),
            ("\\p{Han}", 1, "is no category", "IsCJKUnifiedIdeographs"),
            ("\\u12", 1, "not complete", "\\u3042"),
            ("\\x{}", 1, "not complete", "\\u3042"),
            ("\\uD800", 1, "no character with the number", nil),
        ] as [(String, Int, String, String?)])
    func aMistakeNamesItsPlaceAndWhatIsMeant(
        _ source: String, _ position: Int, _ message: String, _ hint: String?
    ) throws {
        let problem = try #require(mistake(in: source), "\(source) is taken")
        #expect(problem.position == position, "\(problem)")
        #expect(problem.message.contains(message), "\(problem)")
        if let hint {
            #expect(problem.hint?.contains(hint) == true, "\(problem.hint ?? "no hint")")
        }
        #expect(problem.description == "\(problem.message) (character \(position))")
    }

    /// None may take long or much memory to refuse: a schema comes from a file that anybody may have written.
    @Test(arguments: [
        "a{20001}", "((a{100}){100}){100}", "[ab]*a[ab]{20}", "((a?){100}){100}", "(a|b|c|d){1000}{0}",
        "(.{1000}|x){1000}", String(repeating: "(", count: 100_000), String(repeating: "[a-", count: 100_000),
        String(repeating: "(a|", count: 150) + "b{1000}" + String(repeating: "){9}", count: 150),
    ]) func whatIsTooLargeIsRefused(_ source: String) {
        #expect(mistake(in: source) != nil)
    }

    @Test func theMistakeStandsInTheSchema() throws {
        let error = try #require(throws: LabelSchemaMistakes.self) {
            try schemaOfOneField(["constraints: { pattern: '[a-z](?=x)' }"])
        }
        let text =
            "one.yaml:6: `pattern` in `constraints` of field `value` cannot be “[a-z](?=x)”: looking ahead or behind is not "
            + "part of XML Schema's expressions (character 6); say what the whole value may be, or use `enum` or a rule "
            + "across columns for the rest"
        #expect(error.description == text)
    }

    private func mistake(in source: String) -> PatternProblem? {
        do {
            _ = try ValuePattern(source)
            return nil
        } catch {
            return error
        }
    }
}

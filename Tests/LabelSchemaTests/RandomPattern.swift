import TestRandom

/// A regular expression made at random, which also knows texts that it should match.
indirect enum RandomPattern: Sendable {
    /// An atom as it is written, and characters that it stands for.
    case atom(String, [Character])
    case sequence([RandomPattern])
    case choice([RandomPattern])
    case repetition(RandomPattern, quantifier: String, counts: ClosedRange<Int>)

    /// In what dialect an expression is written.
    enum Dialect {
        /// All of XML Schema.
        case xmlSchema
        /// Only what Swift's `Regex` takes, and takes to mean the same.
        case swift
    }

    /// Characters that texts are made of: of each kind that expressions tell apart.
    static let alphabet: [Character] = [
        "a", "b", "c", "x", "Z", "1", "5", "９", "-", "_", ".", ",", "+", "$", "^", "(", "]", " ", "\t", "\n", "\u{A0}",
        "é", "あ", "ん", "ア", "ー", "漢", "々", "。", "　", "🍣", "𠮷",
    ]

    private static let plain: [RandomPattern] = [
        .atom("a", ["a"]), .atom("b", ["b"]), .atom("x", ["x"]), .atom("1", ["1"]), .atom("-", ["-"]),
        .atom("あ", ["あ"]),
        .atom("漢", ["漢"]), .atom("𠮷", ["𠮷"]), .atom("\\.", ["."]), .atom("\\+", ["+"]), .atom("\\(", ["("]),
        .atom("[ab]", ["a", "b"]), .atom("[a-c]", ["a", "b", "c"]), .atom("[^a-c]", ["x", "あ", "\n"]),
        .atom("[ぁ-ん]", ["あ", "ん"]), .atom("[^ぁ-ん]", ["a", "漢"]), .atom("[ab1-9]", ["a", "5"]),
        .atom("[\\-\\]]", ["-", "]"]), .atom("[あa漢]", ["あ", "漢"]),
    ]

    // Outside brackets, elementpath leaves `\s` and `\w` to Python, whose sets are others; within, it does not.
    private static let xmlSchema: [RandomPattern] = [
        .atom(".", ["a", "漢", " ", "🍣"]), .atom("\\d", ["1", "９"]), .atom("\\D", ["a", "あ"]),
        .atom("[\\s]", [" ", "\t", "\n"]), .atom("[\\S]", ["a", "\u{A0}"]), .atom("[\\w]", ["a", "+", "漢", "９"]),
        .atom("[\\W]", ["-", "_", " "]), .atom("\\i", ["a", "_", "あ"]), .atom("\\c", ["a", "-", "5"]),
        .atom("\\C", [" ", "$"]), .atom("\\p{L}", ["a", "é", "ー", "々"]), .atom("\\P{L}", ["1", "。"]),
        .atom("\\p{Lu}", ["Z"]), .atom("\\p{Nd}", ["1", "９"]), .atom("\\p{P}", ["-", "_", "。"]),
        .atom("\\p{S}", ["+", "$", "^"]), .atom("\\p{Zs}", [" ", "　", "\u{A0}"]), .atom("\\p{IsHiragana}", ["あ"]),
        .atom("\\p{IsKatakana}", ["ア", "ー"]), .atom("\\P{IsBasicLatin}", ["é", "漢"]),
        .atom("\\p{IsCJKUnifiedIdeographs}", ["漢"]), .atom("\\^", ["^"]), .atom("\\n", ["\n"]),
        .atom("[a-z-[b]]", ["a", "x"]), .atom("[\\w-[\\d]]", ["a", "漢"]), .atom("[^a-[b-z]]", ["1", "あ"]),
        .atom("[\\p{L}-[\\p{IsBasicLatin}-[a]]]", ["a", "é", "あ"]), .atom("[\\s\\d]", [" ", "5"]),
        .atom("[^\\w]", ["-", "。"]), .atom("[.$(]", [".", "$", "("]), .atom("[-a]", ["-", "a"]),
        .atom("[a^]", ["a", "^"]),
    ]

    /// Makes an expression; the deeper, the larger.
    static func random(_ dialect: Dialect, depth: Int = 3, _ random: inout SeededRandom) -> RandomPattern {
        let atoms = dialect == .swift || random.once(in: 3) ? plain : xmlSchema
        guard depth > 0 else { return random.pick(atoms) }
        switch random.number(in: 0..<10) {
        case 0..<2: return random.pick(atoms)
        case 2..<5:
            return .sequence(
                (0..<random.number(in: 1..<4)).map { _ in Self.random(dialect, depth: depth - 1, &random) })
        case 5..<7:
            return .choice(
                (0..<random.number(in: 2..<4)).map { _ in Self.random(dialect, depth: depth - 1, &random) })
        default:
            let (quantifier, counts) = random.pick([
                ("?", 0...1), ("*", 0...3), ("+", 1...3), ("{2}", 2...2), ("{1,}", 1...3), ("{0,2}", 0...2),
                ("{2,3}", 2...3),
                ("{0}", 0...0),
            ])
            return .repetition(
                .random(dialect, depth: depth - 1, &random), quantifier: quantifier, counts: counts)
        }
    }

    /// The expression as it is written.
    var source: String {
        switch self {
        case .atom(let source, _): source
        case .sequence(let pieces): pieces.map(\.grouped).joined()
        case .choice(let branches): branches.map(\.source).joined(separator: "|")
        case .repetition(.atom(let source, _), let quantifier, _): source + quantifier
        case .repetition(let body, let quantifier, _): "(\(body.source))\(quantifier)"
        }
    }

    private var grouped: String {
        if case .choice = self { "(\(source))" } else { source }
    }

    /// A text that the expression should match.
    func sample(_ random: inout SeededRandom) -> String {
        switch self {
        case .atom(_, let characters): String(random.pick(characters))
        case .sequence(let pieces): pieces.map { $0.sample(&random) }.joined()
        case .choice(let branches): random.pick(branches).sample(&random)
        case .repetition(let body, _, let counts):
            (0..<Int.random(in: counts, using: &random)).map { _ in body.sample(&random) }.joined()
        }
    }

    /// A text with one character changed, put in or taken out.
    static func changed(_ text: String, _ random: inout SeededRandom) -> String {
        var characters = Array(text)
        let place = random.number(in: 0..<(characters.count + 1))
        switch random.number(in: 0..<3) {
        case 0 where place < characters.count: characters.remove(at: place)
        case 1 where place < characters.count: characters[place] = random.pick(alphabet)
        default: characters.insert(random.pick(alphabet), at: place)
        }
        return String(characters)
    }
}

import TestRandom

/// Draws cells that lie at the borders of a type: its forms, forms that nearly are, and other types' forms.
struct CellGenerator {
    /// What the field itself calls special: its bounds, its allowed values, its missing values.
    var aimed: [String]
    var type: String

    func cell(_ random: inout SeededRandom) -> String {
        var text: String
        switch random.number(in: 0..<20) {
        case 0: text = ""
        case 1, 2: text = random.pick(Self.anything)
        case 3, 4: text = random.pick(CellForms.of(random.pick(CellForms.types)))
        case 5...8 where !aimed.isEmpty: text = random.pick(aimed)
        case 9...12: text = CellForms.fresh(type, &random)
        default: text = random.pick(CellForms.of(type))
        }
        while random.once(in: 5) { text = Self.changed(text, &random) }
        return text
    }

    /// Text of no type.
    private static let anything = [
        "醤油", "しょうゆ", "か\u{3099}", "が", "😀", "👨‍👩‍👧", "a", "A", "null", "None", "nan", "-", "NA", "N/A", "#N/A", "#REF!",
        "=1+1", "\u{0}", "\u{1B}[31m", "\u{7F}", "\u{202E}abc", "\u{FEFF}1", " ", "  ", "\u{3000}", "\u{A0}", "\t",
        "\n", "\r\n",
        "a\nb", "\"", "\"a\"", "'a'", "{}", "[]", "0", "1", "true", "x,y", String(repeating: "あ", count: 300),
    ]

    /// One small change: what a slip of the finger or a copy from elsewhere makes.
    private static func changed(_ text: String, _ random: inout SeededRandom) -> String {
        let spaces = [" ", "\u{A0}", "\u{3000}", "\t", "\n", "\u{200B}", "\u{2009}"]
        var scalars = Array(text.unicodeScalars)
        let place = random.number(in: 0..<scalars.count + 1)
        switch random.number(in: 0..<9) {
        case 0: return random.pick(spaces) + text
        case 1: return text + random.pick(spaces)
        case 2: scalars = scalars.map { wide($0) }
        case 3: if place < scalars.count { scalars.remove(at: place) }
        case 4: if place < scalars.count { scalars.insert(scalars[place], at: place) }
        case 5: scalars.insert(random.pick(Array("0179-+.:,;_/TZzeE ".unicodeScalars)), at: place)
        case 6: return random.once(in: 2) ? text.uppercased() : text.lowercased()
        case 7: scalars.insert(random.pick(["\u{0}", "\u{1}", "\u{7F}", "\u{85}", "\u{301}"]), at: place)
        default: if place < scalars.count { scalars[place] = random.pick(Array("0129-+.:, aZ".unicodeScalars)) }
        }
        var changed = String.UnicodeScalarView()
        changed.append(contentsOf: scalars)
        return String(changed)
    }

    /// The full-width form of an ASCII character.
    private static func wide(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard (0x21...0x7E).contains(scalar.value) else { return scalar }
        return Unicode.Scalar(scalar.value + 0xFEE0) ?? scalar
    }
}

/// A text as it is compared with others for a suggestion.
///
/// Hiragana and katakana, small and large kana, full-width and half-width forms and letter case count as the same. It
/// is never applied to the data, only to guess what was meant.
struct FoldedText: Sendable {
    /// Longer texts are not compared: the cost grows with the square, and nobody mistypes a paragraph.
    static let longest = 64

    let letters: [UInt32]
    /// A bit for each letter, by its last six bits: what two texts do not share in it, they do not share.
    private let mask: UInt64

    var count: Int { letters.count }

    /// Nil if the text is empty or too long to be compared.
    init?(_ text: String) {
        let kept = CellText.kept(text)
        let composed =
            kept.unicodeScalars.allSatisfy(Self.isPlain) ? kept : Composition.nfkc(kept).lowercased()
        var letters: [UInt32] = []
        for scalar in composed.unicodeScalars where !WhiteSpace.isZeroWidth(scalar.value) {
            let hiragana = (0x30A1...0x30F6).contains(scalar.value) ? scalar.value - 0x60 : scalar.value
            letters.append(Self.smallKana.contains(hiragana) ? hiragana + 1 : hiragana)
        }
        guard !letters.isEmpty, letters.count <= Self.longest else { return nil }
        self.letters = letters
        mask = letters.reduce(0) { $0 | 1 << UInt64(($1 ^ $1 >> 6) & 63) }
    }

    /// Whether the distance to another text can be `limit` or less.
    ///
    /// Each letter of one that the other lacks costs at least one change.
    @inline(__always)
    func mayBe(within limit: Int, of other: FoldedText) -> Bool {
        (mask & ~other.mask).nonzeroBitCount <= limit && (other.mask & ~mask).nonzeroBitCount <= limit
    }

    /// Kana, common ideographs and small ASCII letters, which composition and case leave as they are.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x40, 0x5B...0x7E, 0x3001...0x3029, 0x3041...0x3096, 0x30A0...0x30FE, 0x3400...0x9FFF: true
        default: false
        }
    }

    /// ぁぃぅぇぉっゃゅょゎ: each stands just before its large form.
    private static let smallKana: Set<UInt32> = [
        0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3063, 0x3083, 0x3085, 0x3087, 0x308E,
    ]
}

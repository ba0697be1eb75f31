/// Half-width and full-width forms.
enum KanaWidth {
    /// The full-width characters of U+FF61 to U+FF9F, in their order: 。「」、・ヲァ… up to the two voice marks.
    private static let wide: [UInt32] = [
        0x3002, 0x300C, 0x300D, 0x3001, 0x30FB, 0x30F2, 0x30A1, 0x30A3, 0x30A5, 0x30A7, 0x30A9, 0x30E3, 0x30E5, 0x30E7,
        0x30C3, 0x30FC, 0x30A2, 0x30A4, 0x30A6, 0x30A8, 0x30AA, 0x30AB, 0x30AD, 0x30AF, 0x30B1, 0x30B3, 0x30B5, 0x30B7,
        0x30B9, 0x30BB, 0x30BD, 0x30BF, 0x30C1, 0x30C4, 0x30C6, 0x30C8, 0x30CA, 0x30CB, 0x30CC, 0x30CD, 0x30CE, 0x30CF,
        0x30D2, 0x30D5, 0x30D8, 0x30DB, 0x30DE, 0x30DF, 0x30E0, 0x30E1, 0x30E2, 0x30E4, 0x30E6, 0x30E8, 0x30E9, 0x30EA,
        0x30EB, 0x30EC, 0x30ED, 0x30EF, 0x30F3, 0x309B, 0x309C,
    ]

    private static let voicedMark: UInt32 = 0xFF9E
    private static let semiVoicedMark: UInt32 = 0xFF9F

    /// The text with half-width katakana and its signs in full width; a half-width voice mark joins the kana before it.
    ///
    /// ｶﾞ becomes ガ, and so does カﾞ. A mark that no kana takes becomes ゛ or ゜. All else stays.
    static func widened(_ text: String) -> String {
        var widened = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard (0xFF61...0xFF9F).contains(scalar.value) else {
                widened.append(scalar)
                continue
            }
            if scalar.value >= voicedMark, let last = widened.last,
                let voiced = voiced(last.value, isSemi: scalar.value == semiVoicedMark)
            {
                widened.removeLast()
                append(voiced, to: &widened)
            } else {
                append(wide[Int(scalar.value - 0xFF61)], to: &widened)
            }
        }
        return String(widened)
    }

    /// The text with full-width ASCII (！ to ～) and the full-width space in half width.
    static func narrowed(_ text: String) -> String {
        var narrowed = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E: append(scalar.value - 0xFEE0, to: &narrowed)
            case 0x3000: narrowed.append(" ")
            default: narrowed.append(scalar)
            }
        }
        return String(narrowed)
    }

    private static func append(_ value: UInt32, to scalars: inout String.UnicodeScalarView) {
        if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
    }

    /// The kana with a voice mark; nil if it takes none.
    private static func voiced(_ kana: UInt32, isSemi: Bool) -> UInt32? {
        let hiragana = kana &- 0x3041 < 0x56
        guard hiragana || kana &- 0x30A1 < 0x5A else { return nil }
        let base = hiragana ? kana + 0x60 : kana
        let shift = kana &- base
        switch base {
        // ハ to ホ: each stands before its voiced and its semi-voiced form.
        case 0x30CF, 0x30D2, 0x30D5, 0x30D8, 0x30DB: return (base + (isSemi ? 2 : 1)) &+ shift
        case _ where isSemi: return nil
        // カ to ヂ, where every second one is voiced, and ツ テ ト behind the small ッ.
        case 0x30AB...0x30C2: return base % 2 == 1 ? (base + 1) &+ shift : nil
        case 0x30C4, 0x30C6, 0x30C8: return (base + 1) &+ shift
        case 0x30A6: return hiragana ? 0x3094 : 0x30F4
        case 0x30EF where !hiragana: return 0x30F7
        case 0x30F0 where !hiragana: return 0x30F8
        case 0x30F1 where !hiragana: return 0x30F9
        case 0x30F2 where !hiragana: return 0x30FA
        default: return nil
        }
    }
}

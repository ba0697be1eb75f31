/// Latin letters read as Japanese, in the Hepburn or the Kunrei spelling.
enum Romaji {
    /// The text in hiragana; nil if it is not Latin letters that spell Japanese throughout.
    static func kana(_ text: String) -> String? {
        let letters = Composition.nfkc(CellText.kept(text)).lowercased().unicodeScalars.flatMap { scalar in
            longVowels[scalar] ?? [scalar]
        }
        guard letters.count > 1 else { return nil }
        var kana = ""
        var index = 0
        while index < letters.count {
            let letter = letters[index]
            if letter == "-" || letter == "'" || letter == " " {
                index += 1
                continue
            }
            if let (syllable, length) = syllable(letters, index) {
                kana += syllable
                index += length
            } else if index + 1 < letters.count, isDoubled(letter, letters[index + 1]) {
                kana += "っ"
                index += 1
            } else if letter == "n" || letter == "m" && isBeforeLip(letters, index) {
                kana += "ん"
                index += 1
            } else {
                return nil
            }
        }
        return kana.isEmpty ? nil : kana
    }

    /// The longest syllable that begins at a place.
    private static func syllable(_ letters: [Unicode.Scalar], _ index: Int) -> (String, length: Int)? {
        for length in [4, 3, 2, 1] where index + length <= letters.count {
            var spelling = String.UnicodeScalarView()
            spelling.append(contentsOf: letters[index..<index + length])
            if let kana = syllables[String(spelling)] { return (kana, length) }
        }
        return nil
    }

    private static func isDoubled(_ letter: Unicode.Scalar, _ next: Unicode.Scalar) -> Bool {
        let isConsonant = letter.isASCII && letter.properties.isAlphabetic && !"aiueon".unicodeScalars.contains(letter)
        return isConsonant && (letter == next || letter == "t" && next == "c")
    }

    private static func isBeforeLip(_ letters: [Unicode.Scalar], _ index: Int) -> Bool {
        index + 1 < letters.count && "bpm".unicodeScalars.contains(letters[index + 1])
    }

    /// shōyu, shôyu
    private static let longVowels: [Unicode.Scalar: [Unicode.Scalar]] = [
        "ā": ["a", "a"], "â": ["a", "a"], "ī": ["i", "i"], "î": ["i", "i"], "ū": ["u", "u"], "û": ["u", "u"],
        "ē": ["e", "e"], "ê": ["e", "e"], "ō": ["o", "u"], "ô": ["o", "u"],
    ]

    private static let rows: [(consonant: String, kana: String)] = [
        ("", "あいうえお"), ("k", "かきくけこ"), ("s", "さしすせそ"), ("t", "たちつてと"), ("n", "なにぬねの"),
        ("h", "はひふへほ"), ("m", "まみむめも"), ("r", "らりるれろ"), ("g", "がぎぐげご"), ("z", "ざじずぜぞ"),
        ("d", "だぢづでど"), ("b", "ばびぶべぼ"), ("p", "ぱぴぷぺぽ"),
    ]

    private static let syllables: [String: String] = {
        var syllables: [String: String] = [
            "ya": "や", "yu": "ゆ", "yo": "よ", "wa": "わ", "wo": "を", "shi": "し", "chi": "ち", "tsu": "つ", "fu": "ふ",
            "ji": "じ", "fa": "ふぁ", "fi": "ふぃ", "fe": "ふぇ", "fo": "ふぉ", "ti": "ち", "tu": "つ", "zi": "じ",
            "she": "しぇ", "je": "じぇ", "che": "ちぇ", "va": "ゔぁ", "vi": "ゔぃ", "vu": "ゔ", "ve": "ゔぇ", "vo": "ゔぉ",
        ]
        let vowels = ["a", "i", "u", "e", "o"]
        let glides = [("ya", "ゃ"), ("yu", "ゅ"), ("yo", "ょ")]
        for (consonant, kana) in rows {
            for (vowel, syllable) in zip(vowels, kana) { syllables[consonant + vowel] = String(syllable) }
            guard !consonant.isEmpty, let second = kana.dropFirst().first else { continue }
            for (glide, small) in glides { syllables[consonant + glide] = String(second) + small }
        }
        for (spelling, kana) in [("sh", "し"), ("ch", "ち"), ("j", "じ"), ("jy", "じ"), ("cy", "ち")] {
            for (vowel, small) in [("a", "ゃ"), ("u", "ゅ"), ("o", "ょ")] { syllables[spelling + vowel] = kana + small }
        }
        return syllables
    }()
}

import TestRandom
import Testing

@testable import LabelSchema

@Suite struct NormalizationTests {
    @Test(arguments: [
        ("[trim]", "　ラーメン ", "ラーメン"), ("[trim]", "\u{a0}a\u{a0}", "a"), ("[trim]", "\u{200b}a\u{feff}", "a"),
        ("[trim]", "\u{2003}a b\u{3000}\n", "a b"), ("[trim]", "a\u{200b}b", "a\u{200b}b"),
        ("[collapse_space]", "a　 \u{a0}\tb", "a b"), ("[collapse_space, trim]", "　a　　b　", "a b"),
        ("[nfkc]", "Ａ１ｶﾞ㌔①", "A1ガキロ1"), ("[nfkc]", "a　b", "a b"), ("[nfkc, trim]", "　ａ　", "a"),
        ("[nfc]", "か\u{3099}", "が"), ("[nfc]", "ｶﾞＡ", "ｶﾞＡ"), ("[nfc]", "e\u{301}", "é"), ("[nfkc]", "ﾊﾟﾝｶﾞ", "パンガ"),
        ("[nfc]", "\u{ac00}\u{11a8}", "\u{ac01}"),
        ("[lowercase]", "ABcÉ", "abcé"), ("[nfkc, lowercase]", "ＡＢ", "ab"),
        ("[]", " Ａ ", " Ａ "), ("[uppercase]", "abÿςß", "ABŸΣß"), ("[lowercase]", "ÀΣЯԱＡⅣⓐİẞ", "àσяաａⅳⓐiß"),
        ("[lowercase]", "Ꭰ𐐀", "Ꭰ𐐀"), ("[width, uppercase]", "ａｂ", "AB"),
        ("[kana]", "ｼｮｳﾕ　Ａ１ｶﾞﾊﾟｳﾞ", "ショウユ　Ａ１ガパヴ"), ("[kana]", "ﾞｱﾞﾟｰ｡｢｣､･", "゛ア゛゜ー。「」、・"), ("[kana]", "カﾞ", "ガ"),
        ("[kana]", "はﾟうﾞ", "ぱゔ"), ("[kana]", "ﾜﾞｦﾞｯﾞﾂﾞﾃﾞﾄﾞﾅﾞﾎﾞﾎﾟﾏﾟ", "ヷヺッ゛ヅデドナ゛ボポマ゜"),
        ("[nfc]", "\u{2304b}\u{3099}", "\u{2304b}\u{3099}"),
        ("[nfkc]", "\u{20041}\u{301}か\u{3099}", "\u{20041}\u{301}が"),
        ("[nfc]", "\u{11099}\u{110ba}\u{301}", "\u{1109a}\u{301}"),
        ("[width]", "Ａ１！～　ｶﾞア￥", "A1!~ ｶﾞア￥"), ("[width, trim, collapse_space]", "　Ａ　　ｂ　", "A b"),
        ("[trim]", "\u{200e}\u{202a}a\u{202c}\u{ad}", "a"), ("[trim]", "\u{feff}", nil),
        ("[trim]", "👩\u{200d}🍳", "👩\u{200d}🍳"),
        ("[trim]", "❤\u{fe0f}", "❤\u{fe0f}"), ("[nfkc, kana]", "ｶﾞ", "ガ"), ("[kana, nfc]", "ｶ\u{3099}", "ガ"),
    ])
    func changesWhatWasDeclaredAndNothingElse(steps: String, typed: String, normal: String?) throws {
        let schema = try schemaOfOneField(["type: string"], normalize: steps)
        let json = try read(.text(typed), schema).json
        #expect(json.map { Array($0.utf8) } == normal.map(JSONText.string))
    }

    @Test func aFieldsOwnStepsReplaceTheUsualOnes() throws {
        let schema = try schemaOfOneField(["sheaf: { role: label, normalize: [] }"], normalize: "[nfkc, trim]")
        #expect(try read(" Ａ ", schema).json == #"" Ａ ""#)
    }

    /// The fast way over bytes is nothing but a short cut to the definition.
    @Test(
        arguments: [
            [.trim], [.nfkc], [.nfc], [.collapseSpace], [.lowercase], [.nfkc, .trim], [.trim, .nfkc], [.nfc, .trim],
            [.nfkc, .collapseSpace, .trim], [.nfkc, .trim, .collapseSpace, .lowercase], [.lowercase, .nfkc],
            [.collapseSpace, .lowercase], [.kana], [.width], [.uppercase], [.nfc, .kana, .width, .trim], [.kana, .nfc],
            [.width, .lowercase, .collapseSpace, .trim], [.uppercase, .width], [.trim, .width], [.nfkc, .uppercase],
        ] as [[Normalization]])
    func theFastWayAgreesWithTheDefinition(steps: [Normalization]) {
        let normalizer = TextNormalizer(steps)
        var scratch = ByteArena(capacity: 64)
        var generator = SeededRandom(seed: 5)
        let usual = Array(
            (" \t\n\r\u{b}　aZ09!~ＡｚＺ！～あゃガパ々〜ー漢字×■☆★〇◯🍜"
                + "\u{1}\u{1c}\u{7f}éÉ\u{a0}\u{301}\u{3099}\u{309a}ｶﾞ㌔①½\u{200b}\u{feff}\u{2003}İßΣ가\u{1100}\u{1161}゛ゝ"
                + "ﾊﾟﾞﾟﾜｰ｡\u{200d}\u{fe0f}👩🍳🇯🇵👍🏽"
                + "\u{202e}\u{202c}\u{2066}\u{200e}\u{ad}\u{3164}\u{e0041}\u{0}\u{8}\u{5d0}\u{e33}\u{345}\u{1d15e}\u{f900}\u{2f800}")
                .unicodeScalars)
        for round in 0..<4000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...8, using: &generator) {
                let anything = Unicode.Scalar(UInt32.random(in: 0...0x1FFFF, using: &generator))
                let scalar = round % 4 == 0 ? anything : usual.randomElement(using: &generator)
                if let scalar { text.append(scalar) }
            }
            var typed = String(text)
            let expected = Array(normalizer.normalized(typed).utf8)
            let found = typed.withUTF8 { Array(normalizer.normalize($0, scratch: &scratch)) }
            #expect(found == expected, "\(typed.debugDescription)")
        }
    }
}

@Suite struct AliasTests {
    @Test(arguments: [
        ("醤油", "醤油"), ("しょうゆ", "醤油"), (" しょう油　", "醤油"), ("塩", "塩"), ("ｵﾘｰﾌﾞｵｲﾙ", "油"),
    ])
    func anAliasBecomesWhatItStandsFor(typed: String, value: String) throws {
        for allowed in ["type: string", "constraints: { enum: [醤油, 塩, 油] }"] {
            let schema = try schemaOfOneField(
                [
                    allowed,
                    "sheaf: { role: label, aliases: { 醤油: [しょうゆ, しょう油], 油: [オリーブオイル] } }",
                ], normalize: "[nfkc, trim]")
            #expect(try read(.text(typed), schema).json == "\"\(value)\"")
        }
    }

    @Test func aliasesWorkForNumbersBooleansAndItemsToo() throws {
        let number = try schemaOfOneField(["type: integer", "sheaf: { role: label, aliases: { 2: [二] } }"])
        #expect(try read("二", number).json == "2")
        let boolean = try schemaOfOneField([
            "type: boolean", "trueValues: [はい]", "falseValues: [いいえ]",
            "sheaf: { role: label, aliases: { はい: [うん] } }",
        ])
        #expect(try read("うん", boolean).json == "true")
        let list = try schemaOfOneField([
            "type: list", "sheaf: { role: label, items: { enum: [弁当, 鍋] }, aliases: { 弁当: [べんとう] } }",
        ])
        #expect(try read("鍋,べんとう", list).json == #"["鍋","弁当"]"#)
    }
}

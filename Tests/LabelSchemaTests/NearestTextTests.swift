import TestRandom
import Testing

@testable import LabelSchema

@Suite struct NearestTextTests {
    private static let ingredients = NearestText(
        ["しょうゆ", "みりん", "ラーメン", "チャーハン", "玉ねぎ", "Olive oil", "ごま油"].map { ($0, $0) }
            + [("たまねぎ", "玉ねぎ"), ("ごまあぶら", "ごま油"), ("醤油", "しょうゆ")])

    @Test(arguments: [
        ("しようゆ", "しょうゆ"), ("ショウユ", "しょうゆ"), ("ｼｮｳﾕ", "しょうゆ"), ("しょゆう", "しょうゆ"), ("しょうゆう", "しょうゆ"), ("ラメーン", "ラーメン"),
        ("らーめん", "ラーメン"), ("チャーハソ", "チャーハン"), ("玉葱", nil), ("タマネギ", "玉ねぎ"), ("たまねき", "玉ねぎ"), ("ごまあふら", "ごま油"),
        ("olive  oil", "Olive oil"), ("ＯＬＩＶＥ　ＯＩＬ", "Olive oil"), ("しょう\u{200b}ゆ", "しょうゆ"),
        ("shoyu", "しょうゆ"), ("shouyu", "しょうゆ"), ("shōyu", "しょうゆ"), ("syouyu", "しょうゆ"), ("Tamanegi", "玉ねぎ"),
        ("tyahhan", "チャーハン"), ("ramen", "ラーメン"), ("goma-abura", "ごま油"), ("xyz", nil), ("しょうゆ", nil), ("", nil),
        ("🍜", nil),
        ("寿司", nil),
    ])
    func findsWhatWasMeantBySpellingOrReading(typed: String, meant: String?) {
        #expect(Self.ingredients.find(typed) == meant)
        #expect(Self.ingredients.find(typed) == meant, "asked for again")
    }

    @Test(arguments: [
        ("konnyaku", "こんにゃく"), ("sukiyaki", "すきやき"), ("tempura", "てんぷら"), ("kappa", "かっぱ"), ("matcha", "まっちゃ"),
        ("dashi", "だし"), ("gyuuniku", "ぎゅうにく"), ("kin'you", "きんよう"), ("jagaimo", "じゃがいも"), ("hello", nil), ("a", nil),
        ("だし", nil), ("shi7", nil), ("fune", "ふね"), ("onna", "おんな"),
    ])
    func readsLatinLettersAsJapanese(typed: String, kana: String?) {
        #expect(Romaji.kana(typed) == kana)
    }

    @Test(arguments: [
        ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "acb", 1), ("abc", "ab", 1), ("", "abc", 3), ("ca", "abc", 3),
        ("kitten", "sitting", 3),
    ])
    func countsChanges(first: String, second: String, distance: Int) {
        #expect(Self.distance(first, second, limit: 9) == distance)
        #expect(Self.distance(second, first, limit: distance) == distance)
        if distance > 0 { #expect(Self.distance(first, second, limit: distance - 1) == nil) }
    }

    private static func distance(_ first: String, _ second: String, limit: Int) -> Int? {
        var measure = EditDistance(longest: 64)
        return measure.distance(
            first.unicodeScalars.map(\.value), second.unicodeScalars.map(\.value), limit: limit)
    }

    /// What rules candidates out without comparing them never rules out the nearest.
    @Test func findsWhatComparingWithEveryCandidateFinds() throws {
        var random = SeededRandom(seed: 3)
        func word(_ letters: ClosedRange<Int>) -> String {
            let alphabet = Array("あいうえおかきくけこさしすせそ")
            return String(
                (0..<Int.random(in: letters, using: &random)).compactMap { _ in alphabet.randomElement(using: &random) }
            )
        }
        let words = (0..<300).map { _ in word(1...9) }
        let nearest = NearestText(words.map { ($0, $0) })
        for _ in 0..<600 {
            let typed = word(1...9)
            let wanted = try #require(FoldedText(typed))
            let distances = try words.filter { $0 != typed }.compactMap { candidate -> Int? in
                let folded = try #require(FoldedText(candidate))
                let longer = max(folded.count, wanted.count)
                return Self.distance(typed, candidate, limit: min(max(1, longer / 3), longer - 1))
            }
            let found = nearest.find(typed)
            #expect(
                found.flatMap { Self.distance(typed, $0, limit: 64) } == distances.min(), "\(typed): \(found ?? "")")
        }
    }
}

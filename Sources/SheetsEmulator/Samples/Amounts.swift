/// How much of an ingredient a recipe asks for, in the unit that fits it.
enum Amounts {
    private static let pinches: Set<String> = [
        "塩", "こしょう", "ナツメグ", "花椒", "わさび", "青のり", "バニラエッセンス", "三つ葉", "かつお節", "鷹の爪",
    ]
    private static let liquids = ["水", "牛乳", "だし汁", "揚げ油", "生クリーム"]
    private static let spoonEnds = [
        "油", "酒", "酢", "みりん", "砂糖", "ソース", "ケチャップ", "マヨネーズ", "めんつゆ", "粉", "醤", "ごま", "味噌", "オイル", "汁", "の素", "コンソメ",
        "はちみつ", "ポン酢", "ガラムマサラ", "チョコチップ",
    ]
    private static let gramEnds = [
        "肉", "鮭", "たら", "えび", "あさり", "たこ", "バター", "チーズ", "マカロニ", "米", "ごはん", "豚こま", "クリーム", "チョコレート",
    ]
    private static let packs = [
        "もやし", "うどん", "そば", "麺", "スパゲッティ", "皮", "しらたき", "缶", "ルー", "メンマ", "わかめ", "ニラ", "なめこ", "しめじ", "春雨",
    ]

    static func amount(of name: String, _ random: inout SampleRandom) -> String {
        if pinches.contains(name) { return random.text(["少々", "適量", "ひとつまみ"]) }
        if liquids.contains(name) { return random.text(["50ml", "100ml", "200ml", "300ml", "適量"]) }
        if name == "にんにく" || name == "しょうが" { return random.text(["1片", "2片", "チューブ3cm"]) }
        if gramEnds.contains(where: name.hasSuffix) {
            return random.text(["80g", "100g", "150g", "200g", "250g", "300g"])
        }
        if packs.contains(where: name.hasSuffix) { return random.text(["1袋", "2袋", "1/2袋", "2人分"]) }
        if spoonEnds.contains(where: name.hasSuffix) {
            return random.text(["大さじ1", "大さじ2", "大さじ1/2", "小さじ1", "小さじ2", "小さじ1/2", "適量"])
        }
        return random.text(["1個", "2個", "1/2個", "1/4個", "1本", "1/2本", "100g", "適量"])
    }
}

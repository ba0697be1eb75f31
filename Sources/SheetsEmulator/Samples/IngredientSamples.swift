/// Makes the sheet of `ingredient_name`: how people write an ingredient, and what it is called.
struct IngredientSamples {
    private static let header = ["表記", "使用例", "正規名", "食材", "担当者", "メモ"]
    private static let wanted = 400

    /// The usual name first, then other ways to write it.
    private static let foods = [
        "醤油 しょうゆ しょう油 お醤油 おしょうゆ", "砂糖 さとう お砂糖", "塩 しお お塩", "酢 お酢 す", "味噌 みそ お味噌", "みりん 味醂 本みりん",
        "酒 お酒 料理酒", "玉ねぎ たまねぎ 玉葱 タマネギ", "長ねぎ ながねぎ 長葱 白ねぎ", "にんじん 人参 ニンジン", "じゃがいも ジャガイモ じゃが芋 馬鈴薯",
        "さつまいも さつま芋 サツマイモ", "かぼちゃ カボチャ 南瓜", "キャベツ きゃべつ", "白菜 はくさい ハクサイ", "大根 だいこん ダイコン",
        "ごぼう ゴボウ 牛蒡", "れんこん レンコン 蓮根", "ほうれん草 ホウレンソウ ほうれんそう", "小松菜 こまつな", "きゅうり キュウリ 胡瓜",
        "なす ナス 茄子", "トマト とまと", "ピーマン ぴーまん", "もやし モヤシ", "にんにく ニンニク 大蒜", "しょうが 生姜 ショウガ", "しいたけ 椎茸 シイタケ",
        "しめじ シメジ ぶなしめじ", "えのき エノキ えのきだけ えのき茸", "豆腐 とうふ お豆腐", "油揚げ あぶらあげ お揚げ", "厚揚げ あつあげ 生揚げ", "納豆 なっとう",
        "卵 たまご 玉子 タマゴ", "牛乳 ぎゅうにゅう ミルク", "バター ばたー", "チーズ ちーず", "ヨーグルト よーぐると", "鶏もも肉 とりもも肉 鶏モモ肉 鳥もも肉",
        "鶏むね肉 とりむね肉 鶏ムネ肉 鶏胸肉", "豚バラ肉 豚ばら肉 豚バラ", "豚こま切れ肉 豚こま 豚小間", "牛こま切れ肉 牛こま", "合いびき肉 合挽き肉 合い挽き肉",
        "鮭 さけ サケ しゃけ", "さば サバ 鯖", "えび エビ 海老", "いか イカ", "あさり アサリ 浅利", "わかめ ワカメ 若布", "のり 海苔 ノリ", "昆布 こんぶ コンブ",
        "かつお節 鰹節 かつおぶし", "ごま油 胡麻油 ゴマ油", "サラダ油 さらだ油", "オリーブオイル オリーブ油", "片栗粉 かたくり粉", "小麦粉 こむぎ粉", "パン粉 ぱん粉",
        "ごはん ご飯 御飯 白米", "うどん ウドン", "そば 蕎麦", "こしょう 胡椒 コショウ", "マヨネーズ マヨ", "ケチャップ トマトケチャップ", "めんつゆ 麺つゆ", "ポン酢 ぽん酢",
        "鶏がらスープの素 鶏ガラスープの素", "だしの素 ほんだし 顆粒だし", "りんご リンゴ 林檎", "レモン れもん 檸檬", "バナナ ばなな", "いちご イチゴ 苺", "白ごま 白胡麻 白ゴマ",
    ]

    private static let others = [
        "キッチンペーパー ペーパータオル", "アルミホイル ホイル", "ラップ サランラップ", "爪楊枝 つまようじ 楊枝", "竹串 串", "お弁当カップ シリコンカップ", "割り箸 わりばし",
        "クッキングシート オーブンシート", "保存袋 ジップロック", "ゴム手袋 ビニール手袋",
    ]

    private static let kinds = ["みじん切り", "千切り", "薄切り", "すりおろし", "国産", "有機", "冷凍", "刻み", "乾燥"]

    private var random: SampleRandom

    init(random: SampleRandom) {
        self.random = random
    }

    mutating func sheet() -> SampleSheet {
        var rows: [[String]] = []
        var seen: Set<String> = []
        func add(_ row: [String]) {
            if rows.count < Self.wanted, seen.insert(row[0]).inserted { rows.append(row) }
        }
        let foods = Self.foods.map { $0.split(separator: " ").map(String.init) }
        for names in foods { for name in names { add(row(name, names[0], isFood: true)) } }
        for names in Self.others.map({ $0.split(separator: " ").map(String.init) }) {
            for name in names { add(row(name, names[0], isFood: false)) }
        }
        while rows.count < Self.wanted {
            guard let names = random.pick(foods) else { break }
            let (name, kind) = (random.text(names), random.text(Self.kinds))
            let written = random.chance(50) ? "\(name)（\(kind)）" : "\(kind)\(name)"
            add(row(written, names[0], isFood: true))
        }
        for index in rows.indices where random.chance(5) { rows[index][2...4] = ["", "", ""] }
        return SampleSheet(
            id: "ingredient-name", title: "材料名の正規化", tab: "材料名", sheetId: 912_044_731,
            rows: [Self.header] + random.sample(rows, rows.count))
    }

    private mutating func row(_ written: String, _ name: String, isFood: Bool) -> [String] {
        // Now and then the canonical name is itself typed in one of the ways that the schema knows as an alias.
        let isAlias = name == "醤油" && random.chance(50)
        return [
            written, isFood ? "\(written) \(Amounts.amount(of: name, &random))" : "\(written) 適宜",
            Slips.blanks(isAlias ? random.text(RecipeDish.soySauces) : name, &random), isFood ? "はい" : "いいえ",
            random.text(["高橋", "山本"]), random.chance(3) ? random.text(["方言？", "商品名", "要確認"]) : "",
        ]
    }
}

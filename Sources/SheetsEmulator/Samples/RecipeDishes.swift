/// What recipes of one category are like.
struct RecipeDish: Sendable {
    let category: String
    /// How often it comes up beside the others.
    let weight: Int
    /// Other ways in which annotators write the category.
    let aliases: [String]
    /// What a title calls the dish, beside its category.
    let names: [String]
    /// What goes into most recipes of it.
    let ingredients: [String]
    /// Tags that fit it.
    let tags: [String]

    init(
        _ category: String, weight: Int, aliases: [String] = [], names: [String], ingredients: String, tags: [String]
    ) {
        self.category = category
        self.weight = weight
        self.aliases = aliases
        self.names = names
        self.ingredients = ingredients.split(separator: " ").map(String.init)
        self.tags = tags
    }

    /// Whether it is baked for tea, where garlic and soy sauce would surprise.
    var isSweet: Bool { category == "ケーキ" || category == "クッキー" }

    /// All categories, with what makes one differ from the others and what makes it easy to take for another.
    static let all: [RecipeDish] = [
        RecipeDish(
            "ラーメン", weight: 6, aliases: ["拉麺", "らーめん"], names: ["担々麺", "つけ麺", "タンメン", "冷やし中華", "油そば"],
            ingredients: "中華麺 チャーシュー メンマ 煮卵 もやし 鶏がらスープの素 長ねぎ 豚ひき肉 のり", tags: ["時短", "辛い"]),
        RecipeDish(
            "チャーハン", weight: 6, aliases: ["炒飯", "焼飯", "焼き飯"], names: ["パラパラごはん", "キムチ炒めごはん", "黄金ごはん", "あんかけ炒飯"],
            ingredients: "ごはん 卵 チャーシュー 長ねぎ レタス かまぼこ ごま油 鶏がらスープの素 キムチ", tags: ["時短", "節約", "お弁当"]),
        RecipeDish(
            "カレー", weight: 7, aliases: ["カレーライス"], names: ["キーマ", "バターチキン", "スパイス煮込み", "ドライカレー"],
            ingredients: "カレールー 玉ねぎ じゃがいも にんじん 牛肉 カレー粉 トマト缶 ガラムマサラ ごはん", tags: ["作り置き", "子ども向け", "辛い"]),
        RecipeDish(
            "麻婆豆腐", weight: 4, aliases: ["マーボー豆腐"], names: ["四川風豆腐", "麻婆", "ピリ辛肉豆腐"],
            ingredients: "絹ごし豆腐 豚ひき肉 豆板醤 甜麺醤 長ねぎ 花椒 片栗粉 鶏がらスープの素", tags: ["辛い", "時短"]),
        RecipeDish(
            "餃子", weight: 5, aliases: ["ギョーザ", "ぎょうざ"], names: ["水餃子", "羽根つき焼き餃子", "棒餃子", "揚げ餃子"],
            ingredients: "餃子の皮 豚ひき肉 キャベツ ニラ 白菜 ごま油 しょうが にんにく", tags: ["作り置き", "お弁当"]),
        RecipeDish(
            "唐揚げ", weight: 6, aliases: ["からあげ", "から揚げ"], names: ["ザンギ", "竜田揚げ", "フライドチキン", "塩から揚げ"],
            ingredients: "鶏もも肉 鶏むね肉 片栗粉 小麦粉 しょうが にんにく 揚げ油 レモン", tags: ["お弁当", "子ども向け"]),
        RecipeDish(
            "ハンバーグ", weight: 5, names: ["煮込みハンバーグ", "豆腐バーグ", "ロコモコ", "ミートローフ"],
            ingredients: "合いびき肉 玉ねぎ パン粉 卵 牛乳 ナツメグ デミグラスソース ケチャップ", tags: ["子ども向け", "お弁当", "作り置き"]),
        RecipeDish(
            "オムライス", weight: 4, names: ["ふわとろ卵のライス", "ドレスドオムライス", "オムハヤシ"],
            ingredients: "卵 ごはん ケチャップ 鶏もも肉 玉ねぎ バター 牛乳 グリンピース", tags: ["子ども向け", "時短"]),
        RecipeDish(
            "パスタ", weight: 7, aliases: ["スパゲッティ", "スパゲティ"], names: ["ペペロンチーノ", "カルボナーラ", "ボロネーゼ", "ナポリタン", "たらこスパ"],
            ingredients: "スパゲッティ オリーブオイル ベーコン トマト缶 生クリーム 粉チーズ にんにく 鷹の爪 しめじ", tags: ["時短", "おもてなし"]),
        RecipeDish(
            "うどん", weight: 5, names: ["カレーうどん", "焼きうどん", "釜玉", "鍋焼きうどん", "肉ぶっかけ"],
            ingredients: "うどん めんつゆ 油揚げ 長ねぎ かまぼこ 卵 天かす だし汁", tags: ["時短", "節約"]),
        RecipeDish(
            "そば", weight: 3, names: ["ざるそば", "鴨南蛮", "とろろせいろ", "年越しそば"],
            ingredients: "そば めんつゆ 大根おろし わさび 長ねぎ 鴨肉 山芋 のり", tags: ["時短", "ヘルシー"]),
        RecipeDish(
            "味噌汁", weight: 5, aliases: ["みそ汁", "みそしる"], names: ["豚汁", "あおさ汁", "具だくさん汁", "しじみ汁"],
            ingredients: "味噌 だし汁 わかめ 豆腐 油揚げ 大根 長ねぎ なめこ あさり", tags: ["朝食", "ヘルシー", "節約"]),
        RecipeDish(
            "サラダ", weight: 6, names: ["コールスロー", "ラーメンサラダ", "パスタサラダ", "ポテサラ", "マリネ"],
            ingredients: "レタス きゅうり トマト マヨネーズ ツナ缶 オリーブオイル レモン汁 アボカド 酢", tags: ["ヘルシー", "時短", "朝食"]),
        RecipeDish(
            "肉じゃが", weight: 4, names: ["じゃがいもと牛肉の煮物", "塩肉じゃが", "ほっこり煮"],
            ingredients: "じゃがいも 牛肉 玉ねぎ にんじん しらたき いんげん だし汁 みりん 砂糖", tags: ["作り置き", "節約"]),
        RecipeDish(
            "親子丼", weight: 4, names: ["とろとろ卵の鶏丼", "親子とじ", "親子どん"],
            ingredients: "鶏もも肉 卵 玉ねぎ ごはん めんつゆ 三つ葉 みりん だし汁", tags: ["時短", "節約"]),
        RecipeDish(
            "牛丼", weight: 4, names: ["つゆだく丼", "すき焼き丼", "牛めし"],
            ingredients: "牛こま肉 玉ねぎ ごはん 紅しょうが みりん 酒 だし汁 卵 砂糖", tags: ["時短", "お弁当"]),
        RecipeDish(
            "お好み焼き", weight: 4, aliases: ["お好み焼"], names: ["広島焼き", "豚玉", "モダン焼き", "とん平"],
            ingredients: "キャベツ お好み焼き粉 豚バラ肉 卵 山芋 かつお節 青のり ソース 天かす", tags: ["節約", "子ども向け"]),
        RecipeDish(
            "焼きそば", weight: 4, names: ["塩焼きそば", "あんかけ焼きそば", "上海風炒め麺"],
            ingredients: "焼きそば麺 キャベツ 豚バラ肉 もやし ソース 青のり 紅しょうが にんじん", tags: ["時短", "節約"]),
        RecipeDish(
            "コロッケ", weight: 3, names: ["カレーコロッケ", "クリームコロッケ", "スコップコロッケ"],
            ingredients: "じゃがいも 合いびき肉 パン粉 小麦粉 卵 揚げ油 玉ねぎ コーン缶", tags: ["お弁当", "子ども向け", "作り置き"]),
        RecipeDish(
            "グラタン", weight: 4, names: ["マカロニのオーブン焼き", "ドリア", "ポテトのチーズ焼き"],
            ingredients: "マカロニ 牛乳 バター 小麦粉 ピザ用チーズ 玉ねぎ えび パン粉 ほうれん草", tags: ["おもてなし", "子ども向け"]),
        RecipeDish(
            "シチュー", weight: 4, names: ["クリーム煮", "ビーフストロガノフ", "白い煮込み"],
            ingredients: "シチュールー 牛乳 鶏もも肉 じゃがいも にんじん ブロッコリー 玉ねぎ バター", tags: ["作り置き", "子ども向け"]),
        RecipeDish(
            "鍋料理", weight: 5, names: ["キムチチゲ", "ミルフィーユ鍋", "寄せ鍋", "水炊き", "おでん"],
            ingredients: "白菜 豆腐 しいたけ 春菊 豚バラ肉 ポン酢 昆布 長ねぎ たら", tags: ["鍋", "ヘルシー", "おもてなし"]),
        RecipeDish(
            "炊き込みご飯", weight: 4, aliases: ["炊き込みごはん", "炊きこみご飯"], names: ["五目めし", "栗おこわ", "鯛めし", "きのこごはん"],
            ingredients: "米 だし汁 ごぼう にんじん 油揚げ しめじ 鶏もも肉 こんにゃく", tags: ["作り置き", "お弁当", "節約"]),
        RecipeDish(
            "ケーキ", weight: 4, names: ["チーズケーキ", "ガトーショコラ", "シフォン", "ロールケーキ", "パウンドケーキ"],
            ingredients: "薄力粉 卵 砂糖 バター 生クリーム いちご クリームチーズ チョコレート ベーキングパウダー", tags: ["おもてなし"]),
        RecipeDish(
            "クッキー", weight: 3, names: ["サブレ", "スノーボール", "アイスボックス", "型抜きビスケット"],
            ingredients: "薄力粉 バター 砂糖 卵黄 アーモンドプードル チョコチップ ココアパウダー 粉糖", tags: ["子ども向け", "作り置き"]),
        RecipeDish(
            "その他", weight: 9, names: ["きんぴら", "茶碗蒸し", "ナムル", "白和え", "スムージー", "おにぎり", "サンドイッチ", "卵焼き", "ピクルス", "たこ焼き"],
            ingredients: "ごぼう 卵 ほうれん草 ヨーグルト バナナ 食パン ハム のり たこ 白ごま 豆腐", tags: ["朝食", "お弁当", "ヘルシー", "作り置き"]),
    ]

    static let allTags = ["時短", "作り置き", "お弁当", "子ども向け", "節約", "おもてなし", "ヘルシー", "鍋", "辛い", "朝食"]

    /// Dishes as often as their weights say.
    static let weighted: [RecipeDish] = all.flatMap { Array(repeating: $0, count: $0.weight) }

    static let openings = [
        "簡単！", "10分で", "フライパンで", "我が家の", "絶品", "基本の", "やみつき", "余り物で", "お店みたいな", "ふわふわ",
        "ほっとする", "レンジで", "本格", "節約", "おばあちゃんの", "休日の", "ピリ辛", "さっぱり", "濃厚", "具だくさん",
    ]

    static let subjects = [
        "鶏むね肉", "豚こま", "きのこ", "なす", "トマト", "かぼちゃ", "豆腐", "ツナ", "サバ缶", "もやし", "大根", "キャベツ",
        "ほうれん草", "さつまいも", "ひき肉", "えび", "鮭", "ねぎ", "春雨", "厚揚げ",
    ]

    static let sweetOpenings = ["簡単！", "しっとり", "サクサク", "混ぜるだけの", "基本の", "プレゼントに", "おやつに", "濃厚", "レンジで"]
    static let sweetSubjects = ["バナナ", "りんご", "抹茶", "かぼちゃ", "さつまいも", "レモン", "チョコ", "ごま", "紅茶", "豆腐"]
    static let sweetPantry = ["塩", "牛乳", "バニラエッセンス", "はちみつ", "卵", "サラダ油", "レモン汁", "水", "きび砂糖"]

    /// Titles that leave it to the ingredients what the dish is.
    static let vague = [
        "冷蔵庫の残りで一品", "子どもが喜ぶ晩ごはん", "休日のひと皿", "ランチの定番", "ほっこり家庭の味", "おうちごはん",
        "忙しい日の味方", "夫がおかわりした一品", "母の味", "リピート確定",
    ]

    /// What stands in any kitchen, and says nothing of the dish.
    static let pantry = [
        "塩", "こしょう", "醤油", "砂糖", "酒", "みりん", "サラダ油", "ごま油", "にんにく", "しょうが", "水", "片栗粉", "酢",
        "白ごま", "バター", "コンソメ", "長ねぎ", "玉ねぎ",
    ]

    static let soySauces = ["しょうゆ", "しょう油", "お醤油"]
}

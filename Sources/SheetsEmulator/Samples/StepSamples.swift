/// Makes the sheet of `step_tags`: the steps of recipes, and what is done in them.
struct StepSamples {
    private static let header = ["レシピID", "手順番号", "手順", "手順タグ", "合わせ印", "担当者", "メモ"]
    private static let wanted = 500

    private struct Kind: Sendable {
        let tags: [String]
        /// Texts in which `〇` stands for an ingredient.
        let texts: [String]
        var marks = false
    }

    private static let kinds = [
        Kind(tags: ["切る"], texts: ["〇を食べやすい大きさに切る。", "〇は薄切りにする。", "〇をみじん切りにする。", "〇の皮をむき、一口大に切る。"]),
        Kind(tags: ["炒める"], texts: ["フライパンに油を熱し、〇を炒める。", "〇を加え、しんなりするまで炒める。", "強火で〇をさっと炒め合わせる。"]),
        Kind(tags: ["煮る"], texts: ["〇を加えて弱火で15分煮る。", "落としぶたをして〇に火が通るまで煮る。", "煮立ったらアクを取り、さらに煮込む。"]),
        Kind(tags: ["焼く"], texts: ["〇を両面こんがり焼く。", "180度のオーブンで〇を20分焼く。", "皮目から〇を焼き、焼き色をつける。"]),
        Kind(tags: ["揚げる"], texts: ["170度の油で〇をからりと揚げる。", "〇に衣をつけて揚げる。"]),
        Kind(tags: ["蒸す"], texts: ["蒸気の上がった蒸し器で〇を10分蒸す。", "ふたをして〇を蒸し焼きにする。"]),
        Kind(tags: ["混ぜる"], texts: ["ボウルに〇を入れてよく混ぜる。", "★の調味料を混ぜ合わせる。", "☆をすべて混ぜておく。", "◎を合わせておく。"], marks: true),
        Kind(tags: ["茹でる"], texts: ["たっぷりの湯で〇を茹でる。", "〇を塩ゆでし、ざるにあげる。"]),
        Kind(tags: ["下味"], texts: ["〇に塩こしょうをふる。", "〇に●をもみ込み、15分おく。", "〇に下味をつける。"], marks: true),
        Kind(tags: ["盛り付け"], texts: ["器に盛り、〇をのせる。", "皿に盛り付けて〇を散らす。"]),
        Kind(tags: ["冷やす"], texts: ["粗熱を取り、冷蔵庫で冷やす。", "〇を氷水にとって冷やす。"]),
        Kind(tags: ["切る", "下味"], texts: ["〇を一口大に切り、塩をふる。", "〇は切って◆につけておく。"], marks: true),
        Kind(tags: ["炒める", "煮る"], texts: ["〇を炒め、水を加えて煮る。", "〇を炒めたらAを加えて煮からめる。"], marks: true),
        Kind(tags: ["その他"], texts: ["オーブンを予熱する。", "お好みで〇を添えても。", "前日に〇を解凍しておく。"]),
    ]

    private static let marks = ["☆", "★", "◎", "○", "●", "◇", "◆", "A", "B"]

    private var random: SampleRandom

    init(random: SampleRandom) {
        self.random = random
    }

    mutating func sheet() -> SampleSheet {
        var rows: [[String]] = []
        var recipe = 1_000
        while rows.count < Self.wanted {
            let count = min(3 + random.below(5), Self.wanted - rows.count)
            for step in 1...count { rows.append(row(recipe, step)) }
            recipe += 1 + random.below(40)
        }
        return SampleSheet(
            id: "step-tags", title: "手順のタグ付け", tab: "手順タグ", sheetId: 530_118_246, rows: [Self.header] + rows)
    }

    private mutating func row(_ recipe: Int, _ step: Int) -> [String] {
        guard let kind = random.pick(Self.kinds) else { return [] }
        let text = random.text(kind.texts).replacing("〇", with: random.text(RecipeDish.subjects))
        let key = [String(recipe), random.chance(2) ? Slips.fullWidth(String(step)) : String(step)]
        if random.chance(5) { return key + [text, "", "", "", ""] }
        // The mark that the text itself uses, where it uses one.
        let mark = kind.marks ? Self.marks.first { text.contains($0) } ?? "" : ""
        return key + [
            text, Slips.blanks(kind.tags.joined(separator: "、"), &random), mark, random.text(["中村", "小林"]),
            random.chance(2) ? "複数の作業" : "",
        ]
    }
}

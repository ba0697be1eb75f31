/// Makes the sheet of `photo_food`: whether a photo shows a dish, and what else it shows.
struct PhotoSamples {
    private static let header = ["写真ID", "写真URL", "料理が写っている", "写っているもの", "確認日", "担当者", "メモ"]
    private static let wanted = 300

    private var random: SampleRandom

    init(random: SampleRandom) {
        self.random = random
    }

    mutating func sheet() -> SampleSheet {
        var number = 100_000
        let rows = (0..<Self.wanted).map { _ in
            number += 1 + random.below(900)
            return row(number)
        }
        return SampleSheet(
            id: "photo-food", title: "料理写真の判定", tab: "料理写真", sheetId: 77_120_553, rows: [Self.header] + rows)
    }

    private mutating func row(_ number: Int) -> [String] {
        let key = ["P\(number)", "https://photos.example/recipes/\(1_000 + random.below(5_000))/\(number).jpg"]
        if random.chance(6) { return key + ["", "", "", "", ""] }
        let isFood = random.chance(72)
        let subject = isFood ? "料理" : random.text(["食材", "調理器具", "人物", "店内", "メニュー", "その他"])
        return key + [
            Slips.blanks(isFood ? "はい" : "いいえ", &random), random.chance(85) ? subject : "",
            random.chance(70) ? Slips.someDate(&random) : "", random.text(["加藤", "吉田"]),
            random.chance(3) ? random.text(["暗い", "ぼけている", "文字が入っている"]) : "",
        ]
    }
}

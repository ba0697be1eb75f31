/// One row of `recipe_category`, before it is laid out in the columns of a sheet.
struct RecipeRow {
    var id: String
    var title = ""
    var ingredients = ""
    var category = ""
    var tags = ""
    var checkedOn = ""
    var annotator = ""
    var note = ""
    /// What stands in the column that one annotator added for herself.
    var own = ""

    /// A row without anything in it, as people leave them between blocks.
    static let blank = RecipeRow(id: "")

    var isLabelled: Bool { !category.isEmpty }

    /// Back to work that nobody has done yet.
    mutating func clearLabels() {
        (category, tags, checkedOn, annotator, note) = ("", "", "", "", "")
    }
}

/// Makes the two sheets of `recipe_category`: about 5,000 recipes, some of them not labelled yet, a dozen mistakes.
struct RecipeSamples {
    static let tab = "レシピ分類"
    private static let firstID = 1_000
    private static let rowsInFirst = 2_600
    private static let rowsInSecond = 2_400
    /// The mislabelled recipe that the annotators put right while the story is told.
    private static let storyID = 1_234

    private var random: SampleRandom

    init(random: SampleRandom) {
        self.random = random
    }

    mutating func sheets() -> [SampleSheet] {
        var first = block(from: Self.firstID, count: Self.rowsInFirst, annotators: ["佐藤", "鈴木"])
        var second = block(
            from: Self.firstID + Self.rowsInFirst, count: Self.rowsInSecond, annotators: ["田中", "伊藤", "渡辺"])
        first[Self.storyID - Self.firstID] = RecipeRow(
            id: String(Self.storyID), title: "町中華の半チャーハンとラーメンのセット",
            ingredients: "ごはん 200g、卵 2個、チャーシュー 3枚、長ねぎ 1/2本、ごま油 大さじ1",
            category: "ラーメン", tags: "時短", checkedOn: "2026/10/20", annotator: "佐藤", note: "どちらか迷う")
        var mistakes = RecipeMistakes(random: SampleRandom(seed: random.next()), spared: String(Self.storyID))
        mistakes.add(to: &first, and: &second)
        addBlankRows(&first)
        addBlankRows(&second)
        return [
            SampleSheet(
                id: "recipe-category-1", title: "レシピ分類 1（栄養士チーム）", tab: Self.tab, sheetId: 0,
                rows: [["レシピID", "タイトル", "材料", "カテゴリ", "タグ", "確認日", "担当者", "メモ"]]
                    + first.map { row in
                        [
                            row.id, row.title, row.ingredients, row.category, row.tags, row.checkedOn, row.annotator,
                            row.note,
                        ]
                    }),
            SampleSheet(
                id: "recipe-category-2", title: "レシピ分類 2（編集チーム）", tab: Self.tab, sheetId: 1_847_302_915,
                rows: [["レシピID", "カテゴリ", "タグ", "タイトル", "材料", "見直し", "担当者", "確認日", "メモ"]]
                    + second.map { row in
                        [
                            row.id, row.category, row.tags, row.title, row.ingredients, row.own, row.annotator,
                            row.checkedOn, row.note,
                        ]
                    }),
        ]
    }

    private mutating func block(from first: Int, count: Int, annotators: [String]) -> [RecipeRow] {
        (0..<count).map { index in
            var row = recipe(first + index, annotators: annotators)
            // Most of what is still to be done stands at the end, where new recipes are pasted.
            if random.chance(index >= count - 100 ? 60 : 5.6) { row.clearLabels() }
            return row
        }
    }

    private mutating func addBlankRows(_ rows: inout [RecipeRow]) {
        for _ in 0..<8 { rows.insert(.blank, at: 20 + random.below(rows.count - 40)) }
    }

    // MARK: One recipe

    private mutating func recipe(_ id: Int, annotators: [String]) -> RecipeRow {
        guard let dish = random.pick(RecipeDish.weighted) else { return .blank }
        var row = RecipeRow(id: random.chance(0.5) ? Slips.fullWidth(String(id)) : String(id))
        row.title = Slips.blanks(title(dish), &random)
        row.ingredients = ingredients(dish)
        row.category = category(dish)
        row.tags = tags(dish)
        row.checkedOn = random.chance(80) ? Slips.someDate(&random) : ""
        row.annotator = random.text(annotators)
        row.note = random.chance(3) ? random.text(["要確認", "写真も見ました", "迷った", "あとで見直す", "レビュー済み"]) : ""
        row.own = random.chance(20) ? random.text(["済", "もう一度", "OK"]) : ""
        return row
    }

    private mutating func title(_ dish: RecipeDish) -> String {
        var title: String
        switch random.below(100) {
        case 0..<13: title = random.text(RecipeDish.vague)
        case 13..<38: title = decorated(random.text(dish.names), dish)
        default: title = decorated(dish.category == "その他" ? random.text(dish.names) : dish.category, dish)
        }
        if random.chance(8) { title += random.text(["☆", "♪", "（改）", "　2人分", "♡お弁当にも"]) }
        return random.chance(6) ? Slips.fullWidth(title) : title
    }

    private mutating func decorated(_ name: String, _ dish: RecipeDish) -> String {
        let openings = dish.isSweet ? RecipeDish.sweetOpenings : RecipeDish.openings
        let opening = random.chance(60) ? random.text(openings) : ""
        return opening + (random.chance(60) ? subject(dish) + "の" : "") + name
    }

    private mutating func subject(_ dish: RecipeDish) -> String {
        random.text(dish.isSweet ? RecipeDish.sweetSubjects : RecipeDish.subjects)
    }

    private mutating func ingredients(_ dish: RecipeDish) -> String {
        var names = random.sample(dish.ingredients, 2 + random.below(3))
        let pantry = dish.isSweet ? RecipeDish.sweetPantry : RecipeDish.pantry
        names += random.sample(pantry.filter { !dish.ingredients.contains($0) }, 2 + random.below(4))
        if random.chance(30) { names.append(subject(dish)) }
        let list = names.map { name in
            let typed = name == "醤油" && random.chance(30) ? random.text(RecipeDish.soySauces) : name
            return "\(typed) \(Amounts.amount(of: name, &random))"
        }.joined(separator: "、")
        return Slips.blanks(random.chance(7) ? Slips.fullWidth(list) : list, &random)
    }

    /// The category, now and then another one than the recipe was made for: annotators differ.
    private mutating func category(_ dish: RecipeDish) -> String {
        var chosen = dish
        if random.chance(4), let other = random.pick(RecipeDish.weighted) { chosen = other }
        let name = random.chance(6) && !chosen.aliases.isEmpty ? random.text(chosen.aliases) : chosen.category
        return Slips.blanks(name, &random)
    }

    private mutating func tags(_ dish: RecipeDish) -> String {
        guard random.chance(85) else { return "" }
        var tags: [String] = []
        for tag in dish.tags where random.chance(55) { tags.append(tag) }
        let extra = random.text(RecipeDish.allTags)
        if random.chance(20), !tags.contains(extra) { tags.append(extra) }
        return tags.joined(separator: random.text(["、", "、", "、", ",", "/"]))
    }
}

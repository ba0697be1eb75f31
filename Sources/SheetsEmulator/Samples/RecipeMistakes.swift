/// Puts a dozen mistakes of different kinds into labelled rows, for the reports to have something to say.
struct RecipeMistakes {
    private var random: SampleRandom
    /// Ids of rows that must stay as they are, those already spoilt included.
    private var spared: Set<String>

    init(random: SampleRandom, spared: String) {
        self.random = random
        self.spared = [spared]
    }

    mutating func add(to first: inout [RecipeRow], and second: inout [RecipeRow]) {
        // Not one of the schema's words.
        spoil(&first) { $0.category = "ラメーン" }
        spoil(&second) { $0.category = "ハンバーガ" }
        spoil(&first) { $0.tags = "時短、激うま" }
        spoil(&second) { $0.tags = "映え" }
        // The key: missing, not a number, twice in a sheet, once in each.
        spoil(&second) { $0.id = "" }
        spoil(&first) { $0.id = "レシピ" + $0.id }
        copy(from: first, to: &first, category: "サラダ")
        copy(from: first, to: &second, category: "その他")
        // No such day, and no day at all.
        spoil(&first) { $0.checkedOn = "2026/02/30" }
        spoil(&second) { $0.checkedOn = "きのう" }
        // A lookup that found nothing, and a title that was deleted by accident.
        spoil(&second) { $0.category = "#N/A" }
        spoil(&first) { $0.title = "" }
    }

    private mutating func spoil(_ rows: inout [RecipeRow], _ change: (inout RecipeRow) -> Void) {
        guard let index = place(in: rows) else { return }
        spared.insert(rows[index].id)
        change(&rows[index])
    }

    /// Pastes a row once more, further down, with another category.
    private mutating func copy(from source: [RecipeRow], to target: inout [RecipeRow], category: String) {
        guard let index = place(in: source) else { return }
        spared.insert(source[index].id)
        var row = source[index]
        row.category = category
        target.insert(row, at: target.count - 150 + random.below(40))
    }

    /// A labelled row in the middle of the sheet, with a key in plain digits.
    private mutating func place(in rows: [RecipeRow]) -> Int? {
        for _ in 0..<10_000 {
            let index = 50 + random.below(rows.count - 300)
            let row = rows[index]
            if row.isLabelled, !spared.contains(row.id), row.id.utf8.count == 4 { return index }
        }
        return nil
    }
}

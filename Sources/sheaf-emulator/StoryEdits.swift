import SheetsEmulator

/// What the annotators of `recipe_category` do in an afternoon.
///
/// Before each edit the sheets are read again, since rows move; what to edit is chosen by key, in the order of the
/// sheet, so that the same sheets give the same story.
struct StoryEdits {
    static let first = "recipe-category-1"
    static let second = "recipe-category-2"
    static let tab = "レシピ分類"

    private static let key = "レシピID"
    private static let title = "タイトル"
    private static let category = "カテゴリ"
    private static let annotator = "担当者"

    /// A labelled row without a visible mistake.
    private struct Row {
        let number: Int
        let key: String
        let cells: [String: String]

        var category: String { cells[StoryEdits.category] ?? "" }
        var title: String { cells[StoryEdits.title] ?? "" }
    }

    private let client: SheetsClient
    /// Keys that the story has touched, so that each edit tells of another row.
    private var touched: Set<String> = []

    init(client: SheetsClient) {
        self.client = client
    }

    /// Plays all of it, and reports each edit in one line.
    mutating func play(report: (String) -> Void) async throws {
        for line in try await mendKeys() { report(line) }
        report(try await fillIn(Self.first, count: 15, annotator: "鈴木"))
        report(try await fillIn(Self.second, count: 10, annotator: "田中"))
        report(try await changeLabels())
        report(try await insertRow())
        report(try await sortSecond())
        report(try await moveRow())
        report(try await deleteRows())
        report(try await mistype())
        report(try await pasteTwice())
    }

    // MARK: The edits

    /// Keys that nobody can read: while one stands, no delete can be proven, so they come first.
    private mutating func mendKeys() async throws -> [String] {
        var told: [String] = []
        for spreadsheet in [Self.first, Self.second] {
            let page = try await page(spreadsheet)
            for number in page.rowNumbers {
                let row = page.row(number)
                let typed = key(row)
                let isReadable = !typed.isEmpty && typed.allSatisfy { $0.isNumber || $0.isWhitespace }
                guard !isReadable, row[Self.title]?.isEmpty == false else { continue }
                let digits = typed.filter(\.isNumber)
                let mended = digits.isEmpty ? try await freshKey() : digits
                try await client.type(page, [(cell: try page.cell(Self.key, row: number), text: mended)])
                touched.insert(mended)
                told.append(
                    "\(spreadsheet): mended the key in row \(number) (\(typed.isEmpty ? "blank" : typed) → \(mended))")
            }
        }
        return told
    }

    /// A key that no row has.
    private func freshKey() async throws -> String {
        var greatest = 999
        for spreadsheet in [Self.first, Self.second] {
            let page = try await page(spreadsheet)
            for number in page.rowNumbers { greatest = max(greatest, Int(key(page.row(number))) ?? 0) }
        }
        return String(greatest + 1)
    }

    private mutating func fillIn(_ spreadsheet: String, count: Int, annotator: String) async throws -> String {
        let page = try await page(spreadsheet)
        let pending = page.rowNumbers.map { Row(number: $0, key: key(page.row($0)), cells: page.row($0)) }
            .filter { $0.category.isEmpty && Self.isPlainKey($0.key) && !$0.title.isEmpty }
        let clear = pending.filter { Self.guess($0.title) != nil }
        let unclear = pending.filter { Self.guess($0.title) == nil }
        let chosen = (clear + unclear).prefix(count)
        let cells = try chosen.flatMap { row in
            [
                (try page.cell(Self.category, row: row.number), Self.guess(row.title) ?? "その他"),
                (try page.cell(Self.annotator, row: row.number), annotator),
            ]
        }
        try await client.type(page, cells.map { (cell: $0.0, text: $0.1) })
        touched.formUnion(chosen.map(\.key))
        return "\(spreadsheet): \(annotator) filled in \(chosen.count) pending rows (\(list(chosen.map(\.key))))"
    }

    private mutating func changeLabels() async throws -> String {
        let page = try await page(Self.first)
        let rows = try await labelled(page)
        var chosen = rows.filter { $0.key == "1234" }.map { (row: $0, label: "チャーハン") }
        // Labels that the title contradicts are the likeliest to be put right.
        for row in rows where chosen.count < 6 && row.key != "1234" {
            if let label = Self.guess(row.title), label != row.category { chosen.append((row, label)) }
        }
        try await client.type(
            page, chosen.map { (cell: try page.cell(Self.category, row: $0.row.number), text: $0.label) })
        touched.formUnion(chosen.map(\.row.key))
        let changes = chosen.map { "\($0.row.key) \($0.row.category) → \($0.label)" }.joined(separator: ", ")
        return "\(Self.first): changed \(chosen.count) labels (\(changes))"
    }

    private mutating func insertRow() async throws -> String {
        let page = try await page(Self.first)
        let newKey = try await freshKey()
        let number = page.rowCount / 2
        try await client.change(page, .insertRow(number, page))
        let row = [
            Self.key: newKey, Self.title: "パリパリ羽根つき餃子", "材料": "餃子の皮 1袋、豚ひき肉 200g、キャベツ 1/4個、ニラ 1/2束",
            Self.category: "餃子",
            Self.annotator: "佐藤",
        ]
        try await client.type(
            page,
            try row.sorted { $0.key < $1.key }.map { title, text in
                (cell: try page.cell(title, row: number), text: text)
            })
        touched.insert(newKey)
        return "\(Self.first): inserted recipe \(newKey) as row \(number)"
    }

    private func sortSecond() async throws -> String {
        let page = try await page(Self.second)
        try await client.change(page, try .sort(by: Self.title, page))
        return "\(Self.second): sorted \(page.rowCount - 1) rows by \(Self.title)"
    }

    private mutating func moveRow() async throws -> String {
        let page = try await page(Self.first)
        let row = try await pick(page, after: 700)
        let target = try await self.page(Self.second)
        try await client.append(target, [target.cells(row.cells)])
        try await client.change(page, .deleteRows(row.number...row.number, page))
        return "\(Self.first): cut recipe \(row.key) and pasted it at the end of \(Self.second)"
    }

    private mutating func deleteRows() async throws -> String {
        var deleted: [String] = []
        for place in [400, 1_100] {
            let page = try await page(Self.first)
            let row = try await pick(page, after: place)
            try await client.change(page, .deleteRows(row.number...row.number, page))
            deleted.append(row.key)
        }
        return "\(Self.first): deleted labelled recipes \(list(deleted))"
    }

    private mutating func mistype() async throws -> String {
        let page = try await page(Self.first)
        let row = try await pick(page, after: 900, category: "ラーメン")
        try await client.type(page, [(cell: try page.cell(Self.category, row: row.number), text: "ラメーン")])
        return "\(Self.first): mistyped the label of recipe \(row.key) (\(row.category) → ラメーン)"
    }

    private mutating func pasteTwice() async throws -> String {
        let page = try await page(Self.second)
        let row = try await pick(page, after: 300)
        try await client.append(page, [page.cells(row.cells)])
        return "\(Self.second): pasted recipe \(row.key) a second time, at the end"
    }

    // MARK: Choosing

    private func page(_ spreadsheet: String) async throws -> SheetPage {
        try await client.page(spreadsheet, tab: Self.tab)
    }

    private mutating func pick(_ page: SheetPage, after place: Int, category: String? = nil) async throws -> Row {
        let rows = try await labelled(page).filter { category == nil || $0.category == category }
        guard let row = rows.first(where: { $0.number > place }) ?? rows.last else {
            throw CommandFailure("\(page.spreadsheet) has no labelled row left to edit.")
        }
        touched.insert(row.key)
        return row
    }

    /// The rows of a page that were labelled without a mistake, whose key is nowhere else, and that the story has not
    /// touched yet.
    private func labelled(_ page: SheetPage) async throws -> [Row] {
        let other = try await self.page(page.spreadsheet == Self.first ? Self.second : Self.first)
        var counts: [String: Int] = [:]
        for page in [page, other] {
            for number in page.rowNumbers { counts[key(page.row(number)), default: 0] += 1 }
        }
        return page.rowNumbers.map { Row(number: $0, key: key(page.row($0)), cells: page.row($0)) }
            .filter { row in
                Self.isPlainKey(row.key) && counts[row.key] == 1 && !touched.contains(row.key) && !row.title.isEmpty
                    && Samples.recipeCategories.contains(row.category) && Self.isTidy(row.cells)
            }
    }

    private static func isPlainKey(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.allSatisfy { 0x30...0x39 ~= $0 }
    }

    private static func isTidy(_ cells: [String: String]) -> Bool {
        let tags = (cells["タグ"] ?? "").split { "、,/".contains($0) }.map(String.init)
        let day = cells["確認日"] ?? ""
        return tags.allSatisfy(Samples.recipeTags.contains) && (day.isEmpty || day.hasPrefix("2026"))
            && !day.hasPrefix("2026/02")
    }

    /// The category that a title names, the longest if there are several.
    private static func guess(_ title: String) -> String? {
        Samples.recipeCategories.filter { title.contains($0) }.max { $0.count < $1.count }
    }

    private func key(_ row: [String: String]) -> String { row[Self.key] ?? "" }

    private func list(_ keys: [String]) -> String { keys.joined(separator: ", ") }
}

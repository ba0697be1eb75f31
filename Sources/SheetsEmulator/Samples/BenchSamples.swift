/// Rows for measuring: `id`, columns of text `c1`, `c2` and so on, `flag`.
enum BenchSamples {
    private static let words = ["ラーメン", "カレー", "サラダ", "うどん", "餃子", "パスタ", "味噌汁", "ケーキ"]
    private static let texts = ["豚バラ肉とキャベツ", "玉ねぎ 1/2個", "しっかり混ぜる", "recipe step", "弱火で10分煮る", "salt & pepper"]

    static func sheet(rows: Int, columns: Int = 10, seed: UInt64) -> SampleSheet {
        var random = SampleRandom(seed: seed)
        return SampleSheet(
            id: "bench", title: "bench", tab: "bench", sheetId: 0,
            rows: [header(columns: columns)] + (1...max(rows, 1)).map { row($0, columns: columns, &random) })
    }

    static func header(columns: Int) -> [String] {
        ["id"] + (1..<max(2, columns - 1)).map { "c\($0)" } + ["flag"]
    }

    /// One row: half of its columns are like labels, from few words, half like context.
    static func row(_ id: Int, columns: Int, _ random: inout SampleRandom) -> [String] {
        let texts = max(1, columns - 2)
        var row = [String(id)]
        row.reserveCapacity(columns)
        for _ in 0..<texts / 2 { row.append(random.text(words)) }
        for _ in texts / 2..<texts { row.append("\(random.text(Self.texts)) #\(random.below(100_000))") }
        row.append(random.below(2) == 0 ? "TRUE" : "FALSE")
        return row
    }
}

extension SheetsEmulator {
    /// Adds a spreadsheet of one tab with generated rows: `id`, columns of text `c1`, `c2` and so on, `flag`.
    ///
    /// It makes a hundred thousand rows in less than a second, in an optimised build, and needs no folder. There are three columns at least.
    package func addGeneratedSpreadsheet(
        id: String = "bench", tab: String = "bench", rows: Int, columns: Int = 10, seed: UInt64 = 42,
        sharedWith: [String] = []
    ) {
        var random = SampleRandom(seed: seed)
        var grid = Grid()
        let header = BenchSamples.header(columns: columns)
        grid.appendStored(RowCodec.encode(header.map { .text($0) }))
        for number in 0..<rows {
            var cells = BenchSamples.row(number + 1, columns: columns, &random).map { CellValue.text($0) }
            cells[0] = .number(literal: String(number + 1), format: .automatic)
            cells[cells.count - 1] = .boolean(cells.last == .text("TRUE"))
            grid.appendStored(RowCodec.encode(cells))
        }
        grid.rowCount = rows + 1
        grid.columnCount = header.count
        add(
            Spreadsheet(
                id: id, title: id, locale: "ja_JP", timeZone: "Asia/Tokyo", sharedWith: Set(sharedWith),
                tabs: [Tab(sheetId: 0, title: tab, grid: grid)], now: now))
    }
}

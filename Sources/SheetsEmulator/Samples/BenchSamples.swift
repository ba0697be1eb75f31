/// Rows for measuring: `id`, eight columns of text, `flag`.
enum BenchSamples {
    static let header = ["id"] + (1...8).map { "c\($0)" } + ["flag"]

    private static let words = ["ラーメン", "カレー", "サラダ", "うどん", "餃子", "パスタ", "味噌汁", "ケーキ"]
    private static let texts = ["豚バラ肉とキャベツ", "玉ねぎ 1/2個", "しっかり混ぜる", "recipe step", "弱火で10分煮る", "salt & pepper"]

    static func sheet(rows: Int, seed: UInt64) -> SampleSheet {
        var random = SampleRandom(seed: seed)
        return SampleSheet(
            id: "bench", title: "bench", tab: "bench", sheetId: 0,
            rows: [header] + (1...max(rows, 1)).map { row($0, &random) })
    }

    /// One row: half of its columns are like labels, from few words, half like context.
    static func row(_ id: Int, _ random: inout SampleRandom) -> [String] {
        var row = [String(id)]
        row.reserveCapacity(header.count)
        for _ in 0..<4 { row.append(random.text(words)) }
        for _ in 0..<4 { row.append("\(random.text(texts)) #\(random.below(100_000))") }
        row.append(random.below(2) == 0 ? "TRUE" : "FALSE")
        return row
    }
}

extension SheetsEmulator {
    /// Adds a spreadsheet of one tab with generated rows of ten columns: `id`, `c1` to `c8`, `flag`.
    ///
    /// It makes a hundred thousand rows in less than a second, in an optimised build, and needs no folder.
    package func addGeneratedSpreadsheet(
        id: String = "bench", tab: String = "bench", rows: Int, seed: UInt64 = 42, sharedWith: [String] = []
    ) {
        var random = SampleRandom(seed: seed)
        var grid = Grid()
        grid.appendStored(RowCodec.encode(BenchSamples.header.map { .text($0) }))
        for number in 0..<rows {
            var cells = BenchSamples.row(number + 1, &random).map { CellValue.text($0) }
            cells[0] = .number(literal: String(number + 1), format: .automatic)
            cells[cells.count - 1] = .boolean(cells.last == .text("TRUE"))
            grid.appendStored(RowCodec.encode(cells))
        }
        grid.rowCount = rows + 1
        grid.columnCount = BenchSamples.header.count
        add(
            Spreadsheet(
                id: id, title: id, locale: "ja_JP", timeZone: "Asia/Tokyo", sharedWith: Set(sharedWith),
                tabs: [Tab(sheetId: 0, title: tab, grid: grid)], now: now))
    }
}

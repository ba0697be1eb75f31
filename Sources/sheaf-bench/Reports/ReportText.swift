/// The report as a table for people.
struct ReportText {
    let report: BenchReport

    func lines() -> [String] {
        var lines: [String] = []
        for size in report.sizes {
            if !lines.isEmpty { lines.append("") }
            lines += section(size)
        }
        return lines + [""] + notes()
    }

    private func section(_ size: SizeReport) -> [String] {
        let megabytes = TextTable.decimals(Double(size.bytes) / 1e6, 1)
        let title = "\(TextTable.grouped(size.rows)) rows of \(size.columns) columns, \(megabytes) MB of JSON"
        var rows = [["", "best", "median", "CPU", "peak MB", "rows/s", "× floor", "× insert", "budget"]]
        for scenario in size.scenarios {
            rows.append([
                scenario.title, TextTable.seconds(scenario.wallBest), TextTable.seconds(scenario.wallMedian),
                TextTable.seconds(scenario.cpu), TextTable.decimals(Double(scenario.peakBytes) / 1e6, 1),
                scenario.rows > 0 ? TextTable.grouped(Int(scenario.rowsPerSecond)) : "",
                scenario.ratioToFloor.map { TextTable.decimals($0, 2) } ?? "",
                scenario.ratioToInsert.map { TextTable.decimals($0, 2) } ?? "", scenario.budget ?? "",
            ])
        }
        let parts =
            "  floor by parts: fetch \(TextTable.milliseconds(size.fetch)), scan \(TextTable.milliseconds(size.scan)), "
            + "hash and compare \(TextTable.milliseconds(size.hash)); the whole takes \(TextTable.decimals(size.floorToSumOfParts, 2)) × their sum"
        let memory = "  peak memory of a sync: budget \(TextTable.decimals(Double(size.memoryBudget) / 1e6, 1)) MB"
        return [title] + TextTable.aligned(rows, words: [0, 8]) + [parts, memory]
    }

    private func notes() -> [String] {
        var notes = [
            "Ratios are of best times. × floor: in times of the floor, a program that fetches, scans, hashes and compares the",
            "same sheet. × insert: in times of a bare client's fastest bulk insert of the same labels. A sync is a whole",
            "process, with its start, its sign-in and its connections; the floors are measured inside theirs, without.",
            "Peaks of up to \(TextTable.decimals(Double(report.smallestPeakBytes) / 1e6, 1)) MB may be those of starting a process.",
            "The budgets are for \(report.budgetsAreFor); at smaller sizes the fixed part of a sync weighs more.",
            "This machine has \(report.processors) processors; Sheets' stand-in and the database run on them too.",
        ]
        if !report.optimised { notes.append("This is a debug build: the figures say nothing about speed.") }
        return notes
    }
}

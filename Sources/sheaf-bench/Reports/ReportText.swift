/// The report as tables for people.
struct ReportText {
    let report: BenchReport

    func lines() -> [String] {
        var lines: [String] = []
        for size in report.sizes {
            if !lines.isEmpty { lines.append("") }
            let megabytes = TextTable.decimals(Double(size.bytes) / 1e6, 1)
            lines.append("\(TextTable.grouped(size.rows)) rows of \(size.columns) columns, \(megabytes) MB of JSON")
            lines += TextTable.aligned(times(size), words: [0, 7, 8])
            lines += ["", "  What each cost the database server"] + TextTable.aligned(costs(size), words: [0])
            lines += [""] + facts(size)
        }
        return lines + [""] + notes()
    }

    private func times(_ size: SizeReport) -> [[String]] {
        [["", "best", "median", "CPU", "peak MB", "rows/s", "ratio", "budget", ""]]
            + size.scenarios.map { scenario in
                [
                    scenario.title, TextTable.seconds(scenario.wallBest), TextTable.seconds(scenario.wallMedian),
                    TextTable.seconds(scenario.cpu), TextTable.decimals(Double(scenario.peakBytes) / 1e6, 1),
                    scenario.rows > 0 ? TextTable.grouped(Int(scenario.rowsPerSecond)) : "",
                    scenario.ratio.map { TextTable.decimals($0, 2) } ?? "",
                    scenario.budget.map { "\(TextTable.plain($0.limit)) × \($0.title)" } ?? "",
                    scenario.keepsBudget.map { $0 ? "kept" : "MISSED" } ?? "",
                ]
            }
    }

    private func costs(_ size: SizeReport) -> [[String]] {
        [["", "statements", "KB to it", "KB from it", "rows read", "rows written"]]
            + size.scenarios.compactMap { scenario in
                guard let server = scenario.server else { return nil }
                return [
                    scenario.title, TextTable.grouped(server.statements),
                    TextTable.grouped((server.bytesToServer + 500) / 1000),
                    TextTable.grouped((server.bytesFromServer + 500) / 1000), TextTable.grouped(server.rowsRead),
                    TextTable.grouped(server.rowsWritten),
                ]
            }
    }

    private func facts(_ size: SizeReport) -> [String] {
        let most = size.scenarios.filter(\.isSync).max { $0.peakBytes < $1.peakBytes }
        let memory = most.map { most in
            "  peak memory of a sync: \(TextTable.decimals(Double(most.peakBytes) / 1e6, 1)) MB (\(most.title)), budget "
                + "\(TextTable.decimals(Double(size.memoryBudget) / 1e6, 1)) MB: "
                + (most.peakBytes <= size.memoryBudget ? "kept" : "MISSED")
        }
        return [
            "  floor by parts: fetch \(TextTable.milliseconds(size.fetch)), scan \(TextTable.milliseconds(size.scan)), "
                + "hash and compare \(TextTable.milliseconds(size.hash)); the whole takes "
                + "\(TextTable.decimals(size.floorToSumOfParts, 2)) × their sum"
        ] + (memory.map { [$0] } ?? [])
    }

    private func notes() -> [String] {
        var notes = [
            "Ratios are of best times. floor: a program that only fetches, scans, hashes and compares the same sheet.",
            "insert: a bare client's fastest bulk insert of the same labels, of one connection and of two. SELECT: a bare",
            "client's pass over as many labels. A sync and an export are whole processes, with their start, sign-in and",
            "connections; the floors are measured inside theirs, without.",
            "Peaks of up to \(TextTable.decimals(Double(report.smallestPeakBytes) / 1e6, 1)) MB may be those of starting a process.",
            "The budgets are for \(report.budgetsAreFor); at smaller sizes the fixed part of a sync weighs more.",
            "This machine has \(report.processors) processors; Sheets' stand-in and the database run on them too.",
        ]
        if !report.optimised { notes.append("This is a debug build: the figures say nothing about speed.") }
        return notes
    }
}

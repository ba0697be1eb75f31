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
        let megabytes = Self.decimals(Double(size.bytes) / 1e6, 1)
        let title = "\(Self.grouped(size.rows)) rows of \(size.columns) columns, \(megabytes) MB of JSON"
        var rows = [["", "best", "median", "CPU", "peak MB", "rows/s", "× floor", "× insert", "budget"]]
        for scenario in size.scenarios {
            rows.append([
                scenario.title, Self.seconds(scenario.wallBest), Self.seconds(scenario.wallMedian),
                Self.seconds(scenario.cpu), Self.decimals(Double(scenario.peakBytes) / 1e6, 1),
                scenario.rows > 0 ? Self.grouped(Int(scenario.rowsPerSecond)) : "",
                scenario.ratioToFloor.map { Self.decimals($0, 2) } ?? "",
                scenario.ratioToInsert.map { Self.decimals($0, 2) } ?? "", scenario.budget ?? "",
            ])
        }
        let parts =
            "  floor by parts: fetch \(Self.milliseconds(size.fetch)), scan \(Self.milliseconds(size.scan)), "
            + "hash and compare \(Self.milliseconds(size.hash)); the whole takes \(Self.decimals(size.floorToSumOfParts, 2)) × their sum"
        let memory = "  peak memory of a sync: budget \(Self.decimals(Double(size.memoryBudget) / 1e6, 1)) MB"
        return [title] + Self.aligned(rows) + [parts, memory]
    }

    private func notes() -> [String] {
        var notes = [
            "Ratios are of best times. × floor: in times of the floor, a program that fetches, scans, hashes and compares the",
            "same sheet. × insert: in times of a bare client's fastest bulk insert of the same labels. A sync is a whole",
            "process, with its start, its sign-in and its connections; the floors are measured inside theirs, without.",
            "Peaks of up to \(Self.decimals(Double(report.smallestPeakBytes) / 1e6, 1)) MB may be those of starting a process.",
            "The budgets are for \(report.budgetsAreFor); at smaller sizes the fixed part of a sync weighs more.",
            "This machine has \(report.processors) processors; Sheets' stand-in and the database run on them too.",
        ]
        if !report.optimised { notes.append("This is a debug build: the figures say nothing about speed.") }
        return notes
    }

    private static func aligned(_ rows: [[String]]) -> [String] {
        let columns = rows.first?.count ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = "  "
            for (column, text) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - text.count)
                // Words stand at the left, figures at the right.
                let isWords = column == 0 || column == columns - 1
                line += (isWords ? text + padding : padding + text) + "  "
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    private static func seconds(_ value: Double) -> String { "\(decimals(value, 3)) s" }

    private static func milliseconds(_ value: Double) -> String { "\(decimals(value * 1000, 1)) ms" }

    private static func decimals(_ value: Double, _ places: Int) -> String {
        guard value.isFinite else { return "?" }
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        guard places > 0 else { return String(scaled) }
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    private static func grouped(_ value: Int) -> String {
        let digits = String(value)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}

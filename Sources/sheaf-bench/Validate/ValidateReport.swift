/// How fast a CSV file was validated.
struct ValidateReport: Codable, Sendable {
    /// What was done with the file.
    enum Way: Codable, Sendable, Equatable {
        case read
        case lines
        case sheaf
        /// Another validator, with its version.
        case other(String)

        var title: String {
            switch self {
            case .read: "read the bytes"
            case .lines: "read, find line ends"
            case .sheaf: "sheaf validate"
            case .other(let name): name
            }
        }
    }

    /// One thing that was measured.
    struct Measured: Codable, Sendable {
        var way: Way
        var rows: Int
        var bytes: Int
        var runs: [ResourceUsage]

        var series: Series { Series(runs: runs) }
        var rowsPerSecond: Double { Double(rows) / series.best }
        var rowsPerProcessorSecond: Double { Double(rows) / series.cpu }
    }

    var rows: Int
    var columns: Int
    var bytes: Int
    var optimised: Bool
    var processors: Int
    var measured: [Measured]

    /// The report as a table for people.
    func lines() -> [String] {
        let megabytes = TextTable.decimals(Double(bytes) / 1e6, 1)
        let title = "\(TextTable.grouped(rows)) rows of \(columns) columns, \(megabytes) MB of CSV, all valid"
        let ours = measured.first { $0.way == .sheaf }
        let floor = measured.first { $0.way == .lines }?.rowsPerSecond ?? 0
        var table = [["", "rows", "best", "CPU", "peak MB", "rows/s", "MB/s", "× line ends", "sheaf is ×", "by CPU ×"]]
        for measured in measured {
            let series = measured.series
            let isFloor = measured.way == .read || measured.way == .lines
            let isOther = !isFloor && measured.way != .sheaf
            table.append([
                measured.way.title, TextTable.grouped(measured.rows), TextTable.seconds(series.best),
                TextTable.seconds(series.cpu), isFloor ? "" : TextTable.decimals(Double(series.peak) / 1e6, 1),
                TextTable.grouped(Int(measured.rowsPerSecond)),
                TextTable.decimals(Double(measured.bytes) / 1e6 / series.best, measured.rowsPerSecond < 1e6 ? 1 : 0),
                isFloor ? "" : TextTable.decimals(floor / measured.rowsPerSecond, 1),
                isOther ? TextTable.decimals((ours?.rowsPerSecond ?? 0) / measured.rowsPerSecond, 1) : "",
                isOther
                    ? TextTable.decimals((ours?.rowsPerProcessorSecond ?? 0) / measured.rowsPerProcessorSecond, 1)
                    : "",
            ])
        }
        return [title] + TextTable.aligned(table, words: [0]) + [""] + notes()
    }

    private func notes() -> [String] {
        var notes = [
            "× line ends: in times of reading the same bytes and looking for line ends. sheaf is a whole process, with its",
            "start; the validators in Python are timed without theirs, on the first rows of the same file, and compared by",
            "rows a second, as if they kept that rate to the last row.",
            "This machine has \(processors) processors; sheaf uses all of them, frictionless one, pandera’s parts sometimes",
            "more. By CPU: the same by seconds of a processor, whoever else kept them busy.",
        ]
        if !optimised { notes.append("This is a debug build: the figures say nothing about speed.") }
        return notes
    }
}

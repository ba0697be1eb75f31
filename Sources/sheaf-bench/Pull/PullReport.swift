/// How fast a large sheet came in.
struct PullReport: Codable, Sendable {
    /// One thing that was measured.
    struct Measured: Codable, Sendable {
        /// Nil is `curl` alone.
        var way: PullWay?
        var runs: [ResourceUsage]

        var series: Series { Series(runs: runs) }

        var title: String {
            switch way {
            case nil: "curl alone"
            case .fetch: "HTTP client alone"
            case .scan: "scan alone, in memory"
            case .oneAnswer: "pull, one answer"
            case .windows: "pull, in windows"
            case .digest: "pull, validate, hash, spool"
            }
        }
    }

    /// Everything that was measured with answers compressed, or not.
    struct Encoding: Codable, Sendable {
        var gzip: Bool
        var jsonBytes: Int
        /// What curl received.
        var wireBytes: Int
        var measured: [Measured]

        func best(_ way: PullWay?) -> Double { measured.first { $0.way == way }?.series.best ?? 0 }
    }

    var rows: Int
    var columns: Int
    var curl: String
    var optimised: Bool
    var processors: Int
    var smallestPeakBytes: Int
    var encodings: [Encoding]

    /// The report as tables for people.
    func lines() -> [String] {
        encodings.flatMap { section($0) + [""] } + notes()
    }

    private func section(_ encoding: Encoding) -> [String] {
        let title =
            "\(TextTable.grouped(rows)) rows of \(columns) columns, \(megabytes(encoding.jsonBytes)) MB of JSON"
            + (encoding.gzip ? ", \(megabytes(encoding.wireBytes)) MB with gzip" : "")
        let curl = encoding.best(nil)
        let floor = curl + encoding.best(.scan)
        var table = [["", "best", "median", "CPU", "peak MB", "MB/s", "× curl", "× (curl + scan)"]]
        for measured in encoding.measured {
            let series = measured.series
            let isPull = measured.way != nil && measured.way != .scan
            table.append([
                measured.title, TextTable.seconds(series.best), TextTable.seconds(series.median),
                TextTable.seconds(series.cpu), measured.way == .scan ? "" : peak(series.peak),
                TextTable.grouped(Int(Double(encoding.jsonBytes) / 1e6 / series.best)),
                isPull ? TextTable.decimals(series.best / curl, 2) : "",
                isPull && measured.way != .fetch ? TextTable.decimals(series.best / floor, 2) : "",
            ])
        }
        return [title] + TextTable.aligned(table, words: [0])
    }

    private func notes() -> [String] {
        var notes = [
            "MB/s are of JSON, as it is after decompression; ratios are of best times. Each pass is a process of its own,",
            "timed without its start. curl is \(curl) and drops what it fetched. A pull signs in, looks at the",
            "tab and at the file's version, parses every cell while it comes in, and proves that the read was complete; its",
            "rows are counted and dropped. A peak with ≤ may be that of starting a process.",
            "This machine has \(processors) processors; the server, which sends from memory what the emulator made, runs on them too.",
        ]
        if !optimised { notes.append("This is a debug build: the figures say nothing about speed.") }
        return notes
    }

    /// A child's peak is never told as less than what starting it took here.
    private func peak(_ bytes: Int) -> String { (bytes <= smallestPeakBytes ? "≤ " : "") + megabytes(bytes) }

    private func megabytes(_ bytes: Int) -> String { TextTable.decimals(Double(bytes) / 1e6, 1) }
}

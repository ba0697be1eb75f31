/// Several runs of the same thing.
struct Series: Codable, Sendable {
    var runs: [ResourceUsage]

    var best: Double { runs.map(\.wall).min() ?? 0 }

    var median: Double {
        let sorted = runs.map(\.wall).sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// Seconds of a processor in the run that was fastest by the clock.
    var cpu: Double { runs.min { $0.wall < $1.wall }?.cpu ?? 0 }

    /// The most memory that any of them took, in bytes.
    var peak: Int { runs.map(\.peak).max() ?? 0 }
}

/// A row of the report: what was run, and how it stands to the floors.
struct Scenario: Codable, Sendable {
    /// Stable, for programs that read the JSON.
    var name: String
    var title: String
    /// Rows that one run deals with.
    var rows: Int
    var wallBest: Double
    var wallMedian: Double
    var cpu: Double
    var peakBytes: Int
    var rowsPerSecond: Double
    /// The best wall time, in best wall times of the floor.
    var ratioToFloor: Double?
    /// The same, of the bare insert.
    var ratioToInsert: Double?
    /// The design's budget, such as `1.3 × floor`.
    var budget: String?
    var runs: [ResourceUsage]

    init(_ name: String, _ title: String, rows: Int, _ runs: [ResourceUsage], budget: String? = nil) {
        let series = Series(runs: runs)
        self.name = name
        self.title = title
        self.rows = rows
        wallBest = series.best
        wallMedian = series.median
        cpu = series.cpu
        peakBytes = series.peak
        rowsPerSecond = series.best > 0 ? Double(rows) / series.best : 0
        self.budget = budget
        self.runs = runs
    }
}

/// What was measured with a sheet of one size.
struct SizeReport: Codable, Sendable {
    var rows: Int
    var columns: Int
    /// Bytes of JSON that the sheet has.
    var bytes: Int
    /// The floor's parts: the best seconds of each by itself.
    var fetch: Double
    var scan: Double
    var hash: Double
    var floorToSumOfParts: Double
    /// How many connections the fastest bare insert used.
    var insertConnections: Int
    /// 64 MB and 48 bytes a row.
    var memoryBudget: Int
    var scenarios: [Scenario]
}

/// The whole report.
struct BenchReport: Codable, Sendable {
    var optimised: Bool
    var processors: Int
    /// What starting a process from here takes in memory: a lower figure of a child cannot be told.
    var smallestPeakBytes: Int
    var budgetsAreFor = "1,000,000 rows of 8 columns"
    var sizes: [SizeReport]
}

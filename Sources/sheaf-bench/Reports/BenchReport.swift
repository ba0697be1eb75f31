/// Several runs of the same thing.
struct Series: Codable, Sendable {
    var runs: [ResourceUsage]

    var best: Double { fastest?.wall ?? 0 }

    /// The run that was fastest by the clock.
    var fastest: ResourceUsage? { runs.min { $0.wall < $1.wall } }

    var median: Double {
        let sorted = runs.map(\.wall).sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// Seconds of a processor in the run that was fastest by the clock.
    var cpu: Double { fastest?.cpu ?? 0 }

    /// The most memory that any of them took, in bytes.
    var peak: Int { runs.map(\.peak).max() ?? 0 }
}

/// What the design allows: so many times what a floor takes.
struct Budget: Codable, Sendable {
    var limit: Double
    /// The name of the scenario that is the floor.
    var floor: String
    /// What the floor is called in a table.
    var title: String

    init(_ limit: Double, _ floor: String, _ title: String) {
        self.limit = limit
        self.floor = floor
        self.title = title
    }
}

/// A row of the report: what was run, what it took, and how it stands to its budget.
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
    /// What the fastest run cost the database server, where that was counted.
    var server: ServerCost?
    var budget: Budget?
    /// The best wall time, in best wall times of the budget's floor.
    var ratio: Double?
    /// Whether the memory budget is for it.
    var isSync: Bool
    var runs: [ResourceUsage]

    init(
        _ name: String, _ title: String, rows: Int, _ runs: [ResourceUsage], budget: Budget? = nil, isSync: Bool = false
    ) {
        let series = Series(runs: runs)
        self.name = name
        self.title = title
        self.rows = rows
        wallBest = series.best
        wallMedian = series.median
        cpu = series.cpu
        peakBytes = series.peak
        rowsPerSecond = series.best > 0 ? Double(rows) / series.best : 0
        server = series.fastest?.server
        self.budget = budget
        self.isSync = isSync
        self.runs = runs
    }

    /// Whether the budget is kept; nil without one.
    var keepsBudget: Bool? {
        guard let budget, let ratio else { return nil }
        return ratio <= budget.limit
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

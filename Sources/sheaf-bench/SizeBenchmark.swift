/// Measures everything with a sheet of one size.
struct SizeBenchmark {
    let bench: Workbench

    /// How often each thing is measured.
    ///
    /// A first load needs a store of its own each time, so there are fewer.
    private static let runs = 5
    private static let loads = 3

    func report() async throws -> SizeReport {
        let rows = bench.rows
        note("floor")
        let floor = try await bench.floor(runs: Self.runs)
        let start = try await repeated(Self.runs, "start") { _ in try await bench.start() }

        var stores: [Workbench.Store] = []
        let loaded = Workbench.Version(version: 1, labels: rows, inserted: rows, updated: 0, deleted: 0)
        let firstLoad = try await repeated(Self.loads, "first load") { number in
            let store = try await bench.makeStore(number)
            stores.append(store)
            return try await bench.sync(store, as: "first-load", expecting: loaded)
        }
        guard let store = stores.last else { throw BenchFailure("Nothing was loaded.") }
        note("bare insert")
        let insert = try await bench.insertFloor(store, runs: Self.loads)
        guard let fastest = insert.fastest, insert.rows == rows else {
            throw BenchFailure("The bare client inserted \(insert.rows) rows, not \(rows).")
        }

        let noChange = try await repeated(Self.runs, "no change") { _ in
            try await bench.sync(store, as: "no-change", expecting: loaded)
        }
        let changed = try await repeated(Self.loads, "1% changed") { round in
            let count = try await bench.editOnePercent(round: round)
            let version = Workbench.Version(version: round + 1, labels: rows, inserted: 0, updated: count, deleted: 0)
            return try await bench.sync(store, as: "changed", expecting: version)
        }

        let floorBest = Series(runs: floor.passes).best
        let insertBest = Series(runs: fastest.runs).best
        var scenarios = [
            Scenario("floor", "floor", rows: rows, floor.passes),
            Scenario("insert_floor", "bare insert, \(Self.connections(fastest))", rows: rows, fastest.runs),
            Scenario("start", "sheaf --version", rows: 0, start),
            Scenario("first_load", "first load", rows: rows, firstLoad, budget: "1.3 × insert"),
            Scenario("no_change", "no change", rows: rows, noChange, budget: "1.3 × floor"),
            Scenario("one_percent_changed", "1% changed", rows: rows, changed, budget: "2 × floor"),
        ]
        for index in scenarios.indices where scenarios[index].rows > 0 {
            scenarios[index].ratioToFloor = scenarios[index].wallBest / floorBest
        }
        for index in scenarios.indices where ["insert_floor", "first_load"].contains(scenarios[index].name) {
            scenarios[index].ratioToInsert = scenarios[index].wallBest / insertBest
        }
        return SizeReport(
            rows: rows, columns: BenchSheet.columns, bytes: floor.bytes, fetch: floor.fetch, scan: floor.scan,
            hash: floor.hash, floorToSumOfParts: floorBest / floor.sumOfParts, insertConnections: fastest.connections,
            memoryBudget: 64_000_000 + 48 * rows, scenarios: scenarios)
    }

    private func repeated(
        _ times: Int, _ title: String, _ body: (Int) async throws -> ResourceUsage
    ) async throws -> [ResourceUsage] {
        note(title)
        var runs: [ResourceUsage] = []
        for number in 1...times { runs.append(try await body(number)) }
        return runs
    }

    private static func connections(_ way: InsertFloorResult.Way) -> String {
        way.connections == 1 ? "1 connection" : "\(way.connections) connections"
    }

    private func note(_ what: String) {
        Note.write("\(bench.rows) rows: \(what)")
    }
}

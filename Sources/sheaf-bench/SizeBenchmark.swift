/// Measures everything with a sheet of one size.
struct SizeBenchmark {
    let bench: Workbench
    /// How many versions there are to be for reading old ones.
    let versions: Int

    /// How often each thing is measured.
    ///
    /// A first load needs a store of its own each time, so there are fewer.
    private static let runs = 5
    private static let loads = 3

    private typealias Version = Workbench.Version

    func report() async throws -> SizeReport {
        note("floor")
        let floor = try await bench.floor(runs: Self.runs)
        var scenarios = [
            Scenario("floor", "floor: fetch, scan, hash, compare", rows: bench.rows, floor.passes),
            Scenario(
                "start", "sheaf --version", rows: 0,
                try await repeated(Self.runs, "start") { _ in try await bench.start() }
            ),
        ]
        let stores = try await measureLoads(&scenarios)
        try await measureSyncs(stores.changing, &scenarios)
        if versions > 1 { try await measureReading(stores.still, &scenarios) }
        for store in [stores.changing, stores.still] { try await bench.database.drop(store.name) }
        judge(&scenarios)
        return SizeReport(
            rows: bench.rows, columns: BenchSheet.columns, bytes: floor.bytes, fetch: floor.fetch, scan: floor.scan,
            hash: floor.hash, floorToSumOfParts: Series(runs: floor.passes).best / floor.sumOfParts,
            memoryBudget: 64_000_000 + 48 * bench.rows, scenarios: scenarios)
    }

    // MARK: - Parts

    /// First loads, each into a store of its own; two of the stores are used again.
    private func measureLoads(
        _ scenarios: inout [Scenario]
    ) async throws -> (changing: Workbench.Store, still: Workbench.Store) {
        var stores: [Workbench.Store] = []
        let loads = try await repeated(Self.loads, "first load") { number in
            let store = try await bench.makeStore(number)
            stores.append(store)
            return try await bench.sync(store, as: "first-load", expecting: loaded)
        }
        for store in stores.dropLast(2) { try await bench.database.drop(store.name) }
        note("bare insert")
        let insert = try await bench.insertFloor(stores[stores.count - 1], runs: Self.loads)
        guard let fastest = insert.fastest, insert.rows == bench.rows else {
            throw BenchFailure("The bare client inserted \(insert.rows) rows, not \(bench.rows).")
        }
        let connections = fastest.connections == 1 ? "1 connection" : "\(fastest.connections) connections"
        scenarios += [
            Scenario("insert_floor", "bare insert, \(connections)", rows: bench.rows, fastest.runs),
            Scenario(
                "first_load", "first load", rows: bench.rows, loads, budget: Budget(1.3, "insert_floor", "insert"),
                isSync: true),
        ]
        return (stores[stores.count - 1], stores[stores.count - 2])
    }

    private func measureSyncs(_ store: Workbench.Store, _ scenarios: inout [Scenario]) async throws {
        let told = try await repeated(Self.runs, "no change, Drive says so") { _ in
            try await bench.sync(store, as: "no-change-drive", expecting: loaded)
        }
        let read = try await repeated(Self.runs, "no change, full read") { _ in
            try await bench.sync(store, as: "no-change", ["--full"], expecting: loaded)
        }
        var version = 1
        func changed(_ count: Int, _ title: String) async throws -> [ResourceUsage] {
            try await repeated(Self.loads, title) { _ in
                version += 1
                try await bench.edit(count, round: String(version))
                return try await bench.sync(
                    store, as: "changed-\(count)",
                    expecting: Version(
                        version: version, labels: bench.rows, inserted: 0, updated: count, deleted: 0))
            }
        }
        let hundred = try await changed(100, "100 rows changed")
        let percent = try await changed(bench.rows / 100, "1% changed")
        scenarios += [
            Scenario("no_change_told", "no change, Drive says so", rows: 0, told, isSync: true),
            Scenario(
                "no_change", "no change, full read", rows: bench.rows, read, budget: Budget(1.3, "floor", "floor"),
                isSync: true),
            Scenario(
                "hundred_changed", "100 rows changed", rows: bench.rows, hundred, budget: Budget(1.5, "floor", "floor"),
                isSync: true),
            Scenario(
                "one_percent_changed", "1% changed", rows: bench.rows, percent, budget: Budget(2, "floor", "floor"),
                isSync: true),
        ]
    }

    private func measureReading(_ store: Workbench.Store, _ scenarios: inout [Scenario]) async throws {
        note("making \(versions) versions")
        try await bench.fillHistory(store, versions: versions)
        let select = try await repeated(Self.loads, "bare SELECT") { _ in
            try await bench.selectFloor(store, writing: false)
        }
        let written = try await repeated(Self.loads, "bare SELECT into a file") { _ in
            try await bench.selectFloor(store, writing: true)
        }
        scenarios += [
            Scenario("select_floor", "bare SELECT", rows: bench.rows, select),
            Scenario("export_floor", "bare SELECT into a file", rows: bench.rows, written),
        ]
        for version in [1, versions] {
            let read = try await repeated(Self.loads, "reading version \(version)") { _ in
                try await bench.read(store, version: version)
            }
            scenarios.append(
                Scenario(
                    version == 1 ? "read_first" : "read_newest", "read version \(version) of \(versions)",
                    rows: bench.rows, read, budget: Budget(1.3, "select_floor", "SELECT")))
        }
        let export = try await repeated(Self.loads, "export") { _ in
            try await bench.export(store, version: versions)
        }
        scenarios.append(
            Scenario(
                "export", "export NDJSON", rows: bench.rows, export, budget: Budget(1.5, "export_floor", "SELECT")))
    }

    // MARK: - Figures

    private var loaded: Version {
        Version(version: 1, labels: bench.rows, inserted: bench.rows, updated: 0, deleted: 0)
    }

    private func judge(_ scenarios: inout [Scenario]) {
        let best = Dictionary(uniqueKeysWithValues: scenarios.map { ($0.name, $0.wallBest) })
        for index in scenarios.indices {
            guard let budget = scenarios[index].budget, let floor = best[budget.floor], floor > 0 else { continue }
            scenarios[index].ratio = scenarios[index].wallBest / floor
        }
    }

    private func repeated(
        _ times: Int, _ title: String, _ body: (Int) async throws -> ResourceUsage
    ) async throws -> [ResourceUsage] {
        note(title)
        var runs: [ResourceUsage] = []
        for number in 1...times { runs.append(try await body(number)) }
        return runs
    }

    private func note(_ what: String) {
        Note.write("\(bench.rows) rows: \(what)")
    }
}

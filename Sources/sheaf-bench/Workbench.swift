import Foundation

/// Databases and sheets of one size, and `sheaf` at work on them.
struct Workbench: Sendable {
    /// A store of its own, with the configuration that points at it.
    struct Store: Sendable {
        let url: String
        let configuration: String
    }

    /// A version, as `sheaf log --json` tells it.
    struct Version: Decodable, Equatable {
        var version: Int
        var labels: Int
        var inserted: Int
        var updated: Int
        var deleted: Int
    }

    let rows: Int
    let programs: Programs
    let database: PrivateDatabase
    let emulator: EmulatorProcess

    /// Makes an empty store.
    func makeStore(_ number: Int) async throws -> Store {
        let name = "bench_\(rows)_\(number)"
        let url = try await database.create(name)
        let folder = programs.folder
        try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        try folder.write(BenchSheet.schema(), to: "\(name)/schema.yaml")
        let configuration = try folder.write(
            BenchSheet.configuration(
                store: url, credentials: emulator.credentials, endpoint: emulator.endpoint,
                stateFolder: folder.path("\(name)/state")), to: "\(name)/sheaf.yaml")
        let store = Store(url: url, configuration: configuration)
        _ = try await sheaf(["migrate"], store, as: "migrate")
        return store
    }

    /// Runs a sync, and makes sure that it did what is to be measured.
    ///
    /// - Parameters:
    ///   - store: where to; its configuration is used.
    ///   - name: of the log files, and for messages.
    ///   - expected: the newest version afterwards.
    /// - Returns: what the sync used.
    /// - Throws: `BenchFailure`, `CancellationError`.
    func sync(_ store: Store, as name: String, expecting expected: Version) async throws -> ResourceUsage {
        let (_, usage) = try await sheaf(["sync", BenchSheet.dataset, "--no-train"], store, as: name)
        let arguments = ["log", BenchSheet.dataset, "--json", "--limit", "1"]
        let (output, _) = try await sheaf(arguments, store, as: "log")
        guard let newest = try JSONDocument.value([Version].self, from: output).first, newest == expected else {
            throw BenchFailure("\(name): this sync did not do what it should have; expected was \(expected).")
        }
        return usage
    }

    /// Starts `sheaf` and does nothing with it.
    func start() async throws -> ResourceUsage {
        try await programs.run(programs.sheaf, ["--version"], as: "start").1
    }

    func floor(runs: Int) async throws -> FloorResult {
        let arguments = [
            "floor", "--endpoint", emulator.endpoint, "--credentials", emulator.credentials, "--rows", String(rows),
            "--runs", String(runs),
        ]
        let (output, _) = try await programs.run(programs.bench, arguments, as: "floor")
        return try JSONDocument.value(FloorResult.self, from: output)
    }

    func insertFloor(_ store: Store, runs: Int) async throws -> InsertFloorResult {
        let arguments = ["insert-floor", "--store", store.url, "--runs", String(runs)]
        let (output, _) = try await programs.run(programs.bench, arguments, as: "insert-floor")
        return try JSONDocument.value(InsertFloorResult.self, from: output)
    }

    /// Changes one cell in every hundredth row, as annotators' edits would.
    ///
    /// - Returns: how many rows were changed.
    func editOnePercent(round: Int) async throws -> Int {
        let client = try await SheetsClient.signIn(endpoint: emulator.endpoint, credentials: emulator.credentials)
        let edited = Array(stride(from: 1, through: rows, by: 100))
        try await client.edit(rows: edited) { "変更 \(round) #\($0)" }
        return edited.count
    }

    private func sheaf(
        _ arguments: [String], _ store: Store, as name: String
    ) async throws -> (Data, ResourceUsage) {
        try await programs.run(programs.sheaf, arguments + ["--config", store.configuration], as: name)
    }
}

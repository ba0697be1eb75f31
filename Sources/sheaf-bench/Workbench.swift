import Foundation

/// Databases and sheets of one size, and `sheaf` at work on them.
struct Workbench: Sendable {
    /// A store of its own, with the configuration that points at it.
    struct Store: Sendable {
        let name: String
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

    /// Runs a body with a database and sheets of one size, which end with it.
    ///
    /// - Parameters:
    ///   - rows: how many rows the sheet has.
    ///   - script: the program that starts a private MariaDB.
    ///   - keep: whether the database's files stay.
    ///   - programs: what is run.
    ///   - body: is given it all.
    /// - Returns: what the body returns.
    /// - Throws: `BenchFailure`, `CancellationError`, or what the body throws.
    static func with<R>(
        rows: Int, script: String, keep: Bool, _ programs: Programs, _ body: (Workbench) async throws -> R
    ) async throws -> R {
        let script = URL(fileURLWithPath: script).path(percentEncoded: false)
        let database = try await PrivateDatabase.start(script: script, keep: keep, programs)
        let result: Result<R, any Error>
        do {
            let emulator = try await EmulatorProcess.start(rows: rows, programs)
            let bench = Workbench(rows: rows, programs: programs, database: database, emulator: emulator)
            do {
                result = .success(try await body(bench))
            } catch {
                result = .failure(error)
            }
            await emulator.stop()
        } catch {
            result = .failure(error)
        }
        await database.end(keep: keep)
        return try result.get()
    }

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
        let store = Store(name: name, url: url, configuration: configuration)
        _ = try await sheaf(["migrate"], store, as: "migrate")
        return store
    }

    /// Runs a sync, and makes sure that it did what is to be measured.
    ///
    /// - Parameters:
    ///   - store: where to; its configuration is used.
    ///   - name: of the log files, and for messages.
    ///   - options: further arguments of the sync.
    ///   - expected: the newest version afterwards.
    /// - Returns: what the sync used.
    /// - Throws: `BenchFailure`, `CancellationError`.
    func sync(
        _ store: Store, as name: String, _ options: [String] = [], expecting expected: Version
    ) async throws -> ResourceUsage {
        let usage = try await sheaf(["sync", BenchSheet.dataset, "--no-train"] + options, store, as: name).1
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

    /// Writes a version into a file.
    func export(_ store: Store, version: Int) async throws -> ResourceUsage {
        let file = programs.folder.path("export.ndjson")
        defer { try? FileManager.default.removeItem(atPath: file) }
        return try await sheaf(["export", "\(BenchSheet.dataset)@\(version)", "--output", file], store, as: "export").1
    }

    /// Changes one cell in so many rows, as annotators' edits would.
    func edit(_ count: Int, round: String) async throws {
        let client = try await SheetsClient.signIn(endpoint: emulator.endpoint, credentials: emulator.credentials)
        let edited = (0..<count).map { $0 * (rows / count) + 1 }
        try await client.edit(rows: edited) { "変更 \(round) #\($0)" }
    }

    /// Runs `sheaf`, and counts what it cost the database.
    func sheaf(
        _ arguments: [String], _ store: Store, as name: String, success: Int32 = 0
    ) async throws -> (Data, ResourceUsage) {
        let (result, cost) = try await database.counters.measuring {
            try await programs.run(
                programs.sheaf, arguments + ["--config", store.configuration], as: name, success: success)
        }
        var usage = result.1
        usage.server = cost
        return (result.0, usage)
    }
}

// MARK: - What it is compared with

extension Workbench {
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

    /// Gives a store that holds version 1 so many of them.
    func fillHistory(_ store: Store, versions: Int) async throws {
        let arguments = ["fill-history", "--store", store.url, "--versions", String(versions)]
        _ = try await programs.run(programs.bench, arguments, as: "fill-history")
    }

    /// One bare SELECT of the current labels; into a file, as an export has it.
    func selectFloor(_ store: Store, writing: Bool) async throws -> ResourceUsage {
        let file = programs.folder.path("select.ndjson")
        defer { try? FileManager.default.removeItem(atPath: file) }
        let arguments = ["select-floor", "--store", store.url] + (writing ? ["--output", file] : [])
        return try await reading(arguments, atLeast: rows)
    }

    /// A version, page by page.
    func read(_ store: Store, version: Int) async throws -> ResourceUsage {
        try await reading(["read", "--store", store.url, "--version", String(version)], atLeast: rows)
    }

    /// So many labels from the middle of a version, page by page.
    func page(_ store: Store, version: Int, labels: Int) async throws -> ResourceUsage {
        let arguments = [
            "read", "--store", store.url, "--version", String(version), "--page", String(labels), "--labels",
            String(labels),
        ]
        return try await reading(arguments, atLeast: labels)
    }

    private func reading(_ arguments: [String], atLeast rows: Int) async throws -> ResourceUsage {
        let (result, cost) = try await database.counters.measuring {
            try await programs.run(programs.bench, arguments, as: arguments[0])
        }
        let read = try JSONDocument.value(ReadResult.self, from: result.0)
        guard read.rows >= rows else {
            throw BenchFailure("\(arguments[0]): \(read.rows) labels were read, and \(rows) were expected.")
        }
        var usage = read.usage
        usage.peak = max(usage.peak, result.1.peak)
        usage.server = cost
        return usage
    }
}

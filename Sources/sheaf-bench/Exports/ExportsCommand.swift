import ArgumentParser
import Foundation
import MySQL

/// The subcommand `exports`: what it takes to get a version out, into files and over HTTP.
struct ExportsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exports",
        abstract: "Measures exports and the HTTP API beside a bare client that reads the same labels.",
        discussion: """
            Loads the emulator's generated sheet into a private MariaDB, and gets the version
            out in every form: by a bare client and by the server itself (INTO OUTFILE),
            by sheaf export, and by readers of sheaf serve. Build with -c release first:

              swift build -c release && .build/release/sheaf-bench exports
            """)

    @Option(help: "How many labels there are.")
    var rows = 1_000_000

    @Option(help: "How many times each thing is measured.")
    var runs = 3

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Option(help: ArgumentHelp("The program that starts a private MariaDB.", valueName: "file"))
    var mariadbScript = "Tests/Support/private-mariadb.sh"

    @OptionGroup var common: CommonBenchOptions

    func validate() throws {
        guard (100...1_200_000).contains(rows) else { throw ValidationError("--rows must be from 100 to 1200000.") }
        guard (1...100).contains(runs) else { throw ValidationError("--runs must be from 1 to 100.") }
    }

    func run() async throws {
        let report: ExportsReport = try await Interruption.cancelling {
            try await common.withPrograms { programs in
                try await Workbench.with(rows: rows, script: mariadbScript, keep: common.keep, programs) { bench in
                    try await ExportsBenchmark(bench: bench, runs: runs).report()
                }
            }
        }
        if json {
            print(try JSONDocument.text(report))
        } else {
            for line in report.lines() { print(line) }
        }
    }
}

/// Gets one version out in every form.
struct ExportsBenchmark {
    let bench: Workbench
    let runs: Int

    func report() async throws -> ExportsReport {
        Note.write("\(bench.rows) rows: first load")
        let store = try await bench.makeStore(1)
        _ = try await bench.sync(
            store, as: "first-load",
            expecting: Workbench.Version(version: 1, labels: bench.rows, inserted: bench.rows, updated: 0, deleted: 0))
        var scenarios = [
            try await measure("select", "a bare client's SELECT into a file") {
                try await bench.selectFloor(store, writing: true)
            },
            try await measure("outfile", "the server's own SELECT … INTO OUTFILE") { try await outfile(store) },
        ]
        let version = "\(BenchSheet.dataset)@1"
        for (name, title, arguments) in [
            ("ndjson", "sheaf export, NDJSON", ["--output", "export.ndjson"]),
            ("csv", "sheaf export, CSV", ["--format", "csv", "--output", "export.csv"]),
            ("gzip", "sheaf export, NDJSON, gzip", ["--output", "export.ndjson.gz"]),
            ("columns", "sheaf export, NDJSON, two columns", ["--columns", "id,c1", "--output", "export.ndjson"]),
            (
                "parts", "sheaf export, NDJSON, 4 parts and a manifest",
                ["--parts", "4", "--output", "parts/", "--replace"]
            ),
            (
                "splits", "sheaf export, NDJSON, gzip, 4 parts, 3 splits",
                [
                    "--gzip", "--split", "train:80,validation:10,test:10", "--parts", "4", "--output", "splits/",
                    "--replace",
                ]
            ),
        ] {
            scenarios.append(
                try await measure(name, title) {
                    let folder = bench.programs.folder.path("exports")
                    try? FileManager.default.removeItem(atPath: folder)
                    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                    let placed = arguments.map { $0.hasPrefix("export.") || $0.hasSuffix("/") ? "\(folder)/\($0)" : $0 }
                    return try await bench.sheaf(["export", version] + placed, store, as: "export").1
                })
        }
        scenarios += try await served(store)
        let floor = scenarios[0].wallBest
        for index in scenarios.indices where index > 0 { scenarios[index].ratio = scenarios[index].wallBest / floor }
        return ExportsReport(
            rows: bench.rows, optimised: RunCommand.isOptimised,
            processors: ProcessInfo.processInfo.activeProcessorCount,
            smallestPeakBytes: rusage.ofThisProcess.peakBytes, scenarios: scenarios)
    }

    private func measure(
        _ name: String, _ title: String, rows: Int? = nil, _ body: () async throws -> ResourceUsage
    ) async throws -> Scenario {
        Note.write("\(bench.rows) rows: \(title)")
        var usages: [ResourceUsage] = []
        for _ in 0..<runs { usages.append(try await body()) }
        return Scenario(name, title, rows: rows ?? bench.rows, usages)
    }

    /// The server writes the labels into a file by itself.
    private func outfile(_ store: Workbench.Store) async throws -> ResourceUsage {
        let file = bench.programs.folder.path("outfile.ndjson")
        try? FileManager.default.removeItem(atPath: file)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let connection = try await MySQLConnection.connect(try MySQLConfiguration(url: store.url, password: nil))
        let (_, usage) = try await ResourceUsage.measuring {
            try await connection.run { connection in
                try connection.execute(
                    "SELECT label FROM sheaf_labels FORCE INDEX (PRIMARY) ORDER BY dataset_id, key_hash INTO OUTFILE '\(file)'"
                )
            }
        }
        await connection.close()
        return usage
    }

    // MARK: - Over HTTP

    private func served(_ store: Workbench.Store) async throws -> [Scenario] {
        let server = try await ServedStore.start(bench, store)
        let result: Result<[Scenario], any Error>
        do {
            var scenarios: [Scenario] = []
            for (readers, more) in [(1, []), (1, ["--gzip"]), (8, [])] {
                let title =
                    "HTTP, \(readers == 1 ? "one reader" : "\(readers) readers")\(more.isEmpty ? "" : ", gzip")"
                scenarios.append(
                    try await measure(
                        "http_\(readers)\(more.isEmpty ? "" : "_gzip")", title, rows: bench.rows * readers
                    ) {
                        try await server.read(readers: readers, more, rows: bench.rows)
                    })
            }
            scenarios.append(await server.memory())
            result = .success(scenarios)
        } catch {
            result = .failure(error)
        }
        await server.stop()
        return try result.get()
    }
}

/// What was measured.
struct ExportsReport: Codable, Sendable {
    var rows: Int
    var optimised: Bool
    var processors: Int
    var smallestPeakBytes: Int
    var scenarios: [Scenario]

    func lines() -> [String] {
        let header = ["", "best s", "median s", "CPU s", "peak MB", "rows/s", "× SELECT"]
        let rows = scenarios.map { scenario in
            [
                scenario.title, scenario.wallBest > 0 ? TextTable.seconds(scenario.wallBest) : "",
                scenario.wallBest > 0 ? TextTable.seconds(scenario.wallMedian) : "",
                scenario.wallBest > 0 ? TextTable.seconds(scenario.cpu) : "",
                TextTable.decimals(Double(scenario.peakBytes) / 1e6, 1),
                scenario.wallBest > 0 ? TextTable.grouped(Int(scenario.rowsPerSecond)) : "",
                scenario.ratio.map { $0 > 0 ? TextTable.decimals($0, 2) : "" } ?? "",
            ]
        }
        var lines = ["\(TextTable.grouped(self.rows)) labels of 8 columns"]
        lines += TextTable.aligned([header] + rows, words: [0])
        lines += [
            "",
            "An export is a whole process, with its start and its connection, and what it writes is on the disk (fsync); the",
            "bare client's file is not. Of HTTP, readers are counted, and the server beside them on the same processors.",
            "Peaks of up to \(TextTable.decimals(Double(smallestPeakBytes) / 1e6, 1)) MB may be those of starting a process.",
            "This machine has \(processors) processors; the database runs on them too.",
        ]
        if !optimised { lines.append("This is a debug build: the figures say nothing about speed.") }
        return lines
    }
}

import ArgumentParser
import Foundation

/// The subcommand `run`: the whole benchmark.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measures first loads, syncs with few changes and none, and reading old versions.",
        discussion: """
            Starts a private MariaDB with its default durability, the Sheets emulator as
            a process of its own, without compression, and the real sheaf for each
            measurement. Beside the time it counts what each costs the server. Nothing is
            asserted about speed; that each sync did what is to be measured is. Build
            with -c release first:

              swift build -c release && .build/release/sheaf-bench run
              .build/release/sheaf-bench run --rows 100000 --versions 1
            """)

    @Option(
        help: ArgumentHelp("How many rows the sheets have, with commas between sizes.", valueName: "counts"),
        transform: RunCommand.sizes)
    var rows: [Int] = [10_000, 100_000, 1_000_000]

    @Option(help: "How many versions there are when old ones are read; 1 leaves reading out.")
    var versions = 200

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Option(help: ArgumentHelp("The program that starts a private MariaDB.", valueName: "file"))
    var mariadbScript = "Tests/Support/private-mariadb.sh"

    @OptionGroup var common: CommonBenchOptions

    private static let allowedRows = 1_000...1_200_000

    private static func sizes(_ text: String) throws -> [Int] {
        try text.split(separator: ",").map { part in
            guard let rows = Int(part), allowedRows.contains(rows) else {
                throw ValidationError("--rows takes numbers from 1000 to 1200000, such as 10000,100000.")
            }
            return rows
        }
    }

    func validate() throws {
        guard !rows.isEmpty, Set(rows).count == rows.count else {
            throw ValidationError("--rows takes one number or several different ones.")
        }
        guard (1...200).contains(versions) else { throw ValidationError("--versions must be from 1 to 200.") }
    }

    func run() async throws {
        let report = try await Interruption.cancelling {
            try await common.withPrograms { try await measure($0) }
        }
        if json {
            print(try JSONDocument.text(report))
        } else {
            for line in ReportText(report: report).lines() { print(line) }
        }
    }

    private func measure(_ programs: Programs) async throws -> BenchReport {
        let script = URL(fileURLWithPath: mariadbScript).path(percentEncoded: false)
        let database = try await PrivateDatabase.start(script: script, keep: common.keep, programs)
        let result: Result<[SizeReport], any Error>
        do {
            var sizes: [SizeReport] = []
            for rows in rows { sizes.append(try await measure(rows, programs, database)) }
            result = .success(sizes)
        } catch {
            result = .failure(error)
        }
        await database.end(keep: common.keep)
        return BenchReport(
            optimised: Self.isOptimised, processors: ProcessInfo.processInfo.activeProcessorCount,
            smallestPeakBytes: rusage.ofThisProcess.peakBytes, sizes: try result.get())
    }

    private func measure(_ rows: Int, _ programs: Programs, _ database: PrivateDatabase) async throws -> SizeReport {
        try Task.checkCancellation()
        let emulator = try await EmulatorProcess.start(rows: rows, programs)
        let result: Result<SizeReport, any Error>
        do {
            let bench = Workbench(rows: rows, programs: programs, database: database, emulator: emulator)
            result = .success(try await SizeBenchmark(bench: bench, versions: versions).report())
        } catch {
            result = .failure(error)
        }
        await emulator.stop()
        return try result.get()
    }

    /// Whether this program was built to be fast.
    static var isOptimised: Bool {
        #if DEBUG
            false
        #else
            true
        #endif
    }
}

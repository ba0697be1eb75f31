import ArgumentParser
import Foundation

/// The subcommand `calls`: what a run over many spreadsheets costs.
struct CallsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calls",
        abstract: "Counts the API calls of runs over many spreadsheets of which none, some or all changed.",
        discussion: """
            Starts a private MariaDB, the emulator with many small spreadsheets as a
            process of its own, and the real sheaf for each run. That each run did what it
            should is checked; the calls are those that the emulator counted.

              swift build -c release && .build/release/sheaf-bench calls
            """)

    @Option(help: "How many spreadsheets there are.")
    var sheets = 1_000

    @Option(help: "How many of them change for the run between none and all.")
    var changed = 7

    @Option(help: "How many rows each of them has.")
    var rows = 20

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Option(help: ArgumentHelp("The program that starts a private MariaDB.", valueName: "file"))
    var mariadbScript = "Tests/Support/private-mariadb.sh"

    @OptionGroup var common: CommonBenchOptions

    func validate() throws {
        guard (1...10_000).contains(sheets) else { throw ValidationError("--sheets must be from 1 to 10000.") }
        guard (1...sheets).contains(changed) else { throw ValidationError("--changed must be from 1 to --sheets.") }
        guard (4...1_000).contains(rows) else { throw ValidationError("--rows must be from 4 to 1000.") }
    }

    func run() async throws {
        let report = try await Interruption.cancelling {
            try await common.withPrograms { try await measure($0) }
        }
        if json {
            print(try JSONDocument.text(report))
        } else {
            for line in report.lines() { print(line) }
        }
    }

    private func measure(_ programs: Programs) async throws -> CallsReport {
        let fleet = SheetFleet(count: sheets, rows: rows)
        let samples = programs.folder.path("samples")
        try fleet.write(to: samples)
        let script = URL(fileURLWithPath: mariadbScript).path(percentEncoded: false)
        let database = try await PrivateDatabase.start(script: script, keep: common.keep, programs)
        let result: Result<[CallsReport.Run], any Error>
        do {
            let emulator = try await EmulatorProcess.start(serving: ["--load", samples], as: "emulator", programs)
            let runs: Result<[CallsReport.Run], any Error>
            do {
                runs = .success(try await measure(fleet, programs, database, emulator))
            } catch {
                runs = .failure(error)
            }
            await emulator.stop()
            result = runs
        } catch {
            result = .failure(error)
        }
        await database.end(keep: common.keep)
        return CallsReport(
            spreadsheets: sheets, rows: rows, optimised: RunCommand.isOptimised,
            processors: ProcessInfo.processInfo.activeProcessorCount, runs: try result.get())
    }

    private func measure(
        _ fleet: SheetFleet, _ programs: Programs, _ database: PrivateDatabase, _ emulator: EmulatorProcess
    ) async throws -> [CallsReport.Run] {
        let configuration = try await fleet.makeStore(database, emulator, programs)
        let client = try await SheetsClient.signIn(endpoint: emulator.endpoint, credentials: emulator.credentials)
        let counters = CallCounters(endpoint: emulator.endpoint)

        func sync(_ title: String, changed: Int, _ version: Workbench.Version) async throws -> CallsReport.Run {
            Note.write("\(sheets) spreadsheets: \(title)")
            try await counters.reset()
            let arguments = ["sync", BenchSheet.dataset, "--no-train", "--config", configuration]
            let (_, usage) = try await programs.run(programs.sheaf, arguments, as: "sync")
            let calls = try await counters.read()
            let log = ["log", BenchSheet.dataset, "--json", "--limit", "1", "--config", configuration]
            let (output, _) = try await programs.run(programs.sheaf, log, as: "log")
            guard try JSONDocument.value([Workbench.Version].self, from: output).first == version else {
                throw BenchFailure("\(title): this sync did not do what it should have; expected was \(version).")
            }
            return CallsReport.Run(title: title, changed: changed, calls: calls, usage: usage)
        }

        let loaded = Workbench.Version(
            version: 1, labels: fleet.labels, inserted: fleet.labels, updated: 0, deleted: 0)
        var runs = [try await sync("the first one", changed: sheets, loaded)]
        runs.append(try await sync("none changed", changed: 0, loaded))
        for (number, count) in [changed, sheets].enumerated() {
            try await fleet.edit(first: count, client)
            let version = Workbench.Version(
                version: number + 2, labels: fleet.labels, inserted: 0, updated: count, deleted: 0)
            let title = count == sheets ? "all changed" : "\(count) changed"
            runs.append(try await sync(title, changed: count, version))
        }
        return runs
    }
}

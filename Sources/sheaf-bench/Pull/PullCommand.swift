import ArgumentParser
import Foundation

/// The subcommand `pull`: how fast a large sheet comes in.
struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Measures reading one large sheet, beside curl alone on the same bytes.",
        discussion: """
            Starts the Sheets emulator, once without and once with compression, has it
            make each answer once, and sends those from memory to all that is measured:
            curl, which drops them, and the parts that a sync is made of. Each pass is a
            process of its own; the best of several counts. Build with -c release first:

              swift build -c release && .build/release/sheaf-bench pull
            """)

    @Option(help: "How many rows the sheet has.")
    var rows = 1_000_000

    @Option(help: "How many columns it has; rows times columns make ten million cells at most.")
    var columns = 8

    @Option(help: "How many times each thing is measured.")
    var runs = 3

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var common: CommonBenchOptions

    func validate() throws {
        guard (5...26).contains(columns) else { throw ValidationError("--columns must be from 5 to 26.") }
        guard rows >= 100, (rows + 1) * columns <= 10_000_000 else {
            throw ValidationError("--rows must be 100 at least, and rows times columns ten million at most.")
        }
        guard (1...100).contains(runs) else { throw ValidationError("--runs must be from 1 to 100.") }
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

    private func measure(_ programs: Programs) async throws -> PullReport {
        let curl = try await CurlProgram(programs)
        var encodings: [PullReport.Encoding] = []
        for gzip in [false, true] { encodings.append(try await measure(programs, curl, gzip: gzip)) }
        return PullReport(
            rows: rows, columns: columns, curl: curl.version, optimised: RunCommand.isOptimised,
            processors: ProcessInfo.processInfo.activeProcessorCount,
            smallestPeakBytes: rusage.ofThisProcess.peakBytes, encodings: encodings)
    }

    private func measure(_ programs: Programs, _ curl: CurlProgram, gzip: Bool) async throws -> PullReport.Encoding {
        try Task.checkCancellation()
        let name = gzip ? "gzip" : "plain"
        let emulator = try await EmulatorProcess.start(
            serving: [
                "--bench-rows", String(rows), "--bench-columns", String(columns), gzip ? "--gzip" : "--no-gzip",
            ], as: "emulator-\(name)", programs)
        let result: Result<PullReport.Encoding, any Error>
        do {
            let port = emulator.endpoint.split(separator: ":").last.map(String.init) ?? ""
            let server = try await ServerProcess.start(
                programs.bench, ["replay", "--upstream", port], as: "replay-\(name)", programs)
            let passes = PullPasses(
                rows: rows, columns: columns, runs: runs, gzip: gzip, programs: programs, curl: curl,
                endpoint: server.endpoint, credentials: emulator.credentials)
            do {
                result = .success(try await passes.measure())
            } catch {
                result = .failure(error)
            }
            await server.stop()
        } catch {
            result = .failure(error)
        }
        await emulator.stop()
        return try result.get()
    }
}

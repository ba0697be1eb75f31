import ArgumentParser
import Foundation

/// The subcommand `history`: what looking back costs when there is much to look back at.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Measures looking back: one row, a page, a diff, a plan to revert, with many labels and versions.",
        discussion: """
            Loads the emulator's generated sheet into a private MariaDB, gives it many
            versions with 1% of the labels changed in each, and runs the real sheaf.
            What a command costs should follow what it tells, not what is stored. Build
            with -c release first:

              swift build -c release && .build/release/sheaf-bench history
            """)

    @Option(help: "How many labels there are.")
    var rows = 1_000_000

    @Option(help: "How many versions there are.")
    var versions = 200

    @Option(help: "How many times each thing is measured.")
    var runs = 3

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Option(help: ArgumentHelp("The program that starts a private MariaDB.", valueName: "file"))
    var mariadbScript = "Tests/Support/private-mariadb.sh"

    @OptionGroup var common: CommonBenchOptions

    func validate() throws {
        guard (2_000...1_200_000).contains(rows) else { throw ValidationError("--rows must be from 2000 to 1200000.") }
        guard (3...200).contains(versions) else { throw ValidationError("--versions must be from 3 to 200.") }
        guard (1...100).contains(runs) else { throw ValidationError("--runs must be from 1 to 100.") }
    }

    func run() async throws {
        let report = try await Interruption.cancelling {
            try await common.withPrograms { programs in
                try await Workbench.with(rows: rows, script: mariadbScript, keep: common.keep, programs) { bench in
                    try await self.report(bench)
                }
            }
        }
        if json {
            print(try JSONDocument.text(report))
        } else {
            for line in report.lines() { print(line) }
        }
    }

    private func report(_ bench: Workbench) async throws -> HistoryReport {
        Note.write("\(rows) rows: first load")
        let store = try await bench.makeStore(1)
        _ = try await bench.sync(
            store, as: "first-load",
            expecting: Workbench.Version(version: 1, labels: rows, inserted: rows, updated: 0, deleted: 0))
        Note.write("\(rows) rows: making \(versions) versions")
        try await bench.fillHistory(store, versions: versions)
        var scenarios: [Scenario] = []
        for look in looks {
            Note.write("\(rows) rows: \(look.title)")
            var usages: [ResourceUsage] = []
            for _ in 0..<runs { usages.append(try await measure(look, bench, store)) }
            scenarios.append(Scenario(look.name, look.title, rows: 0, usages))
        }
        return HistoryReport(
            rows: rows, versions: versions, optimised: RunCommand.isOptimised,
            processors: ProcessInfo.processInfo.activeProcessorCount,
            smallestPeakBytes: rusage.ofThisProcess.peakBytes, scenarios: scenarios)
    }

    private func measure(
        _ look: Look, _ bench: Workbench, _ store: Workbench.Store
    ) async throws -> ResourceUsage {
        switch look.what {
        case .command(let arguments, let success):
            return try await bench.sheaf(arguments, store, as: look.name, success: success).1
        case .page(let version):
            return try await bench.page(store, version: version, labels: 1_000)
        }
    }

    // MARK: - What is looked at

    private struct Look {
        enum What {
            /// What `sheaf` is told, and the code that it ends with.
            case command([String], success: Int32)
            case page(version: Int)
        }

        let name: String
        let title: String
        let what: What

        /// `sheaf` with these words.
        init(_ name: String, _ arguments: String..., success: Int32 = 0) {
            self.init(name, title: "sheaf " + arguments.joined(separator: " "), .command(arguments, success: success))
        }

        init(_ name: String, title: String, _ what: What) {
            self.name = name
            self.title = title
            self.what = what
        }
    }

    private var looks: [Look] {
        let dataset = BenchSheet.dataset
        let (last, key) = (String(versions), String(rows / 2))
        return [
            Look("start", "--version"),
            Look("log", "log", dataset),
            Look("log_key", "log", dataset, "--key", key),
            Look("page_first", title: "1,000 labels of version 1", .page(version: 1)),
            Look("page_middle", title: "1,000 labels of version \(versions / 2)", .page(version: versions / 2)),
            Look("page_last", title: "1,000 labels of version \(versions)", .page(version: versions)),
            Look("diff_first", "diff", dataset, "1", "2"),
            Look("diff_last", "diff", dataset, String(versions - 1), last),
            Look("diff_all", "diff", dataset, "1", last),
            Look("revert_one", "revert", dataset, "--to", String(versions - 1), "--plan"),
            // More than the guard on changes allows: a plan of what would be held.
            Look("revert_all", "revert", dataset, "--to", "1", "--plan", success: 4),
        ]
    }
}

/// The report of `history`.
struct HistoryReport: Codable, Sendable {
    var rows: Int
    var versions: Int
    var optimised: Bool
    var processors: Int
    var smallestPeakBytes: Int
    var scenarios: [Scenario]

    func lines() -> [String] {
        let header = ["", "best", "CPU", "peak MB", "statements", "rows read", "KB from server"]
        let rows = scenarios.map { scenario in
            [
                scenario.title, TextTable.milliseconds(scenario.wallBest), TextTable.milliseconds(scenario.cpu),
                TextTable.decimals(Double(scenario.peakBytes) / 1e6, 1),
                TextTable.grouped(scenario.server?.statements ?? 0), TextTable.grouped(scenario.server?.rowsRead ?? 0),
                TextTable.grouped(((scenario.server?.bytesFromServer ?? 0) + 500) / 1000),
            ]
        }
        var lines = ["\(TextTable.grouped(self.rows)) labels, \(versions) versions with 1% of them changed in each"]
        lines += TextTable.aligned([header] + rows, words: [0])
        lines += [
            "",
            "A command is a whole process, with its start and its connection; a page is read by a process that has them.",
            "Peaks of up to \(TextTable.decimals(Double(smallestPeakBytes) / 1e6, 1)) MB may be those of starting a process.",
        ]
        if !optimised { lines.append("This is a debug build: the figures say nothing about speed.") }
        return lines
    }
}

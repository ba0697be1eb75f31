import ArgumentParser
import Foundation

/// The subcommand `validate`: how fast a CSV file is validated.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Measures validating a CSV file, beside reading its bytes and two validators in Python.",
        discussion: """
            Makes a CSV file of eight columns with an enum, a pattern, a list, a date, a
            number, a unique field and a primary key. The same file is read without
            looking at it, validated by sheaf, and the first rows of it by frictionless
            and pandera, whose packages are installed under .build the first time. To be
            run in the source tree. Build with -c release first:

              swift build -c release && .build/release/sheaf-bench validate
            """)

    @Option(help: "How many rows the file has.")
    var rows = 1_000_000

    @Option(
        parsing: .upToNextOption,
        help: "How many of the first rows the validators in Python are given, in turn.")
    var sampleRows = [50_000, 200_000]

    @Option(help: "How many times each thing is measured; the validators in Python once.")
    var runs = 3

    @Flag(help: "Measure without the validators in Python.")
    var alone = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    @OptionGroup var common: CommonBenchOptions

    func validate() throws {
        guard (1000...100_000_000).contains(rows) else {
            throw ValidationError("--rows must be from 1000 to 100000000.")
        }
        guard sampleRows.allSatisfy({ $0 > 0 }) else { throw ValidationError("--sample-rows must be 1 at least.") }
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

    private func measure(_ programs: Programs) async throws -> ValidateReport {
        let passes = ValidatePasses(runs: runs, programs: programs)
        let file = programs.folder.path("rows.csv")
        let schema = try programs.folder.write(ValidationSheet.schema, to: "schema.json")
        Note.write("\(rows) rows: the file")
        let bytes = try ValidationSheet.write(rows: rows, to: file)
        var measured = [
            try await passes.read(file, rows: rows, bytes: bytes),
            try await passes.lines(file, rows: rows, bytes: bytes),
            try await passes.sheaf(schema, file, rows: rows, bytes: bytes),
        ]
        if !alone {
            let python = try await passes.python()
            let broken = programs.folder.path("mistakes.csv")
            let mistakes = 80
            try ValidationSheet.write(
                rows: mistakes * ValidationSheet.rowsPerMistake, withMistakes: true, to: broken)
            for name in [nil, "frictionless", "pandera"] {
                try await passes.check(name, python, schema, broken, mistakes: mistakes)
            }
            for count in sampleRows.map({ min($0, rows) }) {
                let sample = programs.folder.path("rows-\(count).csv")
                let bytes = try ValidationSheet.write(rows: count, to: sample)
                for name in ["frictionless", "pandera"] {
                    measured.append(try await passes.other(name, python, schema, sample, rows: count, bytes: bytes))
                }
            }
        }
        return ValidateReport(
            rows: rows, columns: ValidationSheet.columns, bytes: bytes, optimised: RunCommand.isOptimised,
            processors: ProcessInfo.processInfo.activeProcessorCount, measured: measured)
    }
}

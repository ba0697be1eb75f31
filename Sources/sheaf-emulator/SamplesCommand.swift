import ArgumentParser
import SheetsEmulator

/// The subcommand `samples`: writes sample sheets into a folder.
struct SamplesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "samples",
        abstract: "Writes sample sheets: spreadsheets.json, and a CSV file for each tab.",
        discussion: """
            The same seed gives the same files, byte for byte. The sheets are those of
            four annotation tasks about recipes, with the slips that people make; or,
            with --bench-rows, one large sheet for measuring.

            Examples:
              sheaf-emulator samples --seed 42 --out samples
              sheaf-emulator samples --bench-rows 100000 --out bench
            """)

    @Option(help: "Where the random choices begin.")
    var seed: UInt64 = 42

    @Option(help: ArgumentHelp("The folder to write into; it is made if it is not there.", valueName: "folder"))
    var out: String

    @Option(help: ArgumentHelp("Write one sheet with so many rows of ten columns instead.", valueName: "rows"))
    var benchRows: Int?

    func validate() throws {
        guard benchRows.map({ (1...900_000).contains($0) }) ?? true else {
            throw ValidationError("--bench-rows must be from 1 to 900000: a spreadsheet holds ten million cells.")
        }
    }

    func run() throws {
        let files =
            try benchRows.map { try Samples.writeBench(rows: $0, seed: seed, to: out) }
            ?? Samples.write(seed: seed, to: out)
        for line in files { print(line) }
    }
}

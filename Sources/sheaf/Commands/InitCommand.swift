import ArgumentParser
import Foundation

struct InitCommand: SheafSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a sheaf.yaml and a first label schema, to start from.",
        discussion: """
            Both are commented, and valid as they stand: put in your database, your
            spreadsheet and your columns. Nothing that exists is overwritten.

            Examples:
              sheaf init
              sheaf init --folder annotation
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "Where to write.")
    var folder = "."

    func execute(_ console: Console) async throws -> Exit {
        let files = [
            ("\(folder)/sheaf.yaml", InitTemplates.configuration),
            ("\(folder)/schemas/dish.yaml", InitTemplates.schema),
        ]
        if let existing = files.first(where: { FileManager.default.fileExists(atPath: $0.0) }) {
            throw Failure(
                .usage, code: "exists", "\(existing.0) exists already, and nothing was written.",
                hint: "Choose another folder with --folder, or remove it first.")
        }
        do {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/schemas", withIntermediateDirectories: true)
        } catch {
            throw Failure(.output, code: "output", "The folder \(folder)/schemas could not be made.")
        }
        for (path, text) in files {
            let file = try OutputFile(path: path)
            do {
                try file.write(Array(text.utf8))
                try file.finish()
            } catch {
                file.discard()
                throw error
            }
            console.line("\(console.style.green("wrote")) \(path)")
        }
        console.lines([
            "",
            "Next: put in your database and spreadsheet, then",
            "  sheaf migrate    make the tables",
            "  sheaf check      look for mistakes",
            "  sheaf plan       see what a sync would do",
            "  sheaf sync       do it",
        ])
        try console.json(["wrote": files.map(\.0)])
        return .success
    }
}

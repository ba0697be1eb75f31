import ArgumentParser
import Foundation

/// `sheaf`: spreadsheets in, versioned labels out, models trained.
@main
struct SheafCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sheaf",
        abstract: "Spreadsheets in, versioned labels out, models trained.",
        discussion: """
            Pulls the sheets that people annotate in, validates every row against the
            dataset's label schema, writes what changed as a new immutable version, and
            starts the training that is due.

            A first day with it:
              sheaf init       write a sheaf.yaml and a label schema to start from
              sheaf migrate    make or update the tables
              sheaf check      look for mistakes in configuration, schemas, store, sheets
              sheaf plan       see what a sync would do
              sheaf sync       do it

            Exit codes: 0 done, 1 not valid (`validate`) or unforeseen, 2 usage or
            configuration, 3 schema or rows refused, 4 held, 5 busy, 6 partial, 7
            database, 8 no sheet readable, 9 job failed, 10 file not written, 11
            damage found (`verify`), 130 cancelled.
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Set up",
                subcommands: [
                    InitCommand.self, MigrateCommand.self, CheckCommand.self, ValidateCommand.self, AdoptCommand.self,
                ]),
            CommandGroup(
                name: "Sync",
                subcommands: [
                    PlanCommand.self, SyncCommand.self, WatchCommand.self, HoldsCommand.self, ApproveCommand.self,
                    SheetCommand.self, RekeyCommand.self, RevertCommand.self, RestoreCommand.self,
                ]),
            CommandGroup(
                name: "Read",
                subcommands: [
                    LogCommand.self, ShowCommand.self, DiffCommand.self, BlameCommand.self, AuditCommand.self,
                    SchemaCommand.self, ExportCommand.self, TagCommand.self, ViewsCommand.self,
                ]),
            CommandGroup(name: "Serve", subcommands: [ServeCommand.self, TokenCommand.self, QueriesCommand.self]),
            CommandGroup(
                name: "Keep",
                subcommands: [VerifyCommand.self, GcCommand.self, RedactCommand.self]),
            CommandGroup(
                name: "Train",
                subcommands: [JobsCommand.self, RelayCommand.self, ReportCommand.self]),
        ])

    static func main() async {
        let code = await outcome()
        // Ends here and now: libcurl's and the database client's threads may be at work, and the exit handlers of their
        // libraries would take the ground from under them. Nothing is buffered but what stdio holds.
        fflush(nil)
        _exit(code)
    }

    /// Parses and runs; a wrong argument ends with the code that the README's table gives, not ArgumentParser's.
    private static func outcome() async -> Int32 {
        do {
            var command = try parseAsRoot()
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
            return Exit.success.rawValue
        } catch {
            let code = exitCode(for: error)
            // What was thrown as a bare code has told its reason already.
            if error is ExitCode { return code.rawValue }
            let text = fullMessage(for: error)
            if code == .success {
                print(text)
                return code.rawValue
            }
            Console.note(text)
            // What cannot be parsed has no flags yet, but a program that asks for JSON has to get it.
            if CommandLine.arguments.contains("--json") {
                let failure = Failure(.usage, code: "arguments", message(for: error))
                try? Console(style: Style(.never), isJSON: true).json(ErrorDocument(failure))
            }
            return code == .validationFailure ? Exit.usage.rawValue : code.rawValue
        }
    }
}

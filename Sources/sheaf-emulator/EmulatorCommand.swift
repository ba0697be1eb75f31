import ArgumentParser

/// The command line of the emulator.
@main
struct EmulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sheaf-emulator",
        abstract: "A stand-in for the parts of Google's Sheets and Drive APIs that Sheaf uses.",
        discussion: """
            Nothing leaves this machine. Make sample sheets, serve them, and play the annotators:

              sheaf-emulator samples --seed 42 --out samples
              sheaf-emulator --load samples
              sheaf-emulator edit --endpoint http://127.0.0.1:8790 \\
                --credentials service-account.json --script story-edits

            Without a subcommand it serves.
            """,
        subcommands: [ServeCommand.self, SamplesCommand.self, EditCommand.self],
        defaultSubcommand: ServeCommand.self)
}

/// Something that went wrong, in words for the person at the terminal.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

import ArgumentParser
import Foundation

/// The subcommand `edit`: plays the annotators, through the API as their own programs would.
struct EditCommand: AsyncParsableCommand {
    /// What can be played.
    enum Script: String, ExpressibleByArgument, CaseIterable {
        case storyEdits = "story-edits"
        case loseHalf = "lose-half"
        case restoreHalf = "restore-half"
    }

    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Plays the annotators of recipe_category.",
        discussion: """
            story-edits   Pending rows are filled in, labels change, rows are inserted,
                          sorted, moved to the other sheet and deleted, and two
                          mistakes are made.
            lose-half     The lower half of the first sheet is deleted by accident,
                          and kept in the state file.
            restore-half  The rows in the state file are put back.

            Examples:
              sheaf-emulator edit --endpoint http://127.0.0.1:8790 \\
                --credentials key.json --script story-edits
              sheaf-emulator edit --endpoint http://127.0.0.1:8790 \\
                --credentials key.json --script lose-half --state lost.json
            """)

    @Option(help: ArgumentHelp("Where the emulator listens.", valueName: "url"))
    var endpoint: String

    @Option(help: ArgumentHelp("The key file of a service account that may write.", valueName: "file"))
    var credentials: String

    @Option(help: "What to play: story-edits, lose-half or restore-half.")
    var script: Script

    @Option(
        help: ArgumentHelp(
            "Where lost rows are kept; lost-half.json beside the credentials if not given.", valueName: "file"))
    var state: String?

    func run() async throws {
        let client = try await SheetsClient.signIn(endpoint: endpoint, credentials: credentials)
        let folder = URL(fileURLWithPath: credentials).deletingLastPathComponent()
        let lost = LostHalf(
            client: client, stateFile: state ?? folder.appendingPathComponent("lost-half.json").path)
        switch script {
        case .storyEdits:
            var story = StoryEdits(client: client)
            try await story.play { print($0) }
        case .loseHalf: print(try await lost.lose())
        case .restoreHalf: print(try await lost.restore())
        }
    }
}

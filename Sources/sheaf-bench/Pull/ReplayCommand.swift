import ArgumentParser
import Foundation

/// The subcommand `replay`: the server that `pull` reads from.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Sends what the emulator answers, from memory from the second time on.",
        shouldDisplay: false)

    @Option(help: ArgumentHelp("The port of this machine on which the emulator listens.", valueName: "port"))
    var upstream: UInt16

    @Option(help: ArgumentHelp("Where to write the endpoint, once it listens.", valueName: "file"))
    var readyFile: String

    func run() throws {
        // A client that hangs up is no reason to end.
        signal(SIGPIPE, SIG_IGN)
        let server = try ReplayServer(upstream: upstream)
        try Data("http://127.0.0.1:\(server.port)\n".utf8).write(to: URL(fileURLWithPath: readyFile), options: .atomic)
        try server.run()
    }
}

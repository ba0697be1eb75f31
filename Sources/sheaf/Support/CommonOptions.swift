import ArgumentParser
import Foundation
import LabelSchema
import Logging

extension Style.Choice: ExpressibleByArgument {}
extension MessageLanguage: ExpressibleByArgument {
    /// The language that the environment asks for.
    static var byLocale: MessageLanguage {
        let environment = ProcessInfo.processInfo.environment
        return ["LC_ALL", "LC_MESSAGES", "LANG"].contains { environment[$0]?.hasPrefix("ja") == true } ? .ja : .en
    }
}

/// What every command understands.
struct CommonOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The configuration file (default: SHEAF_CONFIG, or sheaf.yaml in this folder).", valueName: "file"))
    var config: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Option(help: "Colours: auto (on a terminal), always or never.")
    var color: Style.Choice = .auto

    @Option(help: "The language of messages about cells: ja or en (default: the configuration's, else by LANG).")
    var language: MessageLanguage?

    @Flag(name: .shortAndLong, help: "Log what is done, to standard error.")
    var verbose = false

    var configFile: String {
        if let config { return config }
        let fromEnvironment = ProcessInfo.processInfo.environment["SHEAF_CONFIG"] ?? ""
        return fromEnvironment.isEmpty ? "sheaf.yaml" : fromEnvironment
    }

    var console: Console { Console(style: Style(color), isJSON: json) }
}

/// A command that reads the configuration, does its work and says how it ended.
protocol SheafSubcommand: AsyncParsableCommand, Sendable {
    var common: CommonOptions { get }
    /// Whether its log is what it has to say, also on a terminal.
    var speaksByLog: Bool { get }
    /// - Returns: how the command ended; errors are thrown.
    func execute(_ console: Console) async throws -> Exit
}

extension SheafSubcommand {
    var speaksByLog: Bool { false }

    func run() async throws {
        // A reader that goes away (`sheaf export … | head`) is told by the write that fails, not by a signal.
        signal(SIGPIPE) { _ in }
        // Without a terminal, one line of log a run is what an operator reads.
        let isQuiet = isatty(STDERR_FILENO) == 1 && !speaksByLog
        let level: Logger.Level = common.verbose ? .debug : isQuiet ? .warning : .info
        Logs.bootstrap(level: level)
        let console = common.console
        do {
            let exit = try await Interruption.cancelling { try await execute(console) }
            if exit != .success { throw exit.code }
            try Console.checkOutput()
        } catch let code as ExitCode {
            throw code
        } catch {
            let failure = Failure(error)
            try console.json(ErrorDocument(failure))
            let style = Style(common.color, descriptor: STDERR_FILENO)
            Console.note("\(style.red("error:")) \(failure.message)")
            if !failure.hint.isEmpty { Console.note("  \(failure.hint)") }
            throw failure.exit.code
        }
    }
}

/// An error under `--json`.
struct ErrorDocument: Encodable {
    struct Content: Encodable {
        var code: String
        var message: String
        var hint: String
        var exitCode: Int32
    }

    var error: Content

    init(_ failure: Failure) {
        error = Content(
            code: failure.code, message: failure.message, hint: failure.hint, exitCode: failure.exit.rawValue)
    }
}

import ArgumentParser
import Foundation

/// The command line of the benchmark.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sheaf-bench",
        abstract: "Measures sheaf against what this machine can do.",
        discussion: """
            Time and memory are printed as ratios to two floors: a small program that
            only fetches, scans, hashes and compares a sheet, and a bare client that
            only inserts. Nothing leaves this machine, and nothing is left on it.

              sheaf-bench run
              sheaf-bench history
              sheaf-bench pull
              sheaf-bench calls
              sheaf-bench validate
              sheaf-bench run --rows 10000 --json
            """,
        subcommands: [
            RunCommand.self, ExportsCommand.self, HistoryCommand.self, PullCommand.self, CallsCommand.self,
            ValidateCommand.self,
            FloorCommand.self, InsertFloorCommand.self, SelectFloorCommand.self, FillHistoryCommand.self,
            ReadCommand.self, ReadHTTPCommand.self, PullPassCommand.self, ReplayCommand.self,
        ],
        defaultSubcommand: RunCommand.self)

    static func main() async {
        let code = await outcome()
        // Ends here and now: the threads of libcurl and of the database client may be at work still, and their
        // libraries' exit handlers would take the ground from under them.
        fflush(nil)
        _exit(code)
    }

    private static func outcome() async -> Int32 {
        do {
            var command = try parseAsRoot()
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            let code = exitCode(for: error)
            if error is ExitCode { return code.rawValue }
            let text = fullMessage(for: error)
            if code == .success { print(text) } else { Note.write(text) }
            return code.rawValue
        }
    }
}

/// Something that went wrong, in words for the person at the terminal.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// What is said beside the result, on standard error.
enum Note {
    static func write(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}

/// JSON as this program prints it, and as its parts hand it to each other.
enum JSONDocument {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: data)
    }
}

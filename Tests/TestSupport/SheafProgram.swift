internal import Foundation
internal import Subprocess
internal import SystemPackage

/// The program itself, run as a person runs it.
package enum SheafProgram {
    /// How it ended, and what it printed.
    package struct Outcome: Sendable {
        /// Its exit code, or the negative number of the signal that ended it.
        package var code: Int32
        package var output: String
        package var errors: String
    }

    /// The program beside the tests.
    package static let path = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "sheaf").path(percentEncoded: false)

    /// Runs `sheaf` and collects what it says.
    ///
    /// - Parameters:
    ///   - arguments: those of the command line.
    ///   - folder: where it runs.
    ///   - environment: variables beside those of the tests.
    ///   - shell: a script for `/bin/sh`, with the program as `$0` and the arguments as `$1` and on; `nil` runs the
    ///     program itself.
    ///   - meanwhile: is given the process id, and runs beside it.
    /// - Returns: how it ended.
    /// - Throws: if the program cannot be started, or prints more than 64 MiB.
    package static func run(
        _ arguments: [String], in folder: String, environment: [String: String] = [:], through shell: String? = nil,
        meanwhile: @escaping @Sendable (Int32) async -> Void = { _ in }
    ) async throws -> Outcome {
        let keyed = Dictionary(
            uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) })
        let result = try await Subprocess.run(
            .path(FilePath(shell == nil ? path : "/bin/sh")),
            arguments: Arguments(shell.map { ["-c", $0, path] + arguments } ?? arguments),
            environment: .inherit.updating(keyed), workingDirectory: FilePath(folder), input: .none,
            output: .string(limit: 64 << 20), error: .string(limit: 64 << 20)
        ) { execution in
            await meanwhile(execution.processIdentifier.value)
        }
        let code: Int32
        switch result.terminationStatus {
        case .exited(let exit): code = Int32(exit)
        case .signaled(let signal): code = -Int32(signal)
        }
        return Outcome(code: code, output: result.standardOutput, errors: result.standardError)
    }
}

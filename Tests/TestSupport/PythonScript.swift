internal import Foundation
internal import Subprocess
internal import SystemPackage

/// A script of Tests/Support that is run by the Python of an environment with the packages of a list beside it.
///
/// The environment is made once, under `.build`.
package struct PythonScript: Sendable {
    /// What went wrong, in the words of the program that says so.
    package struct Failed: Error, CustomStringConvertible {
        package let description: String
    }

    private let file: String
    private let environment: String?

    /// - Parameters:
    ///   - file: the script's name, such as `datapackage-check.py`.
    ///   - environment: the list's name without its end, such as `frictionless`; `nil` is the system's Python.
    package init(_ file: String, environment: String?) {
        (self.file, self.environment) = (file, environment)
    }

    private static let support = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Support").path(percentEncoded: false)

    /// The Python of an environment, made if it is not there.
    package static func python(_ environment: String) async throws -> String {
        let setUp = try await Subprocess.run(
            .name("bash"), arguments: ["\(support)/python-environment.sh", environment],
            output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
        guard setUp.terminationStatus == .exited(0),
            let python = setUp.standardOutput.split(separator: "\n").last.map(String.init)
        else { throw Failed(description: setUp.standardError) }
        return python
    }

    /// Runs the script.
    ///
    /// - Parameters:
    ///   - arguments: those of its command line.
    ///   - input: what it reads.
    ///   - variables: of its environment, beside those of this process.
    /// - Returns: the lines that it prints.
    /// - Throws: `Failed` if it ends otherwise than well.
    package func run(
        _ arguments: [String] = [], input: String = "", variables: [String: String] = [:]
    ) async throws -> [String] {
        let python: String
        if let environment { python = try await Self.python(environment) } else { python = "/usr/bin/env" }
        let overrides = Dictionary(
            uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) })
        let result = try await Subprocess.run(
            .path(FilePath(python)),
            arguments: Arguments((environment == nil ? ["python3"] : []) + ["\(Self.support)/\(file)"] + arguments),
            environment: .inherit.updating(overrides), input: .string(input), output: .string(limit: 1 << 26),
            error: .string(limit: 1 << 20))
        guard result.terminationStatus == .exited(0) else { throw Failed(description: result.standardError) }
        return result.standardOutput.split(separator: "\n").map(String.init)
    }
}

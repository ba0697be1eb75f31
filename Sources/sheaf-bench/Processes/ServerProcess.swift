import Foundation

/// A server in a process of its own, so that neither its time nor its memory is counted.
struct ServerProcess: Sendable {
    let endpoint: String
    private let child: ChildProcess

    /// How long it may take until it listens.
    private static let patience = Duration.seconds(120)

    /// Starts a program that writes its address into a file once it listens, and waits for that.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: what follows its name; the option `--ready-file` is added.
    ///   - name: of its files in the folder of the run.
    ///   - programs: the folder.
    /// - Returns: the server, which listens.
    /// - Throws: `BenchFailure`, `CancellationError`.
    static func start(
        _ program: String, _ arguments: [String], as name: String, _ programs: Programs
    ) async throws -> ServerProcess {
        let ready = programs.folder.path("\(name).ready")
        let arguments = arguments + ["--ready-file", ready]
        let logs = programs.folder.logs(name)
        let child = try ChildProcess(program, arguments, output: logs.output, errors: logs.errors)
        do {
            return ServerProcess(endpoint: try await endpoint(in: ready, child, program), child: child)
        } catch {
            child.stop()
            let end = await child.end()
            if error is CancellationError { throw error }
            throw Programs.failure(program, arguments, end, logs.errors)
        }
    }

    /// The file appears whole, so whatever stands in it is the address.
    private static func endpoint(in file: String, _ child: ChildProcess, _ program: String) async throws -> String {
        let deadline = ContinuousClock.now + patience
        while true {
            if let data = FileManager.default.contents(atPath: file) {
                return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            }
            guard !child.hasEnded, ContinuousClock.now < deadline else {
                throw BenchFailure("\(program) did not begin to listen.")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Ends it, and waits for its end.
    func stop() async {
        child.stop()
        _ = await child.end()
    }
}

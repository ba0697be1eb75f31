import Foundation

/// The Sheets emulator in a process of its own, so that neither its time nor its memory is counted.
struct EmulatorProcess: Sendable {
    let endpoint: String
    /// The key file of a service account that may read and write.
    let credentials: String
    private let child: ChildProcess

    /// How long it may take to make its rows and to listen.
    private static let patience = Duration.seconds(120)

    /// Starts it with a generated sheet, and waits until it listens.
    static func start(rows: Int, _ programs: Programs) async throws -> EmulatorProcess {
        let folder = programs.folder
        let (ready, key) = (folder.path("emulator-\(rows).ready"), folder.path("emulator-\(rows).json"))
        let arguments = [
            "serve", "--bench-rows", String(rows), "--no-gzip", "--port", "0", "--ready-file", ready,
            "--service-account-out", key,
        ]
        let logs = folder.logs("emulator")
        let child = try ChildProcess(programs.emulator, arguments, output: logs.output, errors: logs.errors)
        do {
            let endpoint = try await endpoint(in: ready, child)
            return EmulatorProcess(endpoint: endpoint, credentials: key, child: child)
        } catch {
            child.stop()
            let end = await child.end()
            if error is CancellationError { throw error }
            throw Programs.failure(programs.emulator, arguments, end, logs.errors)
        }
    }

    /// The file appears whole, so whatever stands in it is the address.
    private static func endpoint(in file: String, _ child: ChildProcess) async throws -> String {
        let deadline = ContinuousClock.now + patience
        while true {
            if let data = FileManager.default.contents(atPath: file) {
                return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            }
            guard !child.hasEnded, ContinuousClock.now < deadline else {
                throw BenchFailure("The emulator did not begin to listen.")
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

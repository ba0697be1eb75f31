import Foundation

/// The Sheets emulator in a process of its own, so that neither its time nor its memory is counted.
struct EmulatorProcess: Sendable {
    let endpoint: String
    /// The key file of a service account that may read and write.
    let credentials: String
    private let child: ChildProcess

    /// How long it may take to make its rows and to listen.
    private static let patience = Duration.seconds(120)

    /// Starts it with the generated sheet that the whole benchmark uses, without compression.
    static func start(rows: Int, _ programs: Programs) async throws -> EmulatorProcess {
        try await start(serving: ["--bench-rows", String(rows), "--no-gzip"], as: "emulator-\(rows)", programs)
    }

    /// Starts it, and waits until it listens.
    ///
    /// - Parameters:
    ///   - what: what it serves and how, as `sheaf-emulator serve` takes it.
    ///   - name: of its files in the folder of the run.
    ///   - programs: where it is, and that folder.
    static func start(
        serving what: [String], as name: String, _ programs: Programs
    ) async throws -> EmulatorProcess {
        let folder = programs.folder
        let (ready, key) = (folder.path("\(name).ready"), folder.path("\(name).json"))
        let arguments = ["serve"] + what + ["--port", "0", "--ready-file", ready, "--service-account-out", key]
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

/// The Sheets emulator at work.
struct EmulatorProcess: Sendable {
    var endpoint: String { server.endpoint }
    /// The key file of a service account that may read and write.
    let credentials: String
    private let server: ServerProcess

    /// Starts it with the generated sheet that the whole benchmark uses, without compression.
    static func start(rows: Int, _ programs: Programs) async throws -> EmulatorProcess {
        try await start(
            serving: [
                "--bench-rows", String(rows), "--bench-columns", String(BenchSheet.columns), "--no-gzip",
            ], as: "emulator-\(rows)", programs)
    }

    /// Starts it, and waits until it listens.
    ///
    /// - Parameters:
    ///   - what: what it serves and how, as `sheaf-emulator serve` takes it.
    ///   - name: of its files in the folder of the run.
    ///   - programs: where it is, and that folder.
    /// - Returns: the emulator, which listens.
    /// - Throws: `BenchFailure`, `CancellationError`.
    static func start(
        serving what: [String], as name: String, _ programs: Programs
    ) async throws -> EmulatorProcess {
        let key = programs.folder.path("\(name).json")
        let arguments = ["serve"] + what + ["--port", "0", "--service-account-out", key]
        let server = try await ServerProcess.start(programs.emulator, arguments, as: name, programs)
        return EmulatorProcess(credentials: key, server: server)
    }

    /// Ends it, and waits for its end.
    func stop() async {
        await server.stop()
    }
}

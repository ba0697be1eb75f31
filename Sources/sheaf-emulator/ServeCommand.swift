import ArgumentParser
import Dispatch
import Foundation
import SheetsEmulator

/// The subcommand `serve`: answers as Google would, until it is told to end.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves sheets on a port of this machine.",
        discussion: """
            A service account is made at each start. Its key file, which only you can
            read, is all that a client needs: every sheet is shared with it, and
            token_uri in it points here. A page at / shows the sheets, and /control
            lets things go wrong (docs/emulator.md). SIGTERM or Ctrl-C ends it.

            Examples:
              sheaf-emulator --load samples
              sheaf-emulator serve --load samples --quota 60 --notice-delay 180
              sheaf-emulator serve --load samples --service-account-out key.json \\
                --port 0 --ready-file ready
              sheaf-emulator serve --bench-rows 100000 --no-gzip
            """)

    @Option(help: ArgumentHelp("A folder with spreadsheets.json and CSV files.", valueName: "folder"))
    var load: String?

    @Option(help: ArgumentHelp("Serve a generated spreadsheet `bench` with so many rows.", valueName: "rows"))
    var benchRows: Int?

    @Option(help: ArgumentHelp("How many columns the generated spreadsheet has.", valueName: "columns"))
    var benchColumns = 10

    @Option(help: "The address to listen on. Whoever can reach it may do anything with the sheets: keep it local.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 chooses a free one.")
    var port = 8790

    @Option(
        help: ArgumentHelp(
            "Where to write the service account's key, with mode 0600 (default: \(Self.defaultKeyFile)).",
            valueName: "file"))
    var serviceAccountOut: String?

    @Option(help: ArgumentHelp("Where to write the endpoint, once it listens.", valueName: "file"))
    var readyFile: String?

    @Flag(inversion: .prefixedNo, help: "Compress answers for clients that ask for it as Google wants them to.")
    var gzip = true

    @Option(
        help: ArgumentHelp(
            "Calls that read, and calls that write, an account may make a minute; all accounts five times as many.",
            valueName: "n"))
    var quota: Int?

    @Option(
        help: ArgumentHelp("How long after a change Drive tells of it; Google takes minutes.", valueName: "seconds"))
    var noticeDelay = 0

    private static let defaultKeyFile = "service-account.json"
    private static let maximumCells = 10_000_000

    func validate() throws {
        guard load != nil || benchRows != nil else { throw ValidationError("Give --load or --bench-rows.") }
        guard noticeDelay >= 0 else { throw ValidationError("--notice-delay must not be negative.") }
        guard quota.map({ $0 >= 0 }) ?? true else { throw ValidationError("--quota must not be negative.") }
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535.") }
        guard (3...100).contains(benchColumns) else { throw ValidationError("--bench-columns must be from 3 to 100.") }
        // The header is a row too.
        let most = Self.maximumCells / benchColumns - 1
        guard benchRows.map({ (1...most).contains($0) }) ?? true else {
            throw ValidationError(
                "--bench-rows must be from 1 to \(most): a spreadsheet holds ten million cells.")
        }
    }

    func run() async throws {
        let signals = EndSignals()
        var configuration = EmulatorConfiguration()
        configuration.host = host
        configuration.port = port
        configuration.compresses = gzip
        configuration.noticeDelay = .seconds(noticeDelay)
        configuration.quota = quota.map {
            EmulatorQuota(
                readsPerMinute: $0, writesPerMinute: $0, projectReadsPerMinute: $0 * 5, projectWritesPerMinute: $0 * 5)
        }
        let emulator = SheetsEmulator(configuration: configuration)
        let keyFile = try keyFile()
        if let load { try emulator.load(folder: load) }
        if let benchRows { emulator.addGeneratedSpreadsheet(rows: benchRows, columns: benchColumns) }
        try await emulator.start()
        let key = try emulator.makeServiceAccountKey(
            file: keyFile, email: SheetsEmulator.defaultServiceAccount)
        for id in emulator.spreadsheetIDs { try emulator.share(id, with: key.email) }
        if let readyFile { try write(emulator.endpoint, to: readyFile) }
        greet(emulator, keyFile: keyFile)
        let watch = Task { [end = signals.end] in
            try? await emulator.waitUntilStopped()
            end.yield()
        }
        await signals.first()
        await emulator.stop()
        await watch.value
        if let readyFile { try? FileManager.default.removeItem(atPath: readyFile) }
        say("Ended.")
    }

    /// Where the key goes: by default beside what the person does, unless a key of somebody else's stands there.
    private func keyFile() throws -> String {
        if let serviceAccountOut { return serviceAccountOut }
        let file = Self.defaultKeyFile
        guard let data = FileManager.default.contents(atPath: file) else { return file }
        struct Key: Decodable {
            let token_uri: String
        }
        guard let key = try? JSONDecoder().decode(Key.self, from: data), key.token_uri.hasPrefix("http://") else {
            throw CommandFailure(
                "\(file) stands here already and was not made by this program. Say with --service-account-out where "
                    + "to write the key.")
        }
        return file
    }

    private func greet(_ emulator: SheetsEmulator, keyFile: String) {
        let ids = emulator.spreadsheetIDs
        let some = ids.prefix(10).joined(separator: ", ") + (ids.count > 10 ? " and \(ids.count - 10) more" : "")
        say("Serving \(some) at \(emulator.endpoint)")
        say(
            """
            To see the sheets, open that address. To read them with Sheaf, write in sheaf.yaml:

              google:
                endpoint: \(emulator.endpoint)
                credentials: \(URL(fileURLWithPath: keyFile).path)

            Ctrl-C ends it.
            """)
    }

    private func write(_ endpoint: String, to file: String) throws {
        do {
            try Data((endpoint + "\n").utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
        } catch {
            throw CommandFailure("Could not write \(file): \(error)")
        }
    }

    /// Standard output may be a pipe, which would hold lines back until the end.
    private func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// Waits for SIGTERM or SIGINT, which from its making on no longer end the process by themselves.
private struct EndSignals {
    private let stream: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]
    /// Ends the waiting as a signal does.
    let end: AsyncStream<Void>.Continuation

    init() {
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        self.stream = stream
        self.end = end
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { end.yield() }
            source.resume()
            return source
        }
    }

    /// Returns at the first signal.
    func first() async {
        for await _ in stream { return }
    }
}

import Foundation
import MySQL
import SheetsEmulator
import Subprocess
import Synchronization
import SystemPackage
import Testing

/// Waits for an effect, however long the machine takes; a test whose effect never comes fails.
func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    struct NeverHappened: Error {}
    for _ in 0..<2_400 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record(what, sourceLocation: sourceLocation)
    throw NeverHappened()
}

/// `sheaf watch` under test.
struct Watched: Sendable {
    let process: pid_t
    /// Where it listens.
    let base: String

    var address: String { base + "/notices" }
}

extension Scene {
    /// A port that was free a moment ago.
    static func freePort() throws -> Int {
        struct NoPort: Error {}
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let done = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard done else { throw NoPort() }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Lines for `configure(google:)`: push to a port of this machine.
    static func push(port: Int, every: String = "30d", lifetime: String = "1d") -> String {
        """
        , watch: { address: "http://127.0.0.1:\(port)/notices", listen: "127.0.0.1:\(port)", every: \(every), \
        channel_lifetime: \(lifetime) }
        """
    }

    /// Runs `sheaf watch --json` until the body has ended, and then ends it by a signal.
    @discardableResult
    func watching(
        port: Int, signal: Int32 = SIGTERM, _ body: @escaping @Sendable (Watched) async throws -> Void
    ) async throws -> Outcome {
        let failure = Mutex<(any Error)?>(nil)
        let outcome = try await run("watch", "--json") { process in
            do {
                try await body(Watched(process: process, base: "http://127.0.0.1:\(port)"))
            } catch {
                failure.withLock { $0 = error }
            }
            kill(process, signal)
        }
        if let error = failure.withLock({ $0 }) {
            Issue.record("\(error); the watch said:\n\(outcome.errors)\n\(outcome.output)")
            throw error
        }
        return outcome
    }

    func number(_ sql: String) async throws -> Int {
        let connection = try await MySQLConnection.connect(database)
        let result = try await connection.run { connection in
            try connection.rows(sql).first.map { Int(try $0.int("n")) } ?? 0
        }
        await connection.close()
        return result
    }

    /// The newest version of the scene's dataset.
    func version() async throws -> Int {
        try await number("SELECT COALESCE(MAX(current_version), 0) AS n FROM sheaf_datasets")
    }

    /// How many runs have ended.
    func endedRuns() async throws -> Int {
        try await number("SELECT COUNT(*) AS n FROM sheaf_runs WHERE finished_at IS NOT NULL")
    }

    func storedChannels() async throws -> Int {
        try await number("SELECT COUNT(*) AS n FROM sheaf_channels")
    }

    /// Waits until the run at the start is over, and that for the channel: what comes now, comes by a notice.
    func untilWatching(after runs: Int = 0) async throws {
        try await eventually("a channel is opened") { emulator.channelIDs.count == 1 }
        try await eventually("two runs have ended") { try await endedRuns() >= runs + 2 }
    }

    /// The documents that a watch has printed.
    static func documents(_ outcome: Outcome) throws -> [[String: Any]] {
        try outcome.output.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    static func triggers(_ outcome: Outcome) throws -> [String] {
        try documents(outcome).map { $0["trigger"] as? String ?? "" }
    }

    /// What curl has to say of a request: the status, or `000`.
    static func curl(_ arguments: [String]) async throws -> String {
        try await Subprocess.run(
            .name("curl"), arguments: .init(["-s", "-o", "/dev/null", "-m", "30", "-w", "%{http_code}"] + arguments),
            output: .string(limit: 1 << 20), error: .discarded
        ).standardOutput
    }
}

/// The emulator as a program of its own.
extension Scene {
    /// Runs `sheaf-emulator` until the body has ended; its service account's key takes the place of the scene's.
    func withEmulatorProgram(
        port: Int, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let program = URL(filePath: Self.program).deletingLastPathComponent()
            .appending(path: "sheaf-emulator").path(percentEncoded: false)
        let failure = Mutex<(any Error)?>(nil)
        _ = try await Subprocess.run(
            .path(FilePath(program)),
            arguments: [
                "serve", "--bench-rows", "1", "--port", "\(port)", "--service-account-out", "\(folder)/key.json",
                "--ready-file", "\(folder)/ready",
            ], input: .none, output: .discarded, error: .discarded
        ) { execution in
            do {
                try await eventually("the emulator listens") {
                    FileManager.default.fileExists(atPath: "\(folder)/ready")
                }
                try await body()
            } catch {
                failure.withLock { $0 = error }
            }
            kill(execution.processIdentifier.value, SIGTERM)
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// The scene's spreadsheet with one row, for the control endpoint.
    static func spreadsheet(kind: String) -> String {
        """
        {"id": "s1", "title": "献立", "sharedWith": ["sheaf@sheaf-emulator.iam.gserviceaccount.com"],
         "tabs": [{"title": "料理", "rows": [["ID", "名前", "種類", "担当者"], ["1", "料理1", "\(kind)", "佐藤"]]}]}
        """
    }

    static func edit(kind: String) -> String {
        #"{"spreadsheet": "s1", "type": "料理!C2", "rows": [["\#(kind)"]]}"#
    }

    static func send(_ json: String, to url: String) async throws {
        #expect(try await curl(["-d", json, url]) == "200")
    }

    /// How many channels the store knows to be open.
    func openChannels() async throws -> Int {
        try await number("SELECT COUNT(*) AS n FROM sheaf_channels WHERE resource_id <> ''")
    }
}

import Foundation
import MySQL

/// A private MariaDB with its default durability, under a run's folder.
struct PrivateDatabase: Sendable {
    /// Room for a million labels and their history, as whoever keeps so many gives it to their server: else the disk is
    /// measured, by all that is compared alike.
    private static let bufferPool = 2 << 30
    private static let logFile = 1 << 30

    private let script: String
    private let directory: String
    private let programs: Programs
    let counters: ServerCounters

    /// Starts the server.
    ///
    /// It is removed by itself if this process should be killed, unless its data are to be kept.
    static func start(script: String, keep: Bool, _ programs: Programs) async throws -> PrivateDatabase {
        guard FileManager.default.isExecutableFile(atPath: script) else {
            throw BenchFailure(
                "There is no program \(script). Run this in the repository's folder, or give --mariadb-script.")
        }
        let directory = programs.folder.path("mariadb")
        let watch = keep ? [] : ["--watch", String(ProcessInfo.processInfo.processIdentifier)]
        try await programs.complete(script, ["start", directory] + watch, as: "mariadb-start")
        do {
            let url = try await programs.complete(script, ["url", directory], as: "mariadb-url")
            let configuration = try MySQLConfiguration(
                url: url.trimmingCharacters(in: .whitespacesAndNewlines), password: nil)
            try await makeRoom(configuration)
            return PrivateDatabase(
                script: script, directory: directory, programs: programs,
                counters: try await ServerCounters(configuration))
        } catch {
            _ = try? await programs.complete(script, [keep ? "stop" : "remove", directory], as: "mariadb-stop")
            throw error
        }
    }

    private static func makeRoom(_ configuration: MySQLConfiguration) async throws {
        let connection = try await MySQLConnection.connect(configuration)
        try await connection.run { connection in
            _ = try connection.execute("SET GLOBAL innodb_buffer_pool_size = \(bufferPool)")
            // Before MariaDB 10.9 the log's size cannot be changed while it runs.
            _ = try? connection.execute("SET GLOBAL innodb_log_file_size = \(logFile)")
        }
        await connection.close()
    }

    /// Drops a database that is not needed any more.
    func drop(_ name: String) async throws {
        let url = try await create(name)
        let connection = try await MySQLConnection.connect(try MySQLConfiguration(url: url, password: nil))
        try await connection.execute("DROP DATABASE `\(name)`")
        await connection.close()
    }

    /// Makes a database, and tells its store URL.
    func create(_ name: String) async throws -> String {
        let url = try await programs.complete(script, ["url", directory, name], as: "mariadb-url")
        return url.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Ends the server; with its data, unless they are to be kept.
    func end(keep: Bool) async {
        await counters.close()
        let step = keep ? "stop" : "remove"
        do {
            try await programs.complete(script, [step, directory], as: "mariadb-\(step)")
        } catch {
            Note.write("The private MariaDB in \(directory) could not be ended: \(error)")
        }
    }
}

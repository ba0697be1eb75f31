import Foundation

/// A private MariaDB with its default durability, under a run's folder.
struct PrivateDatabase: Sendable {
    private let script: String
    private let directory: String
    private let programs: Programs

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
        return PrivateDatabase(script: script, directory: directory, programs: programs)
    }

    /// Makes a database, and tells its store URL.
    func create(_ name: String) async throws -> String {
        let url = try await programs.complete(script, ["url", directory, name], as: "mariadb-url")
        return url.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Ends the server; with its data, unless they are to be kept.
    func end(keep: Bool) async {
        let step = keep ? "stop" : "remove"
        do {
            try await programs.complete(script, [step, directory], as: "mariadb-\(step)")
        } catch {
            Note.write("The private MariaDB in \(directory) could not be ended: \(error)")
        }
    }
}

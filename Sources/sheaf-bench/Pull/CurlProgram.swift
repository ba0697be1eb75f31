import Foundation
import HTTPTransfer

/// The program `curl`, which fetches and does nothing else: what a pull is measured against.
struct CurlProgram: Sendable {
    let path: String
    /// What it says of itself: `curl 7.88.1`.
    let version: String

    /// Finds it.
    ///
    /// - Throws: `BenchFailure` if it is not installed.
    init(_ programs: Programs) async throws {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        guard let path = folders.map({ "\($0)/curl" }).first(where: FileManager.default.isExecutableFile) else {
            throw BenchFailure("There is no program curl to compare with: apt-get install curl")
        }
        self.path = path
        let (output, _) = try await programs.run(path, ["--version"], as: "curl-version")
        version = String(decoding: output, as: UTF8.self).split(separator: " ").prefix(2).joined(separator: " ")
    }

    /// Fetches the values of the whole sheet in one answer and drops them.
    ///
    /// - Returns: how many bytes came over the wire, and what it took; the time is curl's own, without its start.
    func fetch(_ client: SheetsClient, gzip: Bool, _ programs: Programs) async throws -> (bytes: Int, ResourceUsage) {
        // In a file, as a token does not belong where every user of the machine can list it.
        let header = "Authorization: \(client.authorization)"
        let options = try programs.folder.write("header = \"\(header)\"\n", to: "curl.conf")
        // Google, and its stand-in, compress for agents with gzip in their names only.
        let compression = gzip ? ["--compressed", "--user-agent", "curl (gzip)"] : []
        let arguments =
            ["--silent", "--show-error", "--fail", "--config", options, "--output", "/dev/null"] + compression
            + ["--write-out", "%{time_total} %{size_download}", client.valuesRequest.url]
        var (output, usage) = try await programs.run(path, arguments, as: "curl")
        let words = String(decoding: output, as: UTF8.self).split(separator: " ")
        guard words.count == 2, let seconds = Double(words[0]), let bytes = Int(words[1]) else {
            throw BenchFailure("curl did not say how long it took.")
        }
        usage.wall = seconds
        return (bytes, usage)
    }
}

import ArgumentParser
import Foundation
import HTTPTransfer

/// The subcommand `read-http`: readers of the HTTP API who count what they get.
struct ReadHTTPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read-http", abstract: "Reads labels over HTTP, by some readers at once; prints JSON.",
        shouldDisplay: false)

    @Option(help: ArgumentHelp("What to read.", valueName: "url"))
    var url: String

    @Option(help: ArgumentHelp("The file with the token.", valueName: "file"))
    var tokenFile: String

    @Option(help: "How many readers there are.")
    var readers = 1

    @Flag(help: "Ask for gzip.")
    var gzip = false

    func run() async throws {
        let token = try String(contentsOfFile: tokenFile, encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        var headers = HTTPHeaders()
        headers.set("Authorization", "Bearer \(token)")
        headers.set("Accept-Encoding", gzip ? "gzip" : "identity")
        let request = HTTPRequest(url: url, headers: headers, totalTimeout: .seconds(600), label: "read labels")
        let client = HTTPClient(configuration: HTTPConfiguration())
        let readers = readers
        let (count, usage) = try await ResourceUsage.measuring {
            try await withThrowingTaskGroup(of: ReadCount.self) { group in
                for _ in 0..<readers { group.addTask { try await Self.read(request, client) } }
                var sum = ReadCount()
                for try await count in group {
                    sum.rows += count.rows
                    sum.bytes += count.bytes
                }
                return sum
            }
        }
        print(try JSONDocument.text(ReadResult(rows: count.rows, bytes: count.bytes, usage: usage)))
    }

    private struct ReadCount: Sendable {
        var rows = 0
        var bytes = 0
    }

    private static func read(_ request: HTTPRequest, _ client: HTTPClient) async throws -> ReadCount {
        try await client.stream(request) { head, body in
            guard head.status == 200 else { throw BenchFailure("The server answers \(head.status).") }
            var count = ReadCount()
            for try await chunk in body {
                count.bytes += chunk.count
                chunk.withUnsafeBufferPointer { bytes in
                    for byte in bytes where byte == UInt8(ascii: "\n") { count.rows += 1 }
                }
            }
            return count
        }
    }
}

import Foundation
import MySQL
import Subprocess
import Testing

extension Scene {
    /// Runs `sheaf serve` until the body has ended, which says by what signal it is to end.
    func serving(_ port: Int, _ body: @escaping @Sendable (pid_t) async throws -> Int32) async throws {
        let outcome = try await run("serve", "--listen", "127.0.0.1:\(port)", "--json") { process in
            var signal = SIGTERM
            do {
                try await eventually("it listens") {
                    try await APIClient.run(["-s", "http://127.0.0.1:\(port)/healthz"]) == Array("ok\n".utf8)
                }
                signal = try await body(process)
            } catch {
                Issue.record("\(error)")
            }
            kill(process, signal)
        }
        #expect(outcome.code == 0 || outcome.code == -SIGKILL, "\(outcome.errors)")
    }
}

/// A client by hand.
struct APIClient: Sendable {
    let base: String
    let token: String

    /// Sends a query, and gives its number.
    func send(_ sql: String) async throws -> String {
        let answer = String(
            decoding: try await curl(["--data-urlencode", "q=\(sql)", "\(base)/v1/queries"]), as: UTF8.self)
        return String(try #require(answer.firstMatch(of: /"id":(\d+)/), "\(answer)").output.1)
    }

    func ask(_ id: String) async throws -> String {
        String(decoding: try await curl(["\(base)/v1/queries/\(id)"]), as: UTF8.self)
    }

    func curl(_ arguments: [String]) async throws -> [UInt8] {
        try await Self.run(["-s", "-H", "Authorization: Bearer \(token)"] + arguments)
    }

    static func run(_ arguments: [String]) async throws -> [UInt8] {
        try await Subprocess.run(
            .name("curl"), arguments: Arguments(arguments), output: .bytes(limit: 1 << 20), error: .discarded
        ).standardOutput
    }
}

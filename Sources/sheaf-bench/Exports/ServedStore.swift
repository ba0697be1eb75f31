import Foundation

/// `sheaf serve` over a store, and who reads from it.
struct ServedStore: Sendable {
    private let bench: Workbench
    private let child: ChildProcess
    private let endpoint: String
    private let tokenFile: String

    private static let patience = Duration.seconds(60)

    private struct Token: Decodable {
        var token: String
    }

    private struct Ready: Decodable {
        var listening: String
    }

    /// Makes a token, and starts the server on a free port.
    static func start(_ bench: Workbench, _ store: Workbench.Store) async throws -> ServedStore {
        let made = try await bench.sheaf(
            ["token", "create", "bench", "--role", "reader", "--json"], store, as: "token"
        ).0
        let file = try bench.programs.folder.write(try JSONDocument.value(Token.self, from: made).token, to: "token")
        let logs = bench.programs.folder.logs("serve")
        let child = try ChildProcess(
            bench.programs.sheaf, ["serve", "--listen", "127.0.0.1:0", "--json", "--config", store.configuration],
            output: logs.output, errors: logs.errors)
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline, !child.hasEnded {
            if let data = FileManager.default.contents(atPath: logs.output),
                let line = data.split(separator: UInt8(ascii: "\n")).first,
                let ready = try? JSONDocument.value(Ready.self, from: Data(line))
            {
                return ServedStore(bench: bench, child: child, endpoint: ready.listening, tokenFile: file)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        child.stop()
        throw Programs.failure(bench.programs.sheaf, ["serve"], await child.end(), logs.errors)
    }

    /// Has readers read the whole version, all at once.
    func read(readers: Int, _ more: [String], rows: Int) async throws -> ResourceUsage {
        let url = "\(endpoint)/v1/datasets/\(BenchSheet.dataset)/versions/1/labels"
        let arguments = ["read-http", "--url", url, "--token-file", tokenFile, "--readers", "\(readers)"] + more
        let (output, _) = try await bench.programs.run(bench.programs.bench, arguments, as: "read-http")
        let result = try JSONDocument.value(ReadResult.self, from: output)
        guard result.rows == rows * readers else {
            throw BenchFailure("The readers got \(result.rows) labels, and not \(rows * readers).")
        }
        return result.usage
    }

    /// What the server took in memory so far, as a line of its own.
    func memory() async -> Scenario {
        var scenario = Scenario("http_server", "the server's own memory, all of the above", rows: 0, [])
        let status = (try? String(contentsOfFile: "/proc/\(child.pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        scenario.peakBytes = (Int(line.filter(\.isNumber)) ?? 0) * 1_024
        return scenario
    }

    func stop() async {
        child.stop()
        _ = await child.end()
    }
}

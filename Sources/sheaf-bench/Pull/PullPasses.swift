/// Measures everything with answers compressed, or not.
struct PullPasses: Sendable {
    let rows: Int
    let columns: Int
    let runs: Int
    let gzip: Bool
    let programs: Programs
    let curl: CurlProgram
    let endpoint: String
    let credentials: String

    func measure() async throws -> PullReport.Encoding {
        let client = try await SheetsClient.signIn(endpoint: endpoint, credentials: credentials)
        var wireBytes = 0
        var jsonBytes = 0
        var measured = [
            PullReport.Measured(
                way: nil,
                runs: try await repeated("curl") {
                    let (bytes, usage) = try await curl.fetch(client, gzip: gzip, programs)
                    wireBytes = bytes
                    return usage
                })
        ]
        for way in PullWay.allCases {
            let usages = try await repeated(way.rawValue) {
                let pass = try await pass(way)
                guard way == .fetch || pass.rows == rows + 1 else {
                    throw BenchFailure("\(pass.rows) rows came, and not \(rows + 1).")
                }
                if way == .fetch { jsonBytes = pass.bytes }
                return pass.usage
            }
            measured.append(PullReport.Measured(way: way, runs: usages))
        }
        guard gzip || wireBytes == jsonBytes else { throw BenchFailure("curl got other bytes than the client.") }
        return PullReport.Encoding(gzip: gzip, jsonBytes: jsonBytes, wireBytes: wireBytes, measured: measured)
    }

    private func repeated(_ title: String, _ body: () async throws -> ResourceUsage) async throws -> [ResourceUsage] {
        Note.write("\(rows) rows\(gzip ? ", gzip" : ""): \(title)")
        // The first one has the answers made that the others get from memory.
        _ = try await body()
        var usages: [ResourceUsage] = []
        for _ in 0..<runs { usages.append(try await body()) }
        return usages
    }

    private func pass(_ way: PullWay) async throws -> PullPass {
        let arguments = [
            "pull-pass", "--way", way.rawValue, "--endpoint", endpoint, "--credentials", credentials, "--columns",
            String(columns),
        ]
        let (output, _) = try await programs.run(programs.bench, arguments, as: "pull-\(way.rawValue)")
        return try JSONDocument.value(PullPass.self, from: output)
    }
}

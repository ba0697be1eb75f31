import ArgumentParser
import Tabular

/// What the floor measured.
struct FloorResult: Codable, Sendable {
    var rows: Int
    /// Bytes of JSON that the sheet has.
    var bytes: Int
    /// Each whole pass: fetch, scan, hash and compare, at the same time as far as they can be.
    var passes: [ResourceUsage]
    /// The best seconds of each part by itself.
    var fetch: Double
    var scan: Double
    var hash: Double

    /// What the parts take one after the other.
    var sumOfParts: Double { fetch + scan + hash }
}

/// The subcommand `floor`: the least that can be done to find out that a sheet has not changed.
struct FloorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floor",
        abstract: "Fetches, scans, hashes and compares the emulator's generated sheet; prints JSON.",
        discussion: """
            The sheet is read over loopback, the key and the row of every row are hashed
            with SHA-256, and the hashes are compared with those that an earlier read
            left in memory. Signing in and that earlier read are not counted.
            """)

    @Option(help: ArgumentHelp("Where the emulator listens.", valueName: "url"))
    var endpoint: String

    @Option(help: ArgumentHelp("The key file of a service account that may read.", valueName: "file"))
    var credentials: String

    @Option(help: "How many rows of data the sheet is expected to have.")
    var rows: Int

    @Option(help: "How many times each measurement is made.")
    var runs = 5

    func validate() throws {
        guard runs > 0 else { throw ValidationError("--runs must be at least 1.") }
    }

    func run() async throws {
        let client = try await SheetsClient.signIn(endpoint: endpoint, credentials: credentials)
        let passes = SheetPasses(client: client)
        var comparison = HashComparison()
        comparison.begin()
        let bytes = try await passes.read { comparison.hold($0) }
        try check(comparison)

        // The whole comes first, since the parts keep the sheet in memory.
        var whole: [ResourceUsage] = []
        for _ in 0..<runs {
            comparison.begin()
            let (_, usage) = try await ResourceUsage.measuring { try await passes.read { comparison.compare($0) } }
            try check(comparison)
            whole.append(usage)
        }
        let fetch = try await best { _ = try await passes.fetch() }
        let chunks = try await passes.chunks()
        let scan = try await best { try SheetPasses.scan(chunks) { _ in } }
        var batches: [RowBatch] = []
        try SheetPasses.scan(chunks) { batches.append($0) }
        let hash = try await best {
            comparison.begin()
            for batch in batches { comparison.compare(batch) }
        }
        try check(comparison)
        print(
            try JSONDocument.text(
                FloorResult(rows: rows, bytes: bytes, passes: whole, fetch: fetch, scan: scan, hash: hash)))
    }

    private func best(_ body: () async throws -> Void) async throws -> Double {
        var best = Double.infinity
        for _ in 0..<runs { best = min(best, try await ResourceUsage.measuring(body).1.wall) }
        return best
    }

    private func check(_ comparison: borrowing HashComparison) throws {
        guard comparison.rows == rows, comparison.differences == 0 else {
            throw BenchFailure(
                "The sheet has \(comparison.rows) rows, \(comparison.differences) of them changed; "
                    + "\(rows) unchanged ones were expected.")
        }
    }
}
